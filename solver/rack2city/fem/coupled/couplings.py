"""What ties flow and heat together besides the stream that carries heat: forces and properties that follow the temperature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ufl

from rack2city.fem.heat.conditions import Conductivity
from rack2city.fem.mesh.numbers import require

LnViscosity = Callable[[Any], Any]
"""Logarithm of the dynamic viscosity (in Pa s) over temperature (in K), of numbers and of UFL expressions alike."""


@dataclass(frozen=True)
class Fluid:
    """What flows: its density (kg/m³), heat capacity (J/(kg K)) and conductivity (W/(m K), as that of a `Material`).

    The viscosity is dynamic (Pa s); where it follows the temperature, a typical value. The fluid fills some volume groups.
    """

    density: float
    heat_capacity: float
    conductivity: Conductivity
    viscosity: float
    volumes: tuple[str, ...] = ("fluid",)

    def __post_init__(self) -> None:
        """Check plain numbers; the capacity is that of a kilogram, not of a cubic metre as a `Material`'s."""
        require("fluid: the density", self.density, "kg/m3")
        require("fluid: the heat capacity", self.heat_capacity, "J/(kg K)")
        require("fluid: the conductivity", self.conductivity, "W/(m K)")
        require("fluid: the viscosity", self.viscosity, "Pa s")


@dataclass(frozen=True)
class ViscosityOfTemperature:
    """The viscosity follows the temperature: its logarithm (in Pa s) over temperature (in K)."""

    ln_viscosity: LnViscosity

    def at(self, temperature: Any) -> Any:
        """Dynamic viscosity (Pa s), a UFL expression, at a temperature (K)."""
        return ufl.exp(self.ln_viscosity(temperature))


@dataclass(frozen=True)
class Buoyancy:
    """Boussinesq's approximation: the force -rho beta (T - T_neutral) g acts on the fluid, beta its thermal expansion (1/K).

    Gravity (m/s²) has one entry for each dimension; the neutral temperature (K) also sets the level of the pressure's gradient.
    """

    expansion: float
    gravity: Sequence[float]
    neutral_k: float

    def force(self, density: float, temperature: Any) -> Any:
        """Force per volume (N/m³), a UFL vector, at a temperature (K)."""
        lift = density * self.expansion * (self.neutral_k - temperature)
        return lift * ufl.as_vector([float(g) for g in self.gravity])


Coupling = ViscosityOfTemperature | Buoyancy
