"""Manufactured flows: orders of convergence in two and three dimensions, on every kind of cell, steady and in time.

The velocity is the curl of a potential, so that it has no divergence; the body force is whatever the momentum equation
leaves over, computed by UFL from the same expressions that give the boundary values. Every term of the form takes
part: inertia, a viscosity that varies in space, pressure, and the rate of change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import mesh
from mpi4py import MPI

from rack2city.fem.flow.boundaries import Velocity
from rack2city.fem.flow.forms import PLAIN, Stabilisation
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, tagged_domain

RHO, MU = 1.3, 0.5
CELLS = {
    "triangle": mesh.CellType.triangle,
    "quadrilateral": mesh.CellType.quadrilateral,
    "tetrahedron": mesh.CellType.tetrahedron,
    "hexahedron": mesh.CellType.hexahedron,
}


def box(cell: str, n: int, comm: MPI.Comm = MPI.COMM_SELF) -> FluidDomain:
    """Unit square or cube, all of its boundary one surface."""
    kind = CELLS[cell]
    flat = cell in ("triangle", "quadrilateral")
    msh = mesh.create_unit_square(comm, n, n, kind) if flat else mesh.create_unit_cube(comm, n, n, n, kind)
    return fluid_domain(tagged_domain(msh, {"everywhere": lambda x: np.full(x.shape[1], True)}))


@dataclass(frozen=True)
class Manufactured:
    """An exact flow, for UFL and NumPy alike: `f` is the module that knows sin, cos and exp."""

    dimensions: int
    time: Callable[[Any, Any], Any] = lambda f, t: 1.0

    def velocity(self, f: Any, x: Any, t: Any) -> list[Any]:
        g = self.time(f, t)
        if self.dimensions == 2:
            return [g * f.sin(2.0 * x[0]) * f.cos(2.0 * x[1]), -g * f.cos(2.0 * x[0]) * f.sin(2.0 * x[1])]
        a, b, c = 2.0 * x[0], 2.0 * x[1], 2.0 * x[2]
        return [
            g * f.sin(a) * (f.cos(b) - f.cos(c)),
            g * f.sin(b) * (f.cos(c) - f.cos(a)),
            g * f.sin(c) * (f.cos(a) - f.cos(b)),
        ]

    def pressure(self, f: Any, x: Any, t: Any) -> Any:
        # large enough in space for its own error to show beside the velocity's
        amplitude = 1.0 if self.dimensions == 2 else 3.0
        return amplitude * f.cos(2.0 * x[0]) * f.sin(3.0 * x[1]) * self.time(f, t)

    def viscosity(self, f: Any, x: Any) -> Any:
        return MU * f.exp(0.8 * x[0] - 0.5 * x[1])

    def force(self, x: Any, t: Any) -> Any:
        """What the momentum equation leaves over (N/m³); the rate of change by differentiation with respect to time."""
        time = ufl.variable(t)
        u = ufl.as_vector(self.velocity(ufl, x, time))
        stress = 2.0 * self.viscosity(ufl, x) * ufl.sym(ufl.grad(u))
        return RHO * ufl.diff(u, time) + RHO * ufl.grad(u) * u - ufl.div(stress) + ufl.grad(self.pressure(ufl, x, time))

    def problem(self, fluid: FluidDomain, stabilisation: Stabilisation = PLAIN) -> FlowProblem:
        x = ufl.SpatialCoordinate(fluid.mesh)
        return FlowProblem(
            fluid,
            RHO,
            self.viscosity(ufl, x),
            MU,
            boundaries=[Velocity("everywhere", lambda x, t: np.array(self.velocity(np, x, t)))],
            body_force=self.force,
            stabilisation=stabilisation,
        )

    def errors(self, problem: FlowProblem, t: float = 0.0) -> tuple[float, float]:
        """L2 errors of velocity and pressure, the pressure up to its mean."""
        fluid = problem.fluid
        x = ufl.SpatialCoordinate(fluid.mesh)
        dx = ufl.dx(domain=fluid.mesh, metadata={"quadrature_degree": 8})
        time = problem.scales.time
        time.value = t
        du = problem.velocity() - ufl.as_vector(self.velocity(ufl, x, time))
        dp = problem.pressure() - self.pressure(ufl, x, time)
        mean = fluid.integral(dp * dx)
        return np.sqrt(fluid.integral(ufl.inner(du, du) * dx)), np.sqrt(fluid.integral(dp * dp * dx) - mean**2)


def orders(sizes: list[int], errors: list[tuple[float, float]]) -> list[list[float]]:
    """Orders of velocity and pressure between successive meshes."""
    return [
        [log(coarse / fine) / log(m / n) for coarse, fine in zip(a, b, strict=True)]
        for (n, a), (m, b) in pairwise(zip(sizes, errors, strict=True))
    ]


def steady_orders(cell: str, sizes: list[int], stabilisation: Stabilisation = PLAIN) -> list[float]:
    exact = Manufactured(2 if cell in ("triangle", "quadrilateral") else 3)
    errors = []
    for n in sizes:
        problem = exact.problem(box(cell, n), stabilisation)
        problem.solve()
        errors.append(exact.errors(problem))
    return orders(sizes, errors)[-1]


@pytest.mark.parametrize(("cell", "sizes"), [("triangle", [16, 32]), ("quadrilateral", [8, 16])])
def test_plane_flow_converges(cell: str, sizes: list[int]) -> None:
    assert steady_orders(cell, sizes) == pytest.approx([3.0, 2.0], abs=0.15)


@pytest.mark.parametrize("cell", ["triangle", "quadrilateral"])
def test_stabilised_plane_flow_converges(cell: str) -> None:
    """Skew form and grad-div are consistent: they cost no order."""
    assert steady_orders(cell, [16, 32], Stabilisation(grad_div=1.0)) == pytest.approx([3.0, 2.0], abs=0.15)


@pytest.mark.parametrize(("cell", "sizes"), [("tetrahedron", [6, 8]), ("hexahedron", [4, 6])])
def test_flow_in_space_converges(cell: str, sizes: list[int]) -> None:
    assert steady_orders(cell, sizes) == pytest.approx([3.0, 2.0], abs=0.15)


@dataclass(frozen=True)
class Polynomial(Manufactured):
    """A flow that the elements hold exactly at every time, so that all error is one of time."""

    time: Callable[[Any, Any], Any] = lambda f, t: 1.0 + f.exp(-2.0 * t)

    def velocity(self, f: Any, x: Any, t: Any) -> list[Any]:
        g = self.time(f, t)
        return [g * x[0] ** 2 + 0.3 * x[1], -2.0 * g * x[0] * x[1]]

    def pressure(self, f: Any, x: Any, t: Any) -> Any:
        return (x[0] + 2.0 * x[1] - 1.5) * self.time(f, t)

    def viscosity(self, f: Any, x: Any) -> Any:
        return MU * (1.0 + 0.5 * x[0])


def unsteady_errors(step_sizes: list[list[float]]) -> list[tuple[float, float]]:
    """Errors at time 1 after steps of the given sizes."""
    exact = Polynomial(2)
    fluid = box("triangle", 3)
    errors = []
    for sizes in step_sizes:
        problem = exact.problem(fluid)
        transient = TransientFlow(problem, speed=1.0)
        problem.start_from(lambda x: np.array(exact.velocity(np, x, 0.0)), lambda x: exact.pressure(np, x, 0.0))
        for size in sizes:
            transient.step(size)
        errors.append(exact.errors(problem, 1.0))
        assert transient.time == pytest.approx(1.0)
    return errors


def test_unsteady_flow_is_of_second_order_in_time() -> None:
    steps = [32, 64]
    errors = unsteady_errors([[1.0 / n] * n for n in steps])
    assert orders(steps, errors)[-1] == pytest.approx([2.0, 2.0], abs=0.15)


def test_steps_that_change_are_of_second_order() -> None:
    steps = [32, 64]
    errors = unsteady_errors([[2.0 / 3.0 / n, 4.0 / 3.0 / n] * (n // 2) for n in steps])
    assert orders(steps, errors)[-1] == pytest.approx([2.0, 2.0], abs=0.15)
