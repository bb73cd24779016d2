"""Substations: the flow that each one's valve lets through at the temperature that arrives, and the heat it takes.

One protocol for all kinds and all solvers: a given flow, a given return temperature, or an exchanger of given UA. Arrays are
of S substations, or of S x H for H steps at once (S x 1 where a value holds in all of them).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.network.consumers.rows import ExchangerRows, at_steps, exchanger_rows
from rack2city.network.hydraulics.graph import Index, Mask


@dataclass(frozen=True)
class Stations:
    """Substations that liquid reaches.

    Demand, hot water included (W); return temperature (K), NaN where the flow is given or follows from an exchanger; least
    and largest flow (kg/s), the latter of both valves where an exchanger heats rooms and another water, or infinite. Where
    arriving supply and return differ by less than `band_k`, the valve opens further, in proportion to what is missing, up
    to the largest flow where none is left. `follows` tells whether the flow follows from the temperature that arrives;
    `heat_capacity` is the liquid's (J/(kg K)), `exchangers` are those given by their UA.
    """

    demand_w: Array
    target_k: Array
    least_kg_per_s: Array
    most_kg_per_s: Array
    band_k: Array
    follows: Mask
    heat_capacity: float
    exchangers: tuple[ExchangerRows, ...] = ()

    @classmethod
    def of(cls, column: Mapping[str, Array], heat_capacity: float) -> "Stations":
        """Substations by the columns of their table, all of shape (S), or all of (S, H) or (S, 1)."""
        given, largest = column["mass_flow_kg_per_s"], column["max_flow_kg_per_s"]
        follows = np.isnan(given)
        most = np.where(follows, np.where(np.isnan(largest), np.inf, largest), given)
        two_valves = ~np.isnan(column["ua_w_per_k"]) & (column["dhw_demand_w"] > 0.0)
        return cls(
            demand_w=column["demand_w"] + column["dhw_demand_w"],
            target_k=column["return_set_k"],
            least_kg_per_s=np.where(follows, column["bypass_kg_per_s"], given),
            most_kg_per_s=most * np.where(two_valves, 2.0, 1.0),
            band_k=column["min_difference_k"],
            follows=follows,
            heat_capacity=heat_capacity,
            exchangers=exchanger_rows(column, heat_capacity),
        )

    def at(self, steps: Index | slice) -> "Stations":
        """The same in some of the steps."""
        found: Stations = at_steps(self, steps)
        return found

    def draw(self, arriving_k: Array) -> tuple[Array, Array]:
        """Flow that each valve lets through (kg/s), and how much that falls per kelvin that more arrives (kg/(s K)).

        The fall is zero where a limit holds the flow.
        """
        demand, least, most, band = self.demand_w, self.least_kg_per_s, self.most_kg_per_s, self.band_k
        difference = arriving_k - self.target_k
        if not self.exchangers and np.all(difference >= band):  # the usual case, and half of the work
            asked = demand / (self.heat_capacity * difference)
            flow = np.minimum(np.maximum(asked, least), most)
            return flow, np.where((flow > least) & (asked < most), asked / difference, 0.0)
        wide = np.maximum(difference, band)
        enough = np.minimum(demand / (self.heat_capacity * band), most)  # meets the demand with the least difference
        further = np.where(np.isfinite(most), most - enough, 0.0)
        missing = np.clip(1.0 - difference / band, 0.0, 1.0)
        asked = np.where(demand > 0.0, demand / (self.heat_capacity * wide) + further * missing, 0.0)
        fall = np.where(difference >= band, asked / wide, further / band)
        asked, fall = np.where(np.isnan(asked), 0.0, asked), np.where(np.isnan(fall), 0.0, fall)  # no target
        for group in self.exchangers:
            flow, slope = group.wanted(arriving_k[group.at])
            asked[group.at], fall[group.at] = flow / self.heat_capacity, slope / self.heat_capacity
        flow = np.minimum(np.maximum(asked, least), most)
        return flow, np.where((flow > least) & (asked < most), fall, 0.0)

    def endless(self, arriving_k: Array) -> Mask:
        """Which ask for no flow in particular: without a largest flow, and the supply too cold for them."""
        cold = arriving_k - self.target_k <= self.band_k
        return np.asarray(np.isinf(self.most_kg_per_s) & (self.demand_w > 0.0) & cold)

    def taken(self, arriving_k: Array, flow: Array) -> Array:
        """Heat that each takes (W): its demand, or what its flow carries above the return temperature.

        Exchangers take their demand, or what their surface transfers from that flow.
        """
        carried = flow * self.heat_capacity * np.maximum(arriving_k - self.target_k, 0.0)
        most = np.where(np.isnan(self.target_k), self.demand_w, carried)
        for group in self.exchangers:
            most[group.at] = group.taken(arriving_k[group.at], flow[group.at] * self.heat_capacity)
        return np.asarray(np.where(flow > 0.0, np.minimum(self.demand_w, most), 0.0))

    def served(self, arriving_k: Array, flow: Array, rounding_w: Array | float) -> tuple[Array, Array]:
        """Heat that each takes (W), where it lacks no more than `rounding_w` its demand, and what leaves it (K)."""
        taken, moves = self.taken(arriving_k, flow), flow > 0.0
        taken = np.where(moves & (self.demand_w - taken <= rounding_w), self.demand_w, taken)
        return taken, arriving_k - taken / np.where(moves, flow * self.heat_capacity, 1.0)

    def closed_to_target(self, arriving_k: Array, flow: Array) -> Array:
        """Heat taken (W) if each flow above the least came back at its target, as it does once its valve has settled."""
        free = ~np.isnan(self.target_k) & (flow > self.least_kg_per_s)
        carried = flow * self.heat_capacity * np.maximum(arriving_k - self.target_k, 0.0)
        return np.where(free, carried, self.taken(arriving_k, flow))
