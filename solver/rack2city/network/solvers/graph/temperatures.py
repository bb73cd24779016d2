"""Temperatures on the flows of one pass: pipes, substations, plants and tanks as lines, mixed at the junctions."""

from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.mixing import LineMixer
from rack2city.network.pipes.transport import Transport
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.graph.operate import Operation
from rack2city.network.solvers.graph.storages import Storages

_AT_REST = 1e-12  # of the largest flow: less is the solver's rounding
_BACKWARDS = 1e-9  # of the largest flow: less is rounding, and carries nothing


@dataclass(frozen=True)
class Temperatures:
    """Temperatures (K) on solved flows.

    Of nodes, where nothing flows the mean of what stands in the ends of their pipes; at the upstream and downstream end of
    each branch, where nothing flows of what stands at the latter; `resting_k` at the start and the end of each pipe that is
    a branch, where nothing flows; of what enters and leaves each storage. `flow` is the mass flow per branch (kg/s), zero
    where it is rounding.
    """

    node_k: Array
    flow: Array
    inlet_k: Array
    outlet_k: Array
    resting_k: tuple[Array, Array]
    storage_inlet_k: Array
    storage_outlet_k: Array

    def of_pipes(self, built: Compiled) -> tuple[Array, Array]:
        """Flow (kg/s) and inlet temperature of all pipes of the table; any finite one of those that are no branch."""
        return built.of_pipes(self.flow, 0.0), built.of_pipes(self.inlet_k, 300.0)


class Mixing:
    """The temperatures of a network for given flows, pipes and storages in a step; what substations take may change.

    Raises:
        InputError: what enters has no temperature, or heat is given where nothing flows.
    """

    def __init__(self, built: Compiled, operation: Operation, transport: Transport, storages: Storages | None) -> None:
        self._built, self._transport, self._rows = built, transport, built.rows["pipes"]
        self._capacity, self.datum_k = built.arrays.liquid.heat_capacity, built.ambient_k
        graph, flow = built.network, operation.state.mass_flow_kg_per_s
        size = np.abs(flow)
        largest = float(size.max())
        self.flow = np.where(size <= _AT_REST * largest, 0.0, flow)
        plants = built.part["producers"]
        # between passes that may be; in the end it may not
        backwards = flow[plants] < -_BACKWARDS * largest
        self.pressed_back = ""
        if backwards.any():
            row = built.rows["producers"][int(np.argmin(flow[plants]))]
            self.pressed_back = built.arrays.name("producers", int(row))
        self.flow[plants] = np.maximum(self.flow[plants], 0.0)

        rows = self._rows
        lines = transport.lines(self._built.of_pipes(self.flow, 0.0))
        offset, slope, cross = np.zeros(len(flow)), np.ones(len(flow)), np.zeros(len(flow))
        for column, line in ((offset, lines.offset_k), (slope, lines.slope), (cross, lines.cross)):
            column[: len(rows)] = line[rows]
        _heat(built, self.flow, offset)
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
        self._still = self.flow == 0.0
        self._rest = self._resting(np.full(len(rows), self.datum_k))

    def _places(self, branches: int) -> Index:
        """The branch beside each: the other pipe of its pair, or itself where that is none or rests."""
        place = np.full(self._built.arrays.count("pipes"), -1, dtype=np.intp)
        place[self._rows] = np.arange(len(self._rows))
        beside = np.arange(branches)
        other = place[self._transport.pairs.partner[self._rows]]
        beside[: len(self._rows)] = np.where(other < 0, beside[: len(self._rows)], other)
        return beside

    def _resting(self, inlet_k: Array) -> tuple[tuple[Array, Array], Array]:
        """Temperatures at start and end of pipes where nothing flows, and of nodes where nothing does (K)."""
        graph = self._built.network
        count = len(graph.node_names)
        still = np.flatnonzero(self._still[: len(self._rows)])
        if not still.size:
            nothing = np.full(len(self._rows), self.datum_k)
            return (nothing, nothing), np.full(count, self.datum_k)
        inlet = self._built.of_pipes(inlet_k, self.datum_k)
        ends = self._transport.resting_k(self._built.of_pipes(self.flow, 0.0), inlet)
        resting = (ends[0][self._rows], ends[1][self._rows])
        total, number = np.zeros(count), np.zeros(count)
        for nodes, kelvin in zip((graph.start, graph.end), resting, strict=True):
            total += np.bincount(nodes[still], kelvin[still], count)
            number += np.bincount(nodes[still], minlength=count)
        return resting, np.where(number > 0.0, total / np.maximum(number, 1.0), self.datum_k)

    def temperatures(self, taken: Array) -> Temperatures:
        """Temperatures where the substations take this heat (W)."""
        part = self._built.part["substations"]
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
        rest = self._still.copy()
        rest[:pipes] = False
        return Temperatures(
            node,
            self.flow,
            inlet[:inner],
            np.where(rest, node[self._mixer.downstream[:inner]], outlet[:inner]),
            resting,
            *tank,
        )


def _heat(built: Compiled, flow: Array, offset: Array) -> None:
    """Put the rise of temperature (K) in every branch that a heat exchanger is into the offsets."""
    part = built.part["heat_exchangers"]
    if part.start == part.stop:
        return
    heat, amount = built.column("heat_exchangers", "heat_w"), np.abs(flow[part]) * built.arrays.liquid.heat_capacity
    stuck = (amount == 0.0) & (heat != 0.0)
    if stuck.any():
        row = built.rows["heat_exchangers"][int(np.argmax(stuck))]
        raise InputError(
            f"heat exchanger '{built.arrays.name('heat_exchangers', int(row))}' has heat_w, but nothing flows through it"
        )
    offset[part] = heat / np.where(amount > 0.0, amount, 1.0)


def _entering(built: Compiled, entering: Array, least: float) -> tuple[Array, Array]:
    """What enters each node from outside (kg/s), and its temperature (K); storages are not outside."""
    inlets, nodes = built.inlets.reached(), len(built.network.node_names)
    outside = inlets.outside & (entering > least)
    if not outside.any():
        return np.zeros(nodes), np.zeros(nodes)
    unknown = outside & np.isnan(inlets.supply_k)
    if unknown.any():
        first = int(np.argmax(unknown))
        junction = built.arrays.name("junctions", int(inlets.junction[first]))
        raise InputError(
            f"{entering[first]:.3g} kg/s enter at node '{junction}' by {inlets.owner(first)}, but its temperature is not given"
        )
    at, amount = inlets.node[outside], entering[outside]
    total = np.bincount(at, amount, nodes)
    heat = np.bincount(at, amount * inlets.supply_k[outside], nodes)
    return total, heat / np.where(total > 0.0, total, 1.0)
