"""Substations as real exchangers: heating and hot water in parallel, control valves, by-pass, pressure difference."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rack2city.errors import InputError
from rack2city.network.consumers.exchange import Exchanger, ExchangerState, open_valve, valve_opening
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.offtake import Draw, Duty

COLD_WATER_K = 283.15
"""Temperature of the cold drinking water, 10 degC."""
HOT_WATER_K = 333.15
"""Set-point of the domestic hot water, 60 degC."""


@dataclass(frozen=True)
class HotWater:
    """Domestic hot water: a second exchanger parallel to the heating's, one per substation.

    Attributes:
        exchanger: cold water on its secondary side. `Exchanger(inf, ...)` draws the flow that returns at `cold_k`, which
            makes `cold_k` a given return temperature (of a storage charged through a coil, for one).
        set_point_k: temperature of the hot water (K).
        cold_k: temperature of the cold water (K).
    """

    exchanger: Exchanger
    set_point_k: npt.ArrayLike = HOT_WATER_K
    cold_k: npt.ArrayLike = COLD_WATER_K


@dataclass(frozen=True)
class ExchangerSubstations:
    """Substations whose flow and return temperature follow from load and arriving temperature.

    Per hour they take a `Duty`: heating load with the building's supply and return temperatures, and hot water. Each
    exchanger has its own valve; neither has priority. What a valve fully open cannot transfer is unmet.

    Attributes:
        node: node index of each substation.
        heating: their space-heating exchangers, fields of one value or one per substation.
        secondary_supply_k: set-point of the building's supply (K), where the duty gives none.
        secondary_return_k: the building's return (K), where the duty gives none.
        hot_water: their hot-water exchangers, or None.
        bypass_kg_per_s: least flow of each substation (kg/s); what the valves lack is led past the exchangers.
        drop_pa: least pressure difference for which the substation passes its largest flow (Pa), one for all.

    Raises:
        InputError: a negative by-pass flow or pressure difference, or fields that do not fit the nodes.
    """

    node: Index
    heating: Exchanger
    secondary_supply_k: npt.ArrayLike
    secondary_return_k: npt.ArrayLike
    hot_water: HotWater | None = None
    bypass_kg_per_s: npt.ArrayLike = 0.0
    drop_pa: float = 0.0

    def __post_init__(self) -> None:
        """Check signs and shapes."""
        bypass = np.asarray(self.bypass_kg_per_s, dtype=float)
        if not (np.all(bypass >= 0.0) and self.drop_pa >= 0.0):
            raise InputError("by-pass flow and pressure difference of a substation must not be negative")
        if not np.all(np.asarray(self.secondary_supply_k) > np.asarray(self.secondary_return_k)):
            raise InputError("the building's supply must be warmer than its return in every substation")
        values: list[npt.ArrayLike] = [self.bypass_kg_per_s, self.secondary_supply_k, self.secondary_return_k]
        hot = [] if self.hot_water is None else [self.hot_water.exchanger]
        for exchanger in (self.heating, *hot):
            values += [exchanger.ua_w_per_k, exchanger.primary_w_per_k, exchanger.secondary_w_per_k]
            values += [exchanger.max_primary_w_per_k]
        for value in values:
            if np.shape(value) not in ((), (1,), (len(self.node),)):
                raise InputError(
                    f"a field of the substations has shape {np.shape(value)}; needed is one value or {len(self.node)}"
                )

    @cached_property
    def _columns(self) -> tuple[Exchanger, Exchanger | None, Array]:
        """Heating, hot water and by-pass with an axis for the hours."""
        hot = None if self.hot_water is None else self.hot_water.exchanger.with_column()
        return self.heating.with_column(), hot, np.asarray(self.bypass_kg_per_s, dtype=float)[..., None]

    def draw(self, duty: Duty, arriving_k: Array, heat_capacity: float) -> Draw:
        """Flow, heat and sensitivity at the temperatures that arrive (substations x hours).

        Raises:
            InputError: hot water is asked for, but there is no exchanger for it.
        """
        heating, hot_exchanger, bypass = self._columns
        opening = 1.0 if duty.available_pa is None else valve_opening(duty.available_pa, self.drop_pa)
        rooms = open_valve(
            heating,
            duty.heating_w,
            arriving_k,
            _column(self.secondary_supply_k) if duty.secondary_supply_k is None else duty.secondary_supply_k,
            _column(self.secondary_return_k) if duty.secondary_return_k is None else duty.secondary_return_k,
            opening,
        )
        water: ExchangerState | None = None
        if duty.hot_water_w is not None:
            if self.hot_water is None or hot_exchanger is None:
                raise InputError("hot water is asked for, but the substations have no exchanger for it (`hot_water`)")
            set_point, cold = _column(self.hot_water.set_point_k), _column(self.hot_water.cold_k)
            water = open_valve(hot_exchanger, duty.hot_water_w, arriving_k, set_point, cold, opening)
        capacity_flow = rooms.primary_w_per_k if water is None else rooms.primary_w_per_k + water.primary_w_per_k
        slope = rooms.primary_slope if water is None else rooms.primary_slope + water.primary_slope
        flow = capacity_flow / heat_capacity
        return Draw(
            flow_kg_per_s=np.maximum(flow, bypass),
            fall_kg_per_s_k=np.where(flow > bypass, slope / heat_capacity, 0.0),
            delivered_w=rooms.delivered_w if water is None else rooms.delivered_w + water.delivered_w,
            hot_water_w=None if water is None else water.delivered_w,
        )


def _column(values: npt.ArrayLike) -> Array:
    """One value or one per substation, with an axis for the hours."""
    return np.asarray(values, dtype=float)[..., None]
