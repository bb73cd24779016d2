"""Junctions: points where pipes meet."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from rack2city.network.components.columns import ANY, NONE, Quantity, number
from rack2city.network.components.component import Component, Foreign


def _from_pandapipes(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    net.refuse(~frame.in_service.to_numpy(dtype=bool), "it is out of service; drop it before the import")
    return {"height_m": frame.height_m, "x_m": frame.get("x"), "y_m": frame.get("y")}


JUNCTIONS = Component(
    "junctions",
    "junction",
    "points where pipes meet",
    (
        number("height_m", "m", "height above the datum, for the static head", 0.0, ANY),
        number("x_m", "m", "east coordinate", NONE, ANY),
        number("y_m", "m", "north coordinate", NONE, ANY),
    ),
    results=(
        Quantity("p_pa", "Pa", "gauge pressure at its height"),
        Quantity("head_m", "m", "height plus pressure head"),
        Quantity("t_k", "K", "temperature of what leaves it"),
    ),
    pandapipes={"junction": _from_pandapipes},
)
