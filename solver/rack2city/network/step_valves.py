"""The flows of one step of a radial network in time, at which every valve agrees with what arrives in the step."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rack2city.errors import ConvergenceError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.offtake import Draw, Duty
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.settle import Layout

FLOW_TOLERANCE = 1e-7
"""Largest accepted last change of a substation's flow over the root's (-)."""
PICARD_PASSES, SMOOTH_PASSES, MAX_BISECTIONS, HALVINGS = 6, 30, 120, 6


@dataclass(frozen=True)
class StepValves:
    """One step whose flows are sought: P pipes and N nodes in the order of the sweeps, S substations.

    Attributes:
        layout: network and substations.
        pipes: the supply pipes as the step finds them; they do not change.
        time_s: length of the step (s).
        asked: what the substations are asked for, transposed.
        supply_k: supply temperature at the root (K).
        around_k: what the supply pipes lose heat to (K), shape (P).
    """

    layout: Layout
    pipes: RetardedPipes
    time_s: float
    asked: Duty
    supply_k: float
    around_k: Array

    def settle(self, arriving_k: Array) -> tuple[Array, Array, int]:
        """Find the flows.

        Args:
            arriving_k: temperatures that may arrive at the substations (K), S x 1, to start from.

        Returns:
            Flows (S x 1), the temperatures of the supply's nodes (N x 1) on them, and the passes.

        Raises:
            ConvergenceError: valves and arriving temperatures do not agree.
        """
        flow = self._draw(arriving_k).flow_kg_per_s
        before = np.inf
        for passes in range(1, SMOOTH_PASSES + 1):
            node_k, draw = self._answer(flow)
            gap = draw.flow_kg_per_s - flow
            worst = float(np.max(np.abs(gap), initial=0.0))
            if worst <= FLOW_TOLERANCE * max(float(flow.sum()), np.finfo(float).tiny):
                return flow, node_k, passes
            # In a warm network the supply hardly answers to the flow and plain passes converge at once.
            if passes <= PICARD_PASSES and worst < 0.3 * before:
                before, flow = worst, draw.flow_kg_per_s
                continue
            if passes > PICARD_PASSES and worst > 0.5 * before:
                break
            before = worst
            flow = self._newton(flow, gap, node_k, draw)
        return self._bisect(flow, passes)

    def _draw(self, arriving_k: Array) -> Draw:
        return self.layout.substations.draw(self.asked, arriving_k, self.layout.liquid.heat_capacity)

    def arrive(self, flow: Array) -> Array:
        """Node temperatures of the supply (N x 1) for given flows (S x 1), level by level."""
        sweeps = self.layout.sweeps
        line = self.pipes.line(self.time_s, self.layout.pipe_flow(flow)[:, 0], self.around_k)
        node_k = np.empty(len(self.around_k) + 1)
        node_k[0] = self.supply_k
        for first, last in pairwise(sweeps.bounds.tolist()):
            level = slice(first, last)
            node_k[first + 1 : last + 1] = line.offset_k[level] + line.slope[level] * node_k[sweeps.parent[level]]
        return node_k[:, None]

    def _answer(self, flow: Array) -> tuple[Array, Draw]:
        """The same, and what the valves make of it."""
        node_k = self.arrive(flow)
        return node_k, self._draw(node_k[self.layout.station])

    def _bisect(self, flow: Array, passes: int) -> tuple[Array, Array, int]:
        """Flows between too little and too much, each valve for itself, where Newton's method finds no way.

        At a trickle, warm and cold water stand in the pipes behind each other, so that what arrives rises and falls with
        the flow, and valves open wide below their smallest difference. A flow at which a valve is content still lies between
        one that is too small and one that is too large, or a jump does, which then is where the flow settles.
        """
        low, high = np.zeros_like(flow), np.full_like(flow, np.inf)
        for number in range(passes + 1, passes + MAX_BISECTIONS + 1):
            node_k, draw = self._answer(flow)
            gap = draw.flow_kg_per_s - flow
            more, less = gap > 0.0, gap < 0.0
            # The neighbours move as well: a bound that they have overtaken is given up.
            high = np.where(less, flow, np.where(more & (high <= flow * (1.0 + 1e-12)), np.inf, high))
            low = np.where(more, flow, np.where(less & (low >= flow * (1.0 - 1e-12)), 0.0, low))
            scale = max(float(flow.sum()), np.finfo(float).tiny)
            if float(np.max(np.minimum(np.abs(gap), high - low), initial=0.0)) <= FLOW_TOLERANCE * scale:
                return flow, node_k, number
            bounded = np.isfinite(high) & (low > 0.0)
            flow = np.where(bounded, 0.5 * (low + np.where(bounded, high, low)), draw.flow_kg_per_s)
        raise ConvergenceError(
            f"heat network: the substations' valves did not settle in {number} passes (largest gap "
            f"{np.abs(gap).max() / scale:.1e} of the root flow); shorten the step or raise the by-pass flow"
        )

    def _newton(self, flow: Array, gap: Array, node_k: Array, draw: Draw) -> Array:
        """A Newton step of all valves together, shortened until their largest gap shrinks.

        Warming pipes up, or at a trickle, what arrives answers steeply to the flow, and the neighbours share that water.
        """
        layout = self.layout
        pipe_flow = layout.pipe_flow(flow)[:, 0]
        small = 1e-6 * pipe_flow + 1e-12
        line, more = (self.pipes.line(self.time_s, f, self.around_k) for f in (pipe_flow, pipe_flow + small))
        start = node_k[layout.sweeps.parent, 0]
        # K per kg/s of the pipe's own flow
        growth = (more.offset_k - line.offset_k + (more.slope - line.slope) * start) / small
        # what arrives changes by w: w = slope w_parent + growth (the change of all flows beyond), change = gap - fall w
        fall = draw.fall_kg_per_s_k
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            warmer = layout.sweeps.resist(
                layout.on_nodes(fall), layout.on_nodes(gap), growth[:, None], line.slope[:, None]
            )
            change = gap - fall * warmer[layout.station]
        if not np.isfinite(change).all():  # exactly on a turning point: any other flow is a better start
            return draw.flow_kg_per_s
        share, worst = 1.0, float(np.abs(gap).max())
        for _ in range(HALVINGS):
            tried = np.maximum(flow + share * change, 0.0)
            _, answered = self._answer(tried)
            if float(np.abs(answered.flow_kg_per_s - tried).max()) < worst:
                break
            share *= 0.5
        return tried
