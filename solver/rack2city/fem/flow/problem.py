"""Incompressible laminar flow with variable viscosity: quadratic velocity, linear pressure; steady flow.

Unknowns are scaled, velocity by a typical speed U (the mean of the inlet) and pressure by mu U / D_h, so that the residual
means the same at every size. Testing with q = 1 shows that mass is conserved exactly, which is asserted in every solve.
"""

import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import ufl
from dolfinx import fem

from rack2city.errors import ConvergenceError, InputError, UnsteadyError
from rack2city.fem.flow import forms
from rack2city.fem.flow.blocks.system import BlockSystem
from rack2city.fem.flow.boundaries import Boundary, FlowInlet, chosen_boundaries
from rack2city.fem.flow.conditions import FlowConditions, FlowRate
from rack2city.fem.flow.mass import MassBalance
from rack2city.fem.flow.method import chosen_solver, preferred_pressure
from rack2city.fem.flow.paths.starts import Starts
from rack2city.fem.flow.readings.reynolds import beyond_laminar
from rack2city.fem.flow.space import PressureKind, mixed_space
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.numbers import require
from rack2city.fem.solvers.newton import Log, NewtonReport
from rack2city.fem.solvers.options import Options, without_method
from rack2city.fem.solvers.prefixes import FLOW
from rack2city.fem.solvers.system import Equations, NonlinearSystem

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
        boundaries: what happens at the surfaces, else walls; by default what `inlet`, `outlet` and `symmetry` say.
        body_force: force per volume (N/m³).
        stabilisation: consistent terms that keep coarse meshes bounded; by default `STABLE`, its backflow control only
            where there is an inlet: without one, what enters through a pressure boundary drives the flow.
        speed: typical speed (m/s), needed only where neither an inlet nor a given velocity drives the flow.
        pressure: `"discontinuous"` or `"continuous"`; by default what `preferred_pressure` says.

    Attributes:
        method: how it is solved, "direct" or "blocks".
        unknown: scaled velocity and pressure.
        viscosity_scale: the typical viscosity (Pa s).
        speed: what scales the velocity: the mean velocity in the inlet (m/s).
        hydraulic_diameter: 4 V / A_wall of the fluid (m).
    """

    def __init__(
        self,
        fluid: FluidDomain,
        density: float,
        viscosity: forms.Expression | float,
        viscosity_scale: float,
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
        *,
        boundaries: Collection[Boundary] | None = None,
        body_force: forms.BodyForce | None = None,
        stabilisation: forms.Stabilisation | None = None,
        speed: float | None = None,
        pressure: PressureKind | None = None,
    ) -> None:
        if not isinstance(fluid, FluidDomain):
            raise InputError("flow: it needs the domain of the fluid alone, `fluid_domain(domain)`")
        require("flow: the density", density, "kg/m3")
        require("flow: the viscosity", viscosity, "Pa s")
        require("flow: the typical viscosity", viscosity_scale, "Pa s")
        self.fluid, self.density, self.log = fluid, density, log
        self.boundaries = chosen_boundaries(boundaries, fluid.surfaces)
        self.viscosity_scale, self._typical_speed = viscosity_scale, speed
        driven = any(isinstance(b, FlowInlet) for b in self.boundaries)
        self.stabilisation = stabilisation or replace(forms.STABLE, backflow=driven)
        self._chosen = chosen_solver(fluid, self.boundaries, options)
        method = self.method = str(self._chosen["method"])
        self.pressure_kind = pressure or preferred_pressure(fluid.mesh.basix_cell(), method)
        self.spaces = mixed_space(fluid.mesh, self.pressure_kind)
        self.space = self.spaces.whole
        log(f"flow: {self.spaces.unknowns} unknowns, {self.pressure_kind} pressure, solved by the {method} method")
        self.conditions = FlowConditions(fluid, self.spaces, self.boundaries, options)
        self.unknown = fem.Function(self.space)
        self.mass = MassBalance(self.conditions, self.unknown)
        self.hydraulic_diameter = self.conditions.hydraulic_diameter()
        self.speed, self._solved, self._warned, self._looked_at = 1.0, False, False, 0.0
        self._last: NonlinearSystem | BlockSystem | None = None

        def constant(value: float) -> fem.Constant:
            return fem.Constant(fluid.mesh, float(value))

        self.scales = forms.Scales(
            length=constant(self.hydraulic_diameter),
            reynolds=constant(1.0),
            unsteadiness=constant(density * self.hydraulic_diameter / viscosity_scale),
            viscosity=constant(viscosity_scale),
            force=constant(self.hydraulic_diameter / viscosity_scale),
            grad_div=constant(self.stabilisation.grad_div),
            source=constant(0.0),
            time=constant(0.0),
        )
        self.viscosity = viscosity if isinstance(viscosity, ufl.core.expr.Expr) else constant(viscosity)
        self._affine, self._convective = forms.steady_form(
            self.conditions, self.unknown, self.viscosity, self.scales, self.stabilisation, body_force
        )
        self.form = self._affine + self._convective

    def solve(self, flow_rate: FlowRate = None) -> NewtonReport:
        """Solve for a volume flow into the inlet, or into each by name (m³/s; in two dimensions m²/s).

        It begins with the last solution, which serves flows somewhat larger. Where that is no help it begins as creeping flow,
        without inertia, which is raised to its full share.

        Raises:
            BalanceError: the solution does not conserve mass.
            ConvergenceError: Newton's method converges from no start; an `UnsteadyError` where the flow is probably unsteady.
                What was reached is left as the present state, from which `TransientFlow` may go on.
            InputError: the flow rates do not fit the inlets, or nothing tells how fast the flow is.
        """
        system, before = self._steady, self._steady.report()
        self.set_scale(flow_rate)
        self.set_conditions(flow_rate, float(self.scales.time.value))
        started, self._solved = self._solved, False
        try:
            if not started or not self._starts.from_here():
                self._starts.from_rest()
        except ConvergenceError as error:
            raise type(error)(f"at a Reynolds number of {self.reynolds:.0f} {error}{self._advice(error)}") from None
        self._solved = True
        self.check_mass(system)
        self._warn_above_laminar()
        return system.report().since(before)

    @property
    def reynolds(self) -> float:
        """Reynolds number of the speed that scales and the hydraulic diameter, at the typical viscosity (-)."""
        return self.reynolds_of(self.speed, self.hydraulic_diameter)

    def reynolds_of(self, speed: float, diameter: float) -> float:
        """Reynolds number of a speed (m/s) and a diameter (m), at the typical viscosity (-)."""
        return self.density * speed * diameter / self.viscosity_scale

    def _warn_above_laminar(self) -> None:
        """Say once where a duct's flow would be turbulent; of jets and wakes other numbers decide, so it is no error."""
        if self._warned or self.speed <= self._looked_at:
            return
        self._looked_at = self.speed
        told = beyond_laminar(self)
        if told is None:
            return
        self._warned = True
        self.log(told)
        if self.fluid.comm.rank == 0:
            warnings.warn(told, RuntimeWarning, stacklevel=3)

    @property
    def options(self) -> dict[str, Any]:
        """The method and PETSc options; after the first solution those that are in use."""
        return self._chosen if self._last is None else {"method": self.method, **self._last.options}

    @cached_property
    def _steady(self) -> NonlinearSystem | BlockSystem:
        return self.system()

    @cached_property
    def _starts(self) -> Starts:
        return Starts(self._steady, self.hydraulic_diameter, self._set_inertia)

    def system(self, more: ufl.Form | None = None) -> NonlinearSystem | BlockSystem:
        """Equations of this problem in the scaled unknowns; `more` is a form, affine in them, that is added."""
        steps = forms.lagged_and_inertia(self.unknown, self.scales, self.stabilisation)
        affine = self._affine if more is None else self._affine + more
        equations = Equations("flow", affine, self._convective, self.unknown, self.conditions.bcs, *steps)
        options = without_method(self._chosen)
        if self.method == "direct":
            return NonlinearSystem(equations, self.spaces.velocity_dofs, FLOW, options, self.log)
        return BlockSystem(equations, self.spaces, FLOW, options, self.log)

    def _advice(self, error: ConvergenceError) -> str:
        """What to do about a flow that could not be found."""
        if isinstance(error, UnsteadyError):
            seconds = self.hydraulic_diameter / self.speed
            return (
                f" (D/U is {seconds:.3g} s); run it in time: rack2city.fem.average_flow with steps of its own "
                "(StepControl) gives the mean and the swing of its pressure drop"
            )
        return "" if self.method == "direct" else f"; {DIRECT_ADVICE}"

    def take_guess(self, flow_rate: FlowRate, guess: np.ndarray) -> None:
        """Make a guess of the unknowns at a flow rate the present state, if its residual is smaller."""
        self.set_scale(flow_rate)
        self.set_conditions(flow_rate, float(self.scales.time.value))
        self._starts.take_if_nearer(guess)

    def _set_inertia(self, share: float) -> None:
        self.scales.reynolds.value = share * self.reynolds

    def set_scale(self, flow_rate: FlowRate, speed: float | None = None) -> None:
        """Choose the speed that scales: given (m/s), else the largest mean of an inlet or given velocity, else the typical one.

        If nothing tells how fast the flow is, that is an `InputError`.
        """
        chosen = speed or self.conditions.speed(flow_rate, float(self.scales.time.value)) or self._typical_speed
        if not chosen:
            raise InputError(
                "flow: no inlet and no given velocity tells how fast the flow is; give `speed`, a typical speed in m/s"
            )
        self.speed = float(chosen)
        self._set_inertia(1.0)
        self.scales.force.value = self.hydraulic_diameter / (self.viscosity_scale * self.speed)

    def set_conditions(self, flow_rate: FlowRate, time: float) -> None:
        """Set the values on the boundary to a flow rate and a time (s)."""
        self.scales.time.value = time
        self.conditions.set(flow_rate, time, self.speed)
        self.scales.source.value = self.mass.imposed_divergence()

    def check_mass(self, system: NonlinearSystem | BlockSystem) -> None:
        """Assert that what enters leaves, in the solution of a system; `BalanceError` if it does not, to 1e-10 of that."""
        self._last, rows = system, self.spaces.pressure_dofs
        self.mass.check(system.reaction()[rows[rows < self.spaces.owned]])

    def reaction(self) -> np.ndarray:
        """Forces (N; per metre of depth in two dimensions) that the conditions exert, by owned unknown; of a solution."""
        if self._last is None:
            raise InputError("flow: there is no solution yet, so no forces; solve first")
        return self._last.reaction() / float(self.scales.force.value)

    def start_from(
        self, velocity: Callable[[np.ndarray], np.ndarray], pressure: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        """Take a velocity (m/s) and a pressure (Pa), functions of points of shape (3, n), as the present state."""
        self.unknown.sub(0).interpolate(lambda x: np.asarray(velocity(x)) / self.speed)
        self.unknown.sub(1).interpolate(lambda x: np.asarray(pressure(x)) * float(self.scales.force.value))
        self.unknown.x.scatter_forward()
        self._solved = True

    def velocity(self) -> fem.Function:
        """Velocity (m/s), a quadratic function on the fluid mesh."""
        u = fem.Function(self.spaces.velocity, name="velocity")
        u.x.array[:] = self.unknown.x.array[self.spaces.velocity_dofs] * self.speed
        return u

    def pressure(self) -> fem.Function:
        """Pressure (Pa), a linear function on the fluid mesh; in a domain without outlet its mean is zero."""
        p = fem.Function(self.spaces.pressure, name="pressure")
        p.x.array[:] = self.unknown.x.array[self.spaces.pressure_dofs] / float(self.scales.force.value)
        if self.conditions.closed:
            p.x.array[:] -= self.fluid.mean(p, ufl.dx(domain=self.fluid.mesh))
        return p
