"""Substations of the tables that are exchangers given by UA: flow and heat by the temperature that arrives."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.consumers.exchange import Exchanger, ExchangerState, open_valve
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index

_FILMS = 0.8  # exponent of the film law for rows with design flows


@dataclass(frozen=True)
class ExchangerRows:
    """Rows of one film law, heating and hot water in parallel, each behind a valve of its own.

    Attributes:
        at: places among the substations solved.
        heating: the exchangers of the heating.
        heating_w: its load (W).
        heating_k: temperatures of the building's supply and return (K), 2 x rows.
        water: the exchangers of the hot water.
        water_w: its load (W).
        water_k: temperatures of hot and cold water (K), 2 x rows.
    """

    at: Index
    heating: Exchanger
    heating_w: Array
    heating_k: Array
    water: Exchanger
    water_w: Array
    water_k: Array

    def wanted(self, arriving_k: Array) -> Array:
        """Capacity flows that the valves let through (W/K), 2 x rows: heating and hot water."""
        return np.stack([side.primary_w_per_k for side in self._open(arriving_k, 1.0, 1.0)])

    def taken(self, arriving_k: Array, flow_w_per_k: Array) -> Array:
        """Heat (W) taken from a capacity flow (W/K), shared by the valves as they want it; what is more is by-passed."""
        wanted = self.wanted(arriving_k)
        total = wanted.sum(axis=0)
        share = np.minimum(1.0, flow_w_per_k / np.where(total > 0.0, total, 1.0))
        largest = (self.heating.max_primary_w_per_k, self.water.max_primary_w_per_k)
        shut = [share * side / np.asarray(most) for side, most in zip(wanted, largest, strict=True)]
        less = sum(side.delivered_w for side in self._open(arriving_k, *shut))
        full = sum(side.delivered_w for side in self._open(arriving_k, 1.0, 1.0))
        return np.asarray(np.where(share < 1.0, less, full))

    def _open(self, arriving_k: Array, heating: npt.ArrayLike, water: npt.ArrayLike) -> list[ExchangerState]:
        """Heating and hot water behind valves that open no further than these shares."""
        return [
            open_valve(self.heating, self.heating_w, arriving_k, self.heating_k[0], self.heating_k[1], heating),
            open_valve(self.water, self.water_w, arriving_k, self.water_k[0], self.water_k[1], water),
        ]


def exchanger_rows(table: pd.DataFrame, capacity: float) -> list[ExchangerRows]:
    """The exchangers among substations, one group per film law.

    Args:
        table: rows of the substations, in the order in which they are solved.
        capacity: heat capacity of the liquid (J/(kg K)).

    Raises:
        InputError: a row lacks what an exchanger needs, named by row and column.
    """
    given = table.ua_w_per_k.notna().to_numpy()
    films = given & table.design_w.notna().to_numpy()
    _require(table, given)
    return [
        _group(table, np.flatnonzero(rows), capacity, exponent)
        for rows, exponent in ((given & ~films, 0.0), (films, _FILMS))
        if rows.any()
    ]


def _group(table: pd.DataFrame, at: Index, capacity: float, exponent: float) -> ExchangerRows:
    part = table.iloc[at]

    def column(name: str) -> Array:
        return part[name].to_numpy(dtype=float)

    largest = column("max_flow_kg_per_s") * capacity
    supply, back = column("secondary_supply_k"), column("secondary_return_k")
    any_flow = np.ones(len(part))  # no film law asks for it
    primary = column("design_flow_kg_per_s") * capacity if exponent else any_flow
    secondary = column("design_w") / (supply - back) if exponent else any_flow
    heating = Exchanger(column("ua_w_per_k"), primary, secondary, largest, exponent)
    # without hot water, any exchanger does
    water = np.where(column("dhw_demand_w") > 0.0, column("dhw_ua_w_per_k"), 1.0)
    return ExchangerRows(
        at=at,
        heating=heating,
        heating_w=column("demand_w"),
        heating_k=np.stack([supply, back]),
        water=replace(heating, ua_w_per_k=water, film_exponent=0.0),
        water_w=column("dhw_demand_w"),
        water_k=np.stack([column("dhw_supply_k"), column("dhw_cold_k")]),
    )


def _require(table: pd.DataFrame, given: npt.NDArray[np.bool_]) -> None:
    """What a row with UA needs."""
    needs = {
        "secondary_supply_k": table.secondary_supply_k.isna(),
        "secondary_return_k": ~(table.secondary_return_k < table.secondary_supply_k),
        "max_flow_kg_per_s": table.max_flow_kg_per_s.isna(),
        "design_flow_kg_per_s": table.design_flow_kg_per_s.isna() != table.design_w.isna(),
        "dhw_ua_w_per_k": (table.dhw_demand_w > 0.0) & table.dhw_ua_w_per_k.isna(),
        "dhw_cold_k": ~(table.dhw_cold_k < table.dhw_supply_k),
    }
    means = {
        "secondary_return_k": "it must be below secondary_supply_k",
        "design_flow_kg_per_s": "it goes together with design_w",
        "dhw_cold_k": "it must be below dhw_supply_k",
    }
    for name, lacks in needs.items():
        if (wrong := given & lacks.to_numpy()).any():
            sentence = means.get(name, "an exchanger given by ua_w_per_k needs it")
            raise InputError(
                f"table substations, row '{table.index[int(np.argmax(wrong))]}', column {name}: {sentence}"
            )


def exchanger_columns(
    load_w: npt.ArrayLike,
    primary_supply_k: npt.ArrayLike,
    primary_return_k: npt.ArrayLike,
    secondary_supply_k: npt.ArrayLike,
    secondary_return_k: npt.ArrayLike,
    heat_capacity: float,
    valve_reserve: float = 1.2,
) -> dict[str, Array]:
    """Columns of substations whose exchangers transfer a load at four temperatures, for `create_substations`.

    Args:
        load_w: heat transferred at design (W); the demand itself is a column of its own.
        primary_supply_k: temperature of the network's supply at design (K).
        primary_return_k: temperature back to the network (K).
        secondary_supply_k: temperature to the building (K).
        secondary_return_k: temperature from the building (K).
        heat_capacity: of the network's liquid (J/(kg K)).
        valve_reserve: flow through the fully open valve over the design flow (-).

    Raises:
        InputError: a side or an end has no positive temperature difference; see `Exchanger.from_design`.
    """
    exchanger = Exchanger.from_design(
        load_w, primary_supply_k, primary_return_k, secondary_supply_k, secondary_return_k, valve_reserve
    )
    columns = {
        "ua_w_per_k": exchanger.ua_w_per_k,
        "design_w": load_w,
        "design_flow_kg_per_s": cast(Array, exchanger.primary_w_per_k) / heat_capacity,
        "max_flow_kg_per_s": cast(Array, exchanger.max_primary_w_per_k) / heat_capacity,
        "secondary_supply_k": secondary_supply_k,
        "secondary_return_k": secondary_return_k,
    }
    return {name: np.asarray(values, dtype=float) for name, values in columns.items()}
