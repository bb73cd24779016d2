"""The liquid of a network."""

from dataclasses import dataclass


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
