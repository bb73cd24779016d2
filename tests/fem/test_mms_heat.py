"""Manufactured temperatures: third order in the mean square, across a conductivity jump of 650, on every kind of cell.

Two halves meet at x = 1/2. With A(1/2) = 0 the temperature 300 K + A(x) G / k is continuous there and so is its flux
A' G; with a contact resistance R the left half is warmer by -R A' G. Sources and boundary values are what UFL makes of
these expressions.
"""

from typing import Any

import numpy as np
import pytest
import ufl

from rack2city.fem.heat.conditions import (
    Condition,
    Contact,
    FixedTemperature,
    Flux,
    HeatInlet,
    HeatOutlet,
    Material,
    Source,
    Stream,
)
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.domain import Domain
from tests.fem.heat_cases import at, between, box, l2_error, orders

JUMP, RESISTANCE = 650.0, 0.02
LEVELS = {"triangle": (4, 8, 16), "quadrilateral": (4, 8, 16), "tetrahedron": (6, 12), "hexahedron": (2, 4, 8)}


def unit_box(cell: str, n: int) -> Domain:
    """Unit box in two halves with a rim each and the interface `tim`."""
    dim = 2 if cell in ("triangle", "quadrilateral") else 3
    left, right = between(0, 0.0, 0.5), between(0, 0.5, 1.0)
    surfaces = {"left_rim": left, "right_rim": right, "tim": at(0, 0.5)}
    return box(cell, (1.0,) * dim, (n,) * dim, surfaces, {"left": left, "right": right})


def exact(domain: Domain, k: float, offset: float = 0.0) -> Any:
    """The temperature of a half of conductivity k."""
    x = ufl.SpatialCoordinate(domain.mesh)
    across = ufl.cos(2.0 * x[1]) * (ufl.exp(0.5 * x[2]) if domain.dimensions == 3 else 1.0)
    along = ufl.sin(2.0 * (x[0] - 0.5)) + (x[0] - 0.5) ** 2  # slope 2 at the interface
    return 300.0 + 50.0 * (along / k + offset) * across


def solve_halves(cell: str, n: int, conductivities: tuple[Any, Any], contact: bool = False) -> float:
    """Error in the mean square of one mesh."""
    domain = unit_box(cell, n)
    parts = {
        "left": exact(domain, JUMP, -2.0 * RESISTANCE if contact else 0.0),
        "right": exact(domain, 1.0),
    }
    materials, conditions = {}, []
    for (name, temperature), k in zip(parts.items(), conductivities, strict=True):
        materials[name] = Material(k)
        tensor = np.ndim(k) == 2 and not callable(k)
        value = ufl.as_matrix(k) if tensor else k(temperature) if callable(k) else k
        flux = (ufl.dot if tensor else lambda a, b: a * b)(value, ufl.grad(temperature))
        conditions += [Source(name, -ufl.div(flux)), FixedTemperature(f"{name}_rim", temperature)]
    problem = HeatProblem(domain, materials, conditions, contacts=[Contact("tim", RESISTANCE)] if contact else [])
    problem.solve()
    return l2_error(domain, problem.temperature, parts)


def tensor_of(dim: int) -> list[list[float]]:
    """A full symmetric tensor whose first entry is the jump."""
    k = JUMP * np.array([[1.0, 0.3, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 2.0]])
    return k[:dim, :dim].tolist()


@pytest.mark.parametrize("cell", LEVELS)
def test_third_order_across_a_conductivity_jump(cell: str) -> None:
    errors = [solve_halves(cell, n, (JUMP, 1.0)) for n in LEVELS[cell]]
    assert orders(errors)[-1] == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize("cell", LEVELS)
def test_third_order_with_contact_resistance(cell: str) -> None:
    errors = [solve_halves(cell, n, (JUMP, 1.0), contact=True) for n in LEVELS[cell]]
    assert orders(errors)[-1] == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize("cell", LEVELS)
def test_third_order_with_an_anisotropic_half(cell: str) -> None:
    dim = 2 if cell in ("triangle", "quadrilateral") else 3
    errors = [solve_halves(cell, n, (tensor_of(dim), 1.0)) for n in LEVELS[cell]]
    assert orders(errors)[-1] == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize("cell", LEVELS)
def test_third_order_with_conductivity_that_follows_temperature(cell: str) -> None:
    laws = (lambda t: JUMP * (1.0 + 0.01 * (t - 300.0)), lambda t: ufl.exp(0.01 * (t - 300.0)))
    errors = [solve_halves(cell, n, laws) for n in LEVELS[cell]]
    assert orders(errors)[-1] == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize("cell", LEVELS)
def test_third_order_in_a_stream_beside_a_heated_wall(cell: str) -> None:
    """Cell Péclet numbers up to 17: flow along x between y = 0, heated, and y = 1, at a given temperature."""
    errors = []
    dim = 2 if cell in ("triangle", "quadrilateral") else 3
    for n in LEVELS[cell]:
        surfaces = {"inlet": at(0, 0.0), "outlet": at(0, 1.0), "heated": at(1, 0.0), "cold": at(1, 1.0)}
        domain = box(cell, (1.0,) * dim, (n,) * dim, surfaces)
        x = ufl.SpatialCoordinate(domain.mesh)
        velocity = ufl.as_vector([40.0 * x[1] * (1.0 - x[1]), *[0.0] * (dim - 1)])
        temperature = 300.0 + 50.0 * ufl.sin(0.5 * ufl.pi * x[0]) ** 2 * (
            ufl.exp(x[1]) * (ufl.cos(ufl.pi * x[2]) if dim == 3 else 1.0)
        )
        k = 0.6
        source = 2.0 * ufl.dot(velocity, ufl.grad(temperature)) - k * ufl.div(ufl.grad(temperature))
        conditions: list[Condition] = [
            HeatInlet("inlet", 300.0),
            HeatOutlet("outlet"),
            Flux("heated", -k * ufl.grad(temperature)[1]),
            FixedTemperature("cold", temperature),
            Source("fluid", source),
        ]
        problem = HeatProblem(domain, {"fluid": Material(k, 2.0)}, conditions, [Stream(("fluid",), velocity)])
        problem.solve()
        errors.append(l2_error(domain, problem.temperature, {"fluid": temperature}))
    assert orders(errors)[-1] == pytest.approx(3.0, abs=0.15)
