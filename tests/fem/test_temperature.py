"""The temperature alone: uniform stays uniform, linear in the power, and a slab of layers against its resistances."""

from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.heat.quantities import bulk_temperature_at, highest_temperature, lowest_temperature
from rack2city.fem.mesh.quantities import mean_over_interface, mean_over_surface, surface_maximum
from rackmesh.channel import Cells, HalfChannel, write_half_channel
from tests.fem.cells import CONDUCTIVITIES, DENSITY, INLET_K, SPECIFIC_HEAT, constant_problem

CELL = HalfChannel(0.2e-3, 0.1e-3, 1e-3, 0.5e-3, 10e-3, 0.05e-3)


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> ConjugateProblem:
    path: Path = tmp_path_factory.mktemp("cell") / "cell.msh"
    write_half_channel(CELL, Cells(channel=1, fin=1, height=4, base=2, tim=1, length=6), path)
    return constant_problem(path, MPI.COMM_SELF)


def test_uniform_temperature_stays_uniform(problem: ConjugateProblem) -> None:
    problem.flow.solve(2e-8)
    problem.velocity.x.array[:] = problem.flow.velocity().x.array
    problem.heat.solve({"heated": 0.0})
    assert np.max(np.abs(problem.heat.temperature.x.array - INLET_K)) < 1e-10


def test_temperature_rise_is_linear_in_the_power(problem: ConjugateProblem) -> None:
    rises = []
    for flux in (1e5, 3e5):
        problem.solve(2e-8, {"heated": flux})
        rises.append(surface_maximum(problem.domain, problem.heat.temperature, "heated") - INLET_K)
    assert rises[1] / rises[0] == pytest.approx(3.0, rel=1e-9)


def test_extremes_are_those_of_the_bodies_that_are_asked_for(problem: ConjugateProblem) -> None:
    """Linear over the height from the heated face: the TIM is the lowest body, the coolant the highest."""
    heat, height = problem.heat, CELL.tim_thickness + CELL.base_thickness + CELL.fin_height
    kept = heat.temperature.x.array.copy()
    heat.temperature.interpolate(lambda x: 300.0 + x[2])
    bottom = float(problem.domain.mesh.geometry.x[:, 2].min())
    assert lowest_temperature(heat, *problem.domain.volumes) == pytest.approx(300.0 + bottom, rel=1e-12)
    assert highest_temperature(heat, *problem.domain.volumes) == pytest.approx(300.0 + bottom + height, rel=1e-12)
    floor = bottom + CELL.tim_thickness + CELL.base_thickness
    assert lowest_temperature(heat, "fluid") == pytest.approx(300.0 + floor, rel=1e-12)
    heat.temperature.x.array[:] = kept


def test_outlet_bulk_temperature_is_exact(problem: ConjugateProblem) -> None:
    problem.solve(2e-8, {"heated": 1e5})
    heat = 1e5 * 0.5 * CELL.pitch * CELL.length
    temperature = bulk_temperature_at(problem.heat, "outlet")
    assert temperature - INLET_K == pytest.approx(heat / (DENSITY * SPECIFIC_HEAT * 2e-8), rel=1e-8)


def test_interface_material_adds_its_resistance(problem: ConjugateProblem) -> None:
    """Evenly heated from below: the mean over the TIM drops by flux times thickness over conductivity, exactly."""
    problem.solve(2e-8, {"heated": 1e5})
    case = mean_over_surface(problem.domain, problem.heat.temperature, "heated")
    base = mean_over_interface(problem.domain, problem.heat.temperature, "base_bottom")
    assert case - base == pytest.approx(1e5 * CELL.tim_thickness / CONDUCTIVITIES["tim"], rel=1e-8)
