"""The mean of an exponential decay: what pipes that lose heat and counterflow exchangers have in common."""

import numpy as np

from rack2city.arrays import Array


def mean_decay(units: Array | float) -> Array:
    """Mean of e^(-N x) over x in 0..1, (1 - e^-N) / N (-); 1 at N = 0 and 0 where N is infinite.

    Args:
        units: number of transfer units N (-), any shape, not negative.
    """
    units = np.asarray(units, dtype=float)
    regular = (units > 0.0) & np.isfinite(units)
    safe = np.where(regular, units, 1.0)
    return np.where(regular, -np.expm1(-safe) / safe, np.where(units > 0.0, 0.0, 1.0))
