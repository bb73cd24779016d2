"""Dry air in the rooms and racks: density and heat capacity."""

import numpy as np
from CoolProp.CoolProp import PropsSI
from numpy.typing import ArrayLike

from rack2city.arrays import Array

STANDARD_PRESSURE_PA = 101325.0


def air_density(temperature_k: ArrayLike, pressure_pa: float = STANDARD_PRESSURE_PA) -> Array:
    """Density of dry air (kg/m3).

    Args:
        temperature_k: temperature (K), any shape.
        pressure_pa: absolute pressure (Pa).

    Source: CoolProp, Lemmon et al. (2000).
    """
    return _air("D", temperature_k, pressure_pa)


def air_heat_capacity(temperature_k: ArrayLike, pressure_pa: float = STANDARD_PRESSURE_PA) -> Array:
    """Specific heat capacity of dry air at constant pressure (J/(kg K)).

    Args:
        temperature_k: temperature (K), any shape.
        pressure_pa: absolute pressure (Pa).

    Source: CoolProp, Lemmon et al. (2000).
    """
    return _air("C", temperature_k, pressure_pa)


def _air(key: str, temperature_k: ArrayLike, pressure_pa: float) -> Array:
    """A property of air from CoolProp, shaped as the temperature."""
    temperature = np.asarray(temperature_k, dtype=float)
    values = PropsSI(key, "T", temperature.ravel(), "P", pressure_pa, "HEOS::Air")
    return np.asarray(values, dtype=float).reshape(temperature.shape)
