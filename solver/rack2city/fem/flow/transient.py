"""Unsteady flow: `solvers.bdf`, Newton's method in each step. The pressure of the first step alone is of first order."""

from collections.abc import Callable

import numpy as np
import ufl
from dolfinx import fem

from rack2city.fem.flow.conditions import FlowRate
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.solvers.bdf import bdf2
from rack2city.fem.solvers.newton import NewtonReport

FlowRateOverTime = FlowRate | Callable[[float], FlowRate]
"""Flow rate as in `FlowProblem.solve`, or a function of the time (s) that gives it."""


class TransientFlow:
    """Flow over time from the present state of a flow problem: rest, a solution, or what `start_from` set.

    The problem holds the state of the present `time` (s). The flow rate may depend on time. Velocities are scaled by `speed`
    (m/s), by default that of the beginning. Steps are solved to `slack` times the tolerance: 100 lets a step err by about 1e-7
    and saves a quarter of the work, which is plenty for engineering figures.
    """

    def __init__(
        self,
        problem: FlowProblem,
        flow_rate: FlowRateOverTime = None,
        time: float = 0.0,
        speed: float | None = None,
        slack: float = 1.0,
    ) -> None:
        self.problem, self.time, self._flow_rate, self._slack = problem, time, flow_rate, slack
        before = problem.speed
        problem.scales.time.value = time
        problem.set_scale(self._rate(time), speed)
        problem.unknown.x.array[:] *= before / problem.speed
        msh = problem.fluid.mesh
        self._weights = [fem.Constant(msh, 0.0) for _ in range(3)]  # a0, a1, a2 over dt (1/s)
        self._now, self._past = fem.Function(problem.space), fem.Function(problem.space)
        self._last_dt: float | None = None
        states = [ufl.split(w)[0] for w in (problem.unknown, self._now, self._past)]
        v, _ = ufl.TestFunctions(problem.space)
        rate = sum(a * u for a, u in zip(self._weights, states, strict=True))
        dx = ufl.dx(domain=msh, metadata={"quadrature_degree": 5})
        self._system = problem.system(problem.form + problem.scales.unsteadiness * ufl.inner(rate, v) * dx)

    def step(self, dt: float) -> NewtonReport:
        """Advance by a time step (s).

        Raises:
            BalanceError: the solution does not conserve mass.
            ConvergenceError: Newton's method does not converge: take a smaller step.
        """
        problem, unknown = self.problem, self.problem.unknown.x.array
        for constant, weight in zip(self._weights, bdf2(dt, self._last_dt), strict=True):
            constant.value = weight
        self._past.x.array[:] = self._now.x.array
        self._now.x.array[:] = unknown
        if self._last_dt is not None:
            unknown += dt / self._last_dt * (self._now.x.array - self._past.x.array)  # a start close to the end
        self.time += dt
        problem.set_conditions(self._rate(self.time), self.time)
        before = self._system.report()
        self._system.solve(self._slack)
        self._last_dt = dt
        problem.check_mass(self._system)
        return self._system.report().since(before)

    def advance(self, until: float, dt: float, callback: Callable[["TransientFlow"], None] | None = None) -> None:
        """Advance to a time (s) in equal steps of at most `dt` (s), like `step`; `callback` is called after each."""
        start, steps = self.time, max(1, int(np.ceil((until - self.time) / dt - 1e-9)))
        for n in range(1, steps + 1):
            self.step(start + (until - start) * n / steps - self.time)
            if callback is not None:
                callback(self)

    def _rate(self, time: float) -> FlowRate:
        return self._flow_rate(time) if callable(self._flow_rate) else self._flow_rate
