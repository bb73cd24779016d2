"""Unsteady flow: `solvers.bdf`, Newton's method in each step, whose length `step_control` may choose.

The pressure of the first step alone is of first order.
"""

from collections.abc import Callable

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import ConvergenceError
from rack2city.fem.flow.conditions import FlowRate
from rack2city.fem.flow.paths.step_control import ACCEPTED, FAILED, LEAST, StepControl, error_share, next_step, parabola
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.solvers.bdf import bdf2
from rack2city.fem.solvers.newton import NewtonReport

FlowRateOverTime = FlowRate | Callable[[float], FlowRate]
"""Flow rate as in `FlowProblem.solve`, or a function of the time (s) that gives it."""


class TransientFlow:
    """Flow over time from the present state of a flow problem: rest, a solution, or what `start_from` set.

    The problem holds the state of the present `time` (s). The flow rate may depend on time. Velocities are scaled by `speed`
    (m/s), by default that of the beginning. Steps are solved to `slack` times the tolerance: 100 lets a step err by about 1e-7
    and saves a quarter of the work, which is plenty for engineering figures. `rejected` counts steps that were repeated.
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
        self._earlier_dt: float | None = None
        self._next_dt: float | None = None
        self.rejected = 0
        states = [ufl.split(w)[0] for w in (problem.unknown, self._now, self._past)]
        v, _ = ufl.TestFunctions(problem.space)
        rate = sum(a * u for a, u in zip(self._weights, states, strict=True))
        dx = ufl.dx(domain=msh, metadata={"quadrature_degree": 5})
        self._system = problem.system(problem.scales.unsteadiness * ufl.inner(rate, v) * dx)

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
        self._earlier_dt, self._last_dt = self._last_dt, dt
        problem.check_mass(self._system)
        return self._system.report().since(before)

    def controlled_step(self, control: StepControl, until: float = np.inf) -> NewtonReport:
        """Advance by a step whose length follows its error, at most to a time (s).

        A step is repeated, shorter, where Newton's method fails in it or its error is too large.

        Raises:
            BalanceError: the solution does not conserve mass.
            ConvergenceError: a step of a ten thousandth of the first does not converge either.
        """
        unknown, left = self.problem.unknown.x.array, until - self.time
        wanted = self._next_dt or control.first
        dt = left / np.ceil(left / wanted - 1e-9) if left <= 2.0 * wanted else wanted  # no crumb is left at the end
        while True:
            times = time, last, earlier = self.time, self._last_dt, self._earlier_dt
            states = unknown.copy(), self._now.x.array.copy(), self._past.x.array.copy()
            try:
                report = self.step(dt)
            except ConvergenceError as failure:
                shorter, why = FAILED * dt, str(failure)
            else:
                if last is None or earlier is None:  # too few states for a guess
                    return report
                error = self._error(dt, last, earlier, states[2])
                self._next_dt = shorter = next_step(dt, error, control)
                if error <= ACCEPTED * control.tolerance:
                    return report
                why = f"an error of {error:.1e}"
            self.time, self._last_dt, self._earlier_dt = times
            unknown[:], self._now.x.array[:], self._past.x.array[:] = states
            self.rejected += 1
            self.problem.log(f"flow: at {time:.5g} s a step of {dt:.3g} s is repeated: {why}")
            self._next_dt = shorter
            if shorter < LEAST * control.first:
                raise ConvergenceError(f"flow: at {time:.5g} s no step in time converges, not even {dt:.1e} s: {why}")
            dt = shorter

    def _error(self, dt: float, last: float, earlier: float, oldest: np.ndarray) -> float:
        """Error of the velocity of the step just made, over the velocity (collective)."""
        rows = self.problem.spaces.velocity_dofs
        rows = rows[rows < self.problem.spaces.owned]
        weights = parabola((-last - earlier, -last, 0.0), dt)
        states = oldest, self._past.x.array, self._now.x.array
        solution = self.problem.unknown.x.array[rows]
        guess = sum(w * state[rows] for w, state in zip(weights, states, strict=True))
        squares = np.array([np.sum((solution - guess) ** 2), np.sum(solution**2)])
        apart, size = self.problem.fluid.comm.allreduce(squares, op=MPI.SUM)
        return error_share(dt, last, earlier) * float(np.sqrt(apart / max(size, np.finfo(float).tiny)))

    def advance(
        self, until: float, dt: float | StepControl, callback: Callable[["TransientFlow"], None] | None = None
    ) -> None:
        """Advance to a time (s) in equal steps of at most `dt` (s), like `step`; `callback` is called after each.

        With a `StepControl` the steps are those of `controlled_step`.
        """
        if isinstance(dt, StepControl):
            while self.time < until - 1e-9 * max(abs(until), dt.first):
                self.controlled_step(dt, until)
                if callback is not None:
                    callback(self)
            return
        start, steps = self.time, max(1, int(np.ceil((until - self.time) / dt - 1e-9)))
        for n in range(1, steps + 1):
            self.step(start + (until - start) * n / steps - self.time)
            if callback is not None:
                callback(self)

    def _rate(self, time: float) -> FlowRate:
        return self._flow_rate(time) if callable(self._flow_rate) else self._flow_rate
