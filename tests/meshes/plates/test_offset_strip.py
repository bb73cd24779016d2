"""Offset strips: volumes and areas against their drawing, end faces that match by translation."""

from dataclasses import replace
from pathlib import Path

import pytest

from rackmesh.files import MeshError
from rackmesh.plates.offset_strip import OffsetStrip, write_offset_strip
from rackmesh.plates.parts.sizes import Sizes
from tests.meshes.matching import mismatch
from tests.meshes.sizes_of_groups import group_sizes

MM = 1e-3
STRIPS = OffsetStrip(
    strip_length=3 * MM, strip_thickness=0.2 * MM, pitch=1.2 * MM, fin_height=2 * MM, base_thickness=1 * MM
)


@pytest.mark.parametrize("periods", [1, 3])
def test_sizes(periods: int, tmp_path: Path) -> None:
    path, n = tmp_path / "cell.msh", periods
    quality = write_offset_strip(replace(STRIPS, periods=n, lid_thickness=0.5 * MM), Sizes(), path)
    assert quality.scaled_jacobian == pytest.approx(1.0)
    end = 0.5 * 2 * MM**2
    tips = 2 * n * 2 * 0.1 * 2 * MM**2  # the strips' ends; half a strip each
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": 0.5 * 2 * 6 * n * MM**3,
            "fins": 0.1 * 2 * 6 * n * MM**3,
            "base": 0.6 * 1 * 6 * n * MM**3,
            "lid": 0.6 * 0.5 * 6 * n * MM**3,
            "inlet": end,
            "outlet": end,
            "solid_inlet": 0.1 * 2 * MM**2 + 0.6 * 1.5 * MM**2,
            "solid_outlet": 0.1 * 2 * MM**2 + 0.6 * 1.5 * MM**2,
            "symmetry_low": 3 * 2 * n * MM**2,
            "symmetry_high": 3 * 2 * n * MM**2,
            "wetted": (2 * 3 * 2 + 2 * 0.5 * 6) * n * MM**2 + tips,
            "heated": 0.6 * 6 * n * MM**2,
        },
        rel=1e-9,
    )


def test_end_faces_match_by_translation(tmp_path: Path) -> None:
    path = tmp_path / "cell.msh"
    write_offset_strip(STRIPS, Sizes(factor=1.4), path)
    for one, other in (("inlet", "outlet"), ("solid_inlet", "solid_outlet")):
        assert mismatch(path, one, other, STRIPS.length) < 1e-12
        assert mismatch(path, one, other, 0.9 * STRIPS.length) > 1e-6


def test_limits(tmp_path: Path) -> None:
    for change, message in (
        (
            {"strip_thickness": 0.6 * MM},
            r"^strip_thickness \(0\.6 mm\) must be smaller than half the pitch \(0\.6 mm\)$",
        ),
        ({"strip_length": 0.0}, r"^strip_length must be positive, not 0 mm$"),
        ({"periods": 0}, r"^periods: there must be one at least, not 0$"),
    ):
        with pytest.raises(MeshError, match=message):
            write_offset_strip(replace(STRIPS, **change), Sizes(), tmp_path / "cell.msh")  # type: ignore[arg-type]
