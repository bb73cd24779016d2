"""Boundaries: where liquid enters or leaves the network."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rack2city.network.components.columns import ANY, FLOW, IN_SERVICE, NONE, Column, Quantity, number
from rack2city.network.components.component import Columns, Component, Fault, Foreign

_BAR = 1e5


def _faults(columns: Columns) -> Iterator[Fault]:
    neither_or_both = np.isnan(columns["pressure_pa"]) == np.isnan(columns["mass_flow_kg_per_s"])
    yield neither_or_both, "pressure_pa", "give either a pressure or a mass flow"


def _grid(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    net.refuse(~frame.type.str.contains("p").astype(bool), "one that gives only a temperature cannot be imported")
    held = {"pressure_pa": _BAR * frame.p_bar.astype(float), "supply_k": frame.t_k}
    return {"junction": net.junctions(frame.junction), **held, "in_service": frame.in_service}


def _source(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    return {
        **_sink(frame, net),
        "mass_flow_kg_per_s": frame.mdot_kg_per_s * frame.scaling,
        "supply_k": frame.get("t_k"),
    }


def _sink(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    flow = {"mass_flow_kg_per_s": -frame.mdot_kg_per_s * frame.scaling}
    return {"junction": net.junctions(frame.junction), **flow, "in_service": frame.in_service}


def _circulation_pump(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    """Both ends of pumps of given flow, as pandapipes treats them."""
    none = np.full(len(frame), np.nan)
    return {
        "names": [f"{end} of {name}" for end in ("supply", "return") for name in frame.index],
        "junction": pd.concat([net.junctions(frame.flow_junction), net.junctions(frame.return_junction)]),
        "pressure_pa": np.append(_BAR * frame.p_flow_bar, none),
        "mass_flow_kg_per_s": np.append(none, -frame.mdot_flow_kg_per_s),
        "supply_k": np.append(frame.t_flow_k, none),
        "in_service": np.tile(frame.in_service, 2),
    }


BOUNDARIES = Component(
    "boundaries",
    "boundary",
    "where liquid enters or leaves the network: a given pressure, or a given flow",
    (
        Column("junction", "junction where it is", "", "junction"),
        number("pressure_pa", "Pa", "gauge pressure held there, whatever flow it takes", NONE, ANY, varies=True),
        number("mass_flow_kg_per_s", "kg/s", "flow that enters; negative where it is drawn", NONE, ANY, varies=True),
        number("supply_k", "K", "temperature of what enters", above=True, varies=True),
        IN_SERVICE,
    ),
    faults=_faults,
    results=(FLOW, Quantity("t_k", "K", "temperature of what enters or leaves")),
    pandapipes={"ext_grid": _grid, "source": _source, "sink": _sink, "circ_pump_mass": _circulation_pump},
)
