"""Flows with a known solution: Poiseuille, Kovasznay, Taylor-Green, start-up between plates; steady and over time."""

from itertools import pairwise
from math import log

import numpy as np
import pytest
from dolfinx import mesh

from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Slip, Velocity
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.forces import force_on, mean_wall_shear
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface, values_at
from tests.fem.plane_flows import QUAD, TRIANGLE, rectangle

RHO, MU, LENGTH, HEIGHT = 1000.0, 1e-3, 0.02, 1e-3


@pytest.mark.parametrize("kind", [TRIANGLE, QUAD])
def test_poiseuille_flow_is_exact(kind: mesh.CellType) -> None:
    """The parabola and its linear pressure lie in the spaces: profile, pressure, wall shear and force to rounding."""
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (6, 3), kind)
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=[FlowInlet("left"), FlowOutlet("right", pressure_pa=250.0)])
    problem.solve(1e-4)
    speed = 1e-4 / HEIGHT
    gradient = 12.0 * MU * speed / HEIGHT**2
    points = np.array([[0.013, 0.5e-3], [0.007, 0.2e-3]])
    y = points[:, 1] / HEIGHT
    assert values_at(problem.velocity(), points)[:, 0] == pytest.approx(6.0 * speed * y * (1.0 - y), rel=1e-9)
    pressure = values_at(problem.pressure(), points)[:, 0]
    assert pressure == pytest.approx(250.0 + gradient * (LENGTH - points[:, 0]), rel=1e-9)
    assert mean_wall_shear(problem, "bottom") == pytest.approx(0.5 * HEIGHT * gradient, rel=1e-8)
    # The force on the lower wall: friction along x; along y its corners carry part of the ends' pressure.
    assert mean_over_surface(fluid, problem.pressure(), "bottom") == pytest.approx(250.0 + 0.5 * gradient * LENGTH)


def test_slip_walls_carry_uniform_flow_without_pressure_drop() -> None:
    fluid = rectangle((0.0, 0.0), (LENGTH, HEIGHT), (4, 2), TRIANGLE)
    boundaries = [FlowInlet("left"), FlowOutlet("right"), Slip("bottom"), Slip("top")]
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=boundaries)
    problem.solve(1e-4)
    assert values_at(problem.velocity(), np.array([[0.01, 1e-5]]))[0] == pytest.approx([0.1, 0.0], abs=1e-9)
    assert abs(mean_over_surface(fluid, problem.pressure(), "left")) < 1e-9 * RHO * 0.1**2


def kovasznay_errors(n: int) -> tuple[float, float]:
    """Largest nodal errors of velocity and pressure of Kovasznay's (1948) flow at Re 40 behind a grid."""
    nu = 1.0 / 40.0
    lam = 0.5 / nu - np.sqrt(0.25 / nu**2 + 4.0 * np.pi**2)

    def velocity(x: np.ndarray) -> np.ndarray:
        decay = np.exp(lam * x[0])
        u = 1.0 - decay * np.cos(2.0 * np.pi * x[1])
        return np.array([u, lam / (2.0 * np.pi) * decay * np.sin(2.0 * np.pi * x[1])])

    def pressure(x: np.ndarray) -> np.ndarray:
        return -0.5 * np.exp(2.0 * lam * x[0])

    fluid = rectangle((-0.5, -0.5), (1.0, 1.5), (3 * n // 2, 2 * n), QUAD)
    names = ("left", "right", "bottom", "top")
    boundaries = [Velocity(name, lambda x, t: velocity(x)) for name in names]
    problem = FlowProblem(fluid, 1.0, nu, nu, boundaries=boundaries)
    problem.solve()
    points = np.random.default_rng(1).uniform((-0.5, -0.5), (1.0, 1.5), (400, 2))
    du = values_at(problem.velocity(), points) - velocity(points.T).T
    dp = values_at(problem.pressure(), points)[:, 0] - pressure(points.T)
    return float(np.sqrt(np.mean(du**2))), float(np.std(dp))


def test_kovasznay_flow_converges() -> None:
    sizes = [8, 16]
    errors = [kovasznay_errors(n) for n in sizes]
    orders = [log(a / b) / log(2.0) for a, b in zip(*errors, strict=True)]
    assert orders[0] > 2.85
    assert orders[1] > 1.85
    assert errors[-1][0] < 1e-3


def taylor_green_error(n_steps: int) -> float:
    """Error of the decayed velocity of Taylor and Green's vortices at time 10, relative."""
    nu = 0.05
    fluid = rectangle((0.0, 0.0), (np.pi, np.pi), (12, 12), QUAD)
    problem = FlowProblem(fluid, 1.0, nu, nu, boundaries=[Slip(name) for name in ("left", "right", "bottom", "top")])
    transient = TransientFlow(problem, speed=1.0)

    def velocity(x: np.ndarray, t: float) -> np.ndarray:
        return np.exp(-2.0 * nu * t) * np.array([np.sin(x[0]) * np.cos(x[1]), -np.cos(x[0]) * np.sin(x[1])])

    problem.start_from(lambda x: velocity(x, 0.0), lambda x: 0.25 * (np.cos(2.0 * x[0]) + np.cos(2.0 * x[1])))
    transient.advance(10.0, 10.0 / n_steps)
    points = np.random.default_rng(2).uniform(0.1, np.pi - 0.1, (50, 2))
    exact = velocity(points.T, 10.0).T
    return float(np.linalg.norm(values_at(problem.velocity(), points) - exact) / np.linalg.norm(exact))


def test_taylor_green_vortices_decay_at_their_rate() -> None:
    steps = [10, 20, 40]
    errors = [taylor_green_error(n) for n in steps]
    for coarse, fine in pairwise(errors):
        assert log(coarse / fine) / log(2.0) == pytest.approx(2.0, abs=0.15)


def plate_started(y: np.ndarray, t: float, nu: float) -> np.ndarray:
    """Speed of plane Couette flow between 0 and 1, whose plate at 1 starts at time 0 with speed 1 (Fourier series)."""
    n = np.arange(1, 60)[:, None]
    terms = 2.0 / (n * np.pi) * (-1.0) ** n * np.exp(-nu * (n * np.pi) ** 2 * t) * np.sin(n * np.pi * y)
    return y + np.sum(terms, axis=0)


def test_start_up_of_couette_flow() -> None:
    """A plate that starts at once: the start is incompatible with the rest of the fluid, and is damped, not carried on."""
    fluid = rectangle((0.0, 0.0), (1.0, 1.0), (2, 16), QUAD)
    nu = 0.1
    boundaries = [Velocity("top", (1.0, 0.0)), FlowOutlet("left"), FlowOutlet("right")]
    problem = FlowProblem(fluid, 1.0, nu, nu, boundaries=boundaries)
    transient = TransientFlow(problem)
    y = np.linspace(0.05, 0.95, 19)
    points = np.column_stack([np.full(19, 0.5), y])
    for until, dt in ((0.02, 0.001), (1.0, 0.02), (20.0, 0.5)):
        transient.advance(until, dt)
        speed = values_at(problem.velocity(), points)[:, 0]
        assert np.max(np.abs(speed - plate_started(y, transient.time, nu))) < 4e-3
    assert force_on(problem, "top")[0] == pytest.approx(-nu, rel=1e-3)
    assert flow_through(fluid, problem.velocity(), "right") == pytest.approx(0.5, rel=1e-3)


def test_wall_shear_is_tangential_alone_and_a_state_stays_when_its_scale_changes() -> None:
    """u = (x + 3 y, -y), quadratic pressure: on the top 3 mu of stress along it, 2 mu across."""
    problem = FlowProblem(rectangle((0.0, 0.0), (2.0, 1.0), (4, 2), QUAD), 2.0, MU, MU, boundaries=(), speed=1.0)
    problem.start_from(lambda x: np.array([x[0] + 3.0 * x[1], -x[1]]), lambda x: 5.0 + x[0])
    before = problem.velocity().x.array.copy(), problem.pressure().x.array.copy()
    assert mean_wall_shear(problem, "top") == pytest.approx(3.0 * MU, rel=1e-10)
    TransientFlow(problem, speed=4.0)
    assert problem.speed == 4.0
    assert problem.velocity().x.array == pytest.approx(before[0], abs=1e-12)
    assert problem.pressure().x.array == pytest.approx(before[1], abs=1e-12)
