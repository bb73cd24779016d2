"""Temperatures on the flows of one pass: pipes, substations, plants and tanks as lines, mixed at the junctions."""

from dataclasses import dataclass

import numpy as np

from rack2city.errors import InputError
from rack2city.network.friction import Array
from rack2city.network.heat import LineMixer
from rack2city.network.tables.draws import Draws
from rack2city.network.tables.hydraulics import Hydraulics, ambient_k, at_rest
from rack2city.network.tables.network import Network
from rack2city.network.tables.operate import Operation
from rack2city.network.tables.storages import DRAWN, FED, Storages
from rack2city.network.tables.transport import Transport, spread

_BACKWARDS = 1e-9  # of the largest flow: less is rounding, and carries nothing


@dataclass(frozen=True)
class Temperatures:
    """Temperatures (K) on solved flows.

    Attributes:
        node_k: per node; where nothing flows, the mean of what stands in the ends of its pipes.
        flow: mass flow per branch (kg/s), zero where it is rounding.
        inlet_k: at the upstream end of each branch.
        outlet_k: at its downstream end; of what stands there where nothing flows.
        resting_k: at the start and the end of each pipe that is a branch, where nothing flows.
        storage_inlet_k: of what enters each storage.
        storage_outlet_k: of what leaves it.
    """

    node_k: Array
    flow: Array
    inlet_k: Array
    outlet_k: Array
    resting_k: tuple[Array, Array]
    storage_inlet_k: Array
    storage_outlet_k: Array


class Mixing:
    """The temperatures of a network for given flows; what substations take may change.

    Args:
        network: the tables.
        built: nodes and branches.
        draws: the substations.
        operation: solved flows.
        transport: the pipes in this step.
        storages: the storages in this step; None where there are none.

    Raises:
        InputError: what enters has no temperature, or heat is given where nothing flows.
    """

    def __init__(
        self,
        network: Network,
        built: Hydraulics,
        draws: Draws,
        operation: Operation,
        transport: Transport,
        storages: Storages | None,
    ) -> None:
        self._draws, self._storages, graph = draws, storages, built.network
        self._capacity, self.datum_k = network.liquid.heat_capacity, ambient_k(network)
        flow = operation.state.mass_flow_kg_per_s
        largest = float(np.abs(flow).max())
        self.flow = np.where(at_rest(flow), 0.0, flow)
        plants = slice(len(flow) - len(built.rows["producers"]), len(flow))  # they come last
        self._backwards = ""
        # between passes that may be; in the end it may not
        backwards = flow[plants] < -_BACKWARDS * largest
        self.pressed_back = ""
        if backwards.any():
            self.pressed_back = str(network.producers.index[built.rows["producers"][int(np.argmin(flow[plants]))]])
        self.flow[plants] = np.maximum(self.flow[plants], 0.0)

        rows, count = built.rows["pipes"], len(network.pipes)
        lines = transport.lines(spread(count, rows, self.flow[: len(rows)], 0.0))
        offset, slope = np.zeros(len(flow)), np.ones(len(flow))
        offset[: len(rows)], slope[: len(rows)] = lines.offset_k[rows], lines.slope[rows]
        offset += _heated(network, built, self.flow)
        offset[plants], slope[plants] = operation.supply_k, 0.0

        start, end, moved = graph.start, graph.end, self.flow
        self._used = np.zeros(0, dtype=bool)
        if storages is not None:
            tanks, self._used = storages.lines(), storages.flow != 0.0
            start = np.concatenate([start, storages.start[self._used]])
            end = np.concatenate([end, storages.end[self._used]])
            moved = np.concatenate([moved, storages.flow[self._used]])
            offset = np.concatenate([offset, tanks.offset_k[self._used]])
            slope = np.concatenate([slope, tanks.slope[self._used]])
        entering, self._entering_k = _entering(built, operation.entering, _BACKWARDS * largest)
        self._mixer = LineMixer(start, end, moved, entering, slope)
        self._offset, self._slope = offset, slope
        self.resting_k = tuple(ends[rows] for ends in transport.resting_k())
        self._standing_k = self._standing(built)

    def refuse_backwards(self) -> None:
        """Refuse a producer that is pressed backwards; flows that still change may do so for a pass or two."""
        if self._backwards:
            raise InputError(
                f"the flow through producer '{self._backwards}' goes backwards: the others press harder; "
                "raise its difference_pa, give it a flow, or take it out of service"
            )

    def _standing(self, built: Hydraulics) -> Array:
        """Temperature of nodes where nothing flows (K)."""
        count = len(built.network.node_names)
        still = np.flatnonzero(self.flow[: len(self.resting_k[0])] == 0.0)
        total, number = np.zeros(count), np.zeros(count)
        for nodes, kelvin in zip((built.network.start, built.network.end), self.resting_k, strict=True):
            total += np.bincount(nodes[still], kelvin[still], count)
            number += np.bincount(nodes[still], minlength=count)
        return np.where(number > 0.0, total / np.maximum(number, 1.0), self.datum_k)

    def temperatures(self, taken: Array) -> Temperatures:
        """Temperatures where the substations take this heat (W)."""
        part = self._draws.part
        through = self.flow[part] * self._capacity
        offset = self._offset.copy()
        offset[part] = np.where(through > 0.0, -taken / np.where(through > 0.0, through, 1.0), 0.0)
        above = offset - self.datum_k * (1.0 - self._slope)
        solved = self._mixer.mix(above, self._entering_k - self.datum_k)
        node = np.where(self._mixer.still, self._standing_k, solved + self.datum_k)
        inlet = node[self._mixer.upstream]
        outlet = above + self._slope * (inlet - self.datum_k) + self.datum_k
        inner = len(self.flow)
        tank = [np.full(len(self._used), np.nan) for _ in range(2)]
        tank[0][self._used], tank[1][self._used] = inlet[inner:], outlet[inner:]
        pipes = len(self.resting_k[0])
        rest = self.flow == 0.0
        rest[:pipes] = False
        return Temperatures(
            node,
            self.flow,
            inlet[:inner],
            np.where(rest, node[self._mixer.downstream[:inner]], outlet[:inner]),
            (self.resting_k[0], self.resting_k[1]),
            *tank,
        )


def _heated(network: Network, built: Hydraulics, flow: Array) -> Array:
    """Rise of temperature (K) in every branch that a heat exchanger is."""
    rows = built.rows["heat_exchangers"]
    first = len(built.rows["pipes"]) + len(built.rows["valves"])
    part = slice(first, first + len(rows))
    heat = network.heat_exchangers.heat_w.to_numpy(dtype=float)[rows]
    amount = np.abs(flow[part]) * network.liquid.heat_capacity
    stuck = (amount == 0.0) & (heat != 0.0)
    if stuck.any():
        name = network.heat_exchangers.index[rows[int(np.argmax(stuck))]]
        raise InputError(f"heat exchanger '{name}' has heat_w, but nothing flows through it")
    rise = np.zeros(len(flow))
    rise[part] = heat / np.where(amount > 0.0, amount, 1.0)
    return rise


def _entering(built: Hydraulics, entering: Array, least: float) -> tuple[Array, Array]:
    """What enters each node from outside (kg/s), and its temperature (K); storages are not outside."""
    inlets = built.inlets[built.inlets.live]
    outside = ~inlets.kind.isin([DRAWN, FED]).to_numpy() & (entering > least)
    supply = inlets.supply_k.to_numpy(dtype=float)
    unknown = outside & np.isnan(supply)
    if unknown.any():
        first = int(np.argmax(unknown))
        raise InputError(
            f"{entering[first]:.3g} kg/s enter at node '{inlets.junction.iloc[first]}' by {inlets.index[first]}, but its "
            "temperature is not given"
        )
    count = len(built.network.node_names)
    at, amount = inlets.node.to_numpy(dtype=np.intp)[outside], entering[outside]
    total = np.bincount(at, amount, count)
    heat = np.bincount(at, amount * supply[outside], count)
    return total, heat / np.where(total > 0.0, total, 1.0)
