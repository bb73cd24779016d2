"""Pins: volumes and areas against closed formulas for each shape and arrangement, matching ends, zones, limits."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from rackmesh.contract.inspection import inspect
from rackmesh.files import MeshError, opened
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.pin_fin import PinField, PinFin, write_pin_cell, write_pin_field
from rackmesh.zones import Zone
from tests.meshes.matching import mismatch
from tests.meshes.sizes_of_groups import group_sizes

MM = 1e-3
PINS = PinFin(pin_width=1 * MM, pitch_along=2.2 * MM, pitch_across=2 * MM, fin_height=1.5 * MM, base_thickness=1 * MM)
AREA = {"round": 0.25 * math.pi, "square": 1.0, "diamond": 0.5}  # of pin_width squared
RIM = {"round": math.pi, "square": 4.0, "diamond": 2.0 * math.sqrt(2.0)}  # of pin_width


@pytest.mark.parametrize("arrangement", ["inline", "staggered"])
@pytest.mark.parametrize("shape", ["round", "square", "diamond"])
@pytest.mark.parametrize("periods", [1, 2])
def test_sizes_of_the_cell(shape: str, arrangement: str, periods: int, tmp_path: Path) -> None:
    pins = replace(PINS, shape=shape, arrangement=arrangement, lid_thickness=0.5 * MM)  # type: ignore[arg-type]
    path, n = tmp_path / "cell.msh", periods * (2 if arrangement == "staggered" else 1)
    quality = write_pin_cell(pins, Sizes(across=4), path, periods)
    assert quality.scaled_jacobian > 0.4
    pin, plan = 0.5 * AREA[shape], 1.0 * 2.2  # mm2, of half a pin and of its half box
    free = plan - pin
    low, high = 2.2 * n * 1.5 - periods * 1.0 * 1.5, 2.2 * n * 1.5 - (periods * 1.0 * 1.5 if n > periods else 0.0)
    expected = {
        "fluid": n * free * 1.5,
        "fins": n * pin * 1.5,
        "base": n * plan,
        "lid": 0.5 * n * plan,
        "inlet": 1.5,
        "outlet": 1.5,
        "solid_inlet": 1.5,
        "solid_outlet": 1.5,
        "symmetry_low": low,
        "symmetry_high": high,
        "wetted": n * (0.5 * RIM[shape] * 1.5 + 2 * free),
        "heated": n * plan,
    }
    found = group_sizes(path)
    mm = {name: size / MM ** (3 if name in ("fluid", "fins", "base", "lid") else 2) for name, size in found.items()}
    assert mm == pytest.approx(expected, rel=6e-5 if shape == "round" else 1e-9)  # arcs of 22.5 degrees
    length = n * 2.2 * MM
    assert mismatch(path, "inlet", "outlet", length) < 1e-12
    assert mismatch(path, "solid_inlet", "solid_outlet", length) < 1e-12
    with opened(path):
        assert inspect(path) == 3


@pytest.mark.parametrize("arrangement", ["inline", "staggered"])
def test_sizes_of_the_field(arrangement: str, tmp_path: Path) -> None:
    pins = replace(PINS, arrangement=arrangement)  # type: ignore[arg-type]
    field = PinField(pins, 3 * 2.2 * MM, 4 * 2 * MM, 5 * MM, 0.8 * MM)
    path = tmp_path / "field.msh"
    zones = [Zone("gpu", 4.5 * MM, 1.6 * MM, 7 * MM, 5.3 * MM), Zone("hot", 8 * MM, 3.1 * MM, 1.8 * MM, 2 * MM)]
    write_pin_field(field, Sizes(across=2), zones, path)
    number = 12 if arrangement == "inline" else 11
    pin = number * 0.25 * math.pi
    found = group_sizes(path)
    mm = {n: size / MM ** (3 if n in ("fluid", "fins", "base", "walls") else 2) for n, size in found.items()}
    assert mm == pytest.approx(
        {
            "fluid": (16.6 * 8 - pin) * 1.5,
            "fins": pin * 1.5,
            "walls": 2 * 0.8 * 16.6 * 1.5,
            "base": 16.6 * 9.6 * 1.0,
            "inlet": 8 * 1.5,
            "outlet": 8 * 1.5,
            "wetted": 2 * 16.6 * 1.5 + 2 * (16.6 * 8 - pin) + number * math.pi * 1.5,
            "heated_gpu": 7 * 5.3 - 1.8 * 2,
            "heated_gpu+hot": 1.8 * 2,
        },
        rel=1e-4,
    )
    assert mm["heated_gpu+hot"] == pytest.approx(3.6, rel=1e-9)
    with opened(path):
        assert inspect(path) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pin_width": 2 * MM}, r"^pin_width \(2 mm\) must be smaller than pitch_across \(2 mm\)$"),
        ({"pitch_along": 1 * MM}, r"^pin_width \(1 mm\) must be smaller than pitch_along \(1 mm\)$"),
        ({"shape": "oval"}, r"^shape must be one of round, square, diamond, not 'oval'$"),
        ({"arrangement": "loose"}, r"^arrangement must be one of inline, staggered, not 'loose'$"),
    ],
)
def test_limits(change: dict[str, float], message: str, tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=message):
        write_pin_cell(replace(PINS, **change), Sizes(), tmp_path / "cell.msh")  # type: ignore[arg-type]
    with pytest.raises(MeshError, match=r"^length \(5 mm\) is not a whole number of pitches of 2\.2 mm; 4\.4 mm and"):
        write_pin_field(PinField(PINS, 5 * MM, 4 * MM, 1 * MM, 1 * MM), Sizes(), (), tmp_path / "cell.msh")
    thin = [Zone("a", 3 * MM, 1 * MM, 0.02 * MM, 1 * MM)]
    with pytest.raises(MeshError, match=r"edges of zones or of the plate at x = 3 mm and 3\.02 mm are too close"):
        write_pin_field(PinField(PINS, 4.4 * MM, 4 * MM, 2 * MM, 1 * MM), Sizes(), thin, tmp_path / "cell.msh")
    assert list(tmp_path.iterdir()) == []
