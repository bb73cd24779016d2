"""Heat exchangers: anything that heats or cools the liquid by a given power, such as a cold plate."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.columns import ANY, IN_SERVICE, THROUGH, Column, Quantity, Values, ends, number
from rack2city.network.components.component import Arrays, Columns, Component, Foreign
from rack2city.network.components.curves import drop_law
from rack2city.network.components.valves import quadratic
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import Law, QuadraticLaw


def _labels(columns: Columns) -> Values:
    return columns["curve"].astype(str)


def _law(arrays: Arrays, label: str, rows: Index, static_pa: Array) -> Law:
    """An own law, that of a curve, or a quadratic one.

    Raises:
        InputError: no pressure drop is given, or one that does not rise with the flow.
    """
    if label:
        return arrays.laws[label] if label in arrays.laws else drop_law(arrays, label)
    at = {name: column[rows] for name, column in arrays["heat_exchangers"].items()}
    a, b = at["linear_pa_s_per_m3"], at["quadratic_pa_s2_per_m6"]
    none = (a == 0.0) & (b == 0.0)
    if none.any():
        raise InputError(
            f"table heat_exchangers, row '{arrays.name('heat_exchangers', rows[int(np.argmax(none))])}': it has no pressure "
            "drop; give linear_pa_s_per_m3, quadratic_pa_s2_per_m6 or a curve"
        )
    return QuadraticLaw(a, b, arrays.liquid.density)


def _from_pandapipes(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    """Heat taken is negative here."""
    return {
        "from_junction": net.junctions(frame.from_junction),
        "to_junction": net.junctions(frame.to_junction),
        "quadratic_pa_s2_per_m6": quadratic(frame, net),
        "heat_w": -frame.qext_w,
        "in_service": frame.in_service,
    }


HEAT_EXCHANGERS = Component(
    "heat_exchangers",
    "heat exchanger",
    "anything that heats or cools the liquid by a given power, with a pressure drop a Q + b Q|Q|, a curve, or a law",
    (
        *ends(),
        number("linear_pa_s_per_m3", "Pa s/m3", "a of the pressure drop", 0.0),
        number("quadratic_pa_s2_per_m6", "Pa s2/m6", "b of the pressure drop", 0.0),
        Column(
            "curve",
            "curve of the pressure drop (Pa) against the flow (m3/s), or a law of `Network.laws`; instead of a and b",
            "",
            "curve",
            None,
            or_law=True,
        ),
        number("heat_w", "W", "heat given to the liquid; negative where it is taken", 0.0, ANY, varies=True),
        IN_SERVICE,
    ),
    law=_law,
    law_varies=False,
    labels=_labels,
    results=(*THROUGH, Quantity("heat_w", "W", "heat given to the liquid")),
    pandapipes={"heat_exchanger": _from_pandapipes},
)
