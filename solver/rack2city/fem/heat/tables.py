"""Tables as conductivities over temperature and as loads over place."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import ufl
from scipy.interpolate import RegularGridInterpolator

from rack2city.fem.heat.conditions import PositionFunction


def table_conductivity(temperature_k: Sequence[float], conductivity: Sequence[float]) -> Callable[[Any], Any]:
    """Conductivity from a table, linear between its rows and constant beyond them.

    Args:
        temperature_k: temperatures (K), rising.
        conductivity: conductivities (W/(m K)), same length.

    Raises:
        ValueError: the table is too short, or its temperatures do not rise.
    """
    t, k = np.asarray(temperature_k, dtype=float), np.asarray(conductivity, dtype=float)
    if t.ndim != 1 or t.shape != k.shape or t.size < 2 or np.any(np.diff(t) <= 0.0):
        raise ValueError("a conductivity table needs two rows or more of rising temperatures")

    def law(temperature: Any) -> Any:
        slopes = np.diff(k) / np.diff(t)
        value: Any = float(k[-1])
        for i in reversed(range(len(slopes))):
            value = ufl.conditional(
                ufl.lt(temperature, float(t[i + 1])),
                float(k[i]) + float(slopes[i]) * (temperature - float(t[i])),
                value,
            )
        return ufl.conditional(ufl.lt(temperature, float(t[0])), float(k[0]), value)

    return law


def table_map(axes: tuple[int, int], first: np.ndarray, second: np.ndarray, values: np.ndarray) -> PositionFunction:
    """A map over two coordinates, bilinear between its points and constant beyond them, such as a chip's power map.

    Args:
        axes: which coordinates, such as (0, 1) for x and y.
        first: points along the first (m), rising, shape (n,).
        second: points along the second (m), rising, shape (m,).
        values: values (W/m² or other), shape (n, m).
    """
    table = RegularGridInterpolator((first, second), np.asarray(values, dtype=float))
    low, high = np.array([first[0], second[0]]), np.array([first[-1], second[-1]])
    return lambda x: table(np.clip(x[list(axes)].T, low, high))
