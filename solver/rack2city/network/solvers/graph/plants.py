"""Producers that give a power or share by merit: what flow each gets, and what temperature it delivers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.network.hydraulics.graph import Mask
from rack2city.network.solvers.build.compile import Compiled

LEAST_RISE_K = 1.0
"""A producer whose return comes this close to its supply throttles down, to nothing where it comes as hot."""


@dataclass(frozen=True)
class Plants:
    """Producers that are branches, as arrays in the order of the branches, of which they are a `part`.

    `supply_k` is what each is set to deliver (K), `power` what it would give (W): given, or the largest, infinite without a
    limit. `merit` is its place in the order, lowest first; those of given power come before all others. `heat_capacity` is
    the liquid's (J/(kg K)).
    """

    part: slice
    mode: npt.NDArray[np.str_]
    supply_k: Array
    power: Array
    merit: Array
    heat_capacity: float

    @property
    def shared(self) -> Mask:
        """Those whose flow is found from their power."""
        return np.asarray((self.mode == "power") | (self.mode == "merit"))

    @property
    def heeds(self) -> Mask:
        """Those whose flow or temperature follows from the temperature of their return."""
        return np.asarray(self.shared | np.isfinite(self.power))

    @property
    def closing(self) -> Mask:
        """Those whose flow follows from pressures."""
        return np.asarray(self.mode == "pressure")

    def allot(self, through: Array, return_k: Array) -> Array:
        """Flow of each producer of mode 'power' or 'merit' (kg/s), by flows last solved and returns (K); of others as it is.

        They and the producers that hold pressure pass one flow in all, which the network takes. Each power becomes a flow
        by the temperatures, and the flow is given out in order of merit. None is given more than the network takes, so that
        none that holds pressure is pressed backwards.
        """
        able = self.flow_of_power(return_k)
        if not self.closing.any():  # boundaries take what they give
            return np.where(self.shared, able, through)
        sharing = self.shared | self.closing
        total = max(float(through[sharing].sum()), 0.0)
        # several that hold pressure share by hydraulics, as one that comes last
        alone = np.count_nonzero(self.closing) == 1
        able = np.where(self.closing & (not alone), np.inf, able)
        rank = np.where(self.closing & (not alone), np.inf, self.merit)
        finite = able[sharing & np.isfinite(able)]
        largest = max(total, float(finite.max(initial=0.0)))
        flow = through.copy()
        flow[sharing] = share_by_merit(total, np.minimum(able[sharing], largest), rank[sharing])
        return np.where(self.shared, flow, through)

    def flow_of_power(self, return_k: Array) -> Array:
        """Flow that carries each producer's power from its return to its supply (kg/s); see `LEAST_RISE_K`."""
        rise = self.supply_k - return_k
        ready = np.clip(rise / LEAST_RISE_K, 0.0, 1.0)
        with np.errstate(invalid="ignore"):  # an endless power at no rise
            flow = self.power * ready / (self.heat_capacity * np.maximum(rise, LEAST_RISE_K))
        return np.where(ready > 0.0, flow, 0.0)

    def delivers_k(self, flow: Array, return_k: Array) -> Array:
        """Temperature that each delivers (K): less than its set-point where its flow asks for more than its largest power."""
        limited = (flow > 0.0) & np.isfinite(self.power) & (return_k < self.supply_k)
        reached = return_k + np.where(limited, self.power, 0.0) / (self.heat_capacity * np.where(limited, flow, 1.0))
        return np.where(limited, np.minimum(reached, self.supply_k), self.supply_k)


class Returns:
    """Return temperatures to try next: those found, or less of the way where producers that heed them make them swing."""

    def __init__(self) -> None:
        self._missed: Array | float = 0.0
        self._share: Array | float = 1.0

    def next(self, used: Array, found: Array) -> Array:
        """Temperatures (K) to use after `used`, at which `found` were found; NaN in `used` where none was known."""
        missed = np.nan_to_num(found - used)
        swings = (missed * self._missed < 0.0) & (np.abs(missed) > 0.5 * np.abs(self._missed))
        self._share = np.where(swings, np.maximum(0.5 * self._share, 0.1), np.minimum(1.2 * self._share, 1.0))
        self._missed = missed
        return np.where(np.isnan(used), found, used + self._share * missed)


def share_by_merit(demand: float, capacity: Array, merit: Array) -> Array:
    """Shares of a demand in order of merit, each up to its capacity; equal ranks share in proportion to capacity."""
    share, left = np.zeros_like(capacity), demand
    for rank in np.unique(merit):
        group = merit == rank
        whole = float(capacity[group].sum())
        given = min(left, whole)
        share[group] = capacity[group] * (given / whole if whole > 0.0 else 0.0)
        left -= given
    return share


def plants_of(built: Compiled) -> Plants:
    """The producers that are branches of a network."""
    largest, given, supply, merit = (
        built.column("producers", name) for name in ("max_power_w", "power_w", "supply_k", "merit")
    )
    mode = built.column("producers", "mode").astype(str)
    largest = np.where(np.isnan(largest), np.inf, largest)
    by_power = mode == "power"
    power = np.where(by_power, np.fmin(given, largest), largest)
    rank = np.where(by_power, -np.inf, merit)
    return Plants(built.part["producers"], mode, supply, power, rank, built.arrays.liquid.heat_capacity)
