"""Dry air in the rooms and racks at standard pressure. Source: CoolProp, Lemmon et al. (2000)."""

from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.materials.properties import properties

STANDARD_PRESSURE_PA = 101325.0


def air_density(temperature_k: ArrayLike) -> Array:
    """Density of dry air (kg/m3) at a temperature (K) of any shape."""
    return properties("D", temperature_k, STANDARD_PRESSURE_PA, "HEOS::Air")


def air_heat_capacity(temperature_k: ArrayLike) -> Array:
    """Specific heat capacity of dry air at constant pressure (J/(kg K)) at a temperature (K) of any shape."""
    return properties("C", temperature_k, STANDARD_PRESSURE_PA, "HEOS::Air")
