"""A cell of a pattern that repeats along x: what drives it, and what is read off it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rack2city.errors import ConvergenceError, InputError
from rack2city.evidence.balance import Balance
from rack2city.fem.coupled.couplings import Fluid
from rack2city.fem.heat.conditions import Condition, Contact, Material
from rack2city.fem.heat.problem import Loads
from rack2city.fem.mesh.domain import Domain, fluid_domain
from rack2city.fem.mesh.numbers import require
from rack2city.fem.periodic.ends import ends_of
from rack2city.fem.periodic.flow import CellFlow
from rack2city.fem.periodic.heat import CellHeat
from rack2city.fem.periodic.readings import flow_balances, heat_of_cell
from rack2city.fem.periodic.result import CellResult
from rack2city.fem.solvers.newton import Log, NewtonReport
from rack2city.fem.solvers.options import Options

TOLERANCE, MOST = 1e-10, 50  # of the viscosity where the gradient is given, and exchanges


class PeriodicCell:
    """Developed flow and conjugate heat of a cell that repeats along x.

    The cell begins at the surface `inlet` (and `solid_inlet`) and ends at `outlet` (and `solid_outlet`), its copy; planes of
    symmetry are those named `symmetry*`. Buoyancy, and a viscosity that varies inside the cell, would not repeat.

    Args:
        domain: the mesh with its groups.
        fluid: what flows, and where.
        solids: material of every other volume group, its conductivity a number or a tensor.
        conditions: fluxes into exterior surfaces, and sources; what has none is adiabatic.
        viscosity: dynamic viscosity (Pa s) at a temperature (K), taken at the mean bulk temperature of the cell; by default it
            is the fluid's number.
        contacts: interior surfaces with a contact resistance.
        options: PETSc options by prefix.
        log: receives lines on the progress.

    Attributes:
        flow: the flow; its `pressure()` is the periodic part.
        heat: the heat, whose `temperature` (K) is on all of the mesh; None without conditions.
        velocity: velocity (m/s), on the mesh of the fluid.
        steps: how Newton's method did in the last solve, for each viscosity.

    Raises:
        InputError: the parts do not fit each other or the mesh, or the ends of the cell do not match.
    """

    def __init__(
        self,
        domain: Domain,
        fluid: Fluid,
        solids: Mapping[str, Material],
        conditions: Sequence[Condition] = (),
        *,
        viscosity: Callable[[float], float] | None = None,
        contacts: Sequence[Contact] = (),
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
    ) -> None:
        self.domain, self.properties, self._viscosity_at, self.log = domain, fluid, viscosity, log
        self.steps: list[NewtonReport] = []
        if not isinstance(fluid.conductivity, int | float):
            raise InputError("periodic: the conductivity of the fluid must be a number")
        self._conductivity = float(fluid.conductivity)
        self.ends = ends_of(domain)
        self.fluid = fluid_domain(domain, fluid.volumes)
        self.flow = CellFlow(self.fluid, self.ends, fluid.density, fluid.viscosity, options, log)
        self.velocity = self.flow.velocity()
        flowing = Material(fluid.conductivity, fluid.density * fluid.heat_capacity)
        materials = {**solids, **dict.fromkeys(fluid.volumes, flowing)}
        self.heat: CellHeat | None = None
        if conditions:
            self.heat = CellHeat(self.fluid, self.ends, self.velocity, materials, conditions, contacts, options)

    def solve(
        self,
        flow_rate: float | None = None,
        gradient: float | None = None,
        inlet_k: float = 293.15,
        loads: Loads | None = None,
    ) -> CellResult:
        """Solve for a flow rate or a mean gradient of the pressure.

        Args:
            flow_rate: volume flow through the cell as it is meshed (m³/s; in two dimensions m²/s).
            gradient: fall of the pressure over length, along x (Pa/m).
            inlet_k: bulk temperature at the beginning of the cell (K).
            loads: fluxes (W/m²) and sources (W/m³) by the name of their surface or volume; those not given stay.

        Raises:
            BalanceError: mass or heat does not balance; whether the mesh resolves both, `CellResult.require_resolved` asks.
            ConvergenceError: no steady flow was found.
            InputError: not exactly one of flow rate and gradient is given, or it is not positive, or a load has no condition.
        """
        require("periodic: the temperature at the inlet", inlet_k, "K")
        heat_w = 0.0
        if self.heat is not None:
            self.heat.set_loads(loads or {})
            heat_w = self.heat.heat_in()
        elif loads:
            raise InputError(f"periodic: {next(iter(loads))!r} has no load: the cell has no conditions of heat")
        viscosity = self._follow(flow_rate, gradient, inlet_k, heat_w)
        self.velocity.x.array[:] = self.flow.velocity().x.array
        balances: tuple[Balance, ...] = flow_balances(self.flow, self.velocity)
        heat = None
        if self.heat is not None and heat_w != 0.0:
            balances += self.heat.solve(inlet_k)
            heat = heat_of_cell(self.heat, self.flow, inlet_k, self._conductivity)
        return CellResult(
            length_m=self.ends.length,
            section_m2=self.flow.section,
            hydraulic_diameter_m=self.flow.hydraulic_diameter,
            density_kg_per_m3=self.properties.density,
            viscosity_pa_s=viscosity,
            gradient_pa_per_m=self.flow.gradient,
            flow_m3_per_s=self.flow.flow_rate(),
            heat=heat,
            balances=balances,
        )

    def _follow(self, flow_rate: float | None, gradient: float | None, inlet_k: float, heat: float) -> float:
        """Solve the flow with the viscosity (Pa s) at the mean bulk temperature, half a rise above the inlet's."""
        capacity = self.properties.density * self.properties.heat_capacity
        mean_k = inlet_k if flow_rate is None else inlet_k + 0.5 * heat / (capacity * flow_rate)
        viscosity, self.steps = np.inf, []
        for _ in range(MOST):
            before = viscosity
            viscosity = self.properties.viscosity if self._viscosity_at is None else float(self._viscosity_at(mean_k))
            self.flow.set_viscosity(viscosity)
            self.steps.append(self.flow.drive(flow_rate, gradient))
            settled = abs(viscosity - before) <= TOLERANCE * viscosity
            if settled or flow_rate is not None or self._viscosity_at is None:
                return viscosity
            mean_k = inlet_k + 0.5 * heat / (capacity * self.flow.flow_rate())
        raise ConvergenceError(
            f"periodic: flow and viscosity do not agree after {MOST} exchanges; the heat may be more than this gradient's flow "
            "can carry"
        )
