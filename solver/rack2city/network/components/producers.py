"""Producers: plants that take the return, heat it and pump it into the supply."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components.columns import (
    ANY,
    FLOW,
    IN_SERVICE,
    NONE,
    REQUIRED,
    Quantity,
    Values,
    ends,
    number,
    text,
)
from rack2city.network.components.component import Arrays, Columns, Component, Fault, Foreign
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import Law, PrescribedFlow, PrescribedLift

_BAR = 1e5


def _faults(columns: Columns) -> Iterator[Fault]:
    mode, elsewhere = columns["mode"], columns["control"] == "worst"
    for which, column in (("pressure", "difference_pa"), ("flow", "mass_flow_kg_per_s"), ("power", "power_w")):
        spared = elsewhere & (which == "pressure")
        yield (mode == which) & ~spared & np.isnan(columns[column]), column, f"mode '{which}' needs it"
    yield elsewhere & (mode != "pressure"), "control", "'worst' is for mode 'pressure'"


def _labels(columns: Columns) -> Values:
    return np.where(columns["mode"] == "pressure", "pressure", "flow")


def _law(arrays: Arrays, label: str, rows: Index, static_pa: Array) -> Law:
    at = {name: column[rows] for name, column in arrays["producers"].items()}
    if label == "pressure":
        return PrescribedLift(np.nan_to_num(at["difference_pa"]) + static_pa)  # one controlled elsewhere may have none
    return PrescribedFlow(np.where(at["mode"] == "flow", at["mass_flow_kg_per_s"], 0.0))  # the rest is solved


def _from_pandapipes(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    # the first holds the level; two that hold it could not both pass on what they take
    level = (_BAR * (frame.p_flow_bar - frame.plift_bar)).where(np.arange(len(frame)) == 0)
    return {
        "return_junction": net.junctions(frame.return_junction),
        "supply_junction": net.junctions(frame.flow_junction),
        "mode": "pressure",
        "supply_k": frame.t_flow_k,
        "difference_pa": _BAR * frame.plift_bar,
        "return_pressure_pa": level,
        "in_service": frame.in_service,
    }


PRODUCERS = Component(
    "producers",
    "producer",
    "plants that take the return, heat it and pump it into the supply",
    (
        *ends("return_junction", "supply_junction", "where it draws"),
        text(
            "mode",
            "'pressure': holds pressures, gives any flow; 'flow': gives a flow; 'power': gives a power; "
            "'merit': gives what those of lower merit leave",
            ("pressure", "flow", "power", "merit"),
        ),
        number("supply_k", "K", "temperature of what it delivers", REQUIRED, above=True, varies=True),
        text(
            "control",
            "where its difference is held (mode 'pressure'): 'own': between its junctions; 'worst': at the worst substation",
            ("own", "worst"),
            "own",
        ),
        number(
            "difference_pa", "Pa", "difference it holds (mode 'pressure'; control 'worst': may be empty)", varies=True
        ),
        number("max_difference_pa", "Pa", "largest difference between its junctions (control 'worst')"),
        number("return_pressure_pa", "Pa", "gauge pressure held at its return junction", NONE, ANY, varies=True),
        number("mass_flow_kg_per_s", "kg/s", "its flow (mode 'flow')", varies=True),
        number("power_w", "W", "its power (mode 'power')", varies=True),
        number("max_power_w", "W", "largest power; asked for more, it delivers colder", varies=True),
        number("merit", "-", "its place in the merit order, lowest first", 0.0, ANY, varies=True),
        IN_SERVICE,
    ),
    faults=_faults,
    law=_law,
    labels=_labels,
    passes_pressure=lambda columns: np.asarray(columns["mode"] == "pressure"),
    results=(
        FLOW,
        Quantity("heat_w", "W", "heat given"),
        Quantity("t_supply_k", "K", "temperature of what it delivers"),
        Quantity("t_return_k", "K", "temperature of its return"),
        Quantity("difference_pa", "Pa", "pressure at its supply less that at its return junction"),
    ),
    pandapipes={"circ_pump_pressure": _from_pandapipes},
)
