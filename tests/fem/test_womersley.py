"""Womersley's flow: a plane channel under an oscillating pressure gradient, exact in space and time.

With rho du/dt = K cos(w t) + mu d2u/dy2 between y = 0 and 1, u = Re(U(y) exp(i w t)) and
U = K / (rho s) (1 - cosh(l (y - 1/2)) / cosh(l / 2)), l² = s rho / mu, s = i w. Put for d/dt the number by which a
difference formula multiplies exp(i w t), and the same U is the exact solution of the formula in time: against this one
all error is in space.
"""

from itertools import pairwise
from math import log

import numpy as np
import pytest
import ufl
from numpy.polynomial.legendre import leggauss

from rack2city.fem.flow.boundaries import FlowOutlet
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.forces import force_on
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.quantities import flow_through, values_at
from tests.fem.plane_flows import QUAD, rectangle

RHO, NU, GRADIENT = 2.0, 0.05, 3.0
WOMERSLEY = 4.0  # of half the height
OMEGA = WOMERSLEY**2 * NU / 0.5**2
PERIOD = 2.0 * np.pi / OMEGA
FINEST = 24  # cells: Gauss's points are those of each, so that they see what the error does inside cells
POINTS = np.ravel(np.arange(FINEST)[:, None] + 0.5 * (1.0 + leggauss(5)[0])) / FINEST
WEIGHTS = np.tile(0.5 * leggauss(5)[1], FINEST) / FINEST


def amplitude(y: np.ndarray, s: complex = 1j * OMEGA) -> np.ndarray:
    """Complex amplitude of the velocity where d/dt multiplies by s (1/s)."""
    root = np.sqrt(s / NU)
    return GRADIENT / (RHO * s) * (1.0 - np.cosh(root * (y - 0.5)) / np.cosh(0.5 * root))


def advanced(cells: int, steps: int, periods: float) -> TransientFlow:
    """The flow after some periods, from the exact solution, in steps of a fraction of a period."""
    fluid = rectangle((0.0, 0.0), (1.0, 1.0), (2, cells), QUAD)
    problem = FlowProblem(
        fluid,
        RHO,
        RHO * NU,
        RHO * NU,
        boundaries=[FlowOutlet("left"), FlowOutlet("right")],
        body_force=lambda x, t: ufl.as_vector([GRADIENT * ufl.cos(OMEGA * t), 0.0]),
        speed=1.0,
    )
    flow = TransientFlow(problem)
    problem.start_from(lambda x: np.array([amplitude(x[1]).real, 0.0 * x[0]]), lambda x: 0.0 * x[0])
    flow.advance(periods * PERIOD, PERIOD / steps)
    return flow


def error(flow: TransientFlow, s: complex = 1j * OMEGA) -> float:
    """Mean square error over the height, in parts of the largest speed."""
    u = values_at(flow.problem.velocity(), np.column_stack([np.full(POINTS.size, 0.6), POINTS]))[:, 0]
    exact = amplitude(POINTS, s)
    difference = u - (exact * np.exp(1j * OMEGA * flow.time)).real
    return float(np.sqrt(WEIGHTS @ difference**2) / np.max(np.abs(exact)))


def test_order_in_time() -> None:
    errors = [error(advanced(16, steps, 1.25)) for steps in (32, 64, 128)]
    for coarse, fine in pairwise(errors):
        assert log(coarse / fine) / log(2.0) == pytest.approx(2.0, abs=0.15)
    assert errors[-1] < 1e-3


def test_order_in_space() -> None:
    """Against the exact solution of the formula in time, after so many periods that the first steps are forgotten."""
    steps, errors = 12, []
    back = np.exp(-2j * np.pi / steps)
    s = (1.5 - 2.0 * back + 0.5 * back**2) * steps / PERIOD
    for cells in (FINEST // 4, FINEST // 2, FINEST):
        errors.append(error(advanced(cells, steps, 10.0), s))
    for coarse, fine in pairwise(errors):
        assert log(coarse / fine) / log(2.0) == pytest.approx(3.0, abs=0.15)


def test_flow_rate_and_wall_shear_lag_the_pressure() -> None:
    """A quarter of a period after the largest gradient: what flows, and what the walls hold back."""
    flow = advanced(16, 128, 1.25)
    turn = np.exp(1j * OMEGA * flow.time)
    rate = (WEIGHTS @ amplitude(POINTS) * turn).real
    assert flow_through(flow.problem.fluid, flow.problem.velocity(), "right") == pytest.approx(rate, rel=2e-3)
    root = np.sqrt(1j * OMEGA / NU)
    shear = RHO * NU * (GRADIENT / (RHO * 1j * OMEGA) * root * np.tanh(0.5 * root) * turn).real
    assert force_on(flow.problem, "bottom")[0] == pytest.approx(shear, rel=2e-3)
