"""How long a step in time may be: as long as its error, told by a guess along the last steps, is what is accepted.

The guess is the parabola through the last three states; for steps d before d1 before dt it errs by
p = dt (dt + d1) (dt + d1 + d) / 6 times the third derivative, the formula BDF2 by e = dt² (dt + d1)² / (6 (d1 + 2 dt)). So a
share e / (e + p) of what lies between guess and solution is the error of the step (Milne's device; Hairer, Norsett & Wanner
1993).
"""

from dataclasses import dataclass

import numpy as np

from rack2city.errors import InputError

SAFETY, LONGER, SHORTER = 0.9, 1.5, 0.3  # of the next step, and its limits over the last
FAILED = 0.4  # of a step after Newton's method has failed in it
ACCEPTED = 2.0  # of the tolerance: an error beyond it repeats the step
LEAST = 1e-4  # of the first step: a shorter one leads nowhere


@dataclass(frozen=True)
class StepControl:
    """Steps in time that follow the flow.

    Attributes:
        first: length of the first step (s), such as a tenth of a hydraulic diameter over the velocity.
        tolerance: accepted error of the velocity in a step, over the velocity (root mean square, -).
        longest: most that a step may take (s), such as a tenth of a period that matters; None for no limit.
    """

    first: float
    tolerance: float = 1e-3
    longest: float | None = None

    def __post_init__(self) -> None:
        longest = self.first if self.longest is None else self.longest
        if not (0.0 < self.first <= longest and 0.0 < self.tolerance < 1.0):
            raise InputError(
                f"flow: steps in time need a first step ({self.first:g} s) that is positive and no longer than the longest "
                f"({longest:g} s), and a tolerance ({self.tolerance:g}) between 0 and 1"
            )


def parabola(times: tuple[float, float, float], ahead: float) -> np.ndarray:
    """Weights, shape (3,), of states at three `times` (s) in their value `ahead` (s) on the parabola through them."""
    t = np.array(times)
    return np.array([np.prod([(ahead - t[j]) / (t[i] - t[j]) for j in range(3) if j != i]) for i in range(3)])


def error_share(dt: float, before: float, earlier: float) -> float:
    """Share of BDF2's error in the distance from the guess, for a step after two that took `earlier` and `before` (s)."""
    guess = dt * (dt + before) * (dt + before + earlier) / 6.0
    formula = (dt * (dt + before)) ** 2 / (6.0 * (before + 2.0 * dt))
    return formula / (formula + guess)


def next_step(dt: float, error: float, control: StepControl) -> float:
    """Length of the next step (s) after one of error `error`: the error grows with its third power."""
    wanted = SAFETY * (control.tolerance / max(error, np.finfo(float).tiny)) ** (1.0 / 3.0)
    return float(min(dt * np.clip(wanted, SHORTER, LONGER), control.longest or np.inf))
