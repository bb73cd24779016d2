"""The liquid of a network, and what makes it weigh."""

import math
from dataclasses import dataclass

from rack2city.errors import InputError

GRAVITY = 9.80665
"""Standard acceleration of fall (m/s2)."""


@dataclass(frozen=True)
class Liquid:
    """Constant properties of the liquid, taken at the network's mean temperature.

    Attributes:
        density: density (kg/m3).
        heat_capacity: specific heat capacity (J/(kg K)).
        viscosity: dynamic viscosity (Pa s).

    Raises:
        InputError: one of them is no finite number above 0.
    """

    density: float
    heat_capacity: float
    viscosity: float

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name, value in vars(self).items():
            if not (isinstance(value, int | float) and math.isfinite(value) and value > 0.0):
                raise InputError(
                    f"the {name.replace('_', ' ')} of the liquid is {value!r}; it must be a finite number above 0"
                )
