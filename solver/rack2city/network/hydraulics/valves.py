"""Valves as branch laws: control valves by their kv value and opening, and check valves."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError

_BAR = 1e5
_KV_DENSITY = 1000.0  # kg/m3: kv is stated for water
_LAMINAR_DROP = 0.1  # Pa: below it a valve is laminar, its drop goes to zero with a slope
REVERSE_RESISTANCE = 1e10
"""Resistance (Pa s/kg) of a check valve to reverse flow; the solver shuts a valve it finds leaking, see `CheckValveLaw`."""


def kv_resistance(kv_m3_per_h: npt.ArrayLike, density: float) -> Array:
    """Resistance k (Pa s2/kg2) in `dp = k m|m|` of a valve, by its flow of water (m3/h) at 1 bar and the density (kg/m3).

    Source: IEC 60534-2-1, `kv = Q sqrt(1 bar / dp * density / 1000)`.
    """
    mass_flow = np.asarray(kv_m3_per_h, dtype=float) / 3600.0 * np.sqrt(_KV_DENSITY * density)
    return np.asarray(_BAR / mass_flow**2)


def _turbulent(mass_flow: Array, resistance: Array) -> tuple[Array, Array]:
    """`k m|m|` and its slope; below 0.1 Pa a cubic that joins it smoothly and keeps a slope at rest."""
    size = np.abs(mass_flow)
    limit = np.sqrt(_LAMINAR_DROP / resistance)
    slow = size < limit
    drop = np.where(slow, 0.5 * resistance * mass_flow * (limit + size**2 / limit), resistance * mass_flow * size)
    slope = np.where(slow, 0.5 * resistance * (limit + 3.0 * size**2 / limit), 2.0 * resistance * size)
    return drop, slope


@dataclass(frozen=True)
class ControlValveLaw:
    """Valves by kv value and opening: `dp = k m|m|`, laminar below 0.1 Pa. Shut where the opening is zero.

    Attributes:
        kv_m3_per_h: kv value fully open (m3/h of water at 1 bar), one or one per branch.
        density: density (kg/m3).
        opening: stroke from 0 (shut) to 1 (open), one or one per branch.
        characteristic: "linear" (kv in proportion to the opening) or "equal percentage" (`kv R^(opening - 1)`).
        rangeability: R of the equal-percentage characteristic (-).

    Raises:
        InputError: a kv value or density that is not positive, an opening outside 0 to 1, a rangeability not above 1.
    """

    kv_m3_per_h: npt.ArrayLike
    density: float
    opening: npt.ArrayLike = 1.0
    characteristic: Literal["linear", "equal percentage"] = "linear"
    rangeability: float = 50.0

    def __post_init__(self) -> None:
        kv, opening = np.asarray(self.kv_m3_per_h, dtype=float), np.asarray(self.opening, dtype=float)
        if not (np.all(kv > 0.0) and self.density > 0.0):
            raise InputError("a control valve needs a kv value and a density above zero")
        if not np.all((opening >= 0.0) & (opening <= 1.0)):
            raise InputError("the opening of a control valve must be between 0 (shut) and 1 (open)")
        if self.characteristic not in ("linear", "equal percentage"):
            raise InputError(
                f"the characteristic {self.characteristic!r} of a control valve must be 'linear' or 'equal percentage'"
            )
        if not self.rangeability > 1.0:
            raise InputError(f"the rangeability of a control valve is {self.rangeability}; it must be above 1")

    @property
    def shut(self) -> npt.NDArray[np.bool_]:
        """Whether each valve is shut."""
        return np.asarray(self.opening, dtype=float) == 0.0

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`; a shut valve counts as open here, the solver leaves it out."""
        opening = np.where(self.shut, 1.0, np.asarray(self.opening, dtype=float))
        share = opening if self.characteristic == "linear" else self.rangeability ** (opening - 1.0)
        return _turbulent(mass_flow, kv_resistance(np.asarray(self.kv_m3_per_h, dtype=float) * share, self.density))


@dataclass(frozen=True)
class CheckValveLaw:
    """Valves that let flow pass from start to end only: `dp = k m^2`, laminar below 0.1 Pa.

    Against reverse flow the law is steep but finite, 1e10 Pa s/kg, so that Newton's method finds its way; the solver then
    shuts every valve it finds leaking and solves again, so that a closed check valve passes exactly nothing.

    Attributes:
        kv_m3_per_h: kv value in flow direction (m3/h of water at 1 bar), one or one per branch.
        density: density (kg/m3).

    Raises:
        InputError: a kv value or density that is not positive.
    """

    kv_m3_per_h: npt.ArrayLike
    density: float

    def __post_init__(self) -> None:
        if not (np.all(np.asarray(self.kv_m3_per_h, dtype=float) > 0.0) and self.density > 0.0):
            raise InputError("a check valve needs a kv value and a density above zero")

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`."""
        drop, slope = _turbulent(mass_flow, kv_resistance(self.kv_m3_per_h, self.density))
        more = np.where(mass_flow < 0.0, REVERSE_RESISTANCE, 0.0)
        return drop + more * mass_flow, slope + more
