"""The half channel's mesh: groups, sizes, and the sentences of a mesh that breaks the contract."""

from dataclasses import replace
from pathlib import Path

import gmsh
import numpy as np
import pytest

from rackmesh.cells.statistics import mesh_statistics
from rackmesh.channel import LEVELS, Cells, HalfChannel, half_channel_blocks, write_half_channel
from rackmesh.contract.read import PLATE_CHANNEL, physical_groups, read_plate
from rackmesh.files import MeshError, opened
from tests.meshes.sizes_of_groups import group_sizes

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
        "fins": cells.fin * cells.height * cells.length,
        "base": columns * cells.base * cells.length,
        "tim": columns * cells.tim * cells.length,
        "inlet": cells.channel * cells.height,
        "outlet": cells.channel * cells.height,
        "heated": columns * cells.length,
        "base_bottom": columns * cells.length,
        "wetted": (cells.height + 2 * cells.channel) * cells.length,
        "symmetry": cells.height * cells.length,
    }


def test_coordinates_are_metres_and_fill_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "channel.msh"
    write_half_channel(CELL, LEVELS["coarse"], path)
    with opened(path) as model:
        points = np.array(model.mesh.getNodes()[1]).reshape(-1, 3)
    assert points.min(axis=0) == pytest.approx([0.0, 0.0, -2.05e-3], abs=1e-12)
    assert points.max(axis=0) == pytest.approx([40e-3, 0.1e-3, 3e-3], rel=1e-9)


def test_grid_lines_meet_every_interface() -> None:
    for cells in LEVELS.values():
        x, y, z = (half_channel_blocks(CELL, cells).lines(axis) for axis in range(3))
        assert all(np.all(np.diff(axis) > 0.0) for axis in (x, y, z))
        assert np.isclose(y, 0.05e-3).any()
        assert np.isclose(z, 0.0, atol=1e-12).any()
        assert np.isclose(z, -2e-3).any()


def test_a_bare_cell_has_the_sizes_of_its_drawing(tmp_path: Path) -> None:
    """No TIM, a lid, and a heated face in three parts."""
    cell, path = replace(CELL, tim_thickness=0.0, lid_thickness=1e-3), tmp_path / "channel.msh"
    quality = write_half_channel(cell, LEVELS["medium"], path, (10e-3, 15.5e-3))
    assert quality.scaled_jacobian == pytest.approx(1.0)
    assert quality.cells == mesh_statistics(path)["cells"] == 3 * (12 + 4 + 4) * 21  # one more for a break
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": 0.05e-3 * 3e-3 * 40e-3,
            "fins": 0.05e-3 * 3e-3 * 40e-3,
            "base": 0.1e-3 * 2e-3 * 40e-3,
            "lid": 0.1e-3 * 1e-3 * 40e-3,
            "inlet": 0.05e-3 * 3e-3,
            "outlet": 0.05e-3 * 3e-3,
            "symmetry": 3e-3 * 40e-3,
            "wetted": (2 * 0.05e-3 + 3e-3) * 40e-3,
            "heated_1": 0.1e-3 * 10e-3,
            "heated_2": 0.1e-3 * 5.5e-3,
            "heated_3": 0.1e-3 * 24.5e-3,
        },
        rel=1e-9,
    )


@pytest.mark.parametrize("breaks", [(0.0,), (40e-3,), (1e-3, 1e-3)])
def test_breaks_outside_the_length_are_refused(breaks: tuple[float, ...], tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"^x_breaks must lie between 0 and the length \(40 mm\), each once, not at "):
        write_half_channel(CELL, LEVELS["coarse"], tmp_path / "channel.msh", breaks)


def test_sizes_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"^base_thickness must be positive, not 0 mm$"):
        write_half_channel(replace(CELL, base_thickness=0.0), LEVELS["coarse"], tmp_path / "channel.msh")
    with pytest.raises(MeshError, match=r"^lid_thickness cannot be negative, as -1 mm is$"):
        write_half_channel(replace(CELL, lid_thickness=-1e-3), LEVELS["coarse"], tmp_path / "channel.msh")
    assert list(tmp_path.iterdir()) == []


def test_channel_wider_than_its_pitch_is_refused(tmp_path: Path) -> None:
    wide = HalfChannel(0.2e-3, 0.3e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)
    with pytest.raises(MeshError, match=r"^the channel \(0\.3 mm\) must be narrower than its pitch \(0\.2 mm\)$"):
        write_half_channel(wide, Cells(1, 1, 1, 1, 1, 1), tmp_path / "channel.msh")
    assert list(tmp_path.iterdir()) == []


def test_every_level_is_a_plate_of_the_contract(tmp_path: Path) -> None:
    for level in LEVELS.values():
        write_half_channel(CELL, level, tmp_path / "channel.msh")
        plate = read_plate(tmp_path / "channel.msh", PLATE_CHANNEL)
        assert [body.name for body in plate.fluids] == ["fluid"]


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
        read_plate(path, PLATE_CHANNEL)
    assert str(caught.value) == (
        f"{path}: a cold-plate channel mesh needs the volume group 'fins'; groups found: fluid "
        "(the naming contract is in meshes/README.md)"
    )


def test_unreadable_mesh_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none.msh"
    path.write_text("not a mesh")
    with pytest.raises(MeshError, match="this is a text of an unknown kind, and what might be a script is not run"):
        read_plate(path, PLATE_CHANNEL)
