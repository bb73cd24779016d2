"""A radial network stepped through time: heat travels with the water and is kept by the walls of the pipes.

Each step has constant demands, and constant flows that follow from them. What leaves a pipe in a step is partly water that was
in it, partly water that entered in the step: its mean temperature is a line in the inlet's. So the temperatures of a whole tree
follow from one sweep outwards (supply) and one inwards (return); only the valves, which answer to what arrives, need passes.
Where pipes of a pair exchange heat, the two sweeps are repeated until one takes what the other gives.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.consumers.stations import Stations
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.pipes.steps import HeatStep
from rack2city.network.solvers.graph.view import LEAST_K
from rack2city.network.solvers.radial.find import Radial, Side
from rack2city.network.solvers.radial.newton import Arrivals, Arrived, TreeNewton
from rack2city.network.solvers.radial.step import RadialSteps, SideSteps, refuse_endless
from rack2city.network.solvers.steps.valves import Bisection, Way, settle_valves

ROUNDING_K = 1e-11  # what rounding makes of a mean temperature
EXCHANGE_TOLERANCE = 1e-9
"""Largest accepted difference of what supply pipes give to their returns and what those take, over the step's heat (-)."""
EXCHANGE_SWEEPS, SWINGING_SWEEPS = 200, 40
"""Sweeps before giving up, and sweeps from which flows are held; hours take some five."""
SMOOTH_PASSES, BISECTIONS = 30, 120
_MET = 1e-6  # of a demand: less is the valves' remaining error


@dataclass(frozen=True)
class _Way:
    """Supply or return in a step: its pipes after it, and what it does; N nodes and P pipes, root first.

    Mass flow `through` the nodes is also that of the pipes that end there (N, kg/s); temperatures are those of the nodes
    (N), of what enters the pipes and of what is around them (P, K).
    """

    pipes: RetardedPipes
    through: Array
    node_k: Array
    inlet_k: Array
    around_k: Array
    moved: HeatStep[Array]

    def told(self, side: Side, inwards: bool, given_w: Array, time_s: float) -> SideSteps:
        """The step as results, where pipes give this heat to their partners (W)."""
        moves, node_k = self.through > 0.0, self.node_k
        entry, exit_ = self.inlet_k, self.moved.outlet_k
        if not moves.all():  # nothing moves there: what stands in the ends of pipes, and their mean at nodes
            start, end = self.pipes.ends_k(0.0, self.around_k)
            entry, exit_ = np.where(moves[1:], entry, start), np.where(moves[1:], exit_, end)
        near, far = (exit_, entry) if inwards else (entry, exit_)
        if not moves.all():
            total, number = np.concatenate([[0.0], far]), np.concatenate([[0.0], np.ones(len(far))])
            np.add.at(total, side.sweeps.parent, near)
            np.add.at(number, side.sweeps.parent, 1.0)
            node_k = np.where(moves, node_k, total / number)
        # each pipe by what it saw of the other, so that the balance shows what the exchange fails to conserve
        loss, stored = self.moved.loss_j / time_s - given_w, self.moved.stored_change_j / time_s
        return SideSteps(*(v[:, None] for v in (self.through[1:], node_k, near, far, loss, given_w, stored)))


@dataclass(frozen=True)
class _Sweep:
    """A step with partners at supposed mean temperatures: both ways, and flow, heat taken and what leaves of substations."""

    ways: tuple[_Way, _Way]
    flow: Array
    taken: Array
    leaving: Array
    passes: int


class RadialInTime:
    """Pipes of a radial network with what they remember, in the order of its sweeps.

    `start_k` is a temperature that may arrive at the substations, to begin with (K).
    """

    def __init__(self, radial: Radial, supply: RetardedPipes, back: RetardedPipes, start_k: float) -> None:
        self._radial, self.supply, self.back = radial, supply, back
        self._arriving = np.full((len(radial.supply.station), 1), start_k)
        self._mean_k = np.empty(len(radial.pairs.partner))
        self._mean_k[radial.back.rows] = back.mean_k
        self._mean_k[radial.supply.rows] = supply.mean_k

    def step(self, time_s: float, stations: Stations, supply_k: float, ambient_k: Array) -> RadialSteps:
        """Advance by a step: its length (s), what substations are asked for (S x 1), supply and surroundings of all pipes (K).

        Raises:
            ConvergenceError: valves and arriving temperatures, or the pipes of the pairs, do not agree.
        """
        done, given_w = self._exchange(time_s, stations, supply_k, ambient_k)
        self.supply, self.back = (way.pipes for way in done.ways)
        supply, back = (
            way.told(side, inwards, given_w[side.rows], time_s)
            for way, side, inwards in zip(done.ways, self._radial.sides, (False, True), strict=True)
        )
        # pipes that have stood for weeks are as warm as the ground, but for rounding
        capacity = sum(float(way.pipes.capacity_j_per_k.sum()) for way in done.ways)
        least = np.array([LEAST_K * capacity / time_s])
        return RadialSteps(done.flow, done.taken, done.leaving, (supply, back), np.array([done.passes]), least)

    def _exchange(self, time_s: float, stations: Stations, supply_k: float, ambient_k: Array) -> tuple[_Sweep, Array]:
        """Sweeps until the pipes of all pairs agree: the last, and the heat that each pipe gives to its partner (W).

        Temperatures alone always settle, each pipe being between ground and partner. Valves may answer so steeply that
        flows swing from sweep to sweep: Aitken's rule shortens the stride then, and flows that still swing are held.
        """
        pairs, out, back = self._radial.pairs, self._radial.supply.rows, self._radial.back.rows
        if not pairs.coupled:
            around = ambient_k[out], ambient_k[back]
            return self._sweep(time_s, stations, supply_k, around, ambient_k, None), np.zeros(len(ambient_k))
        stride, passes, missed, held = 1.0, 0, np.zeros(0), None
        # each pipe's mean as its partner takes it: of the returns supposed, of the supplies found
        seen = self._mean_k.copy()
        for number in range(1, EXCHANGE_SWEEPS + 1):
            beside = pairs.beside(ambient_k, seen[pairs.partner])
            done = self._sweep(time_s, stations, supply_k, (beside[out], beside[back]), ambient_k, held)
            passes += done.passes
            self._mean_k = self._means(done.ways, ambient_k, time_s)
            seen[out] = self._mean_k[out]
            given = pairs.between_w_per_k * (self._mean_k - seen[pairs.partner])
            outward, inward = done.ways
            scale = abs(supply_k - float(inward.node_k[0])) * float(done.flow.sum()) * stations.heat_capacity
            scale += float(np.abs(outward.moved.loss_j).sum()) / time_s
            rounding = ROUNDING_K * float(pairs.between_w_per_k[out].sum())
            apart = float(np.abs(given + given[pairs.partner])[out].sum())
            if apart <= EXCHANGE_TOLERANCE * scale + rounding:
                return replace(done, passes=passes), given
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

    def _means(self, ways: Sequence[_Way], ambient_k: Array, time_s: float) -> Array:
        """Mean temperatures of all pipes of the table by what their ways did (K)."""
        around, lost = ambient_k.copy(), np.zeros(len(ambient_k))
        for side, way in zip(self._radial.sides, ways, strict=False):
            around[side.rows], lost[side.rows] = way.around_k, way.moved.loss_j / time_s
        return self._radial.pairs.mean(around, lost)

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
        radial, pairs, (around_k, back_around_k) = self._radial, self._radial.pairs, around
        arrivals = Arrivals(radial.supply, self.supply, time_s, stations, supply_k, around_k)
        if held_flow is None:
            flow, found, passes = self._settled(arrivals)
        else:
            flow, found, passes = held_flow, arrivals.ask(held_flow), 1
        refuse_endless(radial, stations, found.arriving_k)
        self._arriving = found.arriving_k
        supply, back = copy(self.supply), copy(self.back)  # a step replaces their arrays
        inlet_k = found.node_k[radial.supply.sweeps.parent, 0]
        moved = supply.advance(found.push, inlet_k)
        outward = _Way(supply, found.through[:, 0], found.node_k[:, 0], inlet_k, around_k, moved)
        if pairs.coupled:  # the returns see the supplies as they now are
            mean_k = self._means([outward], ambient_k, time_s)
            back_around_k = pairs.beside(ambient_k, mean_k[pairs.partner])[radial.back.rows]

        taken, leaving = stations.served(found.arriving_k, flow, _MET * stations.demand_w)
        through = radial.return_through(flow, found.through)[:, 0]
        push = back.line(time_s, through[1:], back_around_k)
        # mass flow times temperature that arrives at each node
        carried, node_k = radial.back.on_nodes(flow * leaving)[:, 0], np.empty_like(through)
        moves, safe = through > 0.0, np.where(through > 0.0, through, 1.0)
        for pipes, ends, parents in reversed(radial.back.sweeps.levels):
            node_k[ends] = np.where(moves[ends], carried[ends] / safe[ends], back_around_k[pipes])
            np.add.at(carried, parents, through[ends] * (push.offset_k[pipes] + push.slope[pipes] * node_k[ends]))
        node_k[0] = carried[0] / safe[0] if moves[0] else back_around_k[0]
        inward = _Way(back, through, node_k, node_k[1:], back_around_k, back.advance(push, node_k[1:]))
        return _Sweep((outward, inward), flow, taken, leaving, passes)

    def _settled(self, arrivals: Arrivals) -> tuple[Array, Arrived, int]:
        """Flows with which all valves are content, what arrives with them, and the passes it took."""
        ways: list[tuple[Way[Arrived], int]] = [
            (TreeNewton(arrivals), SMOOTH_PASSES),
            (Bisection(), BISECTIONS),
            (TreeNewton(arrivals), SMOOTH_PASSES),
        ]
        outcome = settle_valves(arrivals.ask, arrivals.stations.draw(self._arriving)[0], ways)
        if not outcome.settled:
            worst = float(outcome.doubt.max()) / max(float(outcome.flow.sum()), np.finfo(float).tiny)
            raise ConvergenceError(
                f"heat network: the substations' valves did not settle in {outcome.passes} passes (largest gap "
                f"{worst:.1e} of the root flow); shorten the step or raise the by-pass flow"
            )
        return outcome.flow, outcome.answer, outcome.passes
