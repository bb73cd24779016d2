"""The plate with a slot across its middle: volumes and areas against its drawing, whole and as a cell."""

from dataclasses import replace
from pathlib import Path

import pytest

from rackmesh.contract.inspection import inspect
from rackmesh.files import MeshError, opened
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.split_flow import SplitFlow, write_split_flow, write_split_flow_cell
from rackmesh.zones import Zone
from tests.meshes.sizes_of_groups import group_sizes

MM = 1e-3
PLATE = SplitFlow(
    length=12 * MM,
    width=2 * MM,
    pitch=0.5 * MM,
    channel_width=0.3 * MM,
    fin_height=3 * MM,
    base_thickness=2 * MM,
    slot_width=1.2 * MM,
    slot_height=1.5 * MM,
    plenum_length=4 * MM,
    side_wall=1 * MM,
)


@pytest.mark.parametrize("lid", [0.0, 1.0, 1.5])
def test_sizes_of_the_plate(lid: float, tmp_path: Path) -> None:
    path = tmp_path / "plate.msh"
    write_split_flow(replace(PLATE, lid_thickness=lid * MM), Sizes(across=2), (), path)
    fluid = 2 * 4 * 2 * 3 + 4 * 0.3 * 3 * 12 + 1.2 * 2 * 1.5
    channels = 4 * (2 * 3 + 0.3) * 12 + 4 * 0.3 * (12 - 1.2)
    plenums = 2 * (4 * 2 * 2 + 2 * 4 * 3) + 2 * 4 * 0.2 * 3
    slot = 2 * (1.2 + 2) * 1.5 + 1.2 * 4 * 0.2  # its walls, and the fins' tips
    expected = {
        "fluid": fluid * MM**3,
        "fins": 4 * 0.2 * 3 * 12 * MM**3,
        "walls": 2 * 1 * 20 * 3 * MM**3,
        "base": 20 * 4 * 2 * MM**3,
        "inlet": 1.2 * 2 * MM**2,
        "outlet_1": 2 * 3 * MM**2,
        "outlet_2": 2 * 3 * MM**2,
        "wetted": (channels + plenums + slot) * MM**2,
        "heated": 12 * 2 * MM**2,
    }
    if lid:
        expected["lid"] = (20 * 4 - 1.2 * 2) * lid * MM**3
    assert group_sizes(path) == pytest.approx(expected, rel=1e-9)
    with opened(path):
        assert inspect(path) == 3


def test_sizes_of_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "cell.msh"
    quality = write_split_flow_cell(PLATE, Sizes(), path, (2 * MM,))
    assert quality.across == {"half channel": 2}
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": (0.15 * 3 * 6 + 0.6 * 0.25 * 1.5) * MM**3,
            "fins": 0.1 * 3 * 6 * MM**3,
            "base": 0.25 * 2 * 6 * MM**3,
            "inlet": 0.6 * 0.25 * MM**2,
            "outlet": 0.15 * 3 * MM**2,
            "symmetry_slot": (0.15 * 3 + 0.25 * 1.5) * MM**2,
            "symmetry_channel": (6 * 3 + 0.6 * 1.5) * MM**2,
            "symmetry_fin": 0.6 * 1.5 * MM**2,
            "wetted": (3 * 6 + 0.15 * 6 + 0.15 * 5.4 + 0.6 * 0.1 + 0.25 * 1.5) * MM**2,
            "heated_1": 2 * 0.25 * MM**2,
            "heated_2": 4 * 0.25 * MM**2,
        },
        rel=1e-9,
    )


def test_a_zone_under_the_slot(tmp_path: Path) -> None:
    path = tmp_path / "plate.msh"
    write_split_flow(PLATE, Sizes(across=1, factor=0.7), [Zone("chip", 9.7 * MM, 1.2 * MM, 0.5 * MM, 1 * MM)], path)
    assert group_sizes(path)["heated_chip"] == pytest.approx(0.5 * MM**2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slot_width": 12 * MM}, r"^slot_width \(12 mm\) must be smaller than length \(12 mm\)$"),
        ({"slot_height": 0.0}, r"^slot_height must be positive, not 0 mm$"),
        ({"lid_thickness": 2 * MM}, r"^slot_height \(1\.5 mm\) must be at least lid_thickness \(2 mm\)$"),
    ],
)
def test_limits(change: dict[str, float], message: str, tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=message):
        write_split_flow(replace(PLATE, **change), Sizes(), (), tmp_path / "plate.msh")
    with pytest.raises(MeshError, match=message):
        write_split_flow_cell(replace(PLATE, **change), Sizes(), tmp_path / "plate.msh")
    with pytest.raises(MeshError, match="x_breaks must lie between 0 and half the length"):
        write_split_flow_cell(PLATE, Sizes(), tmp_path / "plate.msh", (7 * MM,))
