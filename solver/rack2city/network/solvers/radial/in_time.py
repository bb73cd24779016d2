"""A radial network stepped through time: heat travels with the water and is kept by the walls of the pipes.

Each step has constant demands, and constant flows that follow from them. What leaves a pipe in a step is partly water that was
in it, partly water that entered in the step: its mean temperature is a line in the inlet's. So the temperatures of a whole tree
follow from one sweep outwards (supply) and one inwards (return); only the valves, which answer to what arrives, need passes.
Where pipes of a pair exchange heat, the two sweeps are repeated until one takes what the other gives.
"""

from copy import copy
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.consumers.stations import Stations
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.pipes.steps import HeatStep
from rack2city.network.solvers.graph.view import LEAST_K
from rack2city.network.solvers.radial.find import Radial, Side
from rack2city.network.solvers.radial.newton import Arrivals, Arrived, TreeNewton
from rack2city.network.solvers.radial.step import RadialSteps, SideSteps
from rack2city.network.solvers.steps.valves import Bisection, Way, settle_valves

ROUNDING_K = 1e-11  # what rounding makes of a mean temperature
EXCHANGE_TOLERANCE = 1e-9
"""Largest accepted difference of what supply pipes give to their returns and what those take, over the step's heat (-)."""
EXCHANGE_SWEEPS, SWINGING_SWEEPS = 200, 40
"""Sweeps before giving up, and sweeps from which flows are held; hours take some five."""
SMOOTH_PASSES, BISECTIONS = 30, 120
_MET = 1e-6  # of a demand: less is the valves' remaining error


@dataclass(frozen=True)
class _Sweep:
    """A step with partners at supposed mean temperatures: pipes as they would be, and what they would do."""

    supply: RetardedPipes
    back: RetardedPipes
    outward: HeatStep[Array]
    inward: HeatStep[Array]
    around: tuple[Array, Array]
    flow: Array
    node_k: Array
    taken: Array
    leaving: Array
    inlet: Array
    root_return_k: float
    passes: int


class RadialInTime:
    """Pipes of a radial network with what they remember.

    Args:
        radial: the network.
        supply: its supply pipes, in the order of the sweeps.
        back: its return pipes.
        start_k: temperature that may arrive at the substations, to begin with (K).
    """

    def __init__(self, radial: Radial, supply: RetardedPipes, back: RetardedPipes, start_k: float) -> None:
        self._radial, self.supply, self.back = radial, supply, back
        self._arriving = np.full((len(radial.supply.station), 1), start_k)
        self._mean_k = np.empty(len(radial.pairs.partner))
        self._mean_k[radial.back.rows] = back.mean_k
        self._mean_k[radial.supply.rows] = supply.mean_k

    def step(self, time_s: float, stations: Stations, supply_k: float, ambient_k: Array) -> RadialSteps:
        """Advance by a step.

        Args:
            time_s: length of the step (s).
            stations: what the substations are asked for (S x 1).
            supply_k: temperature that the producer delivers (K).
            ambient_k: temperature around each pipe of the table (K).

        Raises:
            ConvergenceError: valves and arriving temperatures, or the pipes of the pairs, do not agree.
        """
        radial = self._radial
        done, given = self._exchange(time_s, stations, supply_k, ambient_k)
        self.supply, self.back = done.supply, done.back
        supply_flow = radial.supply.pipe_flow(done.flow)
        back_flow = radial.return_flow(done.flow, supply_flow)
        supply_ends = _ends(self.supply, supply_flow[:, 0], done.outward.outlet_k, done.around[0])
        back_ends = _ends(self.back, back_flow[:, 0], done.inward.outlet_k, done.around[1])
        start, nodes_k = done.node_k[radial.supply.sweeps.parent], done.node_k
        inlet, back_k = done.inlet[:, None], np.concatenate([[done.root_return_k], done.inlet])[:, None]
        if np.any(supply_flow <= 0.0):
            nodes_k = _standing(radial.supply, done.flow, supply_flow, nodes_k, *supply_ends)
        if np.any(back_flow <= 0.0):
            back_k = _standing(radial.back, done.flow, back_flow, back_k, *reversed(back_ends))
        near, back_near, far, back_far = (
            ends[:, None] for ends in (supply_ends[0], back_ends[1], supply_ends[1], back_ends[0])
        )
        near, back_far = np.where(supply_flow > 0.0, start, near), np.where(back_flow > 0.0, inlet, back_far)

        def heat(moved: HeatStep[Array], given_w: Array) -> tuple[Array, Array, Array]:
            # each pipe by what it saw of the other, so that the balance shows what the exchange fails to conserve
            loss = moved.loss_j / time_s - given_w
            return loss[:, None], given_w[:, None], (moved.stored_change_j / time_s)[:, None]

        sides = (
            SideSteps(supply_flow, nodes_k, near, far, *heat(done.outward, given[0])),
            SideSteps(back_flow, back_k, back_near, back_far, *heat(done.inward, given[1])),
        )
        # pipes that have stood for weeks are as warm as the ground, but for rounding
        capacity = float(self.supply.capacity_j_per_k.sum() + self.back.capacity_j_per_k.sum())
        least = np.array([LEAST_K * capacity / time_s])
        return RadialSteps(done.flow, done.taken, done.leaving, sides, np.array([done.passes]), least)

    def _exchange(
        self, time_s: float, stations: Stations, supply_k: float, ambient_k: Array
    ) -> tuple[_Sweep, tuple[Array, Array]]:
        """Sweeps until the pipes of all pairs agree: the last, and the heat that supplies and returns give (W).

        Temperatures alone always settle, each pipe being between ground and partner. Valves may answer so steeply that
        flows swing from sweep to sweep: Aitken's rule shortens the stride then, and flows that still swing are held.
        """
        pairs, out, back = self._radial.pairs, self._radial.supply.rows, self._radial.back.rows
        if not pairs.coupled:
            done = self._sweep(time_s, stations, supply_k, (ambient_k[out], ambient_k[back]), ambient_k, None)
            return done, (np.zeros(len(out)), np.zeros(len(back)))
        stride, passes, missed, held = 1.0, 0, np.zeros(0), None
        # each pipe's mean as its partner takes it: of the returns supposed, of the supplies found
        seen = self._mean_k.copy()
        for number in range(1, EXCHANGE_SWEEPS + 1):
            around = pairs.beside(ambient_k, seen[pairs.partner])
            done = self._sweep(time_s, stations, supply_k, (around[out], around[back]), ambient_k, held)
            passes += done.passes
            self._mean_k = self._means(done, time_s)
            seen[out] = self._mean_k[out]
            given = pairs.between_w_per_k * (self._mean_k - seen[pairs.partner])
            scale = abs(supply_k - done.root_return_k) * float(done.flow.sum()) * stations.heat_capacity
            scale += float(np.abs(done.outward.loss_j).sum()) / time_s
            rounding = ROUNDING_K * float(pairs.between_w_per_k[out].sum())
            apart = float(np.abs(given + given[pairs.partner])[out].sum())
            if apart <= EXCHANGE_TOLERANCE * scale + rounding:
                return replace(done, passes=passes), (given[out], given[back])
            before, missed = missed, (self._mean_k - seen)[back]
            if before.size:
                turn = missed - before
                stride *= -float((before * turn).sum()) / max(float((turn * turn).sum()), np.finfo(float).tiny)
                stride = float(np.clip(stride, 0.1, 1.0))
            if number >= SWINGING_SWEEPS:
                held, stride = done.flow, 1.0
            seen[back] += stride * missed
        raise ConvergenceError(
            f"heat network: supply and return pipes did not agree on their exchange in {EXCHANGE_SWEEPS} sweeps; "
            "shorten the step"
        )

    def _means(self, done: _Sweep, time_s: float) -> Array:
        """Mean temperatures of all pipes of the table (K)."""
        radial, rows = self._radial, (self._radial.supply.rows, self._radial.back.rows)
        around, lost = np.empty(len(self._mean_k)), np.empty(len(self._mean_k))
        for at, place, step in zip(rows, done.around, (done.outward, done.inward), strict=True):
            around[at], lost[at] = place, step.loss_j / time_s
        return radial.pairs.mean(around, lost)

    def _sweep(
        self,
        time_s: float,
        stations: Stations,
        supply_k: float,
        around: tuple[Array, Array],
        ambient_k: Array,
        held_flow: Array | None,
    ) -> _Sweep:
        """One step outwards and inwards, with partners supposed at mean temperatures; changes nothing."""
        radial, pairs = self._radial, self._radial.pairs
        out, back_side, cp = radial.supply, radial.back, stations.heat_capacity
        arrivals = Arrivals(out, self.supply, time_s, stations, supply_k, around[0])
        if held_flow is None:
            ways: list[tuple[Way[Arrived], int]] = [
                (TreeNewton(arrivals), SMOOTH_PASSES),
                (Bisection(), BISECTIONS),
                (TreeNewton(arrivals), SMOOTH_PASSES),
            ]
            outcome = settle_valves(arrivals.ask, stations.draw(self._arriving)[0], ways)
            if not outcome.settled:
                worst = float(outcome.doubt.max()) / max(float(outcome.flow.sum()), np.finfo(float).tiny)
                raise ConvergenceError(
                    f"heat network: the substations' valves did not settle in {outcome.passes} passes (largest gap "
                    f"{worst:.1e} of the root flow); shorten the step or raise the by-pass flow"
                )
            flow, node_k, passes = outcome.flow, outcome.answer.node_k, outcome.passes
            arriving = outcome.answer.arriving_k
        else:
            flow, node_k, passes = held_flow, arrivals.node_k(held_flow), 1
            arriving = node_k[out.station]
        self._arriving = arriving
        pipe_flow = out.pipe_flow(flow)
        supply, back = copy(self.supply), copy(self.back)  # a step replaces their arrays
        outward = supply.step(time_s, pipe_flow[:, 0], node_k[out.sweeps.parent, 0], around[0])
        if pairs.coupled:  # the returns see the supplies as they now are
            lost = np.zeros(len(ambient_k))
            lost[out.rows] = outward.loss_j / time_s
            near = np.empty(len(ambient_k))
            near[out.rows], near[back_side.rows] = around
            seen = pairs.beside(ambient_k, pairs.mean(near, lost)[pairs.partner])
            around = (around[0], seen[back_side.rows])

        need = stations.demand_w
        taken = stations.taken(arriving, flow)
        taken = np.where((need - taken <= _MET * need) & (flow > 0.0), need, taken)
        leaving = arriving - np.where(flow > 0.0, taken / np.where(flow > 0.0, flow * cp, 1.0), 0.0)
        back_flow = radial.return_flow(flow, pipe_flow)[:, 0]
        inlet, root_return = _mix_inwards(back_side, back, time_s, back_flow, flow, leaving, around[1])
        inward = back.step(time_s, back_flow, inlet, around[1])
        return _Sweep(supply, back, outward, inward, around, flow, node_k, taken, leaving, inlet, root_return, passes)


def _ends(pipes: RetardedPipes, flow: Array, outlet_k: Array, around_k: Array) -> tuple[Array, Array]:
    """Temperatures at where each pipe's water enters and leaves (K); of what stands there where none moves."""
    if np.all(flow > 0.0):
        return outlet_k, outlet_k
    start, end = pipes.ends_k(0.0, around_k)
    return start, np.where(flow > 0.0, outlet_k, end)


def _standing(side: Side, flow: Array, pipe_flow: Array, node_k: Array, near_k: Array, far_k: Array) -> Array:
    """Temperatures of nodes (K): where nothing flows, the mean of what stands in the ends of the pipes there."""
    total, number = np.concatenate([[0.0], far_k]), np.concatenate([[0.0], np.ones(len(far_k))])
    np.add.at(total, side.sweeps.parent, near_k)
    np.add.at(number, side.sweeps.parent, 1.0)
    through = np.concatenate([[float(flow.sum())], pipe_flow[:, 0]])
    return np.where(through > 0.0, node_k[:, 0], total / number)[:, None]


def _mix_inwards(
    side: Side, pipes: RetardedPipes, time_s: float, pipe_flow: Array, flow: Array, leaving: Array, around: Array
) -> tuple[Array, float]:
    """Inlet temperature of each return pipe (P) and the return temperature at the root."""
    sweeps, line = side.sweeps, pipes.line(time_s, pipe_flow, around)
    carried = side.on_nodes(flow * leaving)[:, 0]  # mass flow times temperature that arrives at each node
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
