"""The ways to the solution of a steady flow: from the last one, or from rest by ever more of the inertia."""

from collections.abc import Callable

import numpy as np

from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem.solvers.continuation import continue_to_one
from rack2city.fem.solvers.system import System

ROUGHLY = 3e7  # of the tolerance: a creeping flow is where the flow starts


class Starts:
    """Where the equations of a flow are solved from.

    Args:
        system: the equations; their unknown is the present state.
        length: hydraulic diameter (m).
        set_inertia: gives the equations a share of their inertia (-).
    """

    def __init__(self, system: System, length: float, set_inertia: Callable[[float], None]) -> None:
        self._system, self._length, self._set_inertia = system, length, set_inertia

    def take_if_nearer(self, guess: np.ndarray) -> None:
        """Make a guess the present state if its residual is smaller."""
        system, values = self._system, self._system.unknown.x.array
        present, without = values.copy(), system.residual_from_here()
        values[:] = guess
        nearer = system.residual_from_here() < without
        if not nearer:
            values[:] = present
        ratio = system.norm / max(without, np.finfo(float).tiny)
        system.log(f"flow: {'taking' if nearer else 'leaving'} a guess of {ratio:.2g} times the residual")

    def from_here(self) -> bool:
        """Whether Newton's method converges from the last solution, by itself or in pseudo-time."""
        system, values = self._system, self._system.unknown.x.array
        kept = values.copy()
        try:
            system.solve()
        except ConvergenceError as error:
            system.log(f"{error}; going on in pseudo-time from the last solution")
        else:
            return True
        values[:] = kept
        try:
            system.approach(self._length, predicted=True)
            system.solve()
        except UnsteadyError:
            raise
        except ConvergenceError as error:
            system.log(f"{error}; starting again without a guess")
            return False
        return True

    def from_rest(self) -> None:
        """Solve without a guess: from creeping flow, by solutions with ever more of the inertia."""
        system, values = self._system, self._system.unknown.x.array
        followed, reached = 0.0, None

        def restore(kept: np.ndarray) -> None:
            nonlocal reached
            reached = values.copy() if followed == 0.0 else None
            values[:] = kept

        def predict(before: np.ndarray, last: np.ndarray, ahead: float) -> None:
            values[:] = last + ahead * (last - before)

        def follow(inertia: float) -> None:
            nonlocal followed, reached
            self._set_inertia(inertia)
            if inertia == 0.0:
                system.solve(slack=ROUGHLY)
                return
            if reached is not None:
                self.take_if_nearer(reached)
            system.approach(self._length, predicted=followed > 0.0)
            if inertia == 1.0:
                system.solve()
            followed, reached = inertia, None

        continue_to_one(follow, values.copy, restore, system.log, "inertia", predict)
