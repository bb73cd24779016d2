"""Heat transport in many pipes for long time steps: plug flow whose wall is in equilibrium with the water.

Where a step lasts much longer than wall and water need to agree (seconds to minutes), the wall only adds heat capacity: the
temperature front moves at `m c / (rho c A + Cw)`, slower than the water. Each pipe holds parcels of water and wall, oldest
first; a step pushes in one parcel and pushes out what has no more room. Delay and loss are exact for constant flow within
the step: what passes the whole pipe in one step leaves with `exp(-U L / (m c))`, the steady loss. A parcel is of one
temperature, that of its mean age, which makes losses over several steps second order in the step. Where the flow turns, the
parcels stand the other way round and leave where they came in; nothing is mixed or lost by it.

For steps of seconds, and for what the film between water and wall does to a front, see `plug_flow`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.pipes.steps import HeatStep, OutletLine, PipeResponse

PARCELS = 24
"""Parcels a pipe holds (-); the two neighbours whose merging loses least make room for a new one."""

LEAST_PUSHED = 1e-12
"""Share of a pipe's content below which a step moves nothing (-): what rounding could not tell from standing water."""


class _Moved(NamedTuple):
    """What a step moves: K parcels in P pipes, those at the outlet of the flow first, and what leaves of each.

    `pushed` are the contents pushed through, `transit` is their time in decays (P); `left` is what leaves of each parcel, and
    `weight` what its heat is then (K, P).
    """

    share: Array
    temperature_k: Array
    pushed: Array
    transit: Array
    left: Array
    weight: Array


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
        self._share = np.zeros((PARCELS, given.shape[1]))
        self._share[PARCELS - len(given) :] = 1.0 / len(given)
        self._temperature_k = np.tile(given[-1], (PARCELS, 1))
        self._temperature_k[PARCELS - len(given) :] = given[::-1]  # the outlet's first

    @property
    def mean_k(self) -> Array:
        """Mean temperature of each pipe (K)."""
        return np.asarray((self._share * self._temperature_k).sum(axis=0))

    def stored_j(self, datum_k: Array | float) -> Array:
        """Heat in water and wall above a temperature (J), shape (P)."""
        return self.capacity_j_per_k * (self._share * (self._temperature_k - datum_k)).sum(axis=0)

    def _moved(self, time_s: float, flow: Array) -> "_Moved":
        """What a step moves."""
        share, temperature = self._share, self._temperature_k
        turned = ((flow < 0.0) != self._backward) & (flow != 0.0)
        if turned.any():
            share, temperature = (np.where(turned, values[::-1], values) for values in (share, temperature))
        pushed = np.abs(flow) * self.heat_capacity * time_s / self.capacity_j_per_k
        pushed = np.where(pushed > LEAST_PUSHED, pushed, 0.0)
        transit = np.where(pushed > 0.0, self.decay_per_s * time_s / np.where(pushed > 0.0, pushed, 1.0), 0.0)
        edges = np.vstack([np.zeros_like(pushed), np.minimum(np.cumsum(share, axis=0), 1.0)])
        edges[-1] = 1.0
        near, far = np.minimum(edges[:-1], pushed), np.minimum(edges[1:], pushed)
        # Mean decay of what leaves from between two places: it is on its way for as long as its place is from the outlet.
        weight = (far - near) * np.exp(-transit * near) * mean_decay(transit * (far - near))
        return _Moved(share, temperature, pushed, transit, far - near, weight)

    def _losing(self, time_s: float, moved: "_Moved") -> tuple[Array, Array, Array]:
        """What stays of each parcel, and shares of the excess heat lost: of each parcel (K, P), and of the inlet's (P)."""
        pushed, transit = moved.pushed, moved.transit
        kept, entered = np.maximum(moved.share - moved.left, 0.0), np.minimum(pushed, 1.0)
        parcels = kept * -np.expm1(-self.decay_per_s * time_s) + moved.left - moved.weight
        fresh = entered * (1.0 - mean_decay(transit * entered)) + np.maximum(pushed - 1.0, 0.0) * -np.expm1(-transit)
        return kept, parcels, fresh

    def _line(self, time_s: float, moved: "_Moved", ground_k: Array | float) -> OutletLine[Array]:
        """The line of what leaves, or the parcel at the outlet where nothing does."""
        moving = moved.pushed > 0.0
        safe = np.where(moving, moved.pushed, 1.0)
        slope = np.where(moving, np.maximum(moved.pushed - 1.0, 0.0) * np.exp(-moved.transit) / safe, 0.0)
        old = (moved.weight * (moved.temperature_k - ground_k)).sum(axis=0)
        last = _first(moved.share, moved.temperature_k) - ground_k
        excess = np.where(moving, old / safe, last * np.exp(-self.decay_per_s * time_s))
        return OutletLine(ground_k + excess - slope * ground_k, slope)

    def line(self, time_s: float, mass_flow_kg_per_s: Array, ground_k: Array | float) -> OutletLine[Array]:
        """What would leave in a step, as a line in the inlet temperature; nothing changes.

        Args:
            time_s: length of the step (s).
            mass_flow_kg_per_s: mass flows (kg/s), shape (P); negative ones enter at the end of the pipe.
            ground_k: temperature of the ground (K), one or one per pipe.
        """
        return self._line(time_s, self._moved(time_s, mass_flow_kg_per_s), ground_k)

    def response(self, time_s: float, mass_flow_kg_per_s: Array) -> PipeResponse:
        """What a step would do for any temperatures of inlets and surroundings; nothing changes. Arguments as `line`."""
        moved = self._moved(time_s, mass_flow_kg_per_s)
        line, moving = self._line(time_s, moved, 0.0), moved.pushed > 0.0
        decays = self.decay_per_s * time_s
        old = np.where(moving, moved.weight.sum(axis=0) / np.where(moving, moved.pushed, 1.0), np.exp(-decays))
        _, parcels, fresh = self._losing(time_s, moved)
        # mean excess: heat lost over conductance and time
        over = np.where(decays > 0.0, 1.0 / np.where(decays > 0.0, decays, 1.0), 0.0)
        return PipeResponse(
            line.offset_k,
            line.slope,
            1.0 - line.slope - old,
            over * (parcels * moved.temperature_k).sum(axis=0),
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
        before = self.stored_j(ground_k)
        moved = self._moved(time_s, mass_flow_kg_per_s)
        self._backward = np.where(mass_flow_kg_per_s != 0.0, mass_flow_kg_per_s < 0.0, self._backward)
        excess, fresh = moved.temperature_k - ground_k, inlet_k - ground_k
        line = self._line(time_s, moved, ground_k)
        outlet = line.offset_k + line.slope * inlet_k
        # Each loss by itself, as what a parcel had less what it has, so that the balance is a check.
        kept, lost, lost_fresh = self._losing(time_s, moved)
        loss = (lost * excess).sum(axis=0) + lost_fresh * fresh

        entered = np.minimum(moved.pushed, 1.0)
        self._share, self._temperature_k = kept, ground_k + excess * np.exp(-self.decay_per_s * time_s)
        self._push(entered, ground_k + fresh * mean_decay(moved.transit * entered))
        change = self.stored_j(ground_k) - before
        return HeatStep(outlet, loss * self.capacity_j_per_k, change)

    def _push(self, share: Array, temperature_k: Array) -> None:
        """Put a parcel in at the inlet, behind the others; two neighbours merge to make room, with no heat lost."""
        near, far = self._share[:-1], self._share[1:]
        both = near + far
        # What merging loses: the variance of temperature between the two. An empty slot loses nothing.
        gap = self._temperature_k[1:] - self._temperature_k[:-1]
        cost = near * far / np.where(both > 0.0, both, 1.0) * gap**2
        pair = np.argmin(cost, axis=0)[None]
        total = np.take_along_axis(both, pair, axis=0)
        weight = np.take_along_axis(far, pair, axis=0) / np.where(total > 0.0, total, 1.0)
        mixed = np.take_along_axis(self._temperature_k, pair, axis=0) + weight * np.take_along_axis(gap, pair, axis=0)
        np.put_along_axis(self._share, pair + 1, total, axis=0)
        np.put_along_axis(self._temperature_k, pair + 1, mixed, axis=0)
        # Close the gap: slots behind the pair stay, the pair's first slot and those before it move up, the new one is last.
        slots = np.arange(PARCELS - 1)[:, None]
        source = slots + (slots >= pair)
        self._share = np.vstack([np.take_along_axis(self._share, source, axis=0), share[None]])
        self._temperature_k = np.vstack([np.take_along_axis(self._temperature_k, source, axis=0), temperature_k[None]])


def _first(share: Array, temperature_k: Array) -> Array:
    """Temperature of the first parcel that holds anything (K)."""
    first = np.argmax(share > 0.0, axis=0)
    return np.asarray(np.take_along_axis(temperature_k, first[None], axis=0)[0])
