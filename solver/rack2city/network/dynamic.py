"""A radial network of pipe pairs in time: heat travels with the water and is kept by the walls of the pipes.

Each step has constant demands, and constant flows that follow from them. What leaves a pipe in a step is partly water that
was in it, partly water that entered in the step: its mean temperature is a line in the inlet's, `a + b T_in`, because the
pipe's equations are linear for given flows. So the temperatures of a whole tree follow from one sweep outwards (supply)
and one inwards (return); only the substations' valves, which answer to the temperature that arrives, need a few passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rack2city.errors import BalanceError, ConvergenceError
from rack2city.network.friction import Array
from rack2city.network.offtake import Draw, Duty, Offtake
from rack2city.network.retarded import RetardedPipes
from rack2city.network.settle import Layout
from rack2city.network.tree import Liquid, RadialTree

FLOW_TOLERANCE = 1e-7
"""Largest accepted last change of a substation's flow over the root's (-)."""
BALANCE_TOLERANCE = 1e-6
"""Largest accepted residual of a step's heat over the largest of its parts (-)."""
PICARD_PASSES, SMOOTH_PASSES, MAX_BISECTIONS, HALVINGS = 6, 30, 120, 6


@dataclass(frozen=True)
class DynamicStep:
    """One step of the network: P pipe pairs in the order of the tree, S substations; powers are means over the step.

    Attributes:
        pipe_flow_kg_per_s: mass flow of each pair (P).
        flow_kg_per_s: mass flow of each substation, by-pass included (S).
        arriving_k: supply temperature at each substation (S).
        leaving_k: return temperature of each substation (S).
        delivered_w: heat handed over (S).
        unmet_w: demand that was not met (S).
        root_return_k: return temperature at the root (K).
        root_heat_w: heat put in at the root (W).
        supply_loss_w: heat lost to the ground by each supply pipe (P).
        return_loss_w: the same of each return pipe (P).
        stored_w: growth of the heat in water and walls (W).
        balance_residual: root heat less deliveries, losses and storage, over the largest of them (-).
        passes: passes until valves and temperatures agreed.
    """

    pipe_flow_kg_per_s: Array
    flow_kg_per_s: Array
    arriving_k: Array
    leaving_k: Array
    delivered_w: Array
    unmet_w: Array
    root_return_k: float
    root_heat_w: float
    supply_loss_w: Array
    return_loss_w: Array
    stored_w: float
    balance_residual: float
    passes: int


class DynamicRadial:
    """A radial network that is stepped through time.

    Args:
        tree: pipe pairs.
        substations: where heat is taken.
        liquid: constant properties.
        wall_j_per_m_k: heat capacity of the wall of one pipe of each pair (J/(m K)), one or one per pair.
        supply_k: temperature of the supply pipes at the start (K).
        return_k: temperature of the return pipes at the start (K).
    """

    def __init__(
        self,
        tree: RadialTree,
        substations: Offtake,
        liquid: Liquid,
        wall_j_per_m_k: npt.ArrayLike,
        supply_k: float,
        return_k: float,
    ) -> None:
        """Fill the pipes."""
        self._layout = Layout.of(tree, substations, liquid)
        order = self._layout.sweeps.order
        wall = np.broadcast_to(np.asarray(wall_j_per_m_k, dtype=float), order.shape)[order]

        water = liquid.density * liquid.heat_capacity * np.pi / 4.0 * np.asarray(tree.diameter_m, dtype=float) ** 2

        def pipes(loss: Array, start: float) -> RetardedPipes:
            each = np.broadcast_to(np.asarray(loss, dtype=float), order.shape)[order]
            return RetardedPipes(tree.length_m[order], water[order], wall, each, start, liquid.heat_capacity)

        self.supply = pipes(tree.supply_loss_w_per_m_k, supply_k)
        self.back = pipes(tree.return_loss_w_per_m_k, return_k)
        self._arriving = np.full((len(substations.node), 1), supply_k)

    def step(self, time_s: float, duty: Duty, supply_k: float, ground_k: float) -> DynamicStep:
        """Advance by a step.

        Args:
            time_s: length of the step (s).
            duty: what the substations are asked for in this step, as one hour (1 x S).
            supply_k: supply temperature at the root (K).
            ground_k: temperature of the ground around the pipes (K).

        Raises:
            ConvergenceError: valves and arriving temperatures do not agree.
            BalanceError: heat is not conserved in the step.
        """
        layout, cp = self._layout, self._layout.liquid.heat_capacity
        asked = duty.transposed(len(layout.station))
        flow, node_k, passes = self._settle(time_s, asked, supply_k, ground_k)
        pipe_flow = layout.pipe_flow(flow)[:, 0]
        self._arriving = arriving = node_k[layout.station]
        outward = self.supply.step(time_s, pipe_flow, node_k[layout.sweeps.parent, 0], ground_k)

        need, draw = asked.total_w, layout.substations.draw(asked, arriving, cp)
        share = np.minimum(1.0, flow / np.maximum(draw.flow_kg_per_s, np.finfo(float).tiny))
        delivered = np.minimum(need, draw.delivered_w * share)
        delivered = np.where(need - delivered <= 1e-6 * need, need, delivered)  # the valves' remaining error
        leaving = arriving - np.where(flow > 0.0, delivered / np.where(flow > 0.0, flow * cp, 1.0), 0.0)
        inlet, root_return = self._mix_inwards(time_s, pipe_flow, flow, leaving, ground_k)
        inward = self.back.step(time_s, pipe_flow, inlet, ground_k)

        root_heat = float(flow.sum()) * cp * (supply_k - root_return)
        loss = float(outward.loss_j.sum() + inward.loss_j.sum()) / time_s
        stored = float(outward.stored_change_j.sum() + inward.stored_change_j.sum()) / time_s
        given = float(delivered.sum())
        scale = max(abs(root_heat), abs(loss), abs(stored), given, np.finfo(float).tiny)
        residual = abs(root_heat - given - loss - stored) / scale
        if not residual <= BALANCE_TOLERANCE:
            raise BalanceError(
                f"heat network: {root_heat:.6g} W enter, {given:.6g} W are delivered, {loss:.6g} W lost and {stored:.6g} W "
                f"stored (relative residual {residual:.1e}, allowed {BALANCE_TOLERANCE:.0e})"
            )
        return DynamicStep(
            pipe_flow_kg_per_s=layout.original(pipe_flow[:, None])[:, 0],
            flow_kg_per_s=flow[:, 0],
            arriving_k=arriving[:, 0],
            leaving_k=leaving[:, 0],
            delivered_w=delivered[:, 0],
            unmet_w=(need - delivered)[:, 0],
            root_return_k=root_return,
            root_heat_w=root_heat,
            supply_loss_w=layout.original(outward.loss_j[:, None])[:, 0] / time_s,
            return_loss_w=layout.original(inward.loss_j[:, None])[:, 0] / time_s,
            stored_w=stored,
            balance_residual=residual,
            passes=passes,
        )

    def _settle(self, time_s: float, asked: Duty, supply_k: float, ground_k: float) -> tuple[Array, Array, int]:
        """Flows (S x 1) at which the valves agree with what arrives in the step, and node temperatures (N x 1)."""
        layout, cp = self._layout, self._layout.liquid.heat_capacity

        def answer(flow: Array) -> tuple[Array, Draw]:
            node_k = self._arrive(time_s, layout.pipe_flow(flow)[:, 0], supply_k, ground_k)
            return node_k, layout.substations.draw(asked, node_k[layout.station], cp)

        flow = layout.substations.draw(asked, self._arriving, cp).flow_kg_per_s
        before = np.inf
        for passes in range(1, SMOOTH_PASSES + 1):
            node_k, draw = answer(flow)
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
            flow = self._newton(time_s, flow, gap, node_k, draw, ground_k, answer)
        return self._bisect(flow, answer, passes)

    def _bisect(
        self, flow: Array, answer: Callable[[Array], tuple[Array, Draw]], passes: int
    ) -> tuple[Array, Array, int]:
        """Flows between too little and too much, each valve for itself, where Newton's method finds no way.

        At a trickle, warm and cold water stand in the pipes behind each other, so that what arrives rises and falls with
        the flow, and valves open wide below their smallest difference. A flow at which a valve is content still lies between
        one that is too small and one that is too large, or a jump does, which then is where the flow settles.
        """
        low, high = np.zeros_like(flow), np.full_like(flow, np.inf)
        for number in range(passes + 1, passes + MAX_BISECTIONS + 1):
            node_k, draw = answer(flow)
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

    def _newton(
        self,
        time_s: float,
        flow: Array,
        gap: Array,
        node_k: Array,
        draw: Draw,
        ground_k: float,
        answer: Callable[[Array], tuple[Array, Draw]],
    ) -> Array:
        """A Newton step of all valves together, shortened until their largest gap shrinks.

        Warming pipes up, or at a trickle, what arrives answers steeply to the flow, and the neighbours share that water.
        """
        layout = self._layout
        pipe_flow = layout.pipe_flow(flow)[:, 0]
        small = 1e-6 * pipe_flow + 1e-12
        line, more = (self.supply.line(time_s, f, ground_k) for f in (pipe_flow, pipe_flow + small))
        start = node_k[layout.sweeps.parent, 0]
        # K per kg/s of the pipe's own flow
        growth = (more.offset_k - line.offset_k + (more.slope - line.slope) * start) / small
        beyond = layout.pipe_flow(np.eye(flow.size))  # pipes x substations: whose flow is in which pipe
        warmer = np.zeros((len(start) + 1, flow.size))
        for first, last in self._levels():
            level = slice(first, last)
            warmer[first + 1 : last + 1] = (
                line.slope[level, None] * warmer[layout.sweeps.parent[level]] + growth[level, None] * beyond[level]
            )
        jacobian = np.eye(flow.size) + draw.fall_kg_per_s_k * warmer[layout.station]
        try:
            change = np.linalg.solve(jacobian, gap)
        except np.linalg.LinAlgError:  # exactly on a turning point: any other flow is a better start
            return draw.flow_kg_per_s
        share, worst = 1.0, float(np.abs(gap).max())
        for _ in range(HALVINGS):
            tried = np.maximum(flow + share * change, 0.0)
            _, answered = answer(tried)
            if float(np.abs(answered.flow_kg_per_s - tried).max()) < worst:
                break
            share *= 0.5
        return tried

    def _levels(self) -> list[tuple[int, int]]:
        bounds = self._layout.sweeps.bounds.tolist()
        return list(pairwise(bounds))

    def _arrive(self, time_s: float, pipe_flow: Array, supply_k: float, ground_k: float) -> Array:
        """Node temperatures of the supply (N x 1) for given flows, level by level."""
        sweeps, line = self._layout.sweeps, self.supply.line(time_s, pipe_flow, ground_k)
        node_k = np.empty(len(pipe_flow) + 1)
        node_k[0] = supply_k
        for first, last in self._levels():
            level = slice(first, last)
            node_k[first + 1 : last + 1] = line.offset_k[level] + line.slope[level] * node_k[sweeps.parent[level]]
        return node_k[:, None]

    def _mix_inwards(
        self, time_s: float, pipe_flow: Array, flow: Array, leaving: Array, ground_k: float
    ) -> tuple[Array, float]:
        """Inlet temperature of each return pipe (P) and the return temperature at the root."""
        layout, sweeps = self._layout, self._layout.sweeps
        line = self.back.line(time_s, pipe_flow, ground_k)
        carried = layout.on_nodes(flow * leaving)[:, 0]  # mass flow times temperature that arrives at each node
        through = np.concatenate([[float(flow.sum())], pipe_flow])
        inlet = np.empty_like(pipe_flow)
        for first, last in reversed(self._levels()):
            level, ends = slice(first, last), slice(first + 1, last + 1)
            moving = through[ends] > 0.0
            inlet[level] = np.where(moving, carried[ends] / np.where(moving, through[ends], 1.0), ground_k)
            np.add.at(
                carried,
                sweeps.parent[level],
                pipe_flow[level] * (line.offset_k[level] + line.slope[level] * inlet[level]),
            )
        return inlet, float(carried[0] / through[0]) if through[0] > 0.0 else ground_k
