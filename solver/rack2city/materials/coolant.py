"""A coolant: properties over temperature, and the fit of viscosity that the finite elements carry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.materials.polynomial import WORST_FIT, Polynomial, fit_logarithm
from rack2city.materials.properties import properties

PRESSURE_PA = 3e5
"""Absolute pressure at which liquid properties are taken (Pa); between 1 and 5 bar they change by less than 0.1 %."""

type Fluid = Callable[[str, Array], Array]
"""A property by CoolProp's key (`D`, `C`, `L`, `V`) at temperatures (K), shaped as they are."""


@dataclass(frozen=True)
class CoolPropFluid:
    """A liquid at 3 bar by its name in CoolProp."""

    name: str

    def __call__(self, key: str, temperature_k: Array) -> Array:
        """A property by CoolProp's key at temperatures (K), shaped as they are."""
        return properties(key, temperature_k, PRESSURE_PA, self.name)


@dataclass(frozen=True)
class Coolant:
    """A liquid, its properties as functions of temperature.

    The functions take temperatures in K of any shape and return arrays of that shape. They raise `InputError` where a
    temperature is outside the range.

    Attributes:
        name: what it is called, such as `"PG25"` or `"ethylene glycol 40 %"`.
        source: where the properties come from.
        fluid: what knows the properties.
        viscosity_polynomial: coefficients c_i of ln(mu / Pa s) = sum_i c_i x^i, x from -1 to 1 over the range.
        temperature_range_k: lowest and highest temperature the properties hold for (K).
    """

    name: str
    source: str
    fluid: Fluid
    viscosity_polynomial: tuple[float, ...]
    temperature_range_k: tuple[float, float]

    def density(self, temperature_k: ArrayLike) -> Array:
        """Density (kg/m3)."""
        return self._property("D", temperature_k)

    def heat_capacity(self, temperature_k: ArrayLike) -> Array:
        """Specific heat capacity at constant pressure (J/(kg K))."""
        return self._property("C", temperature_k)

    def conductivity(self, temperature_k: ArrayLike) -> Array:
        """Thermal conductivity (W/(m K))."""
        return self._property("L", temperature_k)

    def viscosity(self, temperature_k: ArrayLike) -> Array:
        """Dynamic viscosity (Pa s)."""
        return self._property("V", temperature_k)

    def ln_viscosity_fit(self, temperature_k: Any) -> Any:
        """Logarithm of the dynamic viscosity in Pa s by the polynomial fit, for use where CoolProp cannot be called.

        The temperature (K) is anything that can be added and multiplied, a UFL expression too; no range is checked.
        """
        return Polynomial(self.viscosity_polynomial, self.temperature_range_k)(temperature_k)

    def _property(self, key: str, temperature_k: ArrayLike) -> Array:
        """A property by CoolProp's key, where the temperature is in range."""
        temperature = np.asarray(temperature_k, dtype=float)
        low, high = self.temperature_range_k
        outside = ~((temperature >= low) & (temperature <= high))
        if outside.any():
            first = temperature[outside][0]
            raise InputError(
                f"{self.name}: {first - 273.15:.6g} degC is outside the range of its properties, "
                f"{low - 273.15:g} to {high - 273.15:g} degC"
            )
        return self.fluid(key, temperature)


def liquid(name: str, source: str, fluid: Fluid, temperature_range_k: tuple[float, float]) -> Coolant:
    """A coolant whose viscosity is fitted over its range (K).

    Raises:
        InputError: the viscosity is not smooth enough for a polynomial of degree 8 to follow it within 1 %.
    """
    fitted = fit_logarithm(lambda temperature: fluid("V", temperature), temperature_range_k)
    if not fitted.error < WORST_FIT:
        raise InputError(
            f"{name}: its viscosity is too uneven for the finite elements, no polynomial of degree 8 comes closer to its "
            f"logarithm than {100 * fitted.error:.2g} % of the viscosity; smooth it, or narrow its range"
        )
    return Coolant(name, source, fluid, fitted.coefficients, temperature_range_k)
