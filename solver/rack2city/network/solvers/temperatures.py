"""Temperatures on the flows of one pass: pipes, substations, plants and tanks as lines, mixed at the junctions."""

from dataclasses import dataclass

import numpy as np

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.mixing import LineMixer
from rack2city.network.solvers.compile import Hydraulics, ambient_k, at_rest
from rack2city.network.solvers.draws import Draws
from rack2city.network.solvers.operate import Operation
from rack2city.network.solvers.storages import DRAWN, FED, Storages
from rack2city.network.solvers.transport import Transport, spread
from rack2city.network.tables.network import Network

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
        # between passes that may be; in the end it may not
        backwards = flow[plants] < -_BACKWARDS * largest
        self.pressed_back = ""
        if backwards.any():
            self.pressed_back = str(network.producers.index[built.rows["producers"][int(np.argmin(flow[plants]))]])
        self.flow[plants] = np.maximum(self.flow[plants], 0.0)

        self._built, self._transport, self._rows = built, transport, built.rows["pipes"]
        rows, self._count = self._rows, len(network.pipes)
        lines = transport.lines(self._of_pipes(self.flow, 0.0))
        offset, slope, cross = np.zeros(len(flow)), np.ones(len(flow)), np.zeros(len(flow))
        for column, line in ((offset, lines.offset_k), (slope, lines.slope), (cross, lines.cross)):
            column[: len(rows)] = line[rows]
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
            cross = np.concatenate([cross, np.zeros(np.count_nonzero(self._used))])
        entering, self._entering_k = _entering(built, operation.entering, _BACKWARDS * largest)
        self._beside = self._places(len(start)) if transport.pairs.coupled else None
        self._mixer = LineMixer(start, end, moved, entering, slope, self._beside, cross)
        self._offset, self._slope, self._cross = offset, slope, cross
        self._rest = self._resting(np.full(len(rows), self.datum_k))

    def _of_pipes(self, values: Array, empty: float) -> Array:
        """Values of branches at the rows of the pipes."""
        return spread(self._count, self._rows, values[: len(self._rows)], empty)

    def _places(self, branches: int) -> Index:
        """The branch beside each: the other pipe of its pair, or itself where that is none or rests."""
        place = np.full(self._count, -1, dtype=np.intp)
        place[self._rows] = np.arange(len(self._rows))
        beside = np.arange(branches)
        other = place[self._transport.pairs.partner[self._rows]]
        beside[: len(self._rows)] = np.where(other < 0, beside[: len(self._rows)], other)
        return beside

    def _resting(self, inlet_k: Array) -> tuple[tuple[Array, Array], Array]:
        """Temperatures at start and end of pipes where nothing flows, and of nodes where nothing does (K)."""
        inlet = self._of_pipes(inlet_k, self.datum_k)
        ends = self._transport.resting_k(self._of_pipes(self.flow, 0.0), inlet)
        resting = (ends[0][self._rows], ends[1][self._rows])
        graph = self._built.network
        count = len(graph.node_names)
        still = np.flatnonzero(self.flow[: len(self._rows)] == 0.0)
        total, number = np.zeros(count), np.zeros(count)
        for nodes, kelvin in zip((graph.start, graph.end), resting, strict=True):
            total += np.bincount(nodes[still], kelvin[still], count)
            number += np.bincount(nodes[still], minlength=count)
        return resting, np.where(number > 0.0, total / np.maximum(number, 1.0), self.datum_k)

    def temperatures(self, taken: Array) -> Temperatures:
        """Temperatures where the substations take this heat (W)."""
        part = self._draws.part
        through = self.flow[part] * self._capacity
        offset = self._offset.copy()
        offset[part] = np.where(through > 0.0, -taken / np.where(through > 0.0, through, 1.0), 0.0)
        above = offset - self.datum_k * (1.0 - self._slope - self._cross)
        solved = self._mixer.mix(above, self._entering_k - self.datum_k)
        pipes = len(self._rows)
        if self._beside is not None and np.any(self.flow[:pipes] == 0.0):  # they heed the pipes beside them
            self._rest = self._resting(solved[self._mixer.upstream[:pipes]] + self.datum_k)
        resting, standing = self._rest
        node = np.where(self._mixer.still, standing, solved + self.datum_k)
        inlet = node[self._mixer.upstream]
        outlet = above + self._slope * (inlet - self.datum_k) + self.datum_k
        if self._beside is not None:
            outlet += self._cross * (inlet[self._beside] - self.datum_k)
        inner = len(self.flow)
        tank = [np.full(len(self._used), np.nan) for _ in range(2)]
        tank[0][self._used], tank[1][self._used] = inlet[inner:], outlet[inner:]
        rest = self.flow == 0.0
        rest[:pipes] = False
        return Temperatures(
            node,
            self.flow,
            inlet[:inner],
            np.where(rest, node[self._mixer.downstream[:inner]], outlet[:inner]),
            resting,
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
