"""Coolants of the racks: properties over temperature, and the fit of viscosity that the finite elements carry."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.materials.properties import properties

PRESSURE_PA = 3e5
"""Absolute pressure at which liquid properties are taken (Pa); between 1 and 5 bar they change by less than 0.1 %."""

RANGE_K = (278.15, 368.15)
"""Temperatures the properties hold for (K): 5 to 95 degC."""

FIT_TOLERANCE = 2e-3
"""Largest accepted relative error of the viscosity fit over the range (-)."""

FIT_DEGREES = range(1, 9)

_FLUIDS = {
    "PG25": ("INCOMP::MPG[0.25]", "CoolProp, incompressible propylene glycol and water, 25 % by mass, Melinder (2010)"),
    "water": ("HEOS::Water", "CoolProp at 3 bar: IAPWS-95; viscosity IAPWS R12-08, conductivity IAPWS R15-11"),
}


@dataclass(frozen=True)
class Coolant:
    """A liquid, its properties as functions of temperature.

    The functions take temperatures in K of any shape and return arrays of that shape. They raise `InputError` where a
    temperature is outside the range.

    Attributes:
        name: name in a case, such as `"PG25"`.
        source: where the properties come from.
        fluid: name of the fluid in CoolProp.
        temperature_range_k: lowest and highest temperature the properties hold for (K).
        viscosity_polynomial: coefficients c_i of ln(mu / Pa s) = sum_i c_i x^i with x = (T - T0) / scale.
        viscosity_centre_k: T0 (K).
        viscosity_scale_k: scale (K); x is within -1 and 1 over the range.
        viscosity_fit_error: largest relative difference of the fit from `viscosity` over the range (-).
    """

    name: str
    source: str
    fluid: str
    temperature_range_k: tuple[float, float]
    viscosity_polynomial: tuple[float, ...]
    viscosity_centre_k: float
    viscosity_scale_k: float
    viscosity_fit_error: float

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

        Args:
            temperature_k: temperature (K), as anything that can be added and multiplied: a number, an array, a UFL
                expression. The range is not checked.
        """
        x = (temperature_k - self.viscosity_centre_k) / self.viscosity_scale_k
        *lower, value = self.viscosity_polynomial
        for coefficient in reversed(lower):
            value = coefficient + x * value
        return value

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
        return properties(key, temperature, PRESSURE_PA, self.fluid)


@cache
def coolant(name: str) -> Coolant:
    """The coolant of a name used in cases.

    Args:
        name: `"PG25"` or `"water"`.

    Raises:
        InputError: there is no coolant of that name.
    """
    if name not in _FLUIDS:
        raise InputError(f"coolant.name: unknown coolant '{name}'; known are {', '.join(_FLUIDS)}")
    fluid, source = _FLUIDS[name]
    polynomial, centre, scale, error = _fit_viscosity(fluid)
    return Coolant(name, source, fluid, RANGE_K, polynomial, centre, scale, error)


def _fit_viscosity(fluid: str) -> tuple[tuple[float, ...], float, float, float]:
    """Fit ln(mu) over the range; returns coefficients, centre (K), scale (K) and largest relative error.

    Interpolation in Chebyshev nodes, which is within a small factor of the best polynomial of its degree. The lowest
    degree that is good enough is taken: it decides how many quadrature points the finite elements need.
    """
    low, high = RANGE_K
    centre, scale = (low + high) / 2, (high - low) / 2
    x = np.linspace(-1.0, 1.0, 901)
    exact = properties("V", centre + scale * x, PRESSURE_PA, fluid)
    for degree in FIT_DEGREES:
        nodes = np.polynomial.chebyshev.chebpts1(degree + 1)
        ln_viscosity = np.log(properties("V", centre + scale * nodes, PRESSURE_PA, fluid))
        fit = np.polynomial.Polynomial.fit(nodes, ln_viscosity, degree, domain=[-1, 1])
        error = float(np.max(np.abs(np.exp(fit(x)) / exact - 1.0)))
        if error < FIT_TOLERANCE:
            return tuple(float(coefficient) for coefficient in fit.coef), centre, scale, error
    raise ArithmeticError(f"no polynomial fits the viscosity of {fluid} to {FIT_TOLERANCE:.0e}")
