"""Flow and conjugate heat together on one mesh, in two or three dimensions, tied by any list of couplings.

They are solved in turn, exchanging fields, or by Newton's method on both at once. Viscosity settles in an exchange within a
few turns; buoyancy makes the plain exchange swing ever wider. Where the common matrix is too large, Anderson acceleration of
the temperature makes the exchange converge, but not as far up in the Rayleigh number.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import dolfinx
import numpy as np
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.coupled.couplings import Buoyancy, Coupling, Fluid, ViscosityOfTemperature
from rack2city.fem.coupled.newton import CoupledNewton
from rack2city.fem.flow.boundaries import Boundary
from rack2city.fem.flow.conditions import FlowRate
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Condition, Contact, Material, Stream
from rack2city.fem.heat.problem import HeatProblem, Loads
from rack2city.fem.mesh.domain import Domain, fluid_domain
from rack2city.fem.solvers.anderson import Anderson
from rack2city.fem.solvers.continuation import continue_to_one
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.options import Options
from rack2city.fem.solvers.prefixes import COUPLED, FLOW, HEAT

TOLERANCE = 1e-8  # change of temperature in one exchange, over the range of temperatures
ROUGHLY = 1e-2  # enough on the way to the full buoyancy, and where Newton's method begins
MAX_EXCHANGES = 80
DIVERGED = 1e3  # growth of the change over the first


@dataclass(frozen=True)
class CoupledReport:
    """How the coupling of flow and temperature converged.

    Attributes:
        exchanges: solutions of flow and heat in turn; at least one, which shows that neither changes any more.
        newton_steps, flow_steps: Newton steps of both at once, and of the flow alone, summed.
        flow_factorisations, heat_factorisations: how often a matrix was factored or its preconditioner set up.
        change: last change of temperature in an exchange, over its range (-).
    """

    exchanges: int
    newton_steps: int
    flow_steps: int
    flow_factorisations: int
    heat_factorisations: int
    change: float


class ConjugateProblem:
    """Laminar flow and conjugate heat transfer, steady.

    Args:
        domain: the mesh with its groups.
        fluid: what flows, and where.
        solids: material of every other volume group.
        boundaries: conditions of the flow, else no-slip walls; None for those of the names `inlet`, `outlet` and `symmetry`.
        conditions: conditions of heat on exterior surfaces, and sources; what has none is adiabatic.
        couplings: what follows the temperature, at most one of a kind.
        contacts: interior surfaces with a contact resistance.
        speed: typical speed (m/s), such as sqrt(|g| beta dT L), where no inlet and no given velocity tells it.
        method: `"newton"`, or `"exchange"` for meshes too large for one matrix; by default Newton's where there is buoyancy.
        options: PETSc options by prefix.
        log: receives lines on the progress.

    Attributes:
        flow: the flow alone.
        heat: the heat alone, whose `temperature` (K) is on all of the mesh.
        fluid: the mesh of the fluid.
        velocity: velocity (m/s), on the mesh of the fluid.
        fluid_temperature: temperature (K) on the mesh of the fluid, as a `plane_section` of it needs it.

    Raises:
        InputError: the parts do not fit each other or the mesh.
    """

    def __init__(
        self,
        domain: Domain,
        fluid: Fluid,
        solids: Mapping[str, Material],
        boundaries: Collection[Boundary] | None,
        conditions: Sequence[Condition],
        couplings: Sequence[Coupling] = (),
        *,
        contacts: Sequence[Contact] = (),
        speed: float | None = None,
        method: Literal["newton", "exchange"] | None = None,
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
    ) -> None:
        viscous = [c for c in couplings if isinstance(c, ViscosityOfTemperature)]
        buoyant = [c for c in couplings if isinstance(c, Buoyancy)]
        if max(len(viscous), len(buoyant)) > 1:
            raise InputError("coupling: viscosity and buoyancy can follow the temperature in one way only")
        for buoyancy in buoyant:
            if len(buoyancy.gravity) != domain.dimensions:
                raise InputError(f"buoyancy: gravity needs {domain.dimensions} entries, not {len(buoyancy.gravity)}")
        self.domain, self.properties, self.log = domain, fluid, log
        self.fluid = fluid_domain(domain, fluid.volumes)
        self.fluid_temperature = fem.Function(fem.functionspace(self.fluid.mesh, ("Lagrange", 2)))
        self._share = fem.Constant(self.fluid.mesh, 1.0)  # of the buoyancy
        here = self.fluid_temperature
        self.flow = FlowProblem(
            self.fluid,
            fluid.density,
            viscous[0].at(here) if viscous else fluid.viscosity,
            fluid.viscosity,
            options,
            log,
            boundaries=boundaries,
            body_force=self._share * buoyant[0].force(fluid.density, here) if buoyant else None,
            speed=speed,
        )
        self.velocity = self.flow.velocity()
        flowing = Material(fluid.conductivity, fluid.density * fluid.heat_capacity)
        materials = {**solids, **dict.fromkeys(fluid.volumes, flowing)}
        stream = Stream(fluid.volumes, self.velocity, self.fluid.cell_map)
        self.heat = HeatProblem(domain, materials, conditions, [stream], contacts, options, log=log)
        self._cells = self.fluid.cells, self.fluid.cell_map.sub_topology_to_topology(self.fluid.cells, inverse=False)
        self._solved, self._buoyant = False, bool(buoyant)
        self._newton: CoupledNewton | None = None
        if (method or ("newton" if buoyant else "exchange")) == "newton":
            self._newton = CoupledNewton(
                self.flow, self.heat, here, self.velocity, self._cells, self._share_both, options, log
            )

    def solve(self, flow_rate: FlowRate = None, loads: Loads | None = None) -> CoupledReport:
        """Solve from the last solution, or without a guess, with the buoyancy raised from nothing.

        Flow rates are those of `FlowProblem.solve`, loads of heat that change those of `HeatProblem.solve`.

        Raises:
            BalanceError: mass or heat is lost or made.
            ConvergenceError: flow, heat or their coupling does not converge.
        """
        self._exchanges = self._newton_steps = self._flow_steps = self._flow_factorisations = 0
        heat_before, theta = self.heat.solver_statistics()[0], self.heat.theta.x.array
        self.heat.set_loads(loads or {})

        def keep() -> tuple[np.ndarray, np.ndarray]:
            return theta.copy(), self.flow.unknown.x.array.copy()

        def restore(state: tuple[np.ndarray, np.ndarray]) -> None:
            theta[:], self.flow.unknown.x.array[:] = state

        def attempt(root: float) -> None:
            self._share.value = root**3  # what is hard to follow is the beginning
            if self._newton is not None and root > 0.0:
                self.flow.set_scale(flow_rate)
                self.flow.set_conditions(flow_rate, 0.0)
                self._newton_steps += self._newton.solve()
            if self._newton is None or root in (0.0, 1.0):
                self._exchange(flow_rate, TOLERANCE if root == 1.0 else ROUGHLY)

        if self._solved or not (self._buoyant or self._newton):
            attempt(1.0)
        else:
            continue_to_one(attempt, keep, restore, self.log, "cube root of the buoyancy")
        self._solved = True
        counts = self._exchanges, self._newton_steps, self._flow_steps, self._flow_factorisations
        return CoupledReport(*counts, self.heat.solver_statistics()[0] - heat_before, self._change)

    def state(self) -> np.ndarray:
        """Copy of the unknowns of heat and flow on this rank."""
        return np.concatenate([self.heat.theta.x.array, self.flow.unknown.x.array])

    def take_guess(self, flow_rate: FlowRate, guess: np.ndarray) -> None:
        """Begin the next solution at a flow rate with a guess of `state`, of the flow only where its residual is smaller."""
        theta = self.heat.theta.x.array
        theta[:] = guess[: theta.size]
        self._share_temperature()
        self.flow.take_guess(flow_rate, guess[theta.size :])

    def _exchange(self, flow_rate: FlowRate, tolerance: float) -> None:
        """Solve flow and heat in turn until the temperature changes by no more than a tolerance."""
        theta, owned = self.heat.theta.x, self.heat.space.dofmap.index_map.size_local
        mixer = Anderson(self.domain.comm) if self._buoyant else None
        first = np.inf
        self._share_temperature()
        for count in range(1, MAX_EXCHANGES + 1):
            guess = theta.array[:owned].copy()
            flow = self.flow.solve(flow_rate)
            self._flow_steps += flow.iterations
            self._flow_factorisations += flow.factorisations
            self.velocity.x.array[:] = self.flow.velocity().x.array
            self.heat.solve()
            self._exchanges += 1
            image = theta.array[:owned].copy()
            self._change = self._relative_change(guess, image)
            first = min(first, self._change)
            self.log(f"coupling: exchange {count}, change of temperature {self._change:.1e} of its range")
            if mixer is not None and self._change > tolerance:
                theta.array[:owned] = mixer.next(guess, image)
                theta.scatter_forward()
            self._share_temperature()
            if self._change <= tolerance:
                return
            if not self._change <= DIVERGED * max(first, tolerance):
                break
        too_much = "the heat may be more than this flow can carry: raise the flow or lower the power"
        cause = "the flow may be unsteady at this Rayleigh number" if self._buoyant else too_much
        raise ConvergenceError(
            f"coupling: flow and temperature do not agree after {count} exchanges (last change {self._change:.1e}, wanted "
            f"{tolerance:.0e}); {cause}"
        )

    def _share_temperature(self) -> None:
        """Bring the fluid's temperature, on its own mesh, up to date."""
        self.heat.refresh_temperature()
        own, parents = self._cells
        self.fluid_temperature.interpolate(self.heat.temperature, cells0=parents, cells1=own)
        self.fluid_temperature.x.scatter_forward()

    def _share_both(self) -> None:
        """Bring the fluid's temperature and the velocity that carries heat up to date."""
        self._share_temperature()
        self.velocity.x.array[:] = self.flow.velocity().x.array
        self.heat.terms.refresh()

    def _relative_change(self, before: np.ndarray, after: np.ndarray) -> float:
        """Largest change of the temperature over its range (collective)."""
        local = [np.max(values, initial=-np.inf) for values in (np.abs(after - before), after, -after)]
        largest, high, low = (self.domain.comm.allreduce(value, op=MPI.MAX) for value in local)
        if not high + low > 0.0:  # uniform, as before there is any heat
            return np.inf if largest > 0.0 else 0.0
        return float(largest / (high + low))

    def solver_options(self) -> dict[str, dict[str, Any]]:
        """Method and PETSc options in use, by prefix."""
        both = {} if self._newton is None else {COUPLED: dict(self._newton.options)}
        return {FLOW: dict(self.flow.options), HEAT: self.heat.options, **both}

    def solver_record(self) -> dict[str, dict[str, Any]]:
        """What else decides how flow and heat are solved: methods, elements, unknowns, stabilisation, library versions."""
        return record_of(self.flow, self.heat.options["method"], self.heat.space)


def record_of(flow: FlowProblem, method: str, heat: fem.FunctionSpace) -> dict[str, dict[str, Any]]:
    """How flow and heat, by its method and space, are solved: methods, elements, unknowns, stabilisation, library versions."""
    return {
        "flow": {
            "method": flow.method,
            "pressure": flow.pressure_kind,
            "unknowns": flow.spaces.unknowns,
            "stabilisation": asdict(flow.stabilisation),
        },
        "heat": {"method": method, "unknowns": heat.dofmap.index_map.size_global},
        "libraries": {
            "dolfinx": dolfinx.__version__,  # it and PETSc need not be Python packages of their own
            "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion()),
        },
    }
