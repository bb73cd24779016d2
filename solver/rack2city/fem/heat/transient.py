"""Heat over time: `solvers.bdf`, each step's energy balance closed.

What is stored over a step is the integral of rho c times the very difference of the formula, so that it balances what
crosses the surfaces to the solver's rounding.
"""

from dolfinx import fem

from rack2city.errors import InputError
from rack2city.fem.heat.balance import HeatReport
from rack2city.fem.heat.conditions import Load, set_values
from rack2city.fem.heat.problem import HeatProblem, Loads
from rack2city.fem.solvers.bdf import bdf2


class TransientHeat:
    """Temperature over time, from a given one (K) or from the problem's present one; begins at `time` (s).

    Raises:
        InputError: the problem stores no heat: it was not made with `transient=True`.
    """

    def __init__(self, problem: HeatProblem, initial: Load | None = None, time: float = 0.0) -> None:
        if not problem.terms.transient:
            raise InputError("heat: for a transient run make the heat problem with transient=True")
        self.problem, self.time = problem, time
        if initial is not None:
            set_values(problem.temperature, initial, problem.domain.cells)
            problem.theta.x.array[:] = problem.temperature.x.array - float(problem.terms.shift)
        self._before = fem.Function(problem.space)
        self._last_dt: float | None = None
        self._rate = 0.0

    def step(self, dt: float, loads: Loads | None = None, flow_changed: bool = True) -> HeatReport:
        """Advance by one step (s), which may differ from the last, to loads at its end.

        If velocities have not changed since the last step, nor its length, the matrix and its factor stay.

        Raises:
            ConvergenceError: the solver failed.
            BalanceError: the energy balance of the step does not close.
        """
        problem = self.problem
        rate, now, past = bdf2(dt, self._last_dt)
        theta = problem.theta.x.array
        problem.history.x.array[:] = now * theta + past * self._before.x.array
        self._before.x.array[:] = theta
        problem.terms.rate.value = rate
        changed = flow_changed or abs(rate - self._rate) > 1e-13 * rate
        report = problem.solve(loads) if changed else next(problem.solve_loads([loads or {}]))
        self._last_dt, self._rate = dt, rate
        self.time += dt
        return report
