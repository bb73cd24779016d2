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
_CENTRE_K, _SCALE_K = (RANGE_K[0] + RANGE_K[1]) / 2, (RANGE_K[1] - RANGE_K[0]) / 2

FIT_TOLERANCE = 2e-3
"""Largest accepted relative error of the viscosity fit over the range (-)."""

FIT_DEGREES = range(1, 9)

WATER = ("HEOS::Water", "CoolProp at 3 bar: IAPWS-95; viscosity IAPWS R12-08, conductivity IAPWS R15-11")
_GLYCOLS = {"propylene glycol": "MPG", "ethylene glycol": "MEG"}
_SHARES = {"PG25": ("propylene glycol", 0.25)}


@dataclass(frozen=True)
class Coolant:
    """A liquid, its properties as functions of temperature.

    The functions take temperatures in K of any shape and return arrays of that shape. They raise `InputError` where a
    temperature is outside the range.

    Attributes:
        name: what it is called, such as `"PG25"` or `"ethylene glycol 40 %"`.
        source: where the properties come from.
        fluid: name of the fluid in CoolProp.
        viscosity_polynomial: coefficients c_i of ln(mu / Pa s) = sum_i c_i x^i, x from -1 to 1 over the range.
        temperature_range_k: lowest and highest temperature the properties hold for (K).
    """

    name: str
    source: str
    fluid: str
    viscosity_polynomial: tuple[float, ...]
    temperature_range_k: tuple[float, float] = RANGE_K

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
        x = (temperature_k - _CENTRE_K) / _SCALE_K
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
def coolant(name: str, share: float | None = None) -> Coolant:
    """The coolant of a name used in cases: `"PG25"`, `"water"`, or a glycol with its share by mass in water (-).

    Raises:
        InputError: there is no coolant of that name, or a glycol without its share.
    """
    if name == "water":
        return Coolant(name, WATER[1], WATER[0], _fit_viscosity(WATER[0]))
    glycol, part = _SHARES.get(name, (name, share))
    if glycol not in _GLYCOLS:
        known = ", ".join([*_SHARES, "water", *_GLYCOLS])
        raise InputError(f"coolant.name: unknown coolant '{name}'; known are {known}")
    if part is None or not 0.0 < part <= 0.6:
        raise InputError(f"coolant.share: {name} needs its share by mass, more than 0 and at most 60 %")
    fluid = f"INCOMP::{_GLYCOLS[glycol]}[{part:g}]"
    source = f"CoolProp, incompressible {glycol} and water, {100.0 * part:g} % by mass, Melinder (2010)"
    called = name if name in _SHARES else f"{glycol} {100.0 * part:g} %"
    return Coolant(called, source, fluid, _fit_viscosity(fluid))


def _fit_viscosity(fluid: str) -> tuple[float, ...]:
    """Coefficients of a fit of ln(mu) over the range.

    Interpolation in Chebyshev nodes, which is within a small factor of the best polynomial of its degree. The lowest
    degree that is good enough is taken: it decides how many quadrature points the finite elements need.
    """
    x = np.linspace(-1.0, 1.0, 901)
    exact = properties("V", _CENTRE_K + _SCALE_K * x, PRESSURE_PA, fluid)
    for degree in FIT_DEGREES:
        nodes = np.polynomial.chebyshev.chebpts1(degree + 1)
        ln_viscosity = np.log(properties("V", _CENTRE_K + _SCALE_K * nodes, PRESSURE_PA, fluid))
        fit = np.polynomial.Polynomial.fit(nodes, ln_viscosity, degree, domain=[-1, 1])
        if np.max(np.abs(np.exp(fit(x)) / exact - 1.0)) < FIT_TOLERANCE:
            return tuple(float(coefficient) for coefficient in fit.coef)
    raise ArithmeticError(f"no polynomial fits the viscosity of {fluid} to {FIT_TOLERANCE:.0e}")
