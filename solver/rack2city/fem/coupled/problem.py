"""Flow and conjugate heat together: the viscosity follows the temperature."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import ConvergenceError
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.domain import Domain, FluidDomain, fluid_domain
from rack2city.fem.solvers.linear import Options, library_versions
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.prefixes import FLOW, HEAT

OUTER_TOLERANCE = 1e-8  # change of temperature over its rise above the inlet


LnViscosity = Callable[[Any], Any]
"""Logarithm of the dynamic viscosity (in Pa s) over temperature (in K), of numbers and of UFL expressions alike."""


@dataclass(frozen=True)
class CoupledReport:
    """How the coupling of flow and temperature converged.

    Attributes:
        outer_iterations: exchanges of temperature and viscosity.
        newton_iterations: Newton steps of the flow, summed.
        flow_factorisations: how often a Jacobian of the flow was factored or its preconditioner set up.
        heat_factorisations: how often a matrix of heat was.
        change: last change of temperature over its rise (-).
    """

    outer_iterations: int
    newton_iterations: int
    flow_factorisations: int
    heat_factorisations: int
    change: float


class ConjugateProblem:
    """Steady laminar flow and conjugate heat transfer on one mesh, heated from a face.

    Args:
        domain: the mesh with its groups (volumes `fluid` and solids; surfaces `inlet`, `outlet`, `heated`).
        density: coolant density (kg/m³).
        specific_heat: coolant heat capacity (J/(kg K)).
        ln_viscosity: logarithm of the coolant's viscosity (in Pa s) over temperature (K).
        conductivities: conductivity by volume group (W/(m K)).
        inlet_temperature: temperature of the coolant that enters (K).
        options: PETSc options by prefix (`flow_`, `heat_`).
        log: receives lines on the progress.
    """

    def __init__(
        self,
        domain: Domain,
        density: float,
        specific_heat: float,
        ln_viscosity: LnViscosity,
        conductivities: Mapping[str, float],
        inlet_temperature: float,
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
    ) -> None:
        """Build both problems on the mesh and its fluid."""
        self.domain, self.log = domain, log
        self.fluid: FluidDomain = fluid_domain(domain)
        msh = self.fluid.mesh
        # The flow sees the temperature on its own mesh.
        self._fluid_temperature = fem.Function(fem.functionspace(msh, ("Lagrange", 2)), name="temperature")
        self._fluid_temperature.x.array[:] = inlet_temperature
        n_cells = msh.topology.index_map(3).size_local + msh.topology.index_map(3).num_ghosts
        self._cells = np.arange(n_cells, dtype=np.int32)
        self._parent_cells = self.fluid.cell_map.sub_topology_to_topology(self._cells, inverse=False)
        self.inlet_viscosity = float(np.exp(ln_viscosity(inlet_temperature)))
        law = ufl.exp(ln_viscosity(self._fluid_temperature))
        self.flow = FlowProblem(self.fluid, density, law, self.inlet_viscosity, options, log)
        self.velocity = self.flow.velocity()
        self.density = density
        self.inlet_temperature = inlet_temperature
        materials = {name: Material(k) for name, k in conductivities.items()}
        materials["fluid"] = Material(conductivities["fluid"], density * specific_heat)
        self.heat = HeatProblem(
            domain,
            materials,
            [HeatInlet("inlet", inlet_temperature), HeatOutlet("outlet"), Flux("heated")],
            [Stream(("fluid",), self.velocity, self.fluid.cell_map)],
            options=options,
            log=log,
        )

    def solve(self, flow_rate: float, flux: float, max_iterations: int = 30) -> CoupledReport:
        """Solve for a flow rate and a heat flux, starting from the last solution.

        Args:
            flow_rate: volume flow into the inlet of the mesh (m³/s).
            flux: heat flux into the heated face (W/m²).
            max_iterations: exchanges of viscosity and temperature before giving up.

        Raises:
            ConvergenceError: flow, heat or their coupling does not converge.
        """
        newton, factorisations, change = 0, 0, np.inf
        before_heat = self.heat.solver_statistics()[0]
        temperature = self.heat.temperature
        for iteration in range(1, max_iterations + 1):
            flow = self.flow.solve(flow_rate)
            newton, factorisations = newton + flow.iterations, factorisations + flow.factorisations
            self.velocity.x.array[:] = self.flow.velocity().x.array
            before = temperature.x.array.copy()
            self.heat.solve({"heated": flux})
            self._fluid_temperature.interpolate(temperature, cells0=self._parent_cells, cells1=self._cells)
            self._fluid_temperature.x.scatter_forward()
            change = self._largest(temperature.x.array - before) / self._largest(
                temperature.x.array - self.inlet_temperature
            )
            self.log(f"coupling: iteration {iteration}, change of temperature {change:.1e} of its rise")
            if change <= OUTER_TOLERANCE:
                of_heat = self.heat.solver_statistics()[0] - before_heat
                return CoupledReport(iteration, newton, factorisations, of_heat, change)
        raise ConvergenceError(
            f"flow and temperature do not agree after {max_iterations} iterations (last change {change:.1e}, wanted "
            f"{OUTER_TOLERANCE:.0e}); the heat flux may be beyond what this flow can carry: raise the flow or lower the power"
        )

    def solver_options(self) -> dict[str, dict[str, Any]]:
        """Method and PETSc options in use, by prefix."""
        return {FLOW: dict(self.flow.options), HEAT: self.heat.options}

    def solver_record(self) -> dict[str, dict[str, Any]]:
        """What else decides how flow and heat are solved: methods, elements, unknowns, stabilisation, library versions."""
        dofmaps = {"flow": self.flow.space.dofmap, "heat": self.heat.space.dofmap}
        unknowns = {name: d.index_map.size_global * d.index_map_bs for name, d in dofmaps.items()}
        return {
            "flow": {
                "method": self.flow.options["method"],
                "pressure": self.flow.pressure_kind,
                "unknowns": unknowns["flow"],
                "stabilisation": asdict(self.flow.stabilisation),
            },
            "heat": {"method": self.heat.options["method"], "unknowns": unknowns["heat"]},
            "libraries": library_versions(),
        }

    def hottest_fluid(self) -> float:
        """Highest nodal temperature of the fluid, walls included (K)."""
        local = np.max(self._fluid_temperature.x.array, initial=-np.inf)
        return float(self.domain.comm.allreduce(local, op=MPI.MAX))

    def _largest(self, values: np.ndarray) -> float:
        return float(self.domain.comm.allreduce(np.max(np.abs(values), initial=0.0), op=MPI.MAX))
