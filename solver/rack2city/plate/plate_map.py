"""The map from flow to pressure drop and thermal resistance: what is left of a plate above it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.results.plate import PlateCurves, PlateRuns, check_lengths

INTERPOLATION, MESH, MEASUREMENT = "interpolation in flow", "mesh refinement", "measurement"
"""What the uncertainty of a plate's curves may consist of."""


@dataclass(frozen=True)
class Record:
    """How the finite-element runs went, one after the other by their flow.

    Balances are what enters and what leaves in each run: heat (W) and volume flow (m³/s) of what is meshed; the latter agree
    to `mass_tolerance` of it, which in a cell that repeats is what the mesh resolves.
    """

    outer_iterations: tuple[int, ...]
    newton_iterations: tuple[int, ...]
    heat_balances: tuple[tuple[float, float], ...]
    mass_balances: tuple[tuple[float, float], ...]
    flow_factorisations: tuple[int, ...]
    heat_factorisations: tuple[int, ...]
    solver_options: dict[str, dict[str, Any]]
    solver_record: dict[str, dict[str, Any]]
    mass_tolerance: float


@dataclass(frozen=True)
class PlateMap(PlateCurves):
    """A plate at several flow rates, and how its figures were come by.

    Resistances refer to the heat of the plate. *Base* is the heated face of the plate, *case* the chip's face before the
    thermal interface material, *bulk* the flow-weighted mean of the coolant. docs/summary.md says what each attribute means,
    in `plates` of the summary. Uncertainties are parts of the values (-), by what they come from; None is not known.
    """

    runs: PlateRuns | None = None
    record: Record | None = None

    def __post_init__(self) -> None:
        """Refuse sequences that differ in length."""
        super().__post_init__()
        if self.runs is not None:
            check_lengths(self.runs, f"plates.{self.name}.runs", len(self.flow_m3_per_s))
            parts = {
                "readings": self.runs.readings,
                "section": self.runs.section,
                **{p.name: p for p in self.runs.ports},
            }
            for part, table in parts.items():
                if table is not None:
                    check_lengths(table, f"plates.{self.name}.runs.{part}", len(self.flow_m3_per_s))

    @property
    def flow_range(self) -> tuple[float, float]:
        """Least and largest flow of the plate that the map knows (m³/s)."""
        return self.flow_m3_per_s[0], self.flow_m3_per_s[-1]

    def pressure_drop(self, flow: Array | float) -> Array:
        """Pressure drop (Pa) at flows of the plate (m³/s) within the map; a cubic spline in the logarithms."""
        return self._interpolate(self.pressure_drop_pa, flow)

    def case_to_inlet(self, flow: Array | float) -> Array:
        """Largest case-to-inlet resistance (K/W) at flows of the plate (m³/s) within the map."""
        return self._interpolate(self.case_to_inlet_max_k_per_w, flow)

    def reynolds_number(self, flow: Array | float) -> Array | None:
        """Reynolds number (-) at flows of the plate (m³/s) within the map; None of a measured plate."""
        return None if self.runs is None else self._interpolate(self.runs.reynolds, flow)

    def junction_to_inlet(self, flow: Array | float, junction_to_case: float | None) -> Array:
        """Largest junction-to-inlet resistance (K/W of the plate's heat) at flows (m³/s) within the map.

        With a resistance from junction to case (K/W) the plate has one junction; without, each zone that tells its own has one.
        """
        if junction_to_case is not None:
            return self.case_to_inlet(flow) + junction_to_case
        rises = [
            self._interpolate(tuple((t - self.inlet_k) / self.power_w for t in zone.case_max_k), flow)
            + zone.junction_to_case_k_per_w * zone.power_w / self.power_w
            for zone in self.zones
            if zone.junction_to_case_k_per_w is not None
        ]
        return np.max(np.stack([*rises, self.case_to_inlet(flow)]), axis=0)

    def at_power(self, power: float, viscosity: Callable[[Array], Array]) -> "PlateMap":
        """The map of the same plate with another heat, spread in the same way.

        Temperatures are linear in the heat. The flow feels it through its viscosity alone: laminar pressure drop is taken
        in proportion to the viscosity at the mean bulk temperature. Thermal resistances are left as they are, and the readings
        are left out, because they are not those of the other heat.

        Args:
            power: the other heat (W).
            viscosity: dynamic viscosity (Pa s) of the coolant over temperature (K).
        """
        ratio, inlet = power / self.power_w, self.inlet_k

        def scaled(temperatures: tuple[float, ...]) -> tuple[float, ...]:
            return tuple(inlet + ratio * (t - inlet) for t in temperatures)

        def grown(rises: tuple[float, ...] | None) -> tuple[float, ...] | None:
            return rises and tuple(ratio * rise for rise in rises)

        zones = tuple(
            replace(
                zone,
                power_w=ratio * zone.power_w,
                base_mean_k=scaled(zone.base_mean_k),
                base_max_k=scaled(zone.base_max_k),
                case_mean_k=scaled(zone.case_mean_k),
                case_max_k=scaled(zone.case_max_k),
                bulk_k=zone.bulk_k and scaled(zone.bulk_k),
                junction_max_k=zone.junction_max_k and scaled(zone.junction_max_k),
            )
            for zone in self.zones
        )
        if self.runs is None:
            return replace(self, power_w=power, zones=zones)
        rise = np.array(self.runs.outlet_bulk_k) - inlet
        thinner = viscosity(inlet + 0.5 * ratio * rise) / viscosity(inlet + 0.5 * rise)
        runs = replace(
            self.runs,
            case_max_k=scaled(self.runs.case_max_k),
            outlet_bulk_k=scaled(self.runs.outlet_bulk_k),
            below_inlet_k=grown(self.runs.below_inlet_k),
            above_base_k=grown(self.runs.above_base_k),
            readings=None,
        )
        drop = tuple(float(p) for p in np.array(self.pressure_drop_pa) * thinner)
        return replace(self, power_w=power, zones=zones, runs=runs, pressure_drop_pa=drop)

    def _interpolate(self, values: tuple[float, ...], flow: Array | float) -> Array:
        low, high = self.flow_range
        flow = np.asarray(flow, dtype=float)
        outside = (flow < low * (1 - 1e-12)) | (flow > high * (1 + 1e-12)) | ~np.isfinite(flow)
        if np.any(outside):
            # The factors are what the user can change, so the sentence speaks in them.
            asked, design = float(flow[outside].flat[0]), self.design_flow_m3_per_s
            field, told = ("flow_factors", "computed") if self.runs is not None else ("flow", "measured")
            raise InputError(
                f"plates.{self.name}.{field}: the plate needs {asked * 6e4:.4g} L/min, {asked / design:.3g} times its design "
                f"flow, outside the {told} range {low / design:.3g} to {high / design:.3g}; widen {field}, or change the flow"
            )
        curve = CubicSpline(np.log(self.flow_m3_per_s), np.log(values))
        return np.exp(curve(np.log(np.clip(flow, low, high))))
