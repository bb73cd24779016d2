"""Pipes of one trench: what each gives to the other, found with the temperatures of the whole network.

Of the three nodes supply, return and ground (Wallenten 1991), each pipe loses `U (T - Ta) + G (T - T')`. With the other at
its mean temperature over pipe and step, `T'`, that is a loss `(U + G)(T - Te)` to surroundings of
`Te = (U Ta + G T')/(U + G)`, which every pipe can do as it is. For given flows its outlet and its mean are linear in its inlet
and in `Te`, and so both outlets are linear in both inlets: the exchange goes into the one linear solve of all temperatures,
without passes of its own. The mean along a pipe makes the exchange second order in the pipe's length, the mean over a step
second order in the step. Which way the two are drawn does not matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.steps import PairedLines, PipeResponse

_SINGULAR = 1e-14  # steady pipes that both stand, and lose nothing but to each other


@dataclass(frozen=True)
class Pairs:
    """The pairs of a table of P pipes; arrays of shape (P).

    `partner` is the row of the other pipe, a pipe's own where there is none; the conductances are those to the
    surroundings, and to the other pipe, the same for both and zero where there is none.
    """

    partner: Index
    own_w_per_k: Array
    between_w_per_k: Array

    @classmethod
    def of(cls, column: Mapping[str, Array]) -> "Pairs":
        """The pairs of a checked table of pipes, by its columns."""
        length, found = column["length_m"], column["pair"]
        partner = np.where(found < 0, np.arange(len(length)), found)
        given = np.nan_to_num(column["pair_w_per_m_k"])
        each = np.maximum(given, given[partner])  # one row may tell it for both
        between = np.where(found < 0, 0.0, each * 0.5 * (length + length[partner]))
        return cls(partner, column["conductance_w_per_m_k"] * length, between)

    @property
    def coupled(self) -> bool:
        """Whether any two pipes exchange heat."""
        return bool(np.any(self.between_w_per_k > 0.0))

    @property
    def whole_w_per_k(self) -> Array:
        """Conductance of each pipe to all around it (W/K)."""
        return np.asarray(self.own_w_per_k + self.between_w_per_k)

    @property
    def _share(self) -> Array:
        """Weight of the other pipe in what is around each."""
        return self._over_whole(self.between_w_per_k)

    def _over_whole(self, values: Array) -> Array:
        """Values over the whole conductance; zero where there is none."""
        whole = self.whole_w_per_k
        return np.where(whole > 0.0, values / np.where(whole > 0.0, whole, 1.0), 0.0)

    def lines(self, response: PipeResponse, ambient_k: Array) -> PairedLines:
        """What leaves each pipe, linear in both inlets, for surroundings of given temperature (K)."""
        share, other, (alone, feedback, loop) = self._share, self.partner, self._means(response, ambient_k)
        # mean of the other: (alone' + feedback' alone) / loop, and each `alone` rises with its own inlet
        reach = response.outlet_around * share / loop
        met = (1.0 - share) * ambient_k + share * (alone[other] + feedback[other] * alone) / loop
        return PairedLines(
            response.outlet_k + response.outlet_around * met,
            response.outlet_inlet + reach * feedback[other] * response.mean_inlet,
            reach * response.mean_inlet[other],
        )

    def around(self, response: PipeResponse, ambient_k: Array, inlet_k: Array) -> tuple[Array, Array]:
        """Temperature of what is around each pipe, the mean of its partner in it, and that mean (K)."""
        share, other, (alone, feedback, loop) = self._share, self.partner, self._means(response, ambient_k)
        alone = alone + response.mean_inlet * inlet_k
        mean = (alone + feedback * alone[other]) / loop
        return (1.0 - share) * ambient_k + share * mean[other], mean[other]

    def beside(self, ambient_k: Array, partner_mean_k: Array) -> Array:
        """Temperature of what is around each pipe (K), for a mean temperature of its partner."""
        return np.asarray(ambient_k + self._share * (partner_mean_k - ambient_k))

    def mean(self, around_k: Array, lost_w: Array) -> Array:
        """Mean temperature of each pipe (K) from all it lost; its surroundings' where it loses nothing."""
        return np.asarray(around_k + self._over_whole(lost_w))

    def split(self, lost_w: Array, around_k: Array, other_mean_k: Array) -> tuple[Array, Array]:
        """Of all that pipes lost (W): what the surroundings got, and what the other pipe did.

        Each pipe is taken by what it saw of the other, so that the network's balance shows what is not conserved.
        """
        exchange = self.between_w_per_k * (self.mean(around_k, lost_w) - other_mean_k)
        return lost_w - exchange, exchange

    def _means(self, response: PipeResponse, ambient_k: Array) -> tuple[Array, Array, Array]:
        """Means with inlet and partner at 0 K (K), their rise with the partner's mean (-), and the pair's determinant (-)."""
        share, other = self._share, self.partner
        alone = response.mean_k + response.mean_around * (1.0 - share) * ambient_k
        feedback = response.mean_around * share
        loop = 1.0 - feedback * feedback[other]
        stuck = loop < _SINGULAR  # any one temperature would do for both
        alone = np.where(stuck, 0.5 * (ambient_k + ambient_k[other]), alone)
        return alone, np.where(stuck, 0.0, feedback), np.where(stuck, 1.0, loop)
