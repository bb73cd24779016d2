"""Newton's method: one loop for all equations. Who owns them says how a step is made and when it is enough."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rack2city.errors import ConvergenceError

RTOL = 1e-9  # of the flow's residual at a cold start; the mass balance does not depend on it

Log = Callable[[str], None]


@dataclass(frozen=True)
class NewtonReport:
    """How Newton's method did: its steps, how many of them factored anew, and Krylov iterations in all of them.

    The final residual is over that of a cold start (-).
    """

    iterations: int
    factorisations: int
    residual: float
    linear_iterations: int

    def since(self, before: "NewtonReport") -> "NewtonReport":
        """What was done after an earlier report."""
        return NewtonReport(
            self.iterations - before.iterations,
            self.factorisations - before.factorisations,
            self.residual,
            self.linear_iterations - before.linear_iterations,
        )


def newton(
    name: str,
    log: Log,
    residual: Callable[[], float],
    step: Callable[[float], float | None],
    converged: Callable[[float, float], bool],
    most: int,
    advice: str = "",
) -> int:
    """Newton's method from the present values; the number of steps, or a `ConvergenceError` with an advice.

    `residual` gives the norm of the residual of the present values, over that of a cold start. `step` linearises at the values
    of the last one, whose norm it is given, solves and goes there; it gives the change relative to the solution, or None to
    give up. `converged` says whether a residual, and the change that led to it, are small enough.
    """
    change = np.inf
    for count in range(most + 1):
        norm = residual()
        log(f"{name}: Newton step {count}, relative residual {norm:.2e}")
        if converged(norm, change):
            return count
        made = step(norm) if count < most and np.isfinite(norm) else None
        if made is None:
            break
        change = made
    raise ConvergenceError(f"{name}: no convergence after {count} Newton steps (relative residual {norm:.1e}){advice}")
