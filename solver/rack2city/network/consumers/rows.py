"""Substations that are exchangers given by UA: heating and hot water in parallel, each behind a valve of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.network.consumers.exchange import Exchanger, ExchangerState, open_valve
from rack2city.network.hydraulics.graph import Index, Mask

FILMS = 0.8  # exponent of the film law for rows with design flows
_FULL = 1e-9  # share of the wanted flow that may lack before a valve counts as held back


@dataclass(frozen=True)
class Side:
    """Exchangers with what they serve, heating or hot water: its load (W), to be warmed from `cold_k` to `warm_k` (K)."""

    exchanger: Exchanger
    load_w: Array
    warm_k: Array
    cold_k: Array

    def open(self, arriving_k: Array, opening: npt.ArrayLike = 1.0) -> ExchangerState:
        """What they do behind valves that open no further than these shares."""
        return open_valve(self.exchanger, self.load_w, arriving_k, self.warm_k, self.cold_k, opening)


@dataclass(frozen=True)
class ExchangerRows:
    """Rows of one film law, at places among the substations solved; neither valve has priority.

    The sides are heating, and hot water where any row has some.
    """

    at: Index
    sides: tuple[Side, ...]

    def wanted(self, arriving_k: Array) -> tuple[Array, Array]:
        """Capacity flow that the valves let through together (W/K), and its fall per kelvin (W/K2)."""
        full = [side.open(arriving_k) for side in self.sides]
        return _sum([state.primary_w_per_k for state in full]), _sum([state.primary_slope for state in full])

    def taken(self, arriving_k: Array, flow_w_per_k: Array) -> Array:
        """Heat (W) taken from a capacity flow (W/K), shared by the valves as they want it; what is more is by-passed."""
        full = [side.open(arriving_k) for side in self.sides]
        wanted = _sum([state.primary_w_per_k for state in full])
        share = np.minimum(1.0, flow_w_per_k / np.where(wanted > 0.0, wanted, 1.0))
        given = _sum([state.delivered_w for state in full])
        held_back = (share < 1.0 - _FULL) & (wanted > 0.0)
        if not held_back.any():
            return given * np.where(wanted > 0.0, share, 1.0)
        less = []
        for side, state in zip(self.sides, full, strict=True):
            opening = share * state.primary_w_per_k / np.asarray(side.exchanger.max_primary_w_per_k)
            less.append(side.open(arriving_k, opening).delivered_w)
        return np.asarray(np.where(held_back, _sum(less), given))


def _sum(sides: list[Array]) -> Array:
    return sides[0] if len(sides) == 1 else sides[0] + sides[1]


def at_steps(values: Any, steps: Index | slice) -> Any:
    """The same in some steps: of dataclasses and tuples all arrays of rows x steps; one column holds for all steps."""
    if isinstance(values, np.ndarray):
        return values if values.ndim < 2 or values.shape[1] == 1 else np.ascontiguousarray(values[:, steps])
    if isinstance(values, tuple):
        return tuple(at_steps(each, steps) for each in values)
    if is_dataclass(values) and not isinstance(values, type):
        return replace(values, **{each.name: at_steps(getattr(values, each.name), steps) for each in fields(values)})
    return values


def exchanger_rows(column: Mapping[str, Array], capacity: float) -> tuple[ExchangerRows, ...]:
    """The exchangers among substations, one group per film law, by checked columns and the liquid's c (J/(kg K))."""
    given = _any(~np.isnan(column["ua_w_per_k"]))
    films = given & _any(~np.isnan(column["design_w"]))
    groups = ((np.flatnonzero(given & ~films), 0.0), (np.flatnonzero(films), FILMS))
    return tuple(
        _group({name: values[at] for name, values in column.items()}, at, capacity, n) for at, n in groups if at.size
    )


def _any(rows: Mask) -> Mask:
    return rows if rows.ndim == 1 else rows.any(axis=1)


def _group(column: Mapping[str, Array], at: Index, capacity: float, exponent: float) -> ExchangerRows:
    """Rows of one film law, by their columns."""
    ua, warm, cold = (column[name] for name in ("ua_w_per_k", "secondary_supply_k", "secondary_return_k"))
    primary = secondary = np.ones(ua.shape)  # no film law asks for it
    if exponent:
        primary, secondary = column["design_flow_kg_per_s"] * capacity, column["design_w"] / (warm - cold)
    heating = Exchanger(ua, primary, secondary, column["max_flow_kg_per_s"] * capacity, exponent)
    sides = [Side(heating, column["demand_w"], warm, cold)]
    if np.any(column["dhw_demand_w"] > 0.0):
        ua = np.where(np.isnan(column["dhw_ua_w_per_k"]), 1.0, column["dhw_ua_w_per_k"])  # without a load any does
        water = replace(heating, ua_w_per_k=ua, film_exponent=0.0)
        sides.append(Side(water, column["dhw_demand_w"], column["dhw_supply_k"], column["dhw_cold_k"]))
    return ExchangerRows(at, tuple(sides))


def exchanger_columns(
    load_w: npt.ArrayLike,
    primary_supply_k: npt.ArrayLike,
    primary_return_k: npt.ArrayLike,
    secondary_supply_k: npt.ArrayLike,
    secondary_return_k: npt.ArrayLike,
    heat_capacity: float,
    valve_reserve: float = 1.2,
) -> dict[str, Array]:
    """Columns of substations, for `create_substations`, by the arguments and with the errors of `Exchanger.from_design`.

    The demand itself is a column of its own; `heat_capacity` is that of the network's liquid (J/(kg K)).
    """
    temperatures = primary_supply_k, primary_return_k, secondary_supply_k, secondary_return_k
    exchanger = Exchanger.from_design(load_w, *temperatures, valve_reserve)
    columns = {
        "ua_w_per_k": exchanger.ua_w_per_k,
        "design_w": load_w,
        "design_flow_kg_per_s": np.asarray(exchanger.primary_w_per_k) / heat_capacity,
        "max_flow_kg_per_s": np.asarray(exchanger.max_primary_w_per_k) / heat_capacity,
        "secondary_supply_k": secondary_supply_k,
        "secondary_return_k": secondary_return_k,
    }
    return {name: np.asarray(values, dtype=float) for name, values in columns.items()}
