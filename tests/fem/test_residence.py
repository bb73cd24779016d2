"""How long fluid stays: against the exact age in plug flow, V / Q, and the age of dead water."""

from collections.abc import Mapping

import numpy as np
import pytest
from dolfinx import mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.coupled.residence import FluidAge, fluid_age
from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Slip, Velocity
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.quantities import values_at
from tests.fem.heat_cases import orders
from tests.fem.plane_flows import QUAD, TRIANGLE, rectangle

RHO, MU, LENGTH, HEIGHT, SPEED = 1000.0, 1e-3, 4e-3, 1e-3, 0.01
WATER = 2.3e-9  # m²/s, self-diffusion at 25 degC


def flow(fluid: FluidDomain, boundaries: list[Boundary], rate: float | Mapping[str, float]) -> FlowProblem:
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=boundaries)
    problem.solve(rate)
    return problem


def plug(cells: int, kind: mesh.CellType, comm: MPI.Comm = MPI.COMM_SELF) -> FlowProblem:
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (cells, 2), kind, comm=comm)
    openings = [FlowInlet("left", "uniform"), FlowOutlet("right"), Slip("top"), Slip("bottom")]
    return flow(fluid, openings, SPEED * HEIGHT)


@pytest.mark.parametrize("kind", [QUAD, TRIANGLE])
def test_plug_flow_ages_as_the_exact_solution(kind: mesh.CellType) -> None:
    """u a' - D a'' = 1, u a - D a' = 0 at the inlet, a' = 0 at the outlet, at a Péclet number of 8."""
    diffusivity = SPEED * LENGTH / 8.0
    x = np.linspace(0.0, LENGTH, 41)
    late = diffusivity / SPEED**2
    exact = x / SPEED + late * (1.0 - np.exp(-(LENGTH - x) / (SPEED * late)))
    errors = []
    for cells in (8, 16, 32):
        found = fluid_age(plug(cells, kind), diffusivity)
        assert found.residence_s == pytest.approx(LENGTH / SPEED, rel=1e-8)
        assert found.balance.relative < 1e-8
        at = values_at(found.age, np.column_stack([x, np.full_like(x, 0.3 * HEIGHT)]))[:, 0]
        errors.append(float(np.max(np.abs(at - exact))))
    assert found.mean_s == pytest.approx(np.trapezoid(exact, x) / LENGTH, rel=1e-3)
    assert errors[-1] < 1e-4 * exact[-1]
    assert min(orders(errors)) > 2.5


def test_plug_flow_is_on_average_half_as_old_as_what_leaves() -> None:
    """And older by D / u², what diffuses back, which is 1e-4 of it."""
    found = fluid_age(plug(16, QUAD), WATER)
    assert found.mean_s == pytest.approx(0.5 * found.residence_s + WATER / SPEED**2, rel=1e-5)
    assert found.oldest_s == pytest.approx(LENGTH / SPEED, rel=1e-3)


def test_two_streams_leave_with_the_age_of_the_whole_volume() -> None:
    """Two inlets, laminar flow with walls, hardly any diffusion: V / Q all the same."""
    extra = {"low": lambda x: np.isclose(x[0], 0.0) & (x[1] < 0.5 * HEIGHT + 1e-9)}
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (16, 8), TRIANGLE, extra)
    problem = flow(fluid, [FlowInlet("low"), FlowInlet("left"), FlowOutlet("right")], {"low": 2e-6, "left": 1e-6})
    found = fluid_age(problem, WATER)
    assert found.residence_s == pytest.approx(LENGTH * HEIGHT / 3e-6, rel=1e-8)
    assert found.mean_s > 0.5 * found.residence_s  # what creeps along walls is older


def test_dead_water_is_older_than_what_leaves() -> None:
    """A pocket beside the stream, between x = 1.5 and 2.5 mm: only diffusion and a slow eddy renew it."""
    extra = {"fast": lambda x: np.isclose(x[0], 0.0) & (x[1] > HEIGHT - 0.25e-3 - 1e-9)}
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (24, 16), QUAD, extra)
    found = fluid_age(flow(fluid, [FlowInlet("fast"), FlowOutlet("right")], 1e-5), 1e-8)
    corner, stream = values_at(found.age, np.array([[0.1e-3, 0.1e-3], [1e-3, 0.9e-3]]))[:, 0]
    assert found.residence_s == pytest.approx(LENGTH * HEIGHT / 1e-5, rel=1e-8)
    assert corner > 2.0 * found.residence_s
    assert stream < 0.5 * found.residence_s
    assert found.oldest_s >= corner


def test_what_is_no_inlet_is_told() -> None:
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (8, 4), QUAD)
    plain = plug(8, QUAD)
    with pytest.raises(InputError, match=r"the diffusivity is 0 m²/s; it must be positive"):
        fluid_age(plain, 0.0)
    given = flow(fluid, [Velocity("left", (SPEED, 0.0)), FlowInlet("bottom"), FlowOutlet("right")], 1e-6)
    with pytest.raises(InputError, match="fluid crosses 'left', whose velocity is given"):
        fluid_age(given, WATER)
    driven = FlowProblem(fluid, RHO, MU, MU, boundaries=[FlowOutlet("left", 1e-3), FlowOutlet("right")], speed=SPEED)
    driven.solve()
    with pytest.raises(InputError, match="nothing enters through an inlet"):
        fluid_age(driven, WATER)


@pytest.mark.mpi
def test_age_does_not_depend_on_ranks() -> None:
    ages: list[FluidAge] = [fluid_age(plug(16, QUAD, comm), 1e-8) for comm in (MPI.COMM_SELF, MPI.COMM_WORLD)]
    for name in ("residence_s", "mean_s", "oldest_s"):
        assert getattr(ages[1], name) == pytest.approx(getattr(ages[0], name), rel=1e-9)
