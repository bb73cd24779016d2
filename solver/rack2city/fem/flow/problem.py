"""Incompressible laminar flow with variable viscosity: quadratic velocity, linear pressure; steady flow.

Strong and weak form stand in `forms`, the boundary conditions in `boundaries`, unsteady flow in `transient`.
Unknowns are scaled, velocity by a typical speed U (the mean of the inlet) and pressure by mu U / D_h, so that the residual
means the same at every size. Velocity is quadratic and pressure linear; testing with q = 1 shows that mass is conserved
exactly, which is asserted in every solve.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import BalanceError, ConvergenceError, InputError
from rack2city.fem.flow.block_forms import MixedSpace
from rack2city.fem.flow.blocks import BlockSystem
from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, chosen_boundaries
from rack2city.fem.flow.conditions import FlowConditions, FlowRate
from rack2city.fem.flow.forms import (
    STABLE,
    BodyForce,
    Expression,
    Scales,
    Stabilisation,
    lagged_convection,
    pseudo_inertia,
    steady_form,
)
from rack2city.fem.flow.method import PressureKind, chosen_solver, preferred_pressure, pressure_element
from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.parts import part
from rack2city.fem.solvers.continuation import continue_to_one
from rack2city.fem.solvers.linear import Options, without_method
from rack2city.fem.solvers.newton import Log, NewtonReport
from rack2city.fem.solvers.prefixes import FLOW
from rack2city.fem.solvers.system import NonlinearSystem

__all__ = ["FlowProblem", "Log", "NewtonReport"]

MASS_TOLERANCE = 1e-10  # of the flow that enters
ROUGHLY = 3e7  # of the tolerance: a creeping flow is where the flow starts
COMPATIBLE = 1e-2  # of the flow through a closed domain: what interpolating given velocities may miss


DIRECT_ADVICE = f"with jets the method 'direct' goes further, as far as memory serves ({FLOW} in [solver.options])"


class FlowProblem:
    """Flow through a fluid domain.

    The viscosity is an expression that may hold functions on the fluid mesh (a temperature); update these, solve again.
    The same holds for the body force, so that buoyancy is a force.

    Args:
        fluid: the fluid mesh with its named surfaces.
        density: coolant density (kg/m³).
        viscosity: dynamic viscosity (Pa s), a UFL expression on the fluid mesh or a number.
        viscosity_scale: a typical value of the viscosity (Pa s).
        options: PETSc options by prefix that override the default of `flow_`.
        log: receives one line for each Newton step.
        boundaries: what happens at the surfaces; by default what the names `inlet`, `outlet` and `symmetry` say.
            Exterior surfaces without a condition are walls.
        body_force: force per volume (N/m³).
        stabilisation: consistent terms that keep coarse meshes bounded; by default `STABLE`, its backflow control only
            where there is an inlet: without one, what enters through a pressure boundary drives the flow.
        speed: typical speed (m/s), needed only where neither an inlet nor a given velocity drives the flow.
        pressure: `"discontinuous"` or `"continuous"`; by default what `preferred_pressure` says.
    """

    def __init__(
        self,
        fluid: FluidDomain,
        density: float,
        viscosity: Expression | float,
        viscosity_scale: float,
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
        *,
        boundaries: Collection[Boundary] | None = None,
        body_force: BodyForce | None = None,
        stabilisation: Stabilisation | None = None,
        speed: float | None = None,
        pressure: PressureKind | None = None,
    ) -> None:
        """Build spaces, boundary conditions and the weak form."""
        self.fluid, self.density, self.log = fluid, density, log
        self.boundaries = chosen_boundaries(boundaries, fluid.surfaces)
        self._viscosity_scale, self._typical_speed = viscosity_scale, speed
        if stabilisation is None:
            driven = any(isinstance(b, FlowInlet) for b in self.boundaries)
            stabilisation = replace(STABLE, backflow=driven)
        self.stabilisation = stabilisation
        msh = fluid.mesh
        cell = msh.basix_cell()
        velocity_element = basix.ufl.element("Lagrange", cell, 2, shape=(fluid.dimensions,))
        self.options = chosen_solver(fluid, self.boundaries, options)
        self.pressure_kind = pressure or preferred_pressure(cell, self.options["method"])
        self.space = fem.functionspace(
            msh, basix.ufl.mixed_element([velocity_element, pressure_element(cell, self.pressure_kind)])
        )
        unknowns = self.space.dofmap.index_map.size_global * self.space.dofmap.index_map_bs
        self.log(
            f"flow: {unknowns} unknowns, {self.pressure_kind} pressure, solved by the {self.options['method']} method"
        )
        self._velocity_space, self._velocity_dofs = part(self.space, 0)
        self._pressure_space, self._pressure_dofs = part(self.space, 1)
        self.conditions = FlowConditions(
            fluid, self.space, self._velocity_space, self._pressure_space, self.boundaries, options
        )
        self.unknown = fem.Function(self.space)  # scaled velocity and pressure
        self._hydraulic_diameter = self.conditions.hydraulic_diameter()
        self._speed, self._solved, self._followed = 1.0, False, 0.0
        self._last: NonlinearSystem | BlockSystem | None = None

        def constant(value: float) -> fem.Constant:
            return fem.Constant(msh, float(value))

        self.scales = Scales(
            length=constant(self._hydraulic_diameter),
            reynolds=constant(1.0),
            unsteadiness=constant(density * self._hydraulic_diameter / viscosity_scale),
            viscosity=constant(viscosity_scale),
            force=constant(1.0),
            grad_div=constant(stabilisation.grad_div),
            source=constant(0.0),
            time=constant(0.0),
        )
        outlets = {b.surface: constant(b.pressure_pa) for b in self.boundaries if isinstance(b, FlowOutlet)}
        self.viscosity = viscosity if isinstance(viscosity, ufl.core.expr.Expr) else constant(viscosity)
        self.form = steady_form(
            fluid,
            self.unknown,
            self.viscosity,
            self.scales,
            stabilisation,
            outlets,
            self.conditions.weak_slip,
            body_force,
            self.conditions.closed,
        )

    def solve(self, flow_rate: FlowRate = None) -> NewtonReport:
        """Solve for a flow rate, from the last solution (scaled), or without a guess where there is none or it does not help.

        Without a guess the flow starts as creeping flow, without inertia, which is then raised to its full share.

        Args:
            flow_rate: volume flow into the inlet of this mesh, or into each by name (m³/s; in two dimensions m²/s).

        Raises:
            BalanceError: the solution does not conserve mass.
            ConvergenceError: Newton's method does not reach the tolerance from any start.
            InputError: the flow rates do not fit the inlets, or nothing tells how fast the flow is.
        """
        system = self._steady
        self.set_scale(flow_rate)
        self.set_conditions(flow_rate, float(self.scales.time.value))
        before = system.newton.report()
        if not self._solved or not self._converges_from_here():
            values = self.unknown.x.array
            self._followed = 0.0

            def predict(before: np.ndarray, last: np.ndarray, ahead: float) -> None:
                values[:] = last + ahead * (last - before)

            try:
                continue_to_one(
                    self._follow, values.copy, lambda kept: np.copyto(values, kept), self.log, "inertia", predict
                )
            except ConvergenceError as error:
                if self.options["method"] == "direct":
                    raise
                raise ConvergenceError(f"{error}; {DIRECT_ADVICE}") from None
        self._solved = True
        self.check_mass(system)
        return system.newton.report().since(before)

    @cached_property
    def _steady(self) -> NonlinearSystem | BlockSystem:
        return self.system(self.form)

    def system(self, form: ufl.Form) -> NonlinearSystem | BlockSystem:
        """Equations of a form in the scaled unknowns with the boundary conditions of this problem."""
        lagged = lagged_convection(self.unknown, self.scales, self.stabilisation)
        inertia = pseudo_inertia(self.unknown, self.scales)
        equations, rest = (
            ("flow", form, self.unknown, self.conditions.bcs),
            (without_method(self.options), self.log, lagged, inertia),
        )
        if self.options["method"] == "direct":
            return NonlinearSystem(*equations, FLOW, *rest, self.velocity_dofs)
        parts = (self._velocity_space, self.velocity_dofs, self._pressure_space, self._pressure_dofs)
        return BlockSystem(*equations, MixedSpace(*parts), FLOW, *rest)

    def _converges_from_here(self) -> bool:
        """Whether Newton's method converges from the last solution."""
        try:
            self._steady.solve()
        except ConvergenceError as error:
            self.log(f"{error}; starting again without a guess")
            return False
        return True

    def _follow(self, inertia: float) -> None:
        """Solve with a share of the inertia from the solution with less of it.

        Raises:
            ConvergenceError: it diverges or stalls.
        """
        self._set_inertia(inertia)
        if inertia == 0.0:
            self._steady.solve(slack=ROUGHLY)
        else:
            self._steady.approach(self._hydraulic_diameter, predicted=self._followed > 0.0)
            if inertia == 1.0:
                self._steady.solve()
            self._followed = inertia

    def _set_inertia(self, share: float) -> None:
        length = self._hydraulic_diameter
        self.scales.reynolds.value = share * self.density * self._speed * length / self._viscosity_scale

    def set_scale(self, flow_rate: FlowRate, speed: float | None = None) -> None:
        """Choose the speed that scales the velocity: the largest mean of an inlet or given velocity, else the typical one.

        Args:
            flow_rate: flow rate as in `solve`.
            speed: the speed (m/s), if it is to be this one.

        Raises:
            InputError: nothing tells how fast the flow is.
        """
        chosen = speed or self.conditions.speed(flow_rate, float(self.scales.time.value)) or self._typical_speed
        if not chosen:
            raise InputError(
                "flow: no inlet and no given velocity tells how fast the flow is; give `speed`, a typical speed in m/s"
            )
        self._speed = float(chosen)
        self._set_inertia(1.0)
        self.scales.force.value = self._hydraulic_diameter / (self._viscosity_scale * self._speed)

    def set_conditions(self, flow_rate: FlowRate, time: float) -> None:
        """Set the values on the boundary to a flow rate and a time (s).

        Raises:
            InputError: what enters a closed domain does not leave it.
        """
        self.scales.time.value = time
        self.conditions.set(flow_rate, time, self._speed)
        if self.conditions.closed and self.conditions.given_surfaces():
            present = self.unknown.x.array.copy()
            for bc in self.conditions.bcs:
                bc.set(self.unknown.x.array)
            net, gross = self._integrate(*self._given_flow)
            self.unknown.x.array[:] = present
            if abs(net) > COMPATIBLE * gross and gross > 1e-9 * self._surface:
                raise InputError(
                    f"flow: there is no outlet, but {abs(net) / gross:.2g} of the flow through the boundary does not "
                    f"{'return' if net < 0.0 else 'come in'}; given velocities must balance, or name an outlet"
                )
            # Interpolation leaves a rest, which is spread over the whole domain: at one node it would be a jet.
            self.scales.source.value = net / self._volume

    @cached_property
    def _volume(self) -> float:
        return self.fluid.integral(fem.Constant(self.fluid.mesh, 1.0) * ufl.dx(domain=self.fluid.mesh))

    @cached_property
    def _surface(self) -> float:
        return self.fluid.integral(fem.Constant(self.fluid.mesh, 1.0) * ufl.ds(domain=self.fluid.mesh))

    @cached_property
    def _given_flow(self) -> tuple[fem.Form, fem.Form]:
        return self._flow_forms(self.conditions.given_surfaces())

    @cached_property
    def _open_flow(self) -> tuple[fem.Form, fem.Form]:
        outlets = [b.surface for b in self.boundaries if isinstance(b, FlowOutlet)]
        return self._flow_forms(self.conditions.given_surfaces() + outlets)

    def _flow_forms(self, surfaces: Collection[str]) -> tuple[fem.Form, fem.Form]:
        """Net and half the gross flow through surfaces, of the scaled velocity."""
        across = ufl.dot(ufl.split(self.unknown)[0], ufl.FacetNormal(self.fluid.mesh))
        ds = self.fluid.ds(tuple(self.fluid.surfaces[name] for name in surfaces))
        jit = {"jit_options": jit_options()}
        return fem.form(across * ds, **jit), fem.form(0.5 * abs(across) * ds, **jit)

    def _integrate(self, *forms: fem.Form) -> list[float]:
        return [self.fluid.total(form) for form in forms]

    def check_mass(self, system: NonlinearSystem | BlockSystem) -> None:
        """Assert that what enters leaves; the sum of all pressure rows is the net flow, surfaces of slip apart.

        Raises:
            BalanceError: it does not, to 1e-10 of what enters.
        """
        self._last = system
        owned = self.space.dofmap.index_map.size_local * self.space.dofmap.index_map_bs
        rows = self._pressure_dofs
        net = self.fluid.comm.allreduce(float(np.sum(system.reaction()[rows[rows < owned]])), op=MPI.SUM)
        surfaces = self._open_flow if self.conditions.given_surfaces() or not self.conditions.closed else ()
        gross = self._integrate(*surfaces)[-1] if surfaces else 0.0
        gross = gross if gross > 1e-9 * self._surface else self._surface  # a closed box: of what would cross its walls
        if not abs(net) <= MASS_TOLERANCE * gross:
            raise BalanceError(f"flow: mass is not conserved: {abs(net) / gross:.1e} of what enters is lost or made")

    def reaction(self) -> np.ndarray:
        """Forces (N; per metre of depth in two dimensions) that the conditions exert, by unknown that this rank owns.

        Rows of the pressure hold no forces. Needs a solution.
        """
        assert self._last is not None, "solve first"
        return self._last.reaction() / float(self.scales.force.value)

    def start_from(
        self, velocity: Callable[[np.ndarray], np.ndarray], pressure: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        """Take a velocity (m/s) and a pressure (Pa), functions of points of shape (3, n), as the present state."""
        self.unknown.sub(0).interpolate(lambda x: np.asarray(velocity(x)) / self._speed)
        self.unknown.sub(1).interpolate(lambda x: np.asarray(pressure(x)) * float(self.scales.force.value))
        self.unknown.x.scatter_forward()
        self._solved = True

    def rescale_state(self, speed: float) -> None:
        """Keep the state in SI units, which was scaled with another speed (m/s)."""
        self.unknown.x.array[:] *= speed / self._speed

    @property
    def speed(self) -> float:
        """What scales the velocity: the mean velocity in the inlet (m/s)."""
        return self._speed

    def velocity(self) -> fem.Function:
        """Velocity (m/s), a quadratic function on the fluid mesh."""
        u = fem.Function(self._velocity_space, name="velocity")
        u.x.array[:] = self.unknown.x.array[self._velocity_dofs] * self.speed
        return u

    def pressure(self) -> fem.Function:
        """Pressure (Pa), a linear function on the fluid mesh; in a domain without outlet its mean is zero."""
        p = fem.Function(self._pressure_space, name="pressure")
        p.x.array[:] = self.unknown.x.array[self._pressure_dofs] / float(self.scales.force.value)
        if self.conditions.closed:
            p.x.array[:] -= self.fluid.integral(p * ufl.dx(domain=self.fluid.mesh)) / self._volume
        return p

    @property
    def velocity_dofs(self) -> np.ndarray:
        """Unknowns of `unknown` that are the components of the velocity, in the order of its own space."""
        return self._velocity_dofs

    @property
    def hydraulic_diameter(self) -> float:
        """4 V / A_wall of the fluid (m)."""
        return self._hydraulic_diameter
