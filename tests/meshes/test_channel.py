"""The half channel's mesh: groups, sizes, and the sentences of a mesh that breaks the contract."""

from pathlib import Path

import gmsh
import numpy as np
import pytest

from rackmesh.channel import LEVELS, Cells, HalfChannel, channel_axes, write_half_channel
from rackmesh.contract import PLATE_CHANNEL, check_contract, physical_groups
from rackmesh.files import MeshError, opened
from rackmesh.statistics import mesh_statistics

CELL = HalfChannel(
    pitch=0.2e-3, width=0.1e-3, fin_height=3e-3, base_thickness=2e-3, length=40e-3, tim_thickness=0.05e-3
)


@pytest.mark.parametrize("level", LEVELS)
def test_counts_follow_from_the_cells(level: str, tmp_path: Path) -> None:
    cells, path = LEVELS[level], tmp_path / "channel.msh"
    write_half_channel(CELL, cells, path)
    found = mesh_statistics(path)
    columns = cells.channel + cells.fin
    assert found["cells"] == columns * (cells.height + cells.base + cells.tim) * cells.length
    assert found["groups"] == {
        "fluid": cells.channel * cells.height * cells.length,
        "fin": cells.fin * cells.height * cells.length,
        "base": columns * cells.base * cells.length,
        "tim": columns * cells.tim * cells.length,
        "inlet": cells.channel * cells.height,
        "outlet": cells.channel * cells.height,
        "heated": columns * cells.length,
        "base_bottom": columns * cells.length,
        "wetted": (cells.height + 2 * cells.channel) * cells.length,
        "symmetry": cells.height * cells.length,
        "fin_symmetry": (cells.height + cells.base + cells.tim) * cells.length,
    }
    check_contract(path, PLATE_CHANNEL)


def test_coordinates_are_metres_and_fill_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "channel.msh"
    write_half_channel(CELL, LEVELS["coarse"], path)
    with opened(path) as model:
        points = np.array(model.mesh.getNodes()[1]).reshape(-1, 3)
    assert points.min(axis=0) == pytest.approx([0.0, 0.0, -2.05e-3], abs=1e-12)
    assert points.max(axis=0) == pytest.approx([40e-3, 0.1e-3, 3e-3], rel=1e-9)


def test_grid_lines_meet_every_interface() -> None:
    for cells in LEVELS.values():
        x, y, z = channel_axes(CELL, cells)
        assert all(np.all(np.diff(axis) > 0.0) for axis in (x, y, z))
        assert np.isclose(y, 0.05e-3).any()
        assert np.isclose(z, 0.0, atol=1e-12).any()
        assert np.isclose(z, -2e-3).any()


def test_channel_wider_than_its_pitch_is_refused(tmp_path: Path) -> None:
    wide = HalfChannel(0.2e-3, 0.3e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)
    with pytest.raises(MeshError, match=r"^the channel \(0\.3 mm\) must be narrower than its pitch \(0\.2 mm\)$"):
        write_half_channel(wide, Cells(1, 1, 1, 1, 1, 1), tmp_path / "channel.msh")
    assert list(tmp_path.iterdir()) == []


def test_missing_group_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cube.msh"
    gmsh.initialize(interruptible=False)
    gmsh.option.setNumber("General.Terminal", 0)
    box = gmsh.model.occ.addBox(0, 0, 0, 1, 1, 1)
    gmsh.model.occ.synchronize()
    gmsh.model.addPhysicalGroup(3, [box], name="fluid")
    gmsh.model.mesh.generate(3)
    gmsh.write(str(path))
    gmsh.finalize()
    assert physical_groups(path) == {"fluid": 3}
    with pytest.raises(MeshError) as caught:
        check_contract(path, PLATE_CHANNEL)
    assert str(caught.value) == (
        f"{path}: a cold-plate channel mesh needs the volume group 'fin'; groups found: fluid "
        "(the naming contract is in meshes/README.md)"
    )


def test_unreadable_mesh_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none.msh"
    path.write_text("not a mesh")
    with pytest.raises(MeshError, match="this is a text of an unknown kind, and what might be a script is not run"):
        check_contract(path, PLATE_CHANNEL)
