"""Substations that are exchangers given by UA: heating and hot water in parallel, each behind a valve of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.network.consumers.exchange import Exchanger, ExchangerState, open_valve
from rack2city.network.hydraulics.graph import Index

FILMS = 0.8  # exponent of the film law for rows with design flows
_FULL = 1e-9  # share of the wanted flow that may lack before a valve counts as held back


@dataclass(frozen=True)
class ExchangerRows:
    """Rows of one film law; neither valve has priority.

    Attributes:
        at: places among the substations solved.
        heating: the exchangers of the heating.
        heating_w: its load (W).
        supply_k: temperature to the building (K).
        return_k: temperature from the building (K).
        water: the exchangers of the hot water; None where no row has any.
        water_w: its load (W).
        hot_k: temperature of the hot water (K).
        cold_k: temperature of the cold water (K).
    """

    at: Index
    heating: Exchanger
    heating_w: Array
    supply_k: Array
    return_k: Array
    water: Exchanger | None
    water_w: Array
    hot_k: Array
    cold_k: Array

    def steps(self, steps: Index | slice) -> "ExchangerRows":
        """The same in some of the steps."""
        names = ("heating_w", "supply_k", "return_k", "water_w", "hot_k", "cold_k")
        part: dict[str, Any] = {name: take(getattr(self, name), steps) for name in names}
        return replace(
            self,
            **part,
            heating=_of_steps(self.heating, steps),
            water=None if self.water is None else _of_steps(self.water, steps),
        )

    def wanted(self, arriving_k: Array) -> tuple[Array, Array]:
        """Capacity flow that the valves let through together (W/K), and its fall per kelvin (W/K2)."""
        sides = self._open(arriving_k, [1.0, 1.0])
        return _sum([side.primary_w_per_k for side in sides]), _sum([side.primary_slope for side in sides])

    def taken(self, arriving_k: Array, flow_w_per_k: Array) -> Array:
        """Heat (W) taken from a capacity flow (W/K), shared by the valves as they want it; what is more is by-passed."""
        full = self._open(arriving_k, [1.0, 1.0])
        wanted = _sum([side.primary_w_per_k for side in full])
        share = np.minimum(1.0, flow_w_per_k / np.where(wanted > 0.0, wanted, 1.0))
        given = _sum([side.delivered_w for side in full])
        held_back = (share < 1.0 - _FULL) & (wanted > 0.0)
        if not held_back.any():
            return given * np.where(wanted > 0.0, share, 1.0)
        largest = [self.heating.max_primary_w_per_k]
        largest += [] if self.water is None else [self.water.max_primary_w_per_k]
        openings = [share * side.primary_w_per_k / np.asarray(most) for side, most in zip(full, largest, strict=True)]
        less = _sum([side.delivered_w for side in self._open(arriving_k, openings)])
        return np.asarray(np.where(held_back, less, given))

    def _open(self, arriving_k: Array, openings: list[npt.ArrayLike]) -> list[ExchangerState]:
        """Heating and hot water behind valves that open no further than these shares."""
        rooms = open_valve(self.heating, self.heating_w, arriving_k, self.supply_k, self.return_k, openings[0])
        if self.water is None:
            return [rooms]
        return [rooms, open_valve(self.water, self.water_w, arriving_k, self.hot_k, self.cold_k, openings[1])]


def exchanger_rows(column: Mapping[str, Array], capacity: float) -> tuple[ExchangerRows, ...]:
    """The exchangers among substations, one group per film law.

    Args:
        column: columns of the substations, in the order in which they are solved; checked.
        capacity: heat capacity of the liquid (J/(kg K)).
    """
    given = _any(~np.isnan(column["ua_w_per_k"]))
    films = given & _any(~np.isnan(column["design_w"]))
    return tuple(
        _group(column, np.flatnonzero(rows), capacity, exponent)
        for rows, exponent in ((given & ~films, 0.0), (films, FILMS))
        if rows.any()
    )


def take(values: npt.NDArray[Any], steps: Index | slice) -> npt.NDArray[Any]:
    """Values of some steps; one column holds for all of them."""
    return values if values.shape[1] == 1 else np.ascontiguousarray(values[:, steps])


def _any(rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return rows if rows.ndim == 1 else rows.any(axis=1)


def _sum(sides: list[Array]) -> Array:
    return sides[0] if len(sides) == 1 else sides[0] + sides[1]


def _of_steps(exchanger: Exchanger, steps: Index | slice) -> Exchanger:
    names = ("ua_w_per_k", "primary_w_per_k", "secondary_w_per_k", "max_primary_w_per_k")
    part: dict[str, Any] = {name: take(np.asarray(getattr(exchanger, name)), steps) for name in names}
    return replace(exchanger, **part)


def _group(column: Mapping[str, Array], at: Index, capacity: float, exponent: float) -> ExchangerRows:
    def part(name: str) -> Array:
        return column[name][at]

    largest, supply, back = part("max_flow_kg_per_s") * capacity, part("secondary_supply_k"), part("secondary_return_k")
    any_flow = np.ones(part("ua_w_per_k").shape)  # no film law asks for it
    primary = part("design_flow_kg_per_s") * capacity if exponent else any_flow
    secondary = part("design_w") / (supply - back) if exponent else any_flow
    heating = Exchanger(part("ua_w_per_k"), primary, secondary, largest, exponent)
    water = None
    if np.any(part("dhw_demand_w") > 0.0):
        ua = np.where(np.isnan(part("dhw_ua_w_per_k")), 1.0, part("dhw_ua_w_per_k"))  # without a load any does
        water = replace(heating, ua_w_per_k=ua, film_exponent=0.0)
    return ExchangerRows(
        at=at,
        heating=heating,
        heating_w=part("demand_w"),
        supply_k=supply,
        return_k=back,
        water=water,
        water_w=part("dhw_demand_w"),
        hot_k=part("dhw_supply_k"),
        cold_k=part("dhw_cold_k"),
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
        "design_flow_kg_per_s": np.asarray(exchanger.primary_w_per_k) / heat_capacity,
        "max_flow_kg_per_s": np.asarray(exchanger.max_primary_w_per_k) / heat_capacity,
        "secondary_supply_k": secondary_supply_k,
        "secondary_return_k": secondary_return_k,
    }
    return {name: np.asarray(values, dtype=float) for name, values in columns.items()}
