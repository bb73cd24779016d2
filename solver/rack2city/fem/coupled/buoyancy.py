"""Buoyant flow and heat in the Boussinesq approximation: the force -rho beta (T - T_ref) g acts on the fluid.

By default Newton's method solves flow and temperature at once. Where their common matrix is too large, they are solved in
turn; Anderson acceleration of the temperature makes that converge where the plain exchange swings ever wider, but not as
far up in the Rayleigh number. From rest the buoyancy is raised in steps that adapt.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.coupled.newton import MonolithicNewton
from rack2city.fem.flow.boundaries import Boundary
from rack2city.fem.flow.conditions import FlowRate
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Condition, Contact, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.domain import Domain, FluidDomain, fluid_domain
from rack2city.fem.solvers.anderson import Anderson
from rack2city.fem.solvers.continuation import continue_to_one
from rack2city.fem.solvers.linear import Options
from rack2city.fem.solvers.newton import Log

TOLERANCE = 1e-8  # change of temperature in one exchange, over the range of temperatures
ROUGHLY = 1e-2  # enough on the way to the full buoyancy
MAX_EXCHANGES = 80
DIVERGED = 1e3


@dataclass(frozen=True)
class BuoyancyReport:
    """How the coupling converged.

    Attributes:
        newton_iterations: Newton steps of both at once.
        exchanges: solutions of flow and heat in turn; at least one, which shows that neither changes any more.
        change: last change of temperature over its range (-).
    """

    newton_iterations: int
    exchanges: int
    change: float


class BuoyantProblem:
    """Laminar flow driven by buoyancy, alone or with a forced flow, and conjugate heat.

    Args:
        domain: the mesh.
        density: of the fluid (kg/m³).
        viscosity: dynamic (Pa s).
        expansion: thermal expansion coefficient beta (1/K).
        gravity: acceleration (m/s²), one entry for each dimension.
        reference_temperature: temperature of neutral buoyancy (K); it also sets the level of the pressure's gradient.
        materials: material of every volume, the fluid with its heat capacity.
        conditions: conditions of heat.
        speed: typical speed (m/s), such as sqrt(|g| beta dT L).
        boundaries: conditions of the flow; what has none is a no-slip wall.
        contacts: contact resistances.
        volumes: volume groups of the fluid.
        options: PETSc options by prefix.
        log: receives lines on the progress.
        coupling: `"newton"`, or `"exchange"` for meshes too large for one matrix.
    """

    def __init__(
        self,
        domain: Domain,
        density: float,
        viscosity: float,
        expansion: float,
        gravity: Sequence[float],
        reference_temperature: float,
        materials: Mapping[str, Material],
        conditions: Sequence[Condition],
        speed: float,
        boundaries: Collection[Boundary] = (),
        contacts: Sequence[Contact] = (),
        volumes: tuple[str, ...] = ("fluid",),
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
        coupling: Literal["newton", "exchange"] = "newton",
    ) -> None:
        """Build both problems."""
        if len(gravity) != domain.dimensions:
            raise InputError(f"buoyancy: gravity needs {domain.dimensions} entries, not {len(gravity)}")
        self.domain, self.log = domain, log
        self.fluid: FluidDomain = fluid_domain(domain, volumes)
        msh = self.fluid.mesh
        self._fluid_temperature = fem.Function(fem.functionspace(msh, ("Lagrange", 2)))
        self._fluid_temperature.x.array[:] = reference_temperature
        cells = msh.topology.index_map(domain.dimensions)
        self._cells = np.arange(cells.size_local + cells.num_ghosts, dtype=np.int32)
        self._parent_cells = self.fluid.cell_map.sub_topology_to_topology(self._cells, inverse=False)
        self.share = fem.Constant(msh, 1.0)
        lift = self.share * density * expansion * (reference_temperature - self._fluid_temperature)
        force = lift * ufl.as_vector([float(g) for g in gravity])
        self.flow = FlowProblem(
            self.fluid,
            density,
            viscosity,
            viscosity,
            options,
            log,
            boundaries=boundaries,
            body_force=force,
            speed=speed,
        )
        self.velocity = self.flow.velocity().copy()
        stream = Stream(volumes, self.velocity, self.fluid.cell_map)
        self.heat = HeatProblem(domain, materials, conditions, [stream], contacts, options, log=log)
        self._owned = self.heat.space.dofmap.index_map.size_local
        self._solved, self._exchanges, self._steps, self._change = False, 0, 0, np.inf
        cell_pairs = (self._cells, self._parent_cells)
        self._newton = (
            MonolithicNewton(
                self.flow,
                self.heat,
                self._fluid_temperature,
                self.velocity,
                cell_pairs,
                self._share_fields,
                options,
                log,
            )
            if coupling == "newton"
            else None
        )

    def solve(self, flow_rate: FlowRate = None) -> BuoyancyReport:
        """Solve from the last solution, or from conduction with the buoyancy raised from nothing.

        Args:
            flow_rate: flow rate into the inlets, if there are any, as in `FlowProblem.solve`.

        Raises:
            ConvergenceError: flow, heat or their coupling does not converge.
        """
        self._exchanges = self._steps = 0
        theta = self.heat.theta.x.array

        def keep() -> tuple[np.ndarray, np.ndarray]:
            return theta.copy(), self.flow.unknown.x.array.copy()

        def restore(state: tuple[np.ndarray, np.ndarray]) -> None:
            theta[:], self.flow.unknown.x.array[:] = state

        def attempt(root: float) -> None:
            share = root**3  # what is hard to follow is the beginning
            if self._newton is not None and share > 0.0:
                self.share.value = share
                self.flow.set_scale(flow_rate)
                self.flow.set_conditions(flow_rate, 0.0)
                self._steps += self._newton.solve()
            if self._newton is None or share in (0.0, 1.0):
                self._couple(flow_rate, share, TOLERANCE if share == 1.0 else ROUGHLY)

        if self._solved:
            attempt(1.0)
        else:
            continue_to_one(attempt, keep, restore, self.log, "cube root of the buoyancy")
        self._solved = True
        return BuoyancyReport(self._steps, self._exchanges, self._change)

    def _couple(self, flow_rate: FlowRate, share: float, tolerance: float) -> None:
        """Exchange temperature and velocity at a share of the buoyancy."""
        self.share.value = share
        mixer, theta = Anderson(self.domain.comm), self.heat.theta
        first = np.inf
        for _ in range(MAX_EXCHANGES):
            self._share_fields()
            guess = theta.x.array[: self._owned].copy()
            self.flow.solve(flow_rate)
            self.velocity.x.array[:] = self.flow.velocity().x.array
            self.heat.solve()
            self._exchanges += 1
            image = theta.x.array[: self._owned].copy()
            self._change = self._largest(image - guess) / max(self._range(image), np.finfo(float).tiny)
            first = min(first, self._change)
            self.log(f"buoyancy: exchange {self._exchanges}, change of temperature {self._change:.1e} of its range")
            if self._change <= tolerance:
                return
            if not self._change <= DIVERGED * max(first, tolerance):
                break
            theta.x.array[: self._owned] = mixer.next(guess, image)
            theta.x.scatter_forward()
        raise ConvergenceError(
            f"buoyancy: flow and temperature do not agree after {MAX_EXCHANGES} exchanges (last change {self._change:.1e}, "
            f"wanted {tolerance:.0e}); the flow may be unsteady at this Rayleigh number"
        )

    def _share_fields(self) -> None:
        """Bring the fluid's temperature and the velocity of heat up to date."""
        self.heat.refresh_temperature()
        self._fluid_temperature.interpolate(self.heat.temperature, cells0=self._parent_cells, cells1=self._cells)
        self._fluid_temperature.x.scatter_forward()
        self.velocity.x.array[:] = self.flow.velocity().x.array
        self.heat.terms.refresh()

    def _largest(self, values: np.ndarray) -> float:
        return float(self.domain.comm.allreduce(np.max(np.abs(values), initial=0.0), op=MPI.MAX))

    def _range(self, values: np.ndarray) -> float:
        comm = self.domain.comm
        high = comm.allreduce(np.max(values, initial=-np.inf), op=MPI.MAX)
        return float(high - comm.allreduce(np.min(values, initial=np.inf), op=MPI.MIN))
