"""What arrives at the substations of a radial network in a step in time, and Newton's method for all valves together."""

from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.network.consumers.stations import Stations
from rack2city.network.pipes.retarded import Push, RetardedPipes
from rack2city.network.solvers.radial.find import Side
from rack2city.network.solvers.steps.valves import Way

FLOW_TOLERANCE = 1e-7
"""Largest accepted last change of a substation's flow over the root's (-)."""
PICARD_PASSES, HALVINGS = 6, 6


@dataclass(frozen=True)
class Arrived:
    """What became of flows, see `valves.Answer`; arrays of one column.

    Mass flow `through` the supply's nodes, the root's first (kg/s), what that moves through its pipes, and the temperatures
    of the nodes and of what arrives at the substations (K). `wanted` is the flow that each valve lets through then (kg/s),
    `fall` how much that falls per kelvin (kg/(s K)), `small` the change of a flow that is accepted (kg/s).
    """

    through: Array
    push: Push
    node_k: Array
    arriving_k: Array
    wanted: Array
    fall: Array
    small: float
    agreed = True  # all follows from the flows


@dataclass(frozen=True)
class Arrivals:
    """One step of `time_s` whose flows are sought, from `supply_k` at the root (K) through pipes amid `around_k` (K).

    The pipes, those of the supply as the step finds them, do not change.
    """

    side: Side
    pipes: RetardedPipes
    time_s: float
    stations: Stations
    supply_k: float
    around_k: Array

    def push(self, pipe_flow: Array) -> Push:
        """What flows (P x 1) move through the pipes."""
        return self.pipes.line(self.time_s, pipe_flow[:, 0], self.around_k)

    def ask(self, flow: Array) -> Arrived:
        """What arrives with flows of substations (S x 1), level by level, and what the valves make of it."""
        through = self.side.through(flow)
        push, node_k = self.push(through[1:]), np.empty_like(through)
        offset, slope, node_k[0] = push.offset_k[:, None], push.slope[:, None], self.supply_k
        for pipes, ends, parents in self.side.sweeps.levels:
            node_k[ends] = offset[pipes] + slope[pipes] * node_k[parents]
        arriving = node_k[self.side.station]
        small = FLOW_TOLERANCE * max(float(flow.sum()), np.finfo(float).tiny)
        return Arrived(through, push, node_k, arriving, *self.stations.draw(arriving), small)


class TreeNewton(Way[Arrived]):
    """Plain passes while they serve, then Newton's method on all valves; see `valves.Way`.

    In a warm network the supply hardly answers to the flow and plain passes converge at once. Warming pipes up, or at a
    trickle, what arrives answers steeply to the flow, and the neighbours share that water.
    """

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._passes, self._before = 0, np.inf

    def next(self, flow: Array, answer: Arrived) -> Array | None:
        """See `Way`."""
        self._passes += 1
        gap = answer.wanted - flow
        worst = float(np.max(np.abs(gap), initial=0.0))
        before, self._before = self._before, worst
        if self._passes <= PICARD_PASSES and worst < 0.3 * before:
            return answer.wanted
        if self._passes > PICARD_PASSES and worst > 0.5 * before:
            return None
        return self._newton(flow, gap, answer)

    def _newton(self, flow: Array, gap: Array, answer: Arrived) -> Array:
        """A Newton step of all valves together, shortened until their largest gap shrinks."""
        side, line = self._arrivals.side, answer.push
        small = 1e-6 * answer.through[1:] + 1e-12
        more = self._arrivals.push(answer.through[1:] + small)
        warmer = more.offset_k - line.offset_k + (more.slope - line.slope) * answer.node_k[side.sweeps.parent, 0]
        growth = warmer[:, None] / small  # K per kg/s of the pipe's own flow
        # what arrives changes by w: w = slope w_parent + growth (the change of all flows beyond), change = gap - fall w
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            w = side.sweeps.resist(side.on_nodes(answer.fall), side.on_nodes(gap), growth, line.slope[:, None])
            change = gap - answer.fall * w[side.station]
        if not np.isfinite(change).all():  # exactly on a turning point: any other flow is a better start
            return answer.wanted
        share, worst = 1.0, float(np.abs(gap).max())
        for _ in range(HALVINGS):
            tried = np.maximum(flow + share * change, 0.0)
            if float(np.abs(self._arrivals.ask(tried).wanted - tried).max()) < worst:
                break
            share *= 0.5
        return tried
