"""The liquid of a network, and what makes it weigh."""

from dataclasses import dataclass

GRAVITY = 9.80665
"""Standard acceleration of fall (m/s2)."""


@dataclass(frozen=True)
class Liquid:
    """Constant properties of the liquid, taken at the network's mean temperature.

    Attributes:
        density: density (kg/m3).
        heat_capacity: specific heat capacity (J/(kg K)).
        viscosity: dynamic viscosity (Pa s).
    """

    density: float
    heat_capacity: float
    viscosity: float
