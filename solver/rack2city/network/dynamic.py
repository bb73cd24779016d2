"""A radial network of pipe pairs in time: heat travels with the water and is kept by the walls of the pipes.

Each step has constant demands, and constant flows that follow from them. What leaves a pipe in a step is partly water that
was in it, partly water that entered in the step: its mean temperature is a line in the inlet's, `a + b T_in`, because the
pipe's equations are linear for given flows. So the temperatures of a whole tree follow from one sweep outwards (supply)
and one inwards (return); only the substations' valves, which answer to the temperature that arrives, need a few passes.
Where the pipes of a pair exchange heat (`twin`), the two sweeps are repeated until one takes what the other gives.
"""

from copy import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rack2city.errors import BalanceError, ConvergenceError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.offtake import Duty, Offtake
from rack2city.network.pipes.retarded import RetardedPipes, RetardedStep
from rack2city.network.settle import Layout
from rack2city.network.step_valves import StepValves
from rack2city.network.tree import RadialTree
from rack2city.network.twin import PipePairs

BALANCE_TOLERANCE = 1e-6
"""Largest accepted residual of a step's heat over the largest of its parts (-)."""
LEAST_K, ROUNDING_K = 1e-6, 1e-11
"""A change of all pipes' temperature below which a step's heat is nothing (K), and what rounding makes of a mean (K)."""
EXCHANGE_TOLERANCE = 1e-9
"""Largest accepted difference of what supply pipes give to their returns and what those take, over the step's heat (-)."""
EXCHANGE_SWEEPS, SWINGING_SWEEPS = 200, 40
"""Sweeps before giving up, and sweeps from which flows are held; hours take some five."""


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
        exchange_w: heat from each supply pipe to the return pipe beside it (P).
        stored_w: growth of the heat in water and walls (W).
        balance_residual: root heat less deliveries, losses and storage, over the largest of them (-), or over the heat of
            `LEAST_K` in all pipes if that is more.
        passes: passes until valves and temperatures agreed, over all sweeps of the exchange.
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
    exchange_w: Array
    stored_w: float
    balance_residual: float
    passes: int


@dataclass(frozen=True)
class _Sweep:
    """A step with the return pipes at supposed mean temperatures: pipes as they would be, and what they would do."""

    supply: RetardedPipes
    back: RetardedPipes
    outward: RetardedStep
    inward: RetardedStep
    supply_mean_k: Array
    return_mean_k: Array
    flow: Array
    arriving: Array
    leaving: Array
    delivered: Array
    root_return_k: float
    root_heat_w: float
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
        between_w_per_m_k: conductance between the supply and the return pipe of each pair (W/(m K)), one or one per pair;
            see `soil.PairConductance.between`.
    """

    def __init__(
        self,
        tree: RadialTree,
        substations: Offtake,
        liquid: Liquid,
        wall_j_per_m_k: npt.ArrayLike,
        supply_k: float,
        return_k: float,
        between_w_per_m_k: npt.ArrayLike = 0.0,
    ) -> None:
        """Fill the pipes."""
        self._layout = Layout.of(tree, substations, liquid)
        order = self._layout.sweeps.order
        wall = np.broadcast_to(np.asarray(wall_j_per_m_k, dtype=float), order.shape)[order]

        water = liquid.density * liquid.heat_capacity * np.pi / 4.0 * np.asarray(tree.diameter_m, dtype=float) ** 2

        def pipes(loss: Array, start: float) -> RetardedPipes:
            return RetardedPipes(tree.length_m[order], water[order], wall, loss, start, liquid.heat_capacity)

        def ordered(values: npt.ArrayLike) -> Array:
            return np.broadcast_to(np.asarray(values, dtype=float), order.shape)[order]

        losses = ordered(tree.supply_loss_w_per_m_k), ordered(tree.return_loss_w_per_m_k)
        between = ordered(between_w_per_m_k)
        self.pairs = PipePairs.of(tree.length_m[order], *losses, between)
        # a pipe of a pair loses heat to ground and partner: see `twin`
        self.supply, self.back = pipes(losses[0] + between, supply_k), pipes(losses[1] + between, return_k)
        self._arriving = np.full((len(substations.node), 1), supply_k)
        self._return_mean_k = np.full(order.shape, return_k)

    def step(self, time_s: float, duty: Duty, supply_k: float, ground_k: npt.ArrayLike) -> DynamicStep:
        """Advance by a step.

        Args:
            time_s: length of the step (s).
            duty: what the substations are asked for in this step, as one hour (1 x S).
            supply_k: supply temperature at the root (K).
            ground_k: temperature of the ground around the pipes (K), one or one per pair.

        Raises:
            ConvergenceError: valves and arriving temperatures, or the pipes of the pairs, do not agree.
            BalanceError: heat is not conserved in the step.
        """
        layout = self._layout
        asked = duty.transposed(len(layout.station))
        order = layout.sweeps.order
        ground = np.broadcast_to(np.asarray(ground_k, dtype=float), order.shape)[order]
        done, exchange, passes = self._exchange(time_s, asked, supply_k, ground)
        self.supply, self.back = done.supply, done.back

        # each pipe by what it saw of the other, so that the balance shows what the exchange fails to conserve
        supply_loss = done.outward.loss_j / time_s - exchange[0]
        return_loss = done.inward.loss_j / time_s + exchange[1]
        loss = float(supply_loss.sum() + return_loss.sum())
        stored = float(done.outward.stored_change_j.sum() + done.inward.stored_change_j.sum()) / time_s
        given, root_heat, need = float(done.delivered.sum()), done.root_heat_w, asked.total_w
        # pipes that have stood for weeks are as warm as the ground, but for rounding
        least = LEAST_K * float((self.supply.capacity_j_per_k + self.back.capacity_j_per_k).sum()) / time_s
        scale = max(abs(root_heat), abs(loss), abs(stored), given, least)
        residual = abs(root_heat - given - loss - stored) / scale
        if not residual <= BALANCE_TOLERANCE:
            raise BalanceError(
                f"heat network: {root_heat:.6g} W enter, {given:.6g} W are delivered, {loss:.6g} W lost and {stored:.6g} W "
                f"stored (relative residual {residual:.1e}, allowed {BALANCE_TOLERANCE:.0e})"
            )

        def pipes(values: Array) -> Array:
            return layout.original(values[:, None])[:, 0]

        return DynamicStep(
            pipe_flow_kg_per_s=pipes(layout.pipe_flow(done.flow)[:, 0]),
            flow_kg_per_s=done.flow[:, 0],
            arriving_k=done.arriving[:, 0],
            leaving_k=done.leaving[:, 0],
            delivered_w=done.delivered[:, 0],
            unmet_w=(need - done.delivered)[:, 0],
            root_return_k=done.root_return_k,
            root_heat_w=root_heat,
            supply_loss_w=pipes(supply_loss),
            return_loss_w=pipes(return_loss),
            exchange_w=pipes(exchange.mean(axis=0)),
            stored_w=stored,
            balance_residual=residual,
            passes=passes,
        )

    def _exchange(self, time_s: float, asked: Duty, supply_k: float, ground: Array) -> tuple[_Sweep, Array, int]:
        """Sweeps until the pipes of all pairs agree: the last, heat given by supplies and taken by returns, passes.

        Temperatures alone always settle, each pipe being between ground and partner. Valves may answer so steeply that
        flows swing from sweep to sweep: Aitken's rule shortens the stride then, and flows that still swing are held.
        """
        pairs, passes, stride = self.pairs, 0, 1.0
        supposed, missed, held = self._return_mean_k, np.zeros(0), None
        for number in range(1, EXCHANGE_SWEEPS + 1):
            done = self._sweep(time_s, asked, supply_k, ground, supposed, held)
            passes += done.passes
            self._arriving, self._return_mean_k = done.arriving, done.return_mean_k
            exchange = pairs.between_w_per_k * (done.supply_mean_k - np.stack([supposed, done.return_mean_k]))
            scale = abs(done.root_heat_w) + float(np.abs(done.outward.loss_j).sum()) / time_s
            rounding = ROUNDING_K * float(pairs.between_w_per_k.sum())
            if float(np.abs(exchange[0] - exchange[1]).sum()) <= EXCHANGE_TOLERANCE * scale + rounding:
                return done, exchange, passes
            before, missed = missed, done.return_mean_k - supposed
            if before.size:
                turn = missed - before
                stride *= -float((before * turn).sum()) / max(float((turn * turn).sum()), np.finfo(float).tiny)
                stride = float(np.clip(stride, 0.1, 1.0))
            if number >= SWINGING_SWEEPS:
                held, stride = done.flow, 1.0
            supposed = supposed + stride * missed
        raise ConvergenceError(
            f"heat network: supply and return pipes did not agree on their exchange in {EXCHANGE_SWEEPS} sweeps; "
            "shorten the step"
        )

    def _sweep(
        self,
        time_s: float,
        asked: Duty,
        supply_k: float,
        ground: Array,
        return_mean_k: Array,
        held_flow: Array | None,
    ) -> _Sweep:
        """One step outwards and inwards, with the return pipes supposed at mean temperatures; changes nothing."""
        layout, cp, pairs = self._layout, self._layout.liquid.heat_capacity, self.pairs
        around = pairs.around_supply(ground, return_mean_k)
        valves = StepValves(layout, self.supply, time_s, asked, supply_k, around)
        if held_flow is None:
            flow, node_k, passes = valves.settle(self._arriving)
        else:
            flow, node_k, passes = held_flow, valves.arrive(held_flow), 1
        pipe_flow, arriving = layout.pipe_flow(flow)[:, 0], node_k[layout.station]
        supply, back = copy(self.supply), copy(self.back)  # a step replaces their arrays
        outward = supply.step(time_s, pipe_flow, node_k[layout.sweeps.parent, 0], around)
        supply_mean = pairs.supply_mean(around, outward.loss_j / time_s)

        need, draw = asked.total_w, layout.substations.draw(asked, arriving, cp)
        share = np.minimum(1.0, flow / np.maximum(draw.flow_kg_per_s, np.finfo(float).tiny))
        delivered = np.minimum(need, draw.delivered_w * share)
        delivered = np.where(need - delivered <= 1e-6 * need, need, delivered)  # the valves' remaining error
        leaving = arriving - np.where(flow > 0.0, delivered / np.where(flow > 0.0, flow * cp, 1.0), 0.0)

        around = pairs.around_return(ground, supply_mean)
        inlet, root_return = self._mix_inwards(time_s, pipe_flow, flow, leaving, around)
        inward = back.step(time_s, pipe_flow, inlet, around)
        return _Sweep(
            supply=supply,
            back=back,
            outward=outward,
            inward=inward,
            supply_mean_k=supply_mean,
            return_mean_k=pairs.return_mean(around, inward.loss_j / time_s),
            flow=flow,
            arriving=arriving,
            leaving=leaving,
            delivered=delivered,
            root_return_k=root_return,
            root_heat_w=float(flow.sum()) * cp * (supply_k - root_return),
            passes=passes,
        )

    def _mix_inwards(
        self, time_s: float, pipe_flow: Array, flow: Array, leaving: Array, around: Array
    ) -> tuple[Array, float]:
        """Inlet temperature of each return pipe (P) and the return temperature at the root."""
        layout, sweeps = self._layout, self._layout.sweeps
        line = self.back.line(time_s, pipe_flow, around)
        carried = layout.on_nodes(flow * leaving)[:, 0]  # mass flow times temperature that arrives at each node
        through = np.concatenate([[float(flow.sum())], pipe_flow])
        inlet = np.empty_like(pipe_flow)
        for first, last in reversed(list(pairwise(sweeps.bounds.tolist()))):
            level, ends = slice(first, last), slice(first + 1, last + 1)
            moving = through[ends] > 0.0
            inlet[level] = np.where(moving, carried[ends] / np.where(moving, through[ends], 1.0), around[level])
            np.add.at(
                carried,
                sweeps.parent[level],
                pipe_flow[level] * (line.offset_k[level] + line.slope[level] * inlet[level]),
            )
        return inlet, float(carried[0] / through[0]) if through[0] > 0.0 else float(around[0])
