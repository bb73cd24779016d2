"""What pipes do to the heat that passes through them: the lines of their outlets, and what a step with them does.

Steady pipes and pipes in time have both: for given flows, the mean outlet temperature is a line in the inlet's. So one
solver brings flows and temperatures together for either. Pipes of one trench may exchange heat, see `pairs`.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from rack2city.arrays import Array
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.steps import PairedLines, PipeResponse


@dataclass(frozen=True)
class Carried:
    """What pipes did, each by itself and not from the difference of its ends, so that balances are checks.

    Mean heat over the step (W): lost to the surroundings, stored in water and wall, and given to the other pipe of the
    pair, each pipe by what it saw of the other; None where there are no pairs.
    """

    loss_w: Array
    stored_w: Array
    exchange_w: Array | None = None


class Transport(Protocol):
    """Pipes of a network in one step, in the order of the table; flows are signed, positive from start to end.

    Attributes:
        remembers: whether pipes hold water of earlier steps, also those that are shut off.
    """

    remembers: ClassVar[bool]

    @property
    def pairs(self) -> Pairs:
        """Pipes that exchange heat."""
        ...

    def lines(self, flow: Array) -> PairedLines:
        """Outlet temperatures as lines in the inlets'; nothing changes."""
        ...

    def resting_k(self, flow: Array, inlet_k: Array) -> tuple[Array, Array]:
        """Temperatures at start and end (K) where nothing flows in the step; only pipes of pairs heed flows and inlets."""
        ...

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """Do the step."""
        ...


@dataclass(frozen=True)
class SteadyPipes:
    """Pipes without memory: the excess over what is around them (K) falls with `exp(-N)`, `N = U L / (m c)`."""

    pairs: Pairs
    ambient_k: Array
    heat_capacity: float
    remembers: ClassVar[bool] = False

    def _units(self, flow: Array) -> Array:
        capacity = np.abs(flow) * self.heat_capacity
        return np.where(capacity > 0.0, self.pairs.whole_w_per_k / np.where(capacity > 0.0, capacity, 1.0), np.inf)

    def _response(self, flow: Array) -> PipeResponse:
        units = self._units(flow)
        none, mean = np.zeros_like(units), mean_decay(units)
        return PipeResponse(none, np.exp(-units), -np.expm1(-units), none, mean, 1.0 - mean)

    def lines(self, flow: Array) -> PairedLines:
        """See `Transport`."""
        return self.pairs.lines(self._response(flow), self.ambient_k)

    def around(self, flow: Array, inlet_k: Array) -> tuple[Array, Array]:
        """Temperature of what is around each pipe, and the mean of its partner in that (K)."""
        return self.pairs.around(self._response(flow), self.ambient_k, inlet_k)

    def resting_k(self, flow: Array, inlet_k: Array) -> tuple[Array, Array]:
        """See `Transport`."""
        around, _ = self.around(flow, inlet_k)
        return around, around

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """See `Transport`; the loss is conductance times mean excess."""
        around, other = self.around(flow, inlet_k)
        lost = self.pairs.whole_w_per_k * (inlet_k - around) * mean_decay(self._units(flow))
        lost, exchange = self.pairs.split(np.where(flow != 0.0, lost, 0.0), around, other)
        return Carried(lost, np.zeros_like(lost), exchange)

    def profile(self, flow: Array, inlet_k: Array, pieces: int) -> Array:
        """Temperatures of equal pieces of each pipe, from start to end (pieces x P), for signed flows and inlets."""
        around, _ = self.around(flow, inlet_k)
        units = self._units(flow) / pieces
        with np.errstate(invalid="ignore"):  # no flow: replaced below
            excess = (inlet_k - around) * np.exp(-units * np.arange(pieces)[:, None]) * mean_decay(units)
        profile = np.where(flow >= 0.0, excess, excess[::-1]) + around
        return np.where(flow != 0.0, profile, around)
