"""Skived plates as case files against the computed cells of developed flow, on the mesh that a case gets unasked.

Reference: heat/conjugate_microchannel_cell_computed.csv, finite volumes on three grids and Richardson extrapolation, whose last
correction is up to 1.3e-3 of R''.
"""

import math
from pathlib import Path

import pytest

from tests.plate.cases import Liquid, point_of, rows_of

pytestmark = pytest.mark.reference
CHANNELS = 10
NAMES = (
    "TP81 Si/water 27C",
    "TP83 Si/water 27C",
    "QM2002a Cu unit cell (adiabatic lid)",
    "skived Cu PG25 pitch0.2 h3 b2",
    "skived Cu PG25 pitch0.5 h5 b2",
)
ZONES = 5
FLUX = 1e5  # W/m²


@pytest.fixture(scope="module")
def rows(reference: Path) -> dict[str, dict[str, str]]:
    """The reference's rows by name."""
    return {row["case"]: row for row in rows_of(reference / "heat" / "conjugate_microchannel_cell_computed.csv")}


def test_every_row_has_its_test(rows: dict[str, dict[str, str]]) -> None:
    assert set(rows) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_of_the_table(rows: dict[str, dict[str, str]], name: str, tmp_path: Path) -> None:
    """f Re by the pressure drop, whose inlet is developed; R'' of the zone in the middle, whose bulk is told.

    The channel is 40 times as long as what its ends do reaches, by conduction along the solid; the flow is that at which the
    coolant's own entrance is a part of it. Temperatures are linear in the middle, so a zone's mean lies above the bulk at its
    middle as everywhere.
    """
    row = rows[name]
    gap, fin, height, base = (1e-6 * float(row[key]) for key in ("w_c_um", "w_w_um", "h_c_um", "t_base_um"))
    solid, expected = float(row["k_s"]), float(row["R_bottom_mean_mm2K_W"])
    liquid = Liquid(conductivity=float(row["k_f"]))
    part = math.ceil(4e7 * math.sqrt(solid * (base + height) * 1e-6 * expected) / ZONES)  # of a zone, in whole um
    length = 1e-6 * part * ZONES
    width, diameter = CHANNELS * (gap + fin), 2.0 * gap * height / (gap + height)
    speed = length * liquid.conductivity / (liquid.density * liquid.heat_capacity) / diameter**2
    flow = CHANNELS * gap * height * speed
    zones = "\n".join(
        f'[[plates.cell.zones]]\nname = "z{number}"\nx = "{number * part} um"\ny = "0 mm"\n'
        f'length = "{part} um"\nwidth = "{width * 1e3:.9g} mm"\nflux = "{FLUX:g} W/m^2"\n'
        for number in range(ZONES)
    )
    liquid.write(tmp_path / "liquid.csv")
    case = tmp_path / "case.toml"
    case.write_text(f"""
[case]
name = "cell"
title = "A row of the table of computed cells"
[coolant]
name = "constant"
table = "liquid.csv"
[plates.cell]
kind = "skived"
model = "cell"
length = "{length * 1e3:.9g} mm"
width = "{width * 1e3:.9g} mm"
pitch = "{(gap + fin) * 1e3:.9g} mm"
channel_width = "{gap * 1e3:.9g} mm"
fin_height = "{height * 1e3:.9g} mm"
base_thickness = "{base * 1e3:.9g} mm"
conductivity = "{solid:g} W/(m*K)"
flow = "{flow * 6e4:.9g} L/min"
inlet_temperature = "20 degC"
flow_factors = [0.5, 1.0, 2.0]
{zones}
""")
    found = point_of(case, "cell")
    friction = found.pressure_drop_pa / length * diameter**2 / (2.0 * liquid.viscosity * speed)
    middle = found.zones[f"z{ZONES // 2}"]
    assert middle.bulk_k is not None
    resistance = 1e6 * (middle.base_mean_k - middle.bulk_k) / FLUX
    wanted = float(row["fRe_Fanning"])
    print(
        f"| {name} | {wanted:.4f} | {friction:.4f} | {100 * (friction / wanted - 1):+.3f} | {expected:.4f} | "
        f"{resistance:.4f} | {100 * (resistance / expected - 1):+.3f} |"
    )
    assert friction == pytest.approx(wanted, rel=5e-3)
    assert resistance == pytest.approx(expected, rel=5e-3)
