"""Polynomials that follow a property over its range, for the finite elements, where no table can be looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rack2city.arrays import Array

FIT_TOLERANCE = 2e-3
"""Relative error at which a fit is good enough, and the lowest degree that reaches it is taken (-)."""

WORST_FIT = 1e-2
"""Largest accepted relative error of a fit of measured values (-)."""

DEGREES = range(1, 9)


@dataclass(frozen=True)
class Polynomial:
    """A polynomial of a temperature (K) over a range.

    Attributes:
        coefficients: c_i of sum_i c_i x^i, x from -1 to 1 over the range.
        temperature_range_k: its lowest and highest temperature (K).
        error: largest relative error of what it was fitted to (-).
    """

    coefficients: tuple[float, ...]
    temperature_range_k: tuple[float, float]
    error: float = 0.0

    def __call__(self, temperature_k: Any) -> Any:
        """The value at a temperature (K) that can be added and multiplied, a UFL expression too; no range is checked."""
        low, high = self.temperature_range_k
        x = (temperature_k - (low + high) / 2) / ((high - low) / 2)
        *lower, value = self.coefficients
        for coefficient in reversed(lower):
            value = coefficient + x * value
        return value


def fit_logarithm(values: Callable[[Array], Array], temperature_range_k: tuple[float, float]) -> Polynomial:
    """The polynomial of lowest degree that follows the logarithm of a positive property to `FIT_TOLERANCE`, else the best."""
    return _fit(values, temperature_range_k, np.log, np.exp)


def fit(values: Callable[[Array], Array], temperature_range_k: tuple[float, float]) -> Polynomial:
    """The polynomial of lowest degree that follows a positive property to `FIT_TOLERANCE`, else the best."""
    return _fit(values, temperature_range_k, np.asarray, np.asarray)


def _fit(
    values: Callable[[Array], Array], ends: tuple[float, float], forth: Callable[..., Any], back: Callable[..., Any]
) -> Polynomial:
    """Fit what `forth` makes of the values; `back` undoes it.

    Interpolation in Chebyshev nodes, which is within a small factor of the best polynomial of its degree. The lowest
    degree that is good enough is taken: it decides how many quadrature points the finite elements need.
    """
    centre, scale = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    x = np.linspace(-1.0, 1.0, 901)
    exact = values(centre + scale * x)
    best = Polynomial((), ends, np.inf)
    for degree in DEGREES:
        nodes = np.polynomial.chebyshev.chebpts1(degree + 1)
        fitted = np.polynomial.Polynomial.fit(nodes, forth(values(centre + scale * nodes)), degree, domain=[-1, 1])
        error = float(np.max(np.abs(back(fitted(x)) / exact - 1.0)))
        if error < best.error:
            best = Polynomial(tuple(float(coefficient) for coefficient in fitted.coef), ends, error)
        if error < FIT_TOLERANCE:
            break
    return best
