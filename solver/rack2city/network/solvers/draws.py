"""Substations that liquid reaches: the flow each one's valve lets through, and the heat it takes."""

from dataclasses import dataclass, field

import numpy as np

from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.solvers.compile import BRANCHES, Hydraulics, Mask
from rack2city.network.solvers.exchangers import ExchangerRows, exchanger_rows
from rack2city.network.tables.network import Network

LEAST_FALL_K = 0.01
"""A supply less than this above the return temperature gives no useful heat (K)."""


@dataclass(frozen=True)
class Draws:
    """Substations in service that liquid reaches, as arrays.

    Attributes:
        rows: their rows in the table.
        part: where they stand among the branches.
        demand: heat demand (W).
        target: return temperature (K); NaN where the flow is given, and where it follows from an exchanger.
        least: least flow (kg/s).
        most: largest flow (kg/s), of both valves where an exchanger heats rooms and another water.
        capacity: heat capacity of the liquid (J/(kg K)).
        follows: whether the flow follows from the temperature that arrives.
        exchangers: those given by their UA.
    """

    rows: Index
    part: slice
    demand: Array
    target: Array
    least: Array
    most: Array
    capacity: float
    follows: Mask
    exchangers: list[ExchangerRows] = field(default_factory=list)

    @staticmethod
    def of(network: Network, built: Hydraulics) -> "Draws":
        """Substations in service with both ends reached."""
        rows = built.rows["substations"]
        part = network.substations.iloc[rows]
        given = part.mass_flow_kg_per_s.to_numpy(dtype=float)
        least = np.where(np.isnan(given), part.bypass_kg_per_s.to_numpy(dtype=float), given)
        most = np.where(np.isnan(given), part.max_flow_kg_per_s.fillna(np.inf).to_numpy(dtype=float), given)
        capacity = network.liquid.heat_capacity
        most *= np.where(part.ua_w_per_k.notna() & (part.dhw_demand_w > 0.0), 2.0, 1.0)
        demand = (part.demand_w + part.dhw_demand_w).to_numpy(dtype=float)
        target = part.return_set_k.to_numpy(dtype=float)
        first = sum(len(built.rows[table]) for table in BRANCHES[: BRANCHES.index("substations")])
        part_of_branches = slice(first, first + len(rows))
        exchangers = exchanger_rows(part, capacity)
        return Draws(rows, part_of_branches, demand, target, least, most, capacity, np.isnan(given), exchangers)

    def wanted(self, arriving_k: Array) -> Array:
        """Flow that each substation's valve lets through at the arriving temperature (kg/s)."""
        fall = np.maximum(arriving_k - self.target, LEAST_FALL_K)
        needed = np.where(np.isnan(self.target), self.least, self.demand / (self.capacity * fall))
        for group in self.exchangers:
            needed[group.at] = group.wanted(arriving_k[group.at]).sum(axis=0) / self.capacity
        return np.asarray(np.clip(needed, self.least, self.most))

    def taken(self, arriving_k: Array, flow: Array) -> Array:
        """Heat that each substation takes (W): its demand, or what its flow carries above the return temperature.

        Exchangers take their demand, or what their surface transfers from that flow.
        """
        carried = flow * self.capacity * np.maximum(arriving_k - self.target, 0.0)
        most = np.where(np.isnan(self.target), self.demand, carried)
        for group in self.exchangers:
            most[group.at] = group.taken(arriving_k[group.at], flow[group.at] * self.capacity)
        return np.asarray(np.where(flow > 0.0, np.minimum(self.demand, most), 0.0))

    def closed_to_target(self, arriving_k: Array, flow: Array) -> Array:
        """Heat taken (W) if each flow above the least came back at its target, as it does once its valve has settled."""
        free = ~np.isnan(self.target) & (flow > self.least)
        carried = flow * self.capacity * np.maximum(arriving_k - self.target, 0.0)
        return np.where(free, carried, self.taken(arriving_k, flow))
