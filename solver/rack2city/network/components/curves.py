"""Curves: pressure against flow by points, of pumps and of what liquid is pressed through."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.columns import ANY, REQUIRED, number
from rack2city.network.components.component import Arrays, Columns, Component, Fault
from rack2city.network.hydraulics.laws import CurveLaw


def _faults(columns: Columns) -> Iterator[Fault]:
    flows = pd.Series(columns["x_m3_per_s"]).groupby(columns["name"], sort=False)
    wrong = (flows.diff() <= 0.0) | (flows.transform("size") < 2)
    yield wrong.to_numpy(), "x_m3_per_s", "a curve needs two points or more, of rising flow"


def drop_law(arrays: Arrays, curve: str) -> CurveLaw:
    """The law of a pressure drop's curve: monotone between its points (Fritsch & Carlson 1980), odd, straight beyond them.

    Raises:
        InputError: the drop does not start at zero, or does not rise.
    """
    flow, drop = arrays.curve(curve)
    if flow[0] > 0.0:
        flow, drop = np.concatenate([[0.0], flow]), np.concatenate([[0.0], drop])
    if drop[0] != 0.0 or not np.all(np.diff(drop) > 0.0):
        raise InputError(
            f"table curves, row '{curve}', column y_pa: a pressure drop starts at zero and rises with the flow"
        )
    inside = PchipInterpolator(flow, drop)
    slope = inside.derivative()
    last, last_slope = flow[-1], max(float(slope(flow[-1])), (drop[-1] - drop[-2]) / (flow[-1] - flow[-2]))

    def value(q: Array) -> Array:
        size = np.abs(q)
        drops = inside(np.minimum(size, last)) + last_slope * np.maximum(size - last, 0.0)
        return np.asarray(np.sign(q) * drops)

    def rise(q: Array) -> Array:
        size = np.abs(q)
        return np.asarray(np.where(size > last, last_slope, slope(np.minimum(size, last))))

    return CurveLaw(value, rise, arrays.liquid.density)


CURVES = Component(
    "curves",
    "curve",
    "points of curves: pressure against flow",
    (number("x_m3_per_s", "m3/s", "flow", REQUIRED), number("y_pa", "Pa", "pressure", REQUIRED, ANY)),
    named=False,
    faults=_faults,
)
