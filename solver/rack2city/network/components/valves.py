"""Valves: throttles by their kv, and check valves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components.columns import IN_SERVICE, REQUIRED, THROUGH, Column, Mask, Values, ends, number
from rack2city.network.components.component import Arrays, Columns, Component, Foreign
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import Law
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw

_BAR = 1e5
_LEAST_LOSS = 1e-3  # coefficient of what pandapipes gives none; a branch here needs some


def _labels(columns: Columns) -> Values:
    return np.where(columns["check"], "check", "")


def _is_open(columns: Columns) -> Mask:
    return columns["in_service"] & (columns["opening"] > 0.0)


def _law(arrays: Arrays, label: str, rows: Index, static_pa: Array) -> Law:
    """Valves open linearly."""
    kv, opening = (arrays["valves"][name][rows] for name in ("kv_m3_per_h", "opening"))
    density = arrays.liquid.density
    return CheckValveLaw(kv * opening, density) if label == "check" else ControlValveLaw(kv, density, opening)


def quadratic(frame: pd.DataFrame, net: Foreign) -> pd.Series:
    """Pa per (m3/s)^2 of rows of pandapipes with a loss coefficient on the velocity head."""
    area = np.pi / 4.0 * (frame.inner_diameter_mm.astype(float) / 1e3) ** 2
    return frame.loss_coefficient.astype(float).clip(lower=_LEAST_LOSS) * net.liquid.density / (2.0 * area**2)


def _from_pandapipes(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    net.refuse(frame.et != "ju", "only valves between two junctions can be imported")
    return {
        "from_junction": net.junctions(frame.junction),
        "to_junction": net.junctions(frame.element),
        "kv_m3_per_h": 3600.0 * np.sqrt(_BAR * net.liquid.density / 1e3 / quadratic(frame, net)),
        "opening": frame.opened.astype(float),
    }


VALVES = Component(
    "valves",
    "valve",
    "valves",
    (
        *ends(),
        number("kv_m3_per_h", "m3/h", "flow at 1 bar and 1000 kg/m3 when fully open", REQUIRED, above=True),
        number("opening", "-", "share of Kv that is open; 0 is closed", 1.0, high=1.0, varies=True),
        Column("check", "whether it lets nothing flow backwards", "", "flag", False),
        IN_SERVICE,
    ),
    law=_law,
    labels=_labels,
    is_open=_is_open,
    results=THROUGH,
    pandapipes={"valve": _from_pandapipes},
)
