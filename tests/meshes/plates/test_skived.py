"""The plate of straight fins: volumes and areas against its drawing, zones on its underside, limits."""

from dataclasses import replace
from pathlib import Path

import pytest

from rackmesh.contract.inspection import inspect
from rackmesh.files import MeshError, opened
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.skived import Skived, write_skived
from rackmesh.zones import Zone
from tests.meshes.sizes_of_groups import group_sizes

MM = 1e-3
PLATE = Skived(
    length=20 * MM,
    width=2 * MM,
    pitch=0.5 * MM,
    channel_width=0.3 * MM,
    fin_height=3 * MM,
    base_thickness=2 * MM,
    plenum_length=5 * MM,
    side_wall=1 * MM,
)


def test_sizes_of_the_plate(tmp_path: Path) -> None:
    path = tmp_path / "plate.msh"
    quality = write_skived(PLATE, Sizes(), (), path)
    assert quality.across == {"channel": 3}
    assert quality.scaled_jacobian == pytest.approx(1.0)
    fins = 4 * 0.2 * MM * 3 * MM
    channels = 4 * (0.3 * MM + 2 * 3 * MM + 0.3 * MM) * 20 * MM
    plenums = 2 * (5 * MM * 2 * MM * 2 + 2 * 5 * MM * 3 * MM)
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": (2 * 5 * 2 * 3 + 4 * 0.3 * 3 * 20) * MM**3,
            "fins": fins * 20 * MM,
            "walls": 2 * 1 * MM * 30 * MM * 3 * MM,
            "base": 30 * MM * 4 * MM * 2 * MM,
            "inlet": 2 * MM * 3 * MM,
            "outlet": 2 * MM * 3 * MM,
            "wetted": channels + plenums + 2 * fins,
            "heated": 20 * MM * 2 * MM,
        },
        rel=1e-9,
    )
    with opened(path):
        assert inspect(path) == 3


def test_zones_and_windows_are_imprinted_wherever_they_lie(tmp_path: Path) -> None:
    """Edges of zones in fins, in gaps and in the plenum; a window whose edges lie in gaps; a lid."""
    chip, spot = Zone("gpu", 3 * MM, 1.37 * MM, 14 * MM, 2.2 * MM), Zone("hot", 8 * MM, 2.11 * MM, 1 * MM, 0.5 * MM)
    path = tmp_path / "plate.msh"
    write_skived(replace(PLATE, lid_thickness=1 * MM, port_width=0.9 * MM), Sizes(across=2), (chip, spot), path)
    found = group_sizes(path)
    areas = {"inlet": 2.7, "outlet": 2.7, "heated_gpu+hot": 0.5, "heated_gpu": 14 * 2.2 - 0.5}
    assert {name: found[name] for name in areas} == pytest.approx({n: a * MM**2 for n, a in areas.items()}, rel=1e-9)
    assert "heated" not in found
    assert found["lid"] == pytest.approx(30 * 4 * 1 * MM**3)
    assert found["fluid"] == pytest.approx((2 * 5 * 2 * 3 + 4 * 0.3 * 3 * 20) * MM**3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"channel_width": 0.5 * MM}, r"^channel_width \(0\.5 mm\) must be smaller than pitch \(0\.5 mm\)$"),
        ({"width": 2.2 * MM}, r"^width \(2\.2 mm\) is not a whole number of pitches of 0\.5 mm; 2 mm and 2\.5 mm are$"),
        ({"fin_height": 0.0}, r"^fin_height must be positive, not 0 mm$"),
        ({"lid_thickness": -1 * MM}, r"^lid_thickness cannot be negative, as -1 mm is$"),
        ({"port_width": 3 * MM}, r"^port_width \(3 mm\) must not be larger than width \(2 mm\), and not negative$"),
    ],
)
def test_limits(change: dict[str, float], message: str, tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=message):
        write_skived(replace(PLATE, **change), Sizes(), (), tmp_path / "plate.msh")
    with pytest.raises(MeshError, match="zone 'far' lies outside the plate"):
        write_skived(PLATE, Sizes(), [Zone("far", 20 * MM, 0, 20 * MM, 1 * MM)], tmp_path / "plate.msh")
    assert list(tmp_path.iterdir()) == []
