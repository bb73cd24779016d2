"""The mean of an exponential decay: what pipes that lose heat and counterflow exchangers have in common."""

import numpy as np
from scipy.special import exprel

from rack2city.arrays import Array


def mean_decay(units: Array | float) -> Array:
    """Mean of e^(-N x) over x in 0..1, (1 - e^-N) / N (-), for N transfer units; 1 at N = 0 and 0 where N is infinite."""
    return np.asarray(exprel(-np.asarray(units, dtype=float)))
