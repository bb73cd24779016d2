"""The table of docs/plates-validation.md that stands beside other people's numbers, computed anew; none of those is a gate.

What is told of theirs is in ../shared/reference/coldplate/{published_cases.csv,correlations.md}; most correlations are bands.
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_plates
from rack2city.plate import case_coolant
from rack2city.plate.correlations import bends, ducts, pins, strips
from rack2city.plate.correlations.estimate import Estimate
from rack2city.plate.gci import grid_convergence
from tests.plate.cases import Liquid, copy_of, points_of, rows_of, run_of

ROOT = Path(__file__).parents[2]
CASES, PAGE = ROOT / "cases" / "plates", ROOT / "docs" / "plates-validation.md"
WATER = Liquid(density=992.2, heat_capacity=4179.0, conductivity=0.6306, viscosity=6.53e-4)  # at 40 degC
STEEP = WATER.viscosity * WATER.heat_capacity / WATER.conductivity  # Prandtl number

type Row = tuple[str, float, float | None, str]
"""What it is, ours, what its mesh leaves uncertain (-), and theirs."""

FIELD = """
[case]
name = "field"
title = "A field of pins or strips"
[coolant]
name = "water at 40 degC"
table = "water.csv"
[plates.field]
model = "cell"
power = "100 W"
inlet_temperature = "40 degC"
length = "40 mm"
width = "40 mm"
base_thickness = "1 mm"
conductivity = "391 W/(m*K)"
"""
PINS = """kind = "pin-fin"
pin = "round"
arrangement = "staggered"
pin_width = "0.5 mm"
pitch_along = "1 mm"
pitch_across = "1 mm"
fin_height = "2 mm"
"""
STRIPS = """kind = "offset-strip"
pitch = "1 mm"
strip_length = "2 mm"
strip_thickness = "0.2 mm"
fin_height = "3 mm"
"""
COLUMNS, LENGTH = 40, 40e-3


def band(estimates: tuple[Estimate, ...]) -> str:
    """Estimates with their names, an asterisk where they are outside their range."""
    return ", ".join(f"{e.correlation.name} {e.value:.3g}{'*' if e.outside else ''}" for e in estimates)


def field(kind: str, speed: float, section: float, folder: Path) -> dict[str, tuple[float, float]]:
    """Pressure drop (Pa) and wall-to-bulk coefficient (W/(m² K)) of a field at a mean speed through a section (m²) of a column.

    Each with its grid convergence index.
    """
    WATER.write(folder / "water.csv")
    case = folder / "case.toml"
    case.write_text(f'{FIELD}{kind}flow = "{COLUMNS * section * speed * 6e4:.9g} L/min"\n')
    found = list(points_of(case, "field"))
    cells = [count for _, count in found]
    drops = [point.pressure_drop_pa for point, _ in found]
    films = [100.0 / (p.reading.wetted_area * ((p.reading.wetted_mean_k or np.nan) - p.bulk_k)) for p, _ in found]
    return {name: (values[0], grid_convergence(values, cells)) for name, values in (("drop", drops), ("film", films))}


def pin_rows(_reference: Path, folder: Path) -> list[Row]:
    """Staggered round pins, D 0.5 mm, pitches 1 mm, H/D 4: friction of a row and Nusselt number on D."""
    geometry, rows = pins.Pins(0.5e-3, 2e-3, 1e-3, 1e-3, staggered=True), []
    for reynolds in (50.0, 100.0):
        speed = reynolds * WATER.viscosity / (WATER.density * geometry.diameter)
        found = field(PINS, speed, 0.5e-3 * geometry.height, folder)
        drop, error = found["drop"]
        friction = 2.0 * drop / (LENGTH / geometry.pitch_along) / (WATER.density * speed**2)
        theirs = pins.friction_short(geometry, reynolds, 0.5e-3 * geometry.height)
        rows.append((f"pins, Re {reynolds:g}, f of a row", friction, error, band(theirs)))
        film, error = found["film"]
        nusselts = (pins.nusselt_bank(geometry, reynolds, STEEP), *pins.nusselt_short(geometry, reynolds, STEEP))
        rows.append((f"pins, Re {reynolds:g}, Nu", film * 0.5e-3 / WATER.conductivity, error, band(nusselts)))
    return rows


def strip_rows(_reference: Path, folder: Path) -> list[Row]:
    """Offset strips 0.2 mm thick, 2 mm long and 3 mm high, 0.8 mm apart: Fanning friction and Nusselt number."""
    geometry, rows = strips.StripFins(0.8e-3, 3e-3, 2e-3, 0.2e-3), []
    diameter = geometry.hydraulic_diameter
    for reynolds in (150.0, 300.0):
        speed = reynolds * WATER.viscosity / (WATER.density * diameter)
        found = field(STRIPS, speed, geometry.gap * geometry.height, folder)
        drop, error = found["drop"]
        friction = drop * diameter / (2.0 * WATER.density * speed**2 * LENGTH)
        rows.append((f"strips, Re {reynolds:g}, f", friction, error, band((strips.friction(geometry, reynolds),))))
        film, error = found["film"]
        theirs = band((strips.nusselt(geometry, reynolds, STEEP),))
        rows.append((f"strips, Re {reynolds:g}, Nu", film * diameter / WATER.conductivity, error, theirs))
    return rows


def serpentine_rows(_reference: Path, folder: Path) -> list[Row]:
    """Three passes of 3 x 2 mm with round bends, Re 203: pressure drop over that of as long a straight duct."""
    case = copy_of(CASES / "serpentine.toml", folder)
    found = list(points_of(case, "block", "level=medium"))
    drops, cells = [point.pressure_drop_pa for point, _ in found], [count for _, count in found]
    told = load_plates(case).case
    plate, water = told.plates["block"], case_coolant(told)
    assert plate.kind == "serpentine"
    width, height, bend = plate.channel_width, plate.channel_height, 0.5 * plate.pitch
    diameter = 2.0 * width * height / (width + height)
    speed = float(plate.flow or 0.0) / (width * height)
    turns, bulk = plate.passes - 1, found[0][0].bulk_k
    length = plate.passes * plate.length + turns * (np.pi * bend - 2.0 * (plate.wall + 0.5 * width + bend))
    viscosity = float(water.viscosity(bulk))
    reynolds, curvature = float(water.density(bulk)) * speed * diameter / viscosity, diameter / (2.0 * bend)
    duct = 2.0 * ducts.friction(height / width).value * viscosity * speed * length / diameter**2
    theirs = band(bends.friction_ratio(reynolds, curvature)) + f"; of the bends alone, all at curvature {curvature:.2f}"
    name = f"serpentine, Re {reynolds:.0f}, over {length * 1e3:.0f} mm of straight duct"
    return [(name, drops[0] / duct, grid_convergence(drops, cells), theirs)]


STRAIGHT = """
[case]
name = "straight10"
title = "Ten channels of 0.3 x 0.7 mm"
[coolant]
name = "water"
[plates.cell]
kind = "skived"
model = "cell"
flow = "0.2 L/min"
flow_factors = [0.5, 1.0, 1.5]
inlet_temperature = "25 degC"
length = "25 mm"
width = "10 mm"
pitch = "1 mm"
channel_width = "0.3 mm"
fin_height = "0.7 mm"
base_thickness = "1.25 mm"
material = "copper"
tim_thickness = "0.05 mm"
tim_conductivity = "6 W/(m*K)"
[[plates.cell.zones]]
name = "chip"
x = "7.5 mm"
y = "0 mm"
length = "10 mm"
width = "10 mm"
power = "100 W"
"""


def straight_rows(reference: Path, folder: Path) -> list[Row]:
    """The channels of straight10 alone, without plenums, spreader, chip and what of the plate lies beyond."""
    table = rows_of(reference / "coldplate" / "published_cases.csv")
    case = folder / "case.toml"
    case.write_text(STRAIGHT)
    plate = run_of(case, "cell")
    rows: list[Row] = []
    for number, letter in enumerate("abc"):
        theirs = [row for row in table if row["case"] == f"straight10-{letter}"]
        drop, resistance = (next(r for r in theirs if r["quantity"].startswith(what)) for what in ("dp", "R "))
        error = {"dp": plate.pressure_drop_uncertainty, "R": plate.uncertainty}
        uncertain = {key: one["mesh refinement"] if letter == "b" else None for key, one in error.items()}
        flow = f"straight10, {0.1 * (number + 1):.1f} L/min"
        rows.append((f"{flow}, dp (Pa)", plate.pressure_drop_pa[number], uncertain["dp"], drop["value"]))
        ours = plate.case_to_inlet_max_k_per_w[number]
        rows.append((f"{flow}, R chip to inlet (K/W)", ours, uncertain["R"], resistance["value"]))
    return rows


PARTS: dict[str, Callable[[Path, Path], list[Row]]] = {
    "pins": pin_rows,
    "strips": strip_rows,
    "serpentine": serpentine_rows,
    "straight": straight_rows,
}


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.parametrize("part", PARTS)
def test_the_page_tells_what_is_computed(part: str, reference: Path, tmp_path: Path) -> None:
    """Ours to half a percent; prints the rows as they stand on the page."""
    page = PAGE.read_text(encoding="utf-8")
    for name, ours, error, theirs in PARTS[part](reference, tmp_path):
        told = "-" if error is None else f"{100.0 * error:.2g} %"
        print(f"| {name} | {ours:.4g} | {told} | {theirs} |")
        found = re.search(rf"^\| {re.escape(name)} \| ([^|]+) \|", page, re.MULTILINE)
        assert found, name
        assert float(found[1]) == pytest.approx(ours, rel=5e-3)
