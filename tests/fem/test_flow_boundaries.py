"""Boundary conditions of the flow, one by one, and what is said when they do not fit."""

from typing import Literal

import numpy as np
import pytest
import ufl
from dolfinx import mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Slip, Velocity, Wall
from rack2city.fem.flow.forms import PLAIN, Stabilisation
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.forces import force_on
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, tagged_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface, values_at
from rack2city.fem.solvers.system import impose
from tests.fem.plane_flows import QUAD, TRIANGLE, rectangle

RHO, MU, LENGTH, HEIGHT = 1000.0, 1e-3, 4e-3, 1e-3
THROUGH = [FlowInlet("left"), FlowOutlet("right")]


def channel(kind: mesh.CellType = TRIANGLE, turned: float = 0.0, height: float = HEIGHT) -> FluidDomain:
    return rectangle((0.0, 0.0), (LENGTH, height), (8, 4), kind, turned=turned)


@pytest.mark.parametrize("kind", [TRIANGLE, QUAD])
def test_slip_on_a_slanted_plane(kind: mesh.CellType) -> None:
    """Half a Poiseuille flow, turned: its symmetry plane is normal to no axis and nothing passes it."""
    fluid = channel(kind, turned=0.5, height=0.5 * HEIGHT)
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=[*THROUGH, Slip("top")])
    problem.solve(0.5e-4)
    drop = mean_over_surface(fluid, problem.pressure(), "left")
    assert drop == pytest.approx(12.0 * MU * 0.1 / HEIGHT**2 * LENGTH, rel=1e-8)
    assert abs(flow_through(fluid, problem.velocity(), "top")) < 1e-9 * 0.5e-4


def test_several_inlets_each_with_its_flow() -> None:
    extra = {
        "low": lambda x: np.isclose(x[0], 0.0) & (x[1] < 0.5 * HEIGHT + 1e-9),
        "middle": lambda x: np.isclose(x[0], 0.75 * LENGTH),
        "side": lambda x: np.isclose(x[1], HEIGHT) & (x[0] > 1e-3 - 1e-9) & (x[0] < 2e-3 + 1e-9),
    }
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (16, 8), TRIANGLE, extra)
    boundaries = [
        FlowInlet("low", "uniform"),
        FlowInlet("side", lambda x: 1.0 + 300.0 * x[0]),
        FlowOutlet("right"),
        Wall("bottom"),
    ]
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=boundaries, stabilisation=Stabilisation())
    problem.solve({"low": 3e-5, "side": 2e-5})
    velocity = problem.velocity()
    assert flow_through(fluid, velocity, "low") == pytest.approx(-3e-5, rel=1e-12)
    assert flow_through(fluid, velocity, "side") == pytest.approx(-2e-5, rel=1e-12)
    assert flow_through(fluid, velocity, "right") == pytest.approx(5e-5, rel=1e-10)
    assert flow_through(fluid, velocity, "middle", along=(1.0, 0.0)) == pytest.approx(5e-5, rel=1e-3)
    across = values_at(velocity, np.array([[1.25e-3, HEIGHT], [1.75e-3, HEIGHT], [1e-3, HEIGHT]]))
    assert across[1, 1] / across[0, 1] == pytest.approx((1.0 + 300.0 * 1.75e-3) / (1.0 + 300.0 * 1.25e-3), rel=1e-9)
    assert across[2] == pytest.approx([0.0, 0.0], abs=1e-15)


@pytest.mark.parametrize("profile", ["developed", "uniform"])
def test_inlets_that_meet_each_keep_their_flow(profile: Literal["developed", "uniform"]) -> None:
    """Two halves of one face, and a third inlet around the corner."""
    extra = {
        "low": lambda x: np.isclose(x[0], 0.0) & (x[1] < 0.5 * HEIGHT + 1e-9),
        "side": lambda x: np.isclose(x[1], HEIGHT) & (x[0] < 1e-3 + 1e-9),
    }
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (16, 8), QUAD, extra)
    problem = FlowProblem(
        fluid,
        RHO,
        MU,
        MU,
        boundaries=[*(FlowInlet(name, profile) for name in ("low", "left", "side")), FlowOutlet("right")],
    )
    rates = {"low": 3e-6, "left": 1e-6, "side": 2e-6}
    problem.solve(rates)
    for name, rate in rates.items():
        assert flow_through(fluid, problem.velocity(), name) == pytest.approx(-rate, rel=1e-12)


def test_pressure_difference_drives_the_flow() -> None:
    fluid = channel()
    boundaries = [FlowOutlet("left", 480.0), FlowOutlet("right", 0.0)]
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=boundaries, speed=1.0)
    problem.solve()
    flow = HEIGHT**3 / (12.0 * MU) * 480.0 / LENGTH
    assert flow_through(fluid, problem.velocity(), "right") == pytest.approx(flow, rel=1e-8)


def test_a_force_with_a_potential_moves_nothing() -> None:
    """Weight is carried by the pressure, whose mean is zero in a closed box, and the box carries the fluid."""
    plane = mesh.create_rectangle(MPI.COMM_SELF, [(0.0, 0.0), (LENGTH, HEIGHT)], (8, 4))
    fluid = fluid_domain(tagged_domain(plane, {"box": lambda x: np.full(x.shape[1], True)}))
    weight = ufl.as_vector((0.0, -9.81 * RHO))
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=[], body_force=weight, speed=1e-3)
    problem.solve()
    assert np.max(np.abs(problem.velocity().x.array)) < 1e-12
    pressure = values_at(problem.pressure(), np.array([[1e-3, 0.0], [1e-3, HEIGHT]]))[:, 0]
    assert pressure == pytest.approx([0.5 * RHO * 9.81 * HEIGHT, -0.5 * RHO * 9.81 * HEIGHT], rel=1e-9)
    assert force_on(problem, "box") == pytest.approx([0.0, -RHO * 9.81 * HEIGHT * LENGTH], abs=1e-9)


def test_buoyancy_is_a_force() -> None:
    """Linear in depth across a closed tall slot, conduction only: the cubic profile of natural convection, exactly odd."""
    width, height = 1e-3, 20e-3
    fluid = rectangle((-0.5 * width, 0.0), (0.5 * width, height), (8, 20), QUAD)
    slope = 5.0  # N/m³ over the width
    force = lambda x, t: ufl.as_vector((0.0, slope * x[0] / width))  # noqa: E731
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=[], body_force=force, speed=1e-5)
    problem.solve()
    x = np.linspace(-0.4, 0.4, 5) * width
    upwards = values_at(problem.velocity(), np.column_stack([x, np.full(5, 0.5 * height)]))[:, 1]
    expected = slope / (6.0 * MU * width) * x * (0.25 * width**2 - x**2)
    assert upwards == pytest.approx(expected, abs=5e-3 * np.max(expected))


def test_given_velocity_follows_time() -> None:
    fluid = channel()
    ramp = lambda t: 2e-5 * (1.0 + t)  # noqa: E731
    parabola = lambda x, t: np.array([6.0 * ramp(t) / HEIGHT**3 * x[1] * (HEIGHT - x[1]), 0.0 * x[0]])  # noqa: E731
    by_velocity = TransientFlow(
        FlowProblem(
            fluid, RHO, MU, MU, boundaries=[Velocity("left", parabola), FlowOutlet("right")], stabilisation=PLAIN
        )
    )
    # without stabilisation, whose weight follows the speed that scales the velocity: the largest there, the mean here
    by_rate = TransientFlow(FlowProblem(fluid, RHO, MU, MU, boundaries=THROUGH, stabilisation=PLAIN), ramp)
    for flow in (by_velocity, by_rate):
        flow.advance(1.0, 0.25)
        velocity = flow.problem.velocity()
        assert flow_through(fluid, velocity, "right") == pytest.approx(ramp(1.0), rel=1e-9)
    assert by_velocity.problem.velocity().x.array == pytest.approx(by_rate.problem.velocity().x.array, abs=1e-9)


def test_convection_produces_no_energy() -> None:
    """Skew form and backflow term, on any velocity: what convection does is carry energy out, never in."""
    fluid = channel()
    problem = FlowProblem(
        fluid,
        RHO,
        MU,
        MU,
        boundaries=[FlowOutlet("left"), FlowOutlet("right")],
        stabilisation=Stabilisation(),
        speed=1.0,
    )
    system = problem.system()
    rng = np.random.default_rng(3)
    for a, b, c, d in rng.uniform(1.0, 4.0, (5, 4)):
        problem.start_from(
            lambda x, a=a, b=b, c=c, d=d: np.array(
                [np.sin(a + b * (x[0] + 2.0 * x[1]) / HEIGHT), np.cos(c + d * (x[0] - x[1]) / HEIGHT)]
            ),
            lambda x: 0.0 * x[0],
        )
        impose(problem.unknown, system.bcs)
        work = []
        for reynolds in (0.0, 1.0):
            problem.scales.reynolds.value = reynolds
            work.append(float(system.reaction() @ problem.unknown.x.array))
        u, n = ufl.split(problem.unknown)[0], ufl.FacetNormal(fluid.mesh)
        out = ufl.conditional(ufl.gt(ufl.dot(u, n), 0.0), ufl.dot(u, n), 0.0)
        ends = fluid.ds((fluid.surfaces["left"], fluid.surfaces["right"]), metadata={"quadrature_degree": 20})
        carried = fluid.integral(0.5 * out * ufl.dot(u, u) * ends)
        assert work[1] - work[0] == pytest.approx(carried, rel=0.02)
        assert carried > 0.0


def test_stabilisation_leaves_developed_flow_alone() -> None:
    fluid = channel()
    fields = []
    for stabilisation in (PLAIN, Stabilisation(grad_div=0.04)):
        problem = FlowProblem(fluid, RHO, MU, MU, boundaries=THROUGH, stabilisation=stabilisation)
        problem.solve(1e-4)
        fields.append(problem.unknown.x.array.copy())
    assert fields[1] == pytest.approx(fields[0], abs=1e-7)


@pytest.mark.parametrize(
    ("boundaries", "flow_rate", "sentence"),
    [
        (
            [FlowInlet("entry"), FlowOutlet("right")],
            1e-4,
            "no surface 'entry' in the mesh; it has: bottom, left, right, top",
        ),
        ([FlowInlet("left"), FlowOutlet("left")], 1e-4, "'left' has more than one boundary condition"),
        ([FlowInlet("left"), FlowInlet("top"), FlowOutlet("right")], 1e-4, "one flow rate is given for 2 inlets"),
        (THROUGH, {"top": 1e-4}, "flow rates are given for top, the inlets are left"),
        (THROUGH, None, "flow rates are given for nothing, the inlets are left"),
        ([FlowInlet("left")], 1e-4, "there is no outlet, but 2 of the flow through the boundary does not return"),
        (
            [FlowInlet("left", lambda x: -1.0 + 0.0 * x[0]), FlowOutlet("right")],
            1e-4,
            "carries nothing into the domain",
        ),
        ([FlowOutlet("left"), FlowOutlet("right")], None, "give `speed`, a typical speed"),
    ],
)
def test_what_does_not_fit_is_said(boundaries: list[Boundary], flow_rate: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        FlowProblem(channel(), RHO, MU, MU, boundaries=boundaries).solve(flow_rate)  # type: ignore[arg-type]
