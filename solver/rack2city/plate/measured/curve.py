"""A plate that was measured: pressure drop and thermal resistance over the flow with their uncertainties."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.materials import Coolant
from rack2city.materials.interpolation import between_logarithms

PER_L_PER_MIN = 6e4
SAME_K = 10.0
"""A coolant within this of the temperature that was measured at counts as the same (K); viscosity differs by up to 20 %."""


@dataclass(frozen=True, eq=False)
class MeasuredCurve:
    """Measured pressure drop and thermal resistance of one plate over its flow.

    Between the points both are interpolated in the logarithms of value and flow, rising and falling as the points do
    (PCHIP); the relative uncertainty is interpolated linearly in the logarithm of the flow. Outside the points nothing is
    known. The uncertainties of neighbouring points are taken as one (the same instruments), so interpolation does not
    lower them; what interpolation itself adds is not in them.

    Attributes:
        name: what the plate is called, for the sentences of errors.
        flow: flows at which the resistance was measured, increasing (m³/s).
        resistances: thermal resistances at them (K/W).
        resistance_from: `"case-to-inlet"` or `"junction-to-inlet"`.
        drop_flow: flows of the pressure drops (m³/s), those of the resistances unless the coolant was changed.
        pressure_drops: pressure drops at them (Pa).
        resistance_standard: standard uncertainties of the resistances (K/W).
        pressure_drop_standard: standard uncertainties of the pressure drops (Pa).
        coverage: coverage factor k of the expanded uncertainties as they were stated (-).
        coolant: what was measured with, or what the pressure drops were converted to.
        temperature: temperature of that coolant at the inlet (K).
        notes: what was done to the curve, a sentence each.
    """

    name: str
    flow: Array
    resistances: Array
    resistance_from: str
    drop_flow: Array
    pressure_drops: Array
    resistance_standard: Array
    pressure_drop_standard: Array
    coverage: float
    coolant: Coolant
    temperature: float
    notes: tuple[str, ...] = ()

    @property
    def flow_range(self) -> tuple[float, float]:
        """Least and largest flow at which both curves are known (m³/s)."""
        return max(self.flow[0], self.drop_flow[0]), min(self.flow[-1], self.drop_flow[-1])

    def pressure_drop(self, flow: ArrayLike) -> Array:
        """Pressure drop (Pa) at flows (m³/s) within the range; an `InputError` outside."""
        return self._at(flow, between_logarithms(self.drop_flow, self.pressure_drops))

    def resistance(self, flow: ArrayLike) -> Array:
        """Thermal resistance (K/W), from where `resistance_from` says, at flows (m³/s) within the range."""
        return self._at(flow, between_logarithms(self.flow, self.resistances))

    def pressure_drop_uncertainty(self, flow: ArrayLike) -> Array:
        """Standard uncertainty of the pressure drop (Pa) at flows (m³/s); times `coverage` it is the expanded one."""
        relative = self.pressure_drop_standard / self.pressure_drops
        return self.pressure_drop(flow) * self._at(flow, lambda q: _linear(q, self.drop_flow, relative))

    def resistance_uncertainty(self, flow: ArrayLike) -> Array:
        """Standard uncertainty of the resistance (K/W) at flows (m³/s); times `coverage` it is the expanded one."""
        relative = self.resistance_standard / self.resistances
        return self.resistance(flow) * self._at(flow, lambda q: _linear(q, self.flow, relative))

    def in_coolant(self, coolant: Coolant, temperature: float) -> "MeasuredCurve":
        """The curve with the pressure drops of another coolant, or of the same at another inlet temperature (K).

        In one geometry the flow of constant properties depends on its Reynolds number alone, so at equal Reynolds number
        p / (rho Q²) is equal, laminar or turbulent: a measured (Q, p) becomes (Q n, p r n²), with n the ratio of the
        kinematic viscosities and r that of the densities. In a laminar plate without inertia that is p ~ mu. Properties are
        those at the inlet. The resistances are left as measured: they depend on the Prandtl number and on the conductivities of
        coolant and plate too, for which no rule holds in general.

        Raises:
            InputError: at the new coolant's flows nothing of both curves is left, or the temperature is out of its range.
        """
        if coolant == self.coolant and temperature == self.temperature:
            return self
        old_rho, new_rho = self.coolant.density(self.temperature), coolant.density(temperature)
        old_nu, new_nu = self.coolant.viscosity(self.temperature) / old_rho, coolant.viscosity(temperature) / new_rho
        stretch, scale = float(new_nu / old_nu), float(new_rho * new_nu**2 / (old_rho * old_nu**2))
        was, now = (
            f"{liquid.name} at {t - 273.15:.4g} degC"
            for liquid, t in ((self.coolant, self.temperature), (coolant, temperature))
        )
        notes = [
            f"pressure drops measured with {was} are told for {now}, at equal Reynolds number: flow x {stretch:.4g}, "
            f"pressure x {scale:.4g}"
        ]
        if coolant.name != self.coolant.name or abs(temperature - self.temperature) > SAME_K:
            notes.append(f"resistances are those measured with {was}; for {now} they are not converted")
        curve = replace(
            self,
            drop_flow=self.drop_flow * stretch,
            pressure_drops=self.pressure_drops * scale,
            pressure_drop_standard=self.pressure_drop_standard * scale,
            coolant=coolant,
            temperature=temperature,
            notes=(*self.notes, *notes),
        )
        low, high = curve.flow_range
        if not low < high:
            raise InputError(
                f"plates.{self.name}: the curves were measured with {was}; for {now} the pressure drop is known from "
                f"{_told(curve.drop_flow[0])} to {_told(curve.drop_flow[-1])} L/min and the resistance from "
                f"{_told(self.flow[0])} to {_told(self.flow[-1])} L/min, which have nothing in common"
            )
        return curve

    def _at(self, flow: ArrayLike, curve: Callable[[Array], Array]) -> Array:
        """A curve at flows, where they are in range."""
        at = np.asarray(flow, dtype=float)
        low, high = self.flow_range
        outside = ~((at >= low * (1 - 1e-12)) & (at <= high * (1 + 1e-12)))
        if outside.any():
            raise InputError(
                f"plates.{self.name}: {_told(at[outside][0])} L/min is outside the measured curve, {_told(low)} to "
                f"{_told(high)} L/min; measure further, or change the flow of the plate"
            )
        return np.asarray(curve(np.clip(at, low, high)))


def _told(flow: float) -> str:
    """A flow in L/min, for sentences."""
    return f"{PER_L_PER_MIN * flow:.4g}"


def _linear(flow: Array, flows: Array, values: Array) -> Array:
    """Values between points, linear in the logarithm of the flow."""
    return np.interp(np.log(flow), np.log(flows), values)
