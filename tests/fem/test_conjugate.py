"""Any conjugate problem: own names of groups, several inlets and heated faces, contacts, couplings alone and together."""

import math
from typing import Any, Literal

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.fem import (
    Buoyancy,
    ConjugateProblem,
    Contact,
    FlowInlet,
    FlowOutlet,
    Fluid,
    Flux,
    HeatInlet,
    HeatOutlet,
    Material,
    ViscosityOfTemperature,
    bulk_temperature_at,
    highest_temperature,
)
from tests.fem.heat_cases import all_of, at, between, box

SUPPLY, CAPACITY = 300.0, 4.0
LAW = ViscosityOfTemperature(lambda t: -0.05 * (t - SUPPLY))
LIFT = Buoyancy(expansion=0.01, gravity=(-2.0, 0.0, 0.0), neutral_k=SUPPLY)

Method = Literal["newton", "exchange"]


def plate(
    dimensions: int, couplings: list[Any], method: Method | None = None, resistance: float = 0.5
) -> ConjugateProblem:
    """Oil over steel on wood, heated from both ends of the wood; it enters from the left and, in the middle, from above."""
    low, steel, oil = between(1, 0.0, 0.25), between(1, 0.25, 0.5), between(1, 0.5, 1.0)
    surfaces = {
        "left": all_of(at(0, 0.0), oil),
        "above": all_of(at(1, 1.0), between(0, 1.0, 1.5)),
        "away": all_of(at(0, 4.0), oil),
        "cold end": all_of(at(0, 0.0), low),
        "hot end": all_of(at(0, 4.0), low),
        "glue": at(1, 0.25),
    }
    upper, cells = ((4.0, 1.0), (8, 8)) if dimensions == 2 else ((4.0, 1.0, 0.5), (8, 4, 1))
    kind = "quadrilateral" if dimensions == 2 else "hexahedron"
    return ConjugateProblem(
        box(kind, upper, cells, surfaces, {"wood": low, "steel": steel, "oil": oil}),
        Fluid(density=1.0, heat_capacity=CAPACITY, conductivity=0.5, viscosity=1.0, volumes=("oil",)),
        {"wood": Material(5.0), "steel": Material(20.0)},
        [FlowInlet("left"), FlowInlet("above"), FlowOutlet("away")],
        [
            HeatInlet("left", SUPPLY),
            HeatInlet("above", SUPPLY + 2.0),
            HeatOutlet("away"),
            Flux("cold end"),
            Flux("hot end"),
        ],
        couplings,
        contacts=[Contact("glue", resistance)],
        method=method,
    )


def solved(problem: ConjugateProblem, depth: float = 1.0) -> list[float]:
    """Figures with 1 and 3 W into the ends of the wood, 0.5 and 0.25 m³/s of oil."""
    heat = {"cold end": 1.0 / (0.25 * depth), "hot end": 3.0 / (0.25 * depth)}
    problem.solve({"left": 0.5 * depth, "above": 0.25 * depth}, {name: depth * value for name, value in heat.items()})
    assert problem.heat.heat_in() == pytest.approx(4.0 * depth, rel=1e-10)
    return [highest_temperature(problem.heat, "wood"), bulk_temperature_at(problem.heat, "away"), problem.flow.speed]


@pytest.mark.parametrize(("couplings", "depth"), [([], 2), ([LAW], 2), ([LAW], 3)])
def test_bulk_temperature_of_what_leaves_follows_from_the_heat(couplings: list[Any], depth: int) -> None:
    wide = 1.0 if depth == 2 else 0.5
    bulk = solved(plate(depth, couplings), wide)[1]
    mixed = SUPPLY + 2.0 * 0.25 / 0.75
    assert bulk == pytest.approx(mixed + 4.0 * wide / (CAPACITY * 0.75 * wide), rel=1e-9)


PLANE_LIFT = Buoyancy(expansion=0.1, gravity=(-20.0, 0.0), neutral_k=SUPPLY)


@pytest.mark.parametrize("couplings", [[LAW], [PLANE_LIFT], [LAW, PLANE_LIFT]])
def test_both_methods_find_the_same(couplings: list[Any]) -> None:
    problems = [plate(2, couplings, method) for method in ("newton", "exchange")]
    newton, exchange = (solved(problem) for problem in problems)
    assert newton == pytest.approx(exchange, rel=1e-8)
    shapes = [problem.velocity.x.array for problem in problems]
    assert shapes[0] == pytest.approx(shapes[1], abs=1e-6 * np.max(np.abs(shapes[0])))
    without = plate(2, [])
    solved(without)
    assert np.max(np.abs(without.velocity.x.array - shapes[0])) > 1e-3 * np.max(np.abs(shapes[0]))


def test_buoyancy_in_space_and_a_contact_that_matters() -> None:
    glued, tight = plate(3, [LAW, LIFT]), plate(3, [LAW, LIFT], resistance=0.01)
    rises = [solved(problem, 0.5)[0] - SUPPLY for problem in (glued, tight)]
    assert rises[0] > 1.1 * rises[1]
    assert "coupled_" in glued.solver_options()
    assert "coupled_" not in plate(3, [LAW]).solver_options()


def test_couplings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="in one way only"):
        plate(2, [LAW, ViscosityOfTemperature(lambda t: math.log(2.0) + 0.0 * t)])
    with pytest.raises(InputError, match="gravity needs 2 entries, not 3"):
        plate(2, [LIFT])
