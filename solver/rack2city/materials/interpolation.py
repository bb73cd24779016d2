"""Interpolation between the rows of a table."""

from collections.abc import Callable

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from rack2city.arrays import Array


def between(x: Array, values: Array) -> Callable[[Array], Array]:
    """Cubics between the points of a curve, their slopes such that it rises and falls only as the points do (PCHIP).

    Source: Fritsch & Carlson (1980), by SciPy.
    """
    return PchipInterpolator(x, values, extrapolate=False)


def between_logarithms(x: Array, values: Array) -> Callable[[Array], Array]:
    """The same through the logarithms of both, of positive values: a power law between two points is exact."""
    curve = between(np.log(x), np.log(values))
    return lambda at: np.exp(curve(np.log(at)))


def spline_of_logarithms(x: Array, values: Array) -> Callable[[Array], Array]:
    """The cubic spline through the logarithms of both; smoother, and free to overshoot between points of unlike slopes."""
    curve = CubicSpline(np.log(x), np.log(values))
    return lambda at: np.exp(curve(np.log(at)))
