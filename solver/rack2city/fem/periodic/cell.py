"""A cell of a pattern that repeats along x: what drives it, and what is read off it."""

from collections.abc import Callable, Mapping, Sequence

import ufl
from dolfinx import fem

from rack2city.errors import ConvergenceError, InputError
from rack2city.evidence.balance import Balance
from rack2city.fem.coupled.couplings import Fluid
from rack2city.fem.heat.conditions import Condition, Contact, Flux, Material, Stream
from rack2city.fem.heat.forms import QUADRATURE
from rack2city.fem.heat.problem import Loads
from rack2city.fem.mesh.domain import Domain, fluid_domain
from rack2city.fem.mesh.numbers import require
from rack2city.fem.mesh.quantities import flow_through, surface_maximum
from rack2city.fem.periodic.ends import ends_of
from rack2city.fem.periodic.flow import CellFlow
from rack2city.fem.periodic.heat import CellHeat
from rack2city.fem.periodic.result import CellResult, Heated, HeatOfCell
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.options import Options

CONSERVED, RESOLVED = 1e-2, 5e-2
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
        heat: the heat.
        velocity: velocity (m/s), on the mesh of the fluid.
        temperature: temperature (K), on the whole mesh; rises from the inlet's bulk temperature.

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
        if not isinstance(fluid.conductivity, int | float):
            raise InputError("periodic: the conductivity of the fluid must be a number")
        self._conductivity = float(fluid.conductivity)
        self.ends = ends_of(domain)
        self.fluid = fluid_domain(domain, fluid.volumes)
        self.flow = CellFlow(self.fluid, self.ends, fluid.density, fluid.viscosity, options, log)
        self.velocity = self.flow.velocity()
        flowing = Material(fluid.conductivity, fluid.density * fluid.heat_capacity)
        materials = {**solids, **dict.fromkeys(fluid.volumes, flowing)}
        stream = Stream(fluid.volumes, self.velocity, self.fluid.cell_map)
        self.heat = CellHeat(domain, self.ends, materials, conditions, stream, contacts, options, log)
        self.temperature = fem.Function(self.heat.space, name="temperature")
        self._along = fem.Function(self.heat.space)
        self._along.interpolate(lambda x: x[0] - self.ends.start)
        self._fluid_theta = fem.Function(fem.functionspace(self.fluid.mesh, ("Lagrange", 2)))
        self._cells = self.fluid.cells, self.fluid.cell_map.sub_topology_to_topology(self.fluid.cells, inverse=False)

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
            BalanceError: mass, work or heat does not balance.
            ConvergenceError: no steady flow was found.
            InputError: not exactly one of flow rate and gradient is given, or it is not positive, or a load has no condition.
        """
        require("periodic: the temperature at the inlet", inlet_k, "K")
        self.heat.set_loads(loads or {})
        viscosity = self._follow(flow_rate, gradient, inlet_k)
        self.velocity.x.array[:] = self.flow.velocity().x.array
        balances = self.heat.solve()
        return self._result(inlet_k, viscosity, balances)

    def _follow(self, flow_rate: float | None, gradient: float | None, inlet_k: float) -> float:
        """Solve the flow with the viscosity (Pa s) at the mean bulk temperature, half a rise above the inlet's."""
        fluid, heat = self.properties, self.heat.heat_in()
        viscosity, flow = fluid.viscosity, flow_rate
        for _ in range(MOST):
            before = viscosity
            if self._viscosity_at is not None and flow:
                rise = heat / (fluid.density * fluid.heat_capacity * flow)
                viscosity = float(self._viscosity_at(inlet_k + 0.5 * rise))
            self.flow.set_viscosity(viscosity)
            self.flow.drive(flow_rate, gradient)
            flow = self.flow.flow_rate()
            if flow_rate is not None or self._viscosity_at is None:
                return viscosity
            if abs(viscosity / before - 1.0) <= TOLERANCE:
                return viscosity
        raise ConvergenceError(
            f"periodic: flow and viscosity do not agree after {MOST} exchanges; the heat may be more than this gradient's flow "
            "can carry"
        )

    def _result(self, inlet_k: float, viscosity: float, heat_balances: tuple[Balance, Balance]) -> CellResult:
        flow, fluid, properties = self.flow, self.fluid, self.properties
        gradient, rate = flow.gradient, flow.flow_rate()
        through = flow_through(fluid, self.velocity, self.ends.end[0])
        mass = Balance("periodic", "the mean flow and that through the outlet", rate, through, "m3/s", CONSERVED)
        strain = ufl.sym(ufl.grad(self.velocity))
        dx = ufl.dx(domain=fluid.mesh, metadata=QUADRATURE)
        lost = 2.0 * viscosity * fluid.integral(ufl.inner(strain, strain) * dx)
        work = Balance("periodic", "work and dissipation", gradient * rate * self.ends.length, lost, "W", RESOLVED)
        return CellResult(
            length_m=self.ends.length,
            section_m2=flow.section,
            hydraulic_diameter_m=flow.hydraulic_diameter,
            density_kg_per_m3=properties.density,
            viscosity_pa_s=viscosity,
            gradient_pa_per_m=gradient,
            flow_m3_per_s=rate,
            heat=self._heat(inlet_k),
            balances=(mass.require(), work.require(), *heat_balances),
        )

    def _heat(self, inlet_k: float) -> HeatOfCell | None:
        """Set the level of the temperature, and read it off; None where nothing heats."""
        heat, fluid, theta = self.heat, self.fluid, self.heat.theta
        own, parents = self._cells
        self._fluid_theta.interpolate(theta, cells0=parents, cells1=own)
        self._fluid_theta.x.scatter_forward()
        on_begin = fluid.ds(fluid.surfaces[self.ends.begin[0]], metadata=QUADRATURE)
        across = ufl.dot(self.velocity, ufl.FacetNormal(fluid.mesh))
        slope = heat.rise / self.ends.length
        local = self._fluid_theta + slope * (ufl.SpatialCoordinate(fluid.mesh)[0] - self.ends.start)
        level = fluid.integral(across * local * on_begin) / fluid.integral(across * on_begin)
        self.temperature.x.array[:] = theta.x.array - level + slope * self._along.x.array + inlet_k
        if heat.heat == 0.0:
            return None
        dx = ufl.dx(domain=fluid.mesh, metadata=QUADRATURE)
        moved = self.velocity[0]
        bulk = fluid.integral(moved * self._fluid_theta * dx) / fluid.integral(moved * dx)
        rim = fluid.ds(
            tuple(fluid.surfaces[name] for name in (self.ends.begin[0], self.ends.end[0], *self.flow.planes)),
            metadata=QUADRATURE,
        )
        everywhere = ufl.ds(domain=fluid.mesh, metadata=QUADRATURE)
        one = fem.Constant(fluid.mesh, 1.0)
        wetted = fluid.integral(one * everywhere) - fluid.integral(one * rim)
        wall = (fluid.integral(self._fluid_theta * everywhere) - fluid.integral(self._fluid_theta * rim)) / wetted
        faces = {
            c.surface: self._face(c.surface, bulk)
            for c in heat.conditions
            if isinstance(c, Flux) and heat.put_in(c.surface) != 0.0
        }
        return HeatOfCell(
            heat_w=heat.heat,
            rise_k=heat.rise,
            inlet_k=inlet_k,
            wetted_m2=wetted,
            wall_above_bulk_k=wall - bulk,
            conductivity_w_per_m_k=self._conductivity,
            hydraulic_diameter_m=self.flow.hydraulic_diameter,
            heated=faces,
        )

    def _face(self, surface: str, bulk: float) -> Heated:
        """A heated face, its temperatures above the bulk's."""
        theta, domain = self.heat.theta, self.domain
        ds = domain.ds(domain.surfaces[surface], metadata=QUADRATURE)
        mean, highest = domain.mean(theta, ds), surface_maximum(domain, theta, surface)
        return Heated(domain.size(ds), self.heat.put_in(surface), mean - bulk, highest - bulk)
