"""Heat transport in many pipes for long time steps: plug flow whose wall is in equilibrium with the water.

Where a step lasts much longer than wall and water need to agree (seconds to minutes), the wall only adds heat capacity: the
temperature front moves at `m c / (rho c A + Cw)`, slower than the water. Each pipe holds parcels of water and wall, oldest
first; a step pushes in one parcel and pushes out what has no more room. Delay and loss are exact for constant flow within
the step: what passes the whole pipe in one step leaves with `exp(-U L / (m c))`, the steady loss. A parcel is of one
temperature, that of its mean age, which makes losses over several steps second order in the step. Where the flow turns, the
parcels stand the other way round and leave where they came in; nothing is mixed or lost by it.

For steps of seconds, and for what the film between water and wall does to a front, see `plug_flow`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import Mask
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.pipes.steps import HeatStep, OutletLine, PipeResponse

PARCELS = 24
"""Parcels a pipe holds at most (-); the two neighbours whose merging loses least make room for a new one."""

LEAST_PUSHED = 1e-12
"""Share of a pipe's content below which a step moves nothing (-): what rounding could not tell from standing water."""


@dataclass(frozen=True)
class Push(OutletLine[Array]):
    """What a step moves through P pipes of K parcels, those at the outlet of the flow first, and the line of what leaves.

    `share` is that of a pipe's content which each parcel is (K, P). `decays` are transfer units of the step, `pushed` the
    contents pushed through, `transit` their time in decays (P); `left` is what leaves of each parcel, and `weight` what its
    heat is then (K, P). `around_k` is the temperature around the pipes (K).
    """

    around_k: Array | float
    backward: Mask
    share: Array
    temperature_k: Array
    decays: Array
    pushed: Array
    transit: Array
    left: Array
    weight: Array

    def losing(self) -> tuple[Array, Array, Array]:
        """What stays of each parcel, and shares of the excess heat lost: of each parcel (K, P), and of the inlet's (P)."""
        kept, entered = np.maximum(self.share - self.left, 0.0), np.minimum(self.pushed, 1.0)
        parcels = kept * -np.expm1(-self.decays) + self.left - self.weight
        through = np.maximum(self.pushed - 1.0, 0.0) * -np.expm1(-self.transit)
        return kept, parcels, entered * (1.0 - mean_decay(self.transit * entered)) + through


class RetardedPipes:
    """P pipes advanced together; flows may turn.

    Args:
        length_m: lengths (m), shape (P).
        water_j_per_m_k: heat capacity of the water in a metre of pipe (J/(m K)).
        wall_j_per_m_k: heat capacity of a metre of wall (J/(m K)).
        loss_w_per_m_k: heat loss coefficient to the ground (W/(m K)).
        initial_k: temperature of water and wall at the start (K), one, one per pipe, or as `fill` takes them.
        heat_capacity: of the liquid (J/(kg K)).

    Raises:
        InputError: a length or capacity that is not positive, or a negative loss.
    """

    def __init__(
        self,
        length_m: npt.ArrayLike,
        water_j_per_m_k: npt.ArrayLike,
        wall_j_per_m_k: npt.ArrayLike,
        loss_w_per_m_k: npt.ArrayLike,
        initial_k: npt.ArrayLike,
        heat_capacity: float,
    ) -> None:
        given = (length_m, water_j_per_m_k, wall_j_per_m_k, loss_w_per_m_k)
        start = np.asarray(initial_k, dtype=float)
        arrays = (np.atleast_1d(np.asarray(values, dtype=float)) for values in (*given, np.empty(start.shape[-1:])))
        length, water, wall, loss, _ = np.broadcast_arrays(*arrays)
        if np.any(length <= 0.0) or np.any(water <= 0.0) or np.any(wall < 0.0) or np.any(loss < 0.0):
            raise InputError("pipes: lengths and water capacities must be positive, walls and losses not negative")
        self.capacity_j_per_k = length * (water + wall)
        self.decay_per_s = loss / (water + wall)
        self.heat_capacity = heat_capacity
        self._backward = np.zeros(length.size, dtype=bool)
        self.fill(start)

    def fill(self, temperature_k: npt.ArrayLike) -> None:
        """Fill the pipes with water and wall of given temperatures (K).

        They are one, one per pipe (P), or one per equal piece of each pipe, from its start to its end (pieces, P).

        Raises:
            InputError: more pieces than `PARCELS`.
        """
        given = np.asarray(temperature_k, dtype=float)
        given = np.broadcast_to(given, (1 if given.ndim < 2 else len(given), self.capacity_j_per_k.size))
        if len(given) > PARCELS:
            raise InputError(f"pipes: {len(given)} pieces are given, a pipe holds at most {PARCELS}")
        self._backward = np.zeros_like(self._backward)
        self._share = np.full(given.shape, 1.0 / len(given))
        self._temperature_k = given[::-1].copy()  # the outlet's first

    @property
    def mean_k(self) -> Array:
        """Mean temperature of each pipe (K)."""
        return np.asarray((self._share * self._temperature_k).sum(axis=0))

    def stored_j(self, datum_k: Array | float) -> Array:
        """Heat in water and wall above a temperature (J), shape (P)."""
        return self.capacity_j_per_k * (self._share * (self._temperature_k - datum_k)).sum(axis=0)

    def line(self, time_s: float, mass_flow_kg_per_s: Array, ground_k: Array | float) -> Push:
        """What would leave in a step (s), as a line in the inlet temperature; nothing changes until `advance`.

        Mass flows (kg/s, P) that are negative enter at the end of the pipe; `ground_k` is the temperature of the ground
        (K), one or one per pipe.
        """
        flow, share, temperature = mass_flow_kg_per_s, self._share, self._temperature_k
        turned = ((flow < 0.0) != self._backward) & (flow != 0.0)
        backward = self._backward ^ turned
        if turned.any():
            share, temperature = (np.where(turned, values[::-1], values) for values in (share, temperature))
        decays = self.decay_per_s * time_s
        pushed = np.abs(flow) * (self.heat_capacity * time_s) / self.capacity_j_per_k
        moving = pushed > LEAST_PUSHED
        pushed = np.where(moving, pushed, 0.0)
        safe = np.where(moving, pushed, 1.0)
        transit = np.where(moving, decays / safe, 0.0)
        edges = np.zeros((len(share) + 1, len(pushed)))
        np.minimum(np.add.accumulate(share), 1.0, out=edges[1:])
        edges[-1] = 1.0
        place = np.minimum(edges, pushed)
        left = place[1:] - place[:-1]
        # Mean decay of what leaves from between two places: it is on its way for as long as its place is from the outlet.
        weight = left * np.exp(-transit * place[:-1]) * mean_decay(transit * left)
        slope = np.where(moving, np.maximum(pushed - 1.0, 0.0) * np.exp(-transit) / safe, 0.0)
        excess = np.add.reduce(weight * (temperature - ground_k)) / safe
        if not moving.all():  # the parcel at the outlet stays there
            standing = (_first(share, temperature) - ground_k) * np.exp(-decays)
            excess = np.where(moving, excess, standing)
        offset = ground_k + excess - slope * ground_k
        return Push(offset, slope, ground_k, backward, share, temperature, decays, pushed, transit, left, weight)

    def response(self, time_s: float, mass_flow_kg_per_s: Array) -> PipeResponse:
        """What a step would do for any temperatures of inlets and surroundings; nothing changes. Arguments as `line`."""
        push = self.line(time_s, mass_flow_kg_per_s, 0.0)
        decays, moving = push.decays, push.pushed > 0.0
        old = np.where(moving, push.weight.sum(axis=0) / np.where(moving, push.pushed, 1.0), np.exp(-decays))
        _, parcels, fresh = push.losing()
        # mean excess: heat lost over conductance and time
        over = np.where(decays > 0.0, 1.0 / np.where(decays > 0.0, decays, 1.0), 0.0)
        return PipeResponse(
            push.offset_k,
            push.slope,
            1.0 - push.slope - old,
            over * (parcels * push.temperature_k).sum(axis=0),
            over * fresh,
            1.0 - over * (parcels.sum(axis=0) + fresh),
        )

    def ends_k(self, time_s: float, ground_k: Array | float) -> tuple[Array, Array]:
        """Temperatures at the start and at the end of each pipe (K) after standing for a time."""
        stay = np.exp(-self.decay_per_s * time_s)
        share, temperature = self._share, self._temperature_k
        stood = _first(share, temperature), _first(share[::-1], temperature[::-1])
        outlet, inlet = (ground_k + stay * (end_k - ground_k) for end_k in stood)
        return np.where(self._backward, outlet, inlet), np.where(self._backward, inlet, outlet)

    def step(
        self, time_s: float, mass_flow_kg_per_s: Array, inlet_k: Array, ground_k: Array | float
    ) -> HeatStep[Array]:
        """Advance by a step of constant flow; arguments of `line`.

        What enters has `inlet_k` (K), shape (P); any finite number where nothing flows.

        Raises:
            InputError: a flow is not finite, or the time not positive.
        """
        if not time_s > 0.0 or not np.all(np.isfinite(mass_flow_kg_per_s)):
            raise InputError("pipes: the step must be positive and flows finite")
        return self.advance(self.line(time_s, mass_flow_kg_per_s, ground_k), inlet_k)

    def advance(self, push: Push, inlet_k: Array) -> HeatStep[Array]:
        """Do the step of a line that these pipes gave; `inlet_k` as in `step`."""
        ground_k = push.around_k
        excess, fresh = push.temperature_k - ground_k, inlet_k - ground_k
        before = np.add.reduce(push.share * excess)
        # Each loss by itself, as what a parcel had less what it has, so that the balance is a check.
        kept, lost, lost_fresh = push.losing()
        loss = np.add.reduce(lost * excess) + lost_fresh * fresh
        self._backward, entered = push.backward, np.minimum(push.pushed, 1.0)
        cooled, entered_k = excess * np.exp(-push.decays), fresh * mean_decay(push.transit * entered)
        self._share, self._temperature_k = _fitted(
            np.vstack([kept, entered]), ground_k + np.vstack([cooled, entered_k])
        )
        change = self.stored_j(ground_k) - self.capacity_j_per_k * before
        return HeatStep(push.offset_k + push.slope * inlet_k, loss * self.capacity_j_per_k, change)


def _fitted(share: Array, temperature_k: Array) -> tuple[Array, Array]:
    """Parcels of which the last has entered: without slots empty in all pipes, and where they are too many, two merged."""
    used = int(np.argmax((share > 0.0).any(axis=1)))
    share, temperature_k = share[used:], temperature_k[used:]
    if len(share) <= PARCELS:
        return share, temperature_k
    near, far, gap = share[:-2], share[1:-1], np.diff(temperature_k[:-1], axis=0)
    # What merging loses: the variance of temperature between the two; no heat. An empty slot loses nothing.
    both = near + far
    cost = near * far / np.where(both > 0.0, both, 1.0) * gap**2
    pair, pipes = np.argmin(cost, axis=0), np.arange(share.shape[1])
    total = both[pair, pipes]
    weight = far[pair, pipes] / np.where(total > 0.0, total, 1.0)
    temperature_k[pair + 1, pipes] = temperature_k[pair, pipes] + weight * gap[pair, pipes]
    share[pair + 1, pipes] = total
    # Close the gap: slots before the pair stay, its second slot and those behind it move up.
    stays = np.arange(PARCELS)[:, None] < pair
    return np.where(stays, share[:-1], share[1:]), np.where(stays, temperature_k[:-1], temperature_k[1:])


def _first(share: Array, temperature_k: Array) -> Array:
    """Temperature of the first parcel that holds anything (K)."""
    return np.asarray(temperature_k[np.argmax(share > 0.0, axis=0), np.arange(share.shape[1])])
