"""The conjugate cell against the computed reference: f Re and the base-to-bulk resistance of developed flow.

Reference: heat/conjugate_microchannel_cell_computed.csv, finite volumes on three grids and Richardson extrapolation, whose
last correction is up to 1.3e-3 of R'' (the row "skived Cu PG25 pitch0.2 h3 b2", solved here with a TIM below).
"""

import csv
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import ufl
from mpi4py import MPI

from rack2city.fem.mesh.quantities import mean_over_surface
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from tests.fem.cells import DENSITY, SPECIFIC_HEAT, VISCOSITY, Solved, heated_cell

ROW = "skived Cu PG25 pitch0.2 h3 b2"


def friction_factor_times_reynolds(solved: Solved) -> float:
    """Fanning f Re of the whole channel; the inlet profile is developed, so there is no entrance loss."""
    g = solved.geometry
    area = 0.5 * g.width * g.fin_height
    diameter = 2.0 * g.width * g.fin_height / (g.width + g.fin_height)
    speed = solved.flow_rate / area
    pressure = solved.problem.flow.pressure()
    drop = mean_over_surface(solved.problem.fluid, pressure, "inlet")
    return drop / g.length * diameter**2 / (2.0 * VISCOSITY * speed)


def developed_resistance(solved: Solved) -> float:
    """Base-to-bulk resistance (mm2 K/W) of a stretch along which temperatures rise linearly.

    Means with one weight along x, integrated at the same points in both, differ by the local difference, whatever the weight.
    """
    problem, temperature = solved.problem, solved.problem.heat.temperature
    domain, fluid = problem.domain, problem.fluid
    start, end = 0.5 * solved.geometry.length, 0.8 * solved.geometry.length
    x, degree = ufl.SpatialCoordinate(domain.mesh)[0], {"quadrature_degree": 8}
    bump = ((x - start) * (end - x) * 4.0 / (end - start) ** 2) ** 2
    weight = ufl.conditional(ufl.And(ufl.gt(x, start), ufl.lt(x, end)), bump, 0.0)
    if "base_bottom" in domain.surfaces:
        face = domain.dS(metadata=degree)(domain.surfaces["base_bottom"])
        base = domain.integral(ufl.avg(weight * temperature) * face) / domain.integral(ufl.avg(weight) * face)
    else:
        face = domain.ds(metadata=degree)(domain.surfaces["heated"])
        base = domain.integral(weight * temperature * face) / domain.integral(weight * face)
    stream, dx = weight * problem.velocity[0], domain.dx(metadata=degree)(domain.volumes["fluid"])
    maps = [fluid.cell_map]
    bulk = domain.integral(stream * temperature * dx, maps) / domain.integral(stream * dx, maps)
    return 1e6 * (base - bulk) / solved.flux


@pytest.fixture(scope="module")
def rows(reference: Path) -> dict[str, dict[str, str]]:
    """The reference's rows by name."""
    lines = (reference / "heat" / "conjugate_microchannel_cell_computed.csv").read_text().splitlines()
    return {r["case"]: r for r in csv.DictReader(line for line in lines if not line.startswith("#"))}


@pytest.fixture(scope="module")
def row(rows: dict[str, dict[str, str]]) -> dict[str, str]:
    """The reference's row of the cell with a TIM."""
    return rows[ROW]


@pytest.mark.slow  # the same rows, through a case, are tests/plate/test_micro_channels.py
@pytest.mark.reference
def test_every_row_on_the_default_mesh(rows: dict[str, dict[str, str]], tmp_path: Path) -> None:
    """No TIM; long enough for its ends not to matter, at a speed at which its thermal length is its own length."""
    assert len(rows) == 5
    for name, row in rows.items():
        gap, fin, height, base = (1e-6 * float(row[key]) for key in ("w_c_um", "w_w_um", "h_c_um", "t_base_um"))
        solid, liquid, expected = (float(row[key]) for key in ("k_s", "k_f", "R_bottom_mean_mm2K_W"))
        decay = math.sqrt(
            solid * (base + height) * 1e-6 * expected
        )  # of what the ends do, by conduction along the solid
        cell = HalfChannel(gap + fin, gap, height, base, 40.0 * decay)
        write_half_channel(cell, LEVELS["medium"], tmp_path / "cell.msh")
        diameter = 2.0 * gap * height / (gap + height)
        speed = cell.length * liquid / (DENSITY * SPECIFIC_HEAT) / diameter**2
        conductivities = {"fluid": liquid, "fins": solid, "base": solid}
        problem = heated_cell(
            tmp_path / "cell.msh", MPI.COMM_SELF, lambda t: math.log(VISCOSITY) + 0.0 * t, conductivities
        )
        solved = Solved(problem, cell, 0.5 * gap * height * speed, 1e5)
        problem.solve(solved.flow_rate, {"heated": solved.flux})
        friction, resistance = friction_factor_times_reynolds(solved), developed_resistance(solved)
        print(name, friction / float(row["fRe_Fanning"]) - 1.0, resistance / expected - 1.0)
        assert friction == pytest.approx(float(row["fRe_Fanning"]), rel=4e-4), name
        assert resistance == pytest.approx(expected, rel=1.2e-3), name


@pytest.mark.reference
def test_default_mesh_agrees_within_one_percent(solve_cell: Callable[[str], Solved], row: dict[str, str]) -> None:
    solved = solve_cell("medium")
    assert friction_factor_times_reynolds(solved) == pytest.approx(float(row["fRe_Fanning"]), rel=1e-3)
    assert developed_resistance(solved) == pytest.approx(float(row["R_bottom_mean_mm2K_W"]), rel=4e-3)


def test_known_value_on_the_coarse_mesh(solve_cell: Callable[[str], Solved]) -> None:
    """The same gate with the reference's single numbers, so that it also guards where its file is absent."""
    solved = solve_cell("coarse")
    assert friction_factor_times_reynolds(solved) == pytest.approx(22.9589, rel=4e-3)
    assert developed_resistance(solved) == pytest.approx(12.0196, rel=6e-3)


@pytest.mark.slow
@pytest.mark.reference
def test_converges_to_the_reference(solve_cell: Callable[[str], Solved], row: dict[str, str]) -> None:
    levels = [solve_cell(level) for level in ("coarse", "medium", "fine")]
    exact = float(row["fRe_Fanning"])
    errors = [friction_factor_times_reynolds(s) / exact - 1.0 for s in levels]
    # Quadratic velocity: f Re, an energy, converges with order 4; the levels refine by 1.5 in the mean.
    for coarse, fine in pairwise(errors):
        assert math.log(coarse / fine) / math.log(1.5) == pytest.approx(4.0, abs=1.0)
    expected = float(row["R_bottom_mean_mm2K_W"])
    distances = [abs(developed_resistance(s) / expected - 1.0) for s in levels]
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < float(row["rel_richardson_correction"])


def test_outlet_temperature_follows_from_the_heat_balance(solve_cell: Callable[[str], Solved]) -> None:
    solved = solve_cell("coarse")
    heat = solved.problem.heat
    expected = solved.flux * 0.5 * solved.geometry.pitch * solved.geometry.length
    assert heat.heat_in() == pytest.approx(expected, rel=1e-12)
    assert heat.heat_out() == pytest.approx(expected, rel=1e-8)


def test_reynolds_number_of_the_channel(solve_cell: Callable[[str], Solved]) -> None:
    solved = solve_cell("coarse")
    g = solved.geometry
    diameter = 2.0 * g.width * g.fin_height / (g.width + g.fin_height)
    assert solved.problem.flow.hydraulic_diameter == pytest.approx(diameter, rel=1e-12)
    speed = solved.flow_rate / (0.5 * g.width * g.fin_height)
    assert solved.problem.flow.speed == pytest.approx(speed, rel=1e-12)
    assert DENSITY * speed * diameter / VISCOSITY == pytest.approx(77.2, abs=0.1)
