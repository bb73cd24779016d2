"""The map from flow to pressure drop and thermal resistance: what is left of the finite elements above the plate."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.results.plate import PlateCurves


@dataclass(frozen=True)
class PlateMap(PlateCurves):
    """Finite-element results of one repeating channel at several flow rates, and how they were come by.

    Area-specific resistances refer to the heated area (pitch times length a channel). *Base* is the lower face of the
    base plate, *case* the heated face below the thermal interface material, *bulk* the flow-weighted mean of the coolant.

    docs/summary.md says what each attribute means, in `plate` and `provenance` of the summary; `heat_balances` (W) and
    `mass_balances` (m³/s) are what enters and what leaves the mesh in each run.
    """

    outer_iterations: tuple[int, ...]
    newton_iterations: tuple[int, ...]
    heat_balances: tuple[tuple[float, float], ...]
    mass_balances: tuple[tuple[float, float], ...]
    flow_factorisations: tuple[int, ...]
    heat_factorisations: tuple[int, ...]
    solver_options: dict[str, dict[str, Any]]
    solver_record: dict[str, dict[str, Any]]
    holdout_flow_per_channel_m3_per_s: float = float("nan")
    holdout_pressure_drop_error: float = float("nan")
    holdout_case_to_inlet_error: float = float("nan")
    grid_pressure_drop_change: float | None = None
    grid_case_to_inlet_change: float | None = None
    grid_case_to_inlet_uncertainty: float | None = None

    def pressure_drop(self, flow_per_channel: Array | float) -> Array:
        """Pressure drop (Pa) at flows per channel (m³/s) within the map; a cubic spline in the logarithms."""
        return self._interpolate(self.pressure_drop_pa, flow_per_channel)

    def case_to_inlet(self, flow_per_channel: Array | float) -> Array:
        """Largest case-to-inlet resistance (m² K/W) at flows per channel (m³/s) within the map."""
        return self._interpolate(self.case_to_inlet_max_m2k_per_w, flow_per_channel)

    def reynolds_number(self, flow_per_channel: Array | float) -> Array:
        """Reynolds number (-) at flows per channel (m³/s) within the map."""
        return self._interpolate(self.reynolds, flow_per_channel)

    def at_flux(self, heat_flux: float, viscosity: Callable[[Array], Array]) -> "PlateMap":
        """The map of the same channel under another heat flux.

        Temperatures are linear in the flux. The flow feels it through its viscosity alone: laminar pressure drop is taken
        in proportion to the viscosity at the mean bulk temperature. Thermal resistances are left as they are.

        Args:
            heat_flux: the other flux (W/m²).
            viscosity: dynamic viscosity (Pa s) of the coolant over temperature (K).
        """
        ratio = heat_flux / self.heat_flux
        rise = np.array(self.outlet_bulk_k) - self.inlet_k
        thinner = viscosity(self.inlet_k + 0.5 * ratio * rise) / viscosity(self.inlet_k + 0.5 * rise)
        return replace(
            self,
            heat_flux=heat_flux,
            pressure_drop_pa=tuple(float(p) for p in np.array(self.pressure_drop_pa) * thinner),
            outlet_bulk_k=tuple(float(t) for t in self.inlet_k + ratio * rise),
            case_max_k=tuple(float(t) for t in self.inlet_k + ratio * (np.array(self.case_max_k) - self.inlet_k)),
        )

    def _interpolate(self, values: tuple[float, ...], flow: Array | float) -> Array:
        low, high = self.flow_per_channel_m3_per_s[0], self.flow_per_channel_m3_per_s[-1]
        flow = np.asarray(flow, dtype=float)
        outside = (flow < low * (1 - 1e-12)) | (flow > high * (1 + 1e-12)) | ~np.isfinite(flow)
        if np.any(outside):
            # The factors are what the user can change, so the sentence speaks in them.
            factor = float(flow[outside].flat[0]) / self.design_flow_per_channel_m3_per_s
            design = self.design_flow_per_channel_m3_per_s
            raise InputError(
                f"plate.flow_factors: a channel needs {factor:.3g} times the design flow of '{self.load}', outside the "
                f"computed range {low / design:.3g} to {high / design:.3g}; widen plate.flow_factors, or change the load's "
                "plate_width"
            )
        curve = CubicSpline(np.log(self.flow_per_channel_m3_per_s), np.log(values))
        return np.exp(curve(np.log(np.clip(flow, low, high))))
