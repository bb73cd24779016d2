"""What the supply and the return pipe of one trench do to each other.

Of the three-node network between supply, return and ground (Wallenten 1991), each pipe loses `U (T - Tg) + G (T - T')`. With
the partner at its mean temperature over pipe and step, `T'`, that is the loss `(U + G)(T - Te)` to surroundings of
`Te = (U Tg + G T') / (U + G)`, which pipes in the ground can do as they are. Both means are found by repeated sweeps until
what one pipe gives is what the other takes. The mean along a pipe makes the exchange second order in the pipe's length, the
mean over a step makes it second order in the step.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array


@dataclass(frozen=True)
class PipePairs:
    """Conductances of P pairs over their whole lengths (W/K), each of shape (P).

    Attributes:
        supply_w_per_k: from the supply pipe to the ground.
        return_w_per_k: from the return pipe to the ground.
        between_w_per_k: from pipe to pipe; zero for pipes that do not feel each other.
    """

    supply_w_per_k: Array
    return_w_per_k: Array
    between_w_per_k: Array

    @classmethod
    def of(
        cls,
        length_m: npt.ArrayLike,
        supply_loss_w_per_m_k: npt.ArrayLike,
        return_loss_w_per_m_k: npt.ArrayLike,
        between_w_per_m_k: npt.ArrayLike,
    ) -> "PipePairs":
        """Pairs from conductances per metre, such as `PairConductance.to_ground` and `.between` of `soil`.

        Raises:
            InputError: a conductance is negative or not finite.
        """
        length = np.asarray(length_m, dtype=float)
        each = [
            length * np.broadcast_to(np.asarray(value, dtype=float), length.shape)
            for value in (supply_loss_w_per_m_k, return_loss_w_per_m_k, between_w_per_m_k)
        ]
        if not all(np.all((value >= 0.0) & np.isfinite(value)) for value in each):
            raise InputError("pipe pairs: the conductances to the ground and between the pipes must not be negative")
        return cls(*each)

    @property
    def coupled(self) -> bool:
        """Whether any two pipes exchange heat."""
        return bool(np.any(self.between_w_per_k > 0.0))

    def around_supply(self, ground_k: Array, return_k: Array) -> Array:
        """What the supply pipes lose heat to (K), for mean temperatures of the return pipes."""
        return _around(self.supply_w_per_k, self.between_w_per_k, ground_k, return_k)

    def around_return(self, ground_k: Array, supply_k: Array) -> Array:
        """What the return pipes lose heat to (K), for mean temperatures of the supply pipes."""
        return _around(self.return_w_per_k, self.between_w_per_k, ground_k, supply_k)

    def supply_mean(self, around_k: Array, loss_w: Array) -> Array:
        """Mean temperature of the supply pipes (K), from their whole loss; their surroundings' where there is none."""
        return _mean(self.supply_w_per_k + self.between_w_per_k, around_k, loss_w)

    def return_mean(self, around_k: Array, loss_w: Array) -> Array:
        """Mean temperature of the return pipes (K), from their whole loss; their surroundings' where there is none."""
        return _mean(self.return_w_per_k + self.between_w_per_k, around_k, loss_w)


def _around(own: Array, between: Array, ground_k: Array, partner_k: Array) -> Array:
    both = own + between
    share = np.where(both > 0.0, between / np.where(both > 0.0, both, 1.0), 0.0)
    return np.asarray(ground_k + share * (partner_k - ground_k))


def _mean(both: Array, around_k: Array, loss_w: Array) -> Array:
    return np.asarray(around_k + np.where(both > 0.0, loss_w / np.where(both > 0.0, both, 1.0), 0.0))
