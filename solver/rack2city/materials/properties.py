"""Properties of fluids by CoolProp."""

import numpy as np
from CoolProp.CoolProp import PropsSI
from numpy.typing import ArrayLike

from rack2city.arrays import Array


def properties(key: str, temperature_k: ArrayLike, pressure_pa: float, fluid: str) -> Array:
    """A property at temperatures (K) of any shape and one absolute pressure (Pa), shaped as the temperatures.

    By CoolProp's names, in SI: `D` is the density, `C` heat capacity at constant pressure, `L` conductivity, `V` viscosity.
    """
    temperature = np.asarray(temperature_k, dtype=float)
    values = PropsSI(key, "T", temperature.ravel(), "P", pressure_pa, fluid)
    return np.asarray(values, dtype=float).reshape(temperature.shape)
