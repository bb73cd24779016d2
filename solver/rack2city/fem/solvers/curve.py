"""The last two solutions along a parameter, and the guess that they make of the next."""

import numpy as np


class Curve:
    """Solutions along a parameter."""

    def __init__(self) -> None:
        self._last: list[tuple[float, np.ndarray]] = []

    def add(self, at: float, values: np.ndarray) -> None:
        """Remember a copy of the solution at a value of the parameter."""
        self._last = [*(pair for pair in self._last if pair[0] != at), (at, values.copy())][-2:]

    def guess(self, at: float) -> np.ndarray | None:
        """Values at another value of the parameter on the line through the last two solutions; None before there are two."""
        if len(self._last) < 2:
            return None
        (first, before), (second, last) = self._last
        return last + (at - second) / (second - first) * (last - before)
