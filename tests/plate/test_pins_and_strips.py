"""Pins in creeping flow through a case file, against the drag of a square array of long ones."""

import math
from pathlib import Path

import pytest

from rack2city.plate.correlations.pins import creeping_drag
from tests.plate.cases import Liquid, point_of

PITCH, COLUMNS, ROWS = 1e-3, 4, 4
HEIGHTS = (3e-3, 12e-3)
SYRUP = Liquid(viscosity=10.0)
FLOW = 1e-3 / 6e4  # m³/s


def conductance(share: float, height: float, level: str, folder: Path) -> float:
    """Flow of a column of pins over viscosity and gradient (m⁴): its least flow through syrup, Re 1e-5."""
    SYRUP.write(folder / "syrup.csv")
    case = folder / "case.toml"
    case.write_text(f"""
[case]
name = "creeping"
title = "Long pins in creeping flow"
[coolant]
name = "syrup"
table = "syrup.csv"
[plates.pins]
kind = "pin-fin"
model = "cell"
power = "0.1 W"
flow = "{FLOW * 6e4:.9g} L/min"
inlet_temperature = "20 degC"
length = "{1e3 * ROWS * PITCH:g} mm"
width = "{1e3 * COLUMNS * PITCH:g} mm"
pin = "round"
arrangement = "inline"
pin_width = "{2e3 * PITCH * math.sqrt(share / math.pi):.12g} mm"
pitch_along = "{1e3 * PITCH:g} mm"
pitch_across = "{1e3 * PITCH:g} mm"
fin_height = "{1e3 * height:g} mm"
base_thickness = "0.2 mm"
conductivity = "400 W/(m*K)"
level = "{level}"
""")
    gradient = point_of(case, "pins").pressure_drop_pa / (ROWS * PITCH)
    return FLOW / COLUMNS * SYRUP.viscosity / gradient


@pytest.mark.parametrize(
    ("share", "level", "within"),
    [
        pytest.param(0.1, "fine", 1e-3, marks=pytest.mark.slow),
        pytest.param(0.2, "medium", 1e-3, marks=pytest.mark.slow),
        pytest.param(0.4, "medium", 5e-4, marks=pytest.mark.slow),
    ],
)
def test_creeping_flow_across_pins(share: float, level: str, within: float, tmp_path: Path) -> None:
    """Floor and lid brake the same in both heights: what the higher pins pass more is that of long ones.

    Thin pins have few cells around them: 0.23 % on the mesh of level medium. tests/fem holds 0.05 % on a mesh of its own.

    Source: Sangani & Acrivos (1982), drag on a unit length over viscosity and mean speed, at solid shares of a square array.
    """
    low, high = (conductance(share, height, level, tmp_path) for height in HEIGHTS)
    drag = PITCH**3 * (HEIGHTS[1] - HEIGHTS[0]) / (high - low)
    wanted = creeping_drag(share).value
    print(f"| {share:g} | {level} | {wanted:.2f} | {drag:.2f} | {100.0 * (drag / wanted - 1.0):+.3f} |")
    assert drag == pytest.approx(wanted, rel=within)
