"""Forced flow with buoyancy between a hot and a cold upright plate, as developed in the exact solution of Aung & Worku (1986).

Scaled by the gap and the mean velocity, developed: T = 1/2 - x, u = 6 x (1 - x) + A (s³ / 6 - s / 24), s = x - 1/2, with
A = Gr / Re. Above 72 the flow turns back along the cold plate, and fluid comes in through the outlet.
"""

from math import log2

import numpy as np
import pytest

from rack2city.fem.coupled.couplings import Buoyancy, Fluid
from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet
from rack2city.fem.heat.conditions import FixedTemperature, HeatInlet, HeatOutlet
from rack2city.fem.mesh.quantities import values_at
from tests.fem.heat_cases import at, box

REYNOLDS, PRANDTL, NEUTRAL, HEIGHT = 2.0, 0.71, 300.0, 8.0


def upright_channel(strength: float, cells: int) -> ConjugateProblem:
    """Gap 1, height 8, mean velocity 1, viscosity 1; temperatures half a kelvin above and below neutral."""
    surfaces = {"hot": at(0, 0.0), "cold": at(0, 1.0), "inlet": at(1, 0.0), "outlet": at(1, HEIGHT)}
    return ConjugateProblem(
        box("quadrilateral", (1.0, HEIGHT), (cells, 3 * cells), surfaces),
        Fluid(density=REYNOLDS, heat_capacity=PRANDTL, conductivity=1.0, viscosity=1.0),
        solids={},
        boundaries=[FlowInlet("inlet"), FlowOutlet("outlet")],
        conditions=[
            FixedTemperature("hot", NEUTRAL + 0.5),
            FixedTemperature("cold", NEUTRAL - 0.5),
            HeatInlet("inlet", NEUTRAL),
            HeatOutlet("outlet"),
        ],
        couplings=[Buoyancy(expansion=1.0, gravity=(0.0, -strength / REYNOLDS), neutral_k=NEUTRAL)],
    )


def developed(s: np.ndarray, strength: float) -> np.ndarray:
    return 6.0 * (0.25 - s**2) + strength * (s**3 / 6.0 - s / 24.0)


def error(problem: ConjugateProblem, strength: float) -> float:
    """Largest error of the vertical velocity half-way up, where the flow is developed, over the largest velocity."""
    s = np.linspace(-0.5, 0.5, 41)
    exact = developed(s, strength)
    points = np.column_stack([s + 0.5, np.full_like(s, 0.5 * HEIGHT)])
    return float(np.max(np.abs(values_at(problem.velocity, points)[:, 1] - exact)) / np.max(exact))


@pytest.mark.parametrize("strength", [40.0, 150.0])
def test_developed_mixed_convection(strength: float) -> None:
    errors = []
    for cells in (4, 8):
        problem = upright_channel(strength, cells)
        problem.solve(1.0)
        errors.append(error(problem, strength))
        assert problem.heat.report is not None
        assert problem.heat.report.balance.relative < 1e-8
    assert errors[1] < 1.2e-3
    assert log2(errors[0] / errors[1]) == pytest.approx(3.0, abs=0.15)


def test_what_comes_back_through_the_outlet_is_as_warm_as_what_leaves() -> None:
    strength = 150.0
    problem = upright_channel(strength, 8)
    problem.solve(1.0)
    assert values_at(problem.velocity, np.array([[0.95, HEIGHT]]))[0, 1] < 0.0
    domain, terms = problem.domain, problem.heat.terms
    outward, _ = terms.speeds("outlet")
    leaves, maps = domain.ds(domain.surfaces["outlet"], metadata={"quadrature_degree": 6}), terms.entity_maps
    mixed = domain.integral(outward * problem.heat.temperature * leaves, maps) / domain.integral(outward * leaves, maps)
    assert mixed > NEUTRAL + 0.1
    assert float(terms.returning["outlet"].value) - NEUTRAL == pytest.approx(mixed - NEUTRAL, rel=1e-4)
