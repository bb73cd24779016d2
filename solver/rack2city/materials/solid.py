"""A solid: its conductivity over temperature as the finite elements take it, and what it stores."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.materials.polynomial import WORST_FIT, Polynomial, fit

CONSTANT = 0.01
"""Relative variation below which a conductivity is taken as constant (-): 1 % of k is less than its makers promise."""


@dataclass(frozen=True)
class ConductivityLaw:
    """A conductivity (W/(m K)) that follows the temperature (K) by a polynomial, beyond its range its value at the end.

    Newton's method may overshoot the range on its way, where the polynomial might fall below zero; a *solution* beyond it
    is refused by `Solid.require_within`.
    """

    polynomial: Polynomial

    def __call__(self, temperature_k: Any) -> Any:
        """The conductivity at a temperature (K), an array or a UFL expression."""
        low, high = self.polynomial.temperature_range_k
        # The nearest temperature within the range, by what NumPy and UFL both know.
        return self.polynomial((abs(temperature_k - low) - abs(temperature_k - high) + (low + high)) / 2)


@dataclass(frozen=True)
class Solid:
    """What a body is made of.

    Attributes:
        name: what it is called.
        conductivity: W/(m K), a number or a law of the temperature in K, as the finite elements take it.
        source: where the values come from.
        status: what kind of source that is, as in cases.
        temperature_range_k: lowest and highest temperature the conductivity is known for (K); None: taken at any.
        density: kg/m3, None where not known.
        heat_capacity: specific heat capacity (J/(kg K)), None where not known.
    """

    name: str
    conductivity: float | ConductivityLaw
    source: str
    status: str
    temperature_range_k: tuple[float, float] | None = None
    density: float | None = None
    heat_capacity: float | None = None

    def conductivity_at(self, temperature_k: ArrayLike) -> Array:
        """Conductivity (W/(m K)) at temperatures (K) of any shape, shaped as they are.

        Raises:
            InputError: a temperature is outside the range.
        """
        temperature = np.asarray(temperature_k, dtype=float)
        self.require_within(float(temperature.min()), float(temperature.max()))
        if isinstance(self.conductivity, ConductivityLaw):
            return np.asarray(self.conductivity(temperature))
        return np.full(temperature.shape, self.conductivity)

    def conductivity_between(self, low_k: float, high_k: float) -> float | ConductivityLaw:
        """The conductivity for temperatures between two (K): a number where it varies by less than 1 %, which is quicker.

        The number is the mean of the least and the largest; a problem without a law is linear and needs one factorisation.
        """
        if not isinstance(self.conductivity, ConductivityLaw):
            return self.conductivity
        values = self.conductivity(np.linspace(low_k, high_k, 101))
        least, largest = float(values.min()), float(values.max())
        return (least + largest) / 2 if largest - least < CONSTANT * least else self.conductivity

    @property
    def volumetric_heat_capacity(self) -> float:
        """Density times heat capacity (J/(m3 K)).

        Raises:
            InputError: the solid has not both.
        """
        if self.density is None or self.heat_capacity is None:
            raise InputError(f"{self.name}: heat that is stored over time needs its density and heat_capacity")
        return self.density * self.heat_capacity

    def require_within(self, low_k: float, high_k: float, body: str = "") -> None:
        """Refuse a body (its name, for the sentence) whose temperatures (K) leave the range.

        Raises:
            InputError: they do.
        """
        if self.temperature_range_k is None:
            return
        low, high = self.temperature_range_k
        for temperature in (low_k, high_k):
            if not low <= temperature <= high:
                of = f" of '{body}'" if body else ""
                raise InputError(
                    f"{self.name}{of}: {temperature - 273.15:.6g} degC is outside the range of its conductivity, "
                    f"{low - 273.15:g} to {high - 273.15:g} degC"
                )


def law_of(name: str, values: Callable[[Array], Array], temperature_range_k: tuple[float, float]) -> ConductivityLaw:
    """The law that follows a conductivity (W/(m K)) over temperature (K), within 0.2 % where that is possible.

    Raises:
        InputError: the values are too uneven for a polynomial of degree 8 to follow them within 1 %.
    """
    fitted = fit(values, temperature_range_k)
    if not fitted.error < WORST_FIT:
        raise InputError(
            f"{name}: the conductivity is too uneven for the finite elements, no polynomial of degree 8 comes closer than "
            f"{100 * fitted.error:.2g} %; smooth it, or narrow its range"
        )
    return ConductivityLaw(fitted)
