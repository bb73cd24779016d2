"""Mean and fluctuation of a quantity over time, and how sure the mean is.

The record, integrated by the trapezoidal rule, is cut into pieces whose means scatter: by the whole periods of a periodic
signal, else into batches of equal length. From n piece means of scatter s and lag-one correlation r the mean is uncertain
by t s sqrt((1 + r) / (n (1 - r))), t Student's factor of 95 %, and by no less than half the difference of the two halves of
the record, which shows a drift. What a periodic record has beyond whole periods is added with half the signal's range.

Source: Law, Simulation Modeling and Analysis (2015), chapter 9: batch means; the correlation of a first-order process.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.stats import t as student

BATCHES = 10
PERIODS = 4  # fewer tell nothing about their scatter
REGULAR = 0.05  # scatter of the periods of what counts as periodic
HYSTERESIS = 0.5  # of the fluctuation: what the signal must fall below its mean before its next rise counts


@dataclass(frozen=True)
class Statistic:
    """Mean and fluctuation of a recorded quantity, in its unit.

    Attributes:
        mean, rms: over the record; root mean square of the difference from the mean.
        low, high: the least and the largest value: its swing.
        uncertainty: half of the 95 % interval of the mean; infinite for a record too short to tell.
        period: of a periodic signal (s); None of any other.
        remainder: what the record has beyond, or lacks of, a whole number of periods (s).
    """

    mean: float
    rms: float
    uncertainty: float
    period: float | None = None
    remainder: float = 0.0
    low: float = -inf
    high: float = inf


class Moments:
    """Mean and root mean square of the fluctuation of a vector that comes step by step, by the trapezoidal rule.

    Sums of squared differences are updated with the mean (West 1979): the difference of two large squares would leave
    nothing of a small fluctuation.
    """

    def __init__(self, first: np.ndarray) -> None:
        self._last, self._weight = first.copy(), 0.0
        self.mean, self._squares = first.copy(), np.zeros_like(first)

    def add(self, sample: np.ndarray, dt: float) -> None:
        """Add a sample that comes `dt` (s) after the last one."""
        for value in (self._last, sample):
            self._weight += 0.5 * dt
            difference = value - self.mean
            self.mean += 0.5 * dt / self._weight * difference
            self._squares += 0.5 * dt * difference * (value - self.mean)
        self._last = sample.copy()

    @property
    def rms(self) -> np.ndarray:
        """Root mean square of the fluctuation."""
        return np.asarray(np.sqrt(self._squares / self._weight))


def statistic(time: np.ndarray, values: np.ndarray) -> Statistic:
    """Mean of a record of a statistically steady quantity, shape (n,), over rising times (s), shape (n,)."""
    time, values = np.asarray(time, dtype=float), np.asarray(values, dtype=float)
    if len(time) < 2 * BATCHES:
        return Statistic(float(np.mean(values)) if len(values) else inf, inf, inf)
    length = time[-1] - time[0]
    mean = float(np.trapezoid(values, time) / length)
    rms = float(np.sqrt(np.trapezoid((values - mean) ** 2, time) / length))
    period = _period(time, values - mean, rms)
    pieces, span, remainder = BATCHES, length, 0.0
    if period is not None:
        pieces = int(length / period)
        span = pieces * period
        remainder = float(min(length - span, span + period - length))
    total = cumulative_trapezoid(values, time, initial=0.0)
    ends = np.linspace(time[-1] - span, time[-1], pieces + 1)
    means = np.diff(np.interp(ends, time, total)) / np.diff(ends)
    halves = np.array([means[: pieces // 2].mean(), means[(pieces + 1) // 2 :].mean()])
    scatter = float(student.ppf(0.975, pieces - 1) * means.std(ddof=1) * np.sqrt(_inflation(means) / pieces))
    uncertainty = max(scatter, 0.5 * np.ptp(halves)) + 0.5 * np.ptp(values) * remainder / length
    low, high = float(np.min(values)), float(np.max(values))
    return Statistic(mean, rms, float(uncertainty), period, remainder, low, high)


def _inflation(means: np.ndarray) -> float:
    """How many correlated pieces are worth one independent one; at least one."""
    deviations = means - means.mean()
    square = float(deviations @ deviations)
    correlation = min(max(float(deviations[1:] @ deviations[:-1]) / square, 0.0), 0.9) if square > 0.0 else 0.0
    return (1.0 + correlation) / (1.0 - correlation)


def _period(time: np.ndarray, fluctuation: np.ndarray, rms: float) -> float | None:
    """Mean time between rises through the mean (s), if there are several and they come regularly."""
    if rms == 0.0:
        return None
    side = np.where(fluctuation >= 0.0, 1, np.where(fluctuation < -HYSTERESIS * rms, -1, 0))
    decided = np.flatnonzero(side)
    up = decided[1:][np.diff(side[decided]) > 0]
    below, above = fluctuation[up - 1], fluctuation[up]
    rises = time[up - 1] - below * (time[up] - time[up - 1]) / (above - below)
    periods = np.diff(rises)
    if len(periods) < PERIODS or np.std(periods) > REGULAR * np.mean(periods):
        return None
    return float(np.mean(periods))
