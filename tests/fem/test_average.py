"""Means over time: of a pulsating flow with an exact mean, of a flow that is steady, of one that sheds vortices."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.coupled.average import Carried, Monitor, average_flow, pressure_drop
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.heat.conditions import Condition, Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.transient import TransientHeat
from rack2city.fem.mesh.quantities import flow_through, values_at
from tests.fem import test_womersley as womersley
from tests.fem.plane_flows import QUAD, TRIANGLE, rectangle

LENGTH, SPEED, RHO, MU = 3.0, 1.0, 1.0, 0.02
TIMES: dict[str, Any] = {"settling": 8.0, "averaging": 2.0, "longest": 20.0}


def test_mean_and_fluctuation_of_womersleys_flow() -> None:
    """Driven by 1 + cos(w t): the mean is Poiseuille's flow, the fluctuation Womersley's amplitude over the root of 2."""
    steps, period = 24, womersley.PERIOD
    fluid = rectangle((0.0, 0.0), (1.0, 1.0), (2, 8), QUAD)
    viscosity, gradient = womersley.RHO * womersley.NU, womersley.GRADIENT
    problem = FlowProblem(
        fluid,
        womersley.RHO,
        viscosity,
        viscosity,
        boundaries=[FlowOutlet("left"), FlowOutlet("right")],
        body_force=lambda x, t: ufl.as_vector([gradient * (1.0 + ufl.cos(womersley.OMEGA * t)), 0.0]),
        speed=1.0,
    )
    rate = Monitor(lambda now: flow_through(fluid, now.velocity(), "right"), relative=1e-3)
    mean = average_flow(
        TransientFlow(problem),
        period / steps,
        {"rate": rate},
        settling=9.0 * period,
        averaging=5.0 * period,
        longest=9.0 * period,
    )
    poiseuille = gradient / (12.0 * viscosity)
    found = mean.monitors["rate"]
    assert found.period == pytest.approx(period, rel=1e-3)
    assert found.uncertainty < 1e-3 * poiseuille
    assert found.mean == pytest.approx(poiseuille, rel=1e-3)
    back = np.exp(-2j * np.pi / steps)  # by what the formula in time multiplies exp(i w t)
    s = (1.5 - 2.0 * back + 0.5 * back**2) * steps / period
    y = womersley.POINTS
    points = np.column_stack([np.full(y.size, 0.3), y])
    u = values_at(mean.velocity.mean, points)[:, 0]
    assert u == pytest.approx(0.5 * gradient / viscosity * y * (1.0 - y), abs=2e-4 * np.max(u))
    rms = values_at(mean.velocity.rms, points)[:, 0]
    assert rms == pytest.approx(np.abs(womersley.amplitude(y, s)) / sqrt(2.0), abs=5e-3 * np.max(rms))
    assert mean.mass.relative < 1e-9


def entering(comm: MPI.Comm = MPI.COMM_SELF, rate: Any = SPEED) -> tuple[TransientFlow, dict[str, Monitor]]:
    """Flow that enters a plane channel uniformly, at Re 50, from rest."""
    fluid = rectangle((0.0, 0.0), (LENGTH, 1.0), (12, 6), TRIANGLE, comm=comm)
    problem = FlowProblem(fluid, RHO, MU, MU, boundaries=[FlowInlet("left", "uniform"), FlowOutlet("right")])
    flow = TransientFlow(problem, rate, speed=SPEED)
    return flow, {"drop": Monitor(pressure_drop(problem, "left", "right"), relative=2e-3)}


def test_mean_of_a_flow_that_becomes_steady_is_the_steady_flow() -> None:
    flow, monitors = entering()
    mean = average_flow(flow, 0.25, monitors, settling=25.0, averaging=6.0, longest=20.0)
    steady, _ = entering()
    steady.problem.solve(SPEED)
    one, other = steady.problem, mean
    assert other.velocity.mean.x.array == pytest.approx(one.velocity().x.array, abs=1e-7 * SPEED)
    scale = np.max(np.abs(one.pressure().x.array))
    assert other.pressure.mean.x.array == pytest.approx(one.pressure().x.array, abs=1e-7 * scale)
    assert np.max(other.velocity.rms.x.array) < 1e-7 * SPEED
    drop = mean.monitors["drop"]
    assert drop.mean == pytest.approx(pressure_drop(one, "left", "right")(one), rel=1e-6)
    assert drop.uncertainty < 1e-6 * drop.mean
    assert mean.end - mean.begin == pytest.approx(0.25 * mean.steps) == pytest.approx(6.0)
    assert mean.begin == pytest.approx(25.0)


def test_a_mean_that_does_not_settle_is_refused() -> None:
    flow, monitors = entering(rate=lambda t: SPEED * (1.0 + 0.05 * t))
    with pytest.raises(
        ConvergenceError, match=r"after 5 s of averaging the mean is not settled: 'drop' is .* wanted ±"
    ):
        average_flow(flow, 0.25, monitors, settling=0.0, averaging=5.0, longest=5.0)
    with pytest.raises(InputError, match="give a monitor"):
        average_flow(flow, 0.25, {}, **TIMES)
    with pytest.raises(InputError, match="must be positive"):
        average_flow(flow, 0.0, monitors, **TIMES)


def test_heat_carried_along_a_pulsating_flow() -> None:
    """The mean of what the stream carries out is what is put in; mean velocity and mean temperature alone do not carry it."""
    period, flux = 1.0, 10.0
    flow, monitors = entering(rate=lambda t: SPEED * (1.0 + 0.9 * np.sin(2.0 * np.pi * t / period)))
    fluid, velocity = flow.problem.fluid, flow.problem.velocity()

    def heat_problem(stream: fem.Function, transient: bool) -> HeatProblem:
        conditions: list[Condition] = [HeatInlet("left", 300.0), HeatOutlet("right", 300.0), Flux("bottom", flux)]
        streams = [Stream(("fluid",), stream, fluid.cell_map)]
        return HeatProblem(fluid.parent, {"fluid": Material(0.02, 1.0)}, conditions, streams, transient=transient)

    heat = heat_problem(velocity, True)
    steps: list[float] = []

    def carried_out(now: FlowProblem) -> float:
        assert heat.report is not None
        steps.append(heat.report.balance.relative)
        return heat.heat_out()

    monitors["heat"] = Monitor(carried_out, relative=1e-2)
    mean = average_flow(
        flow,
        period / 24,
        monitors,
        settling=12.0 * period,
        averaging=5.0 * period,
        longest=12.0 * period,
        heat=Carried(TransientHeat(heat, 300.0), velocity),
    )
    put_in = flux * LENGTH
    found = mean.monitors["heat"]
    assert max(steps) < 1e-8
    assert found.rms > 0.1 * put_in
    assert found.mean == pytest.approx(put_in, abs=max(2.0 * found.uncertainty, 1e-4 * put_in))
    assert mean.temperature is not None
    domain = fluid.parent
    across = ufl.dot(mean.velocity.mean, ufl.FacetNormal(domain.mesh)) * (mean.temperature.mean - 300.0)
    by_means = domain.integral(across * domain.ds(domain.surfaces["right"]), [fluid.cell_map])
    assert abs(by_means / put_in - 1.0) > 0.05
    frozen = heat_problem(mean.velocity.mean, False)
    frozen.solve()
    difference = np.abs(mean.temperature.mean.x.array - frozen.temperature.x.array)
    assert np.max(difference) > 0.1 * np.max(frozen.temperature.x.array - 300.0)


@pytest.mark.mpi
def test_means_do_not_depend_on_ranks() -> None:
    def figures(comm: MPI.Comm) -> list[float]:
        flow, monitors = entering(comm, lambda t: SPEED * (1.0 + 0.3 * np.sin(2.0 * np.pi * t)))
        mean = average_flow(flow, 0.125, monitors, settling=1.0, averaging=6.0, longest=6.0)
        point = np.array([[1.1, 0.4]])
        fields = (mean.velocity.mean, mean.velocity.rms, mean.pressure.mean, mean.pressure.rms)
        drop = mean.monitors["drop"]
        return [
            drop.mean,
            drop.rms,
            drop.uncertainty,
            mean.end,
            *np.concatenate([values_at(f, point)[0] for f in fields]),
        ]

    together = figures(MPI.COMM_WORLD)
    alone = MPI.COMM_WORLD.bcast(figures(MPI.COMM_SELF) if MPI.COMM_WORLD.rank == 0 else None)
    assert together == pytest.approx(alone, rel=1e-9, abs=1e-11)
