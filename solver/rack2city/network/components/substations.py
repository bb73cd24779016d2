"""Substations: where consumers take heat, each with a valve that sets its flow."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components.columns import FLOW, IN_SERVICE, NONE, Quantity, ends, number
from rack2city.network.components.component import Arrays, Columns, Component, Fault, Foreign
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import PrescribedFlow


def _faults(columns: Columns) -> Iterator[Fault]:
    yield columns["bypass_kg_per_s"] > columns["max_flow_kg_per_s"], "bypass_kg_per_s", "it exceeds the largest flow"
    given = {name: ~np.isnan(values) for name, values in columns.items() if values.dtype == float}
    ua = given["ua_w_per_k"]
    with_water = columns["dhw_demand_w"] > 0.0
    cooler = columns["secondary_return_k"] < columns["secondary_supply_k"]
    together = given["design_flow_kg_per_s"] == given["design_w"]
    needs = "an exchanger given by ua_w_per_k needs it"
    yield ua & ~given["secondary_supply_k"], "secondary_supply_k", needs
    yield ua & ~cooler, "secondary_return_k", "it must be below secondary_supply_k"
    yield ua & ~given["max_flow_kg_per_s"], "max_flow_kg_per_s", needs
    yield ua & ~together, "design_flow_kg_per_s", "it goes together with design_w"
    yield ua & with_water & ~given["dhw_ua_w_per_k"], "dhw_ua_w_per_k", needs
    yield ua & ~(columns["dhw_cold_k"] < columns["dhw_supply_k"]), "dhw_cold_k", "it must be below dhw_supply_k"


def _law(arrays: Arrays, label: str, rows: Index, static_pa: Array) -> PrescribedFlow:
    return PrescribedFlow(np.zeros(len(rows)))  # the solver gives the flows


def _from_pandapipes(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    """Heat consumers of heat with flow, temperature drop or return temperature."""
    names = ("qext_w", "controlled_mdot_kg_per_s", "deltat_k", "treturn_k")
    heat, flow, fall, back = (frame[name].astype(float) for name in names)
    heat = heat.fillna(flow * net.liquid.heat_capacity * fall)
    net.refuse(heat.isna(), "flow and return temperature leave its heat open; give qext_w")
    flow = flow.fillna(heat / (net.liquid.heat_capacity * fall))
    return {
        "supply_junction": net.junctions(frame.from_junction),
        "return_junction": net.junctions(frame.to_junction),
        "demand_w": heat,
        "mass_flow_kg_per_s": flow,
        "return_set_k": back.where(flow.isna()),
        "in_service": frame.in_service,
    }


SUBSTATIONS = Component(
    "substations",
    "substation",
    "where consumers take heat, each with a valve that sets its flow",
    (
        *ends("supply_junction", "return_junction", "where it draws"),
        number("demand_w", "W", "heat demand of the building", 0.0, varies=True),
        number("dhw_demand_w", "W", "heat demand of the domestic hot water", 0.0, varies=True),
        number("return_set_k", "K", "temperature its return is cooled to", above=True, varies=True),
        number("mass_flow_kg_per_s", "kg/s", "given flow, instead of a return temperature", varies=True),
        number("ua_w_per_k", "W/K", "UA of its exchanger, instead of a return temperature", above=True),
        number(
            "secondary_supply_k",
            "K",
            "temperature its exchanger heats the building's water to",
            above=True,
            varies=True,
        ),
        number("secondary_return_k", "K", "temperature the building's water comes back with", above=True, varies=True),
        number(
            "design_w",
            "W",
            "load at which UA holds; films then follow the flows (if empty: UA is constant)",
            above=True,
        ),
        number("design_flow_kg_per_s", "kg/s", "primary flow at which UA holds", above=True),
        number("dhw_ua_w_per_k", "W/K", "constant UA of its exchanger for hot water", above=True),
        number("dhw_supply_k", "K", "temperature of the hot water that an exchanger makes", 333.15, above=True),
        number("dhw_cold_k", "K", "temperature of the cold water that it heats", 283.15, above=True, varies=True),
        number(
            "min_difference_k",
            "K",
            "least difference of arriving supply and return for which its exchanger is made; below, the valve opens further "
            "in proportion up to max_flow_kg_per_s",
            0.01,
            above=True,
        ),
        number(
            "min_difference_pa",
            "Pa",
            "difference at which its valve, fully open, passes max_flow_kg_per_s (if empty: the flow it wants)",
            0.0,
            varies=True,
        ),
        number("bypass_kg_per_s", "kg/s", "least flow, kept up by a by-pass", 0.0, varies=True),
        number(
            "max_flow_kg_per_s",
            "kg/s",
            "largest flow its valve lets through (with UA: each valve)",
            NONE,
            above=True,
            varies=True,
        ),
        IN_SERVICE,
    ),
    faults=_faults,
    law=_law,
    law_varies=False,
    passes_pressure=lambda columns: np.full(len(columns["in_service"]), False),
    results=(
        FLOW,
        Quantity("heat_w", "W", "heat taken"),
        Quantity("unmet_w", "W", "demand that is not met"),
        Quantity("t_supply_k", "K", "temperature that arrives"),
        Quantity("t_return_k", "K", "temperature of its return"),
        Quantity("difference_pa", "Pa", "pressure at its supply less that at its return junction"),
        Quantity("short_pa", "Pa", "what it lacks of the difference it needs"),
    ),
    pandapipes={"heat_consumer": _from_pandapipes},
)
