"""Steady laminar incompressible flow with variable viscosity: Taylor-Hood elements, Newton's method.

Strong form: rho (u.grad)u - div(2 mu eps(u)) + grad p = 0, div u = 0; u given at the inlet, 0 on walls, u.n = 0 on
symmetry planes, and at the outlet -p n + mu du/dn = 0, which lets developed flow leave undisturbed.

Weak form: find (u, p) so that for all (v, q)
  (rho (u.grad)u, v) + (2 mu eps(u), eps(v)) - (p, div v) - <mu (grad u)^T n, v>_outlet - (q, div u) = 0.

Unknowns are scaled, velocity by the mean inlet velocity U and pressure by mu U / D_h, so that the residual means the
same at every size. Velocity is quadratic and pressure linear; testing with q = 1 shows that mass is conserved exactly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.compilation import jit_options
from rack2city.fem.continuation import continue_to_one
from rack2city.fem.domain import FluidDomain
from rack2city.fem.inflow import developed_inflow, inlet_normal
from rack2city.fem.linear import DIRECT, LinearSolver, Options, chosen_options
from rack2city.fem.prefixes import FLOW

SOLVER: dict[str, Any] = {**DIRECT, "ksp_rtol": 1e-8}  # of a Newton step; Newton itself goes on to RTOL
RTOL = 1e-9  # of the residual of a cold start; the mass balance does not depend on it
MAX_JACOBIANS = 15  # from a start that serves it takes one to four
KEEP_BELOW = 0.3  # a step with a kept Jacobian must reduce the residual at least by this factor
DIVERGED = 1e4  # of the residual of a cold start
STEP_TOLERANCE = 1e-10  # of the solution: in very long channels rounding keeps the residual above RTOL

Log = Callable[[str], None]


@dataclass(frozen=True)
class NewtonReport:
    """How the nonlinear solver did.

    Attributes:
        iterations: Newton steps.
        factorisations: steps that factored the Jacobian anew.
        residual: final residual over that of a cold start (-).
    """

    iterations: int
    factorisations: int
    residual: float


class FlowProblem:
    """Flow through a fluid domain with one inlet and one outlet.

    The viscosity is an expression that may hold functions on the fluid mesh (a temperature); update these, solve again.

    Args:
        fluid: the fluid mesh with surfaces `inlet`, `outlet` and, if any, `symmetry`.
        density: coolant density (kg/m³).
        viscosity: dynamic viscosity (Pa s), a UFL expression on the fluid mesh or a number.
        viscosity_scale: a typical value of the viscosity (Pa s).
        options: PETSc options by prefix that override the default of `flow_`.
        log: receives one line for each Newton step.
    """

    def __init__(
        self,
        fluid: FluidDomain,
        density: float,
        viscosity: ufl.core.expr.Expr | float,
        viscosity_scale: float,
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
    ) -> None:
        """Build spaces, boundary conditions and compiled forms."""
        self.fluid, self.density, self.log = fluid, density, log
        self.options = chosen_options(SOLVER, FLOW, options)
        msh = fluid.mesh
        cell = msh.basix_cell()
        velocity_element = basix.ufl.element("Lagrange", cell, 2, shape=(3,))
        self.space = fem.functionspace(
            msh, basix.ufl.mixed_element([velocity_element, basix.ufl.element("Lagrange", cell, 1)])
        )
        self._velocity_space, self._velocity_dofs = self.space.sub(0).collapse()
        self._pressure_space, self._pressure_dofs = self.space.sub(1).collapse()
        self.unit_inflow = developed_inflow(fluid, self._velocity_space, options)
        self.area = fluid.integral(fem.Constant(msh, 1.0) * fluid.ds(fluid.surfaces["inlet"]))
        self._inlet_value = fem.Function(self._velocity_space)
        self._bcs = self._boundary_conditions()

        self._speed = fem.Constant(msh, 1.0)
        self._inertia = fem.Constant(msh, 1.0)
        self._solved, self._has_jacobian, self._steps, self._norm = False, False, 0, np.inf
        self._hydraulic_diameter = self._volume_over_wall()
        self._viscosity_scale = viscosity_scale
        self._w = fem.Function(self.space)
        self._compile(viscosity)
        self._solver = LinearSolver(self._matrix, FLOW, self.options)

    def _boundary_conditions(self) -> list[fem.DirichletBC]:
        fluid, facets = self.fluid, self.fluid.mesh.topology.dim - 1
        sub = self.space.sub(0)
        pair = (sub, self._velocity_space)
        zero = fem.Function(self._velocity_space)
        inlet = fluid.facet_tags.find(fluid.surfaces["inlet"])
        bcs = [
            fem.dirichletbc(zero, fem.locate_dofs_topological(pair, facets, fluid.walls()), sub),
            fem.dirichletbc(self._inlet_value, fem.locate_dofs_topological(pair, facets, inlet), sub),
        ]
        if "symmetry" in fluid.surfaces:
            normal = np.abs(inlet_normal(fluid, "symmetry"))
            axis = int(np.argmax(normal))
            if normal[axis] < 1.0 - 1e-6:
                raise InputError("mesh: the surface 'symmetry' must be normal to the x, y or z axis")
            component = sub.sub(axis)
            component_space, _ = component.collapse()
            plane = fluid.facet_tags.find(fluid.surfaces["symmetry"])
            dofs = fem.locate_dofs_topological((component, component_space), facets, plane)
            bcs.append(fem.dirichletbc(fem.Function(component_space), dofs, component))
        return bcs

    def _volume_over_wall(self) -> float:
        """Hydraulic diameter 4 V / A_wall (m): of a channel, 4 cross-section / wetted perimeter."""
        msh = self.fluid.mesh
        one = fem.Constant(msh, 1.0)
        tagged = [self.fluid.surfaces[n] for n in ("inlet", "outlet", "symmetry") if n in self.fluid.surfaces]
        everywhere = self.fluid.integral(one * ufl.ds(domain=msh))
        wall = everywhere - sum(self.fluid.integral(one * self.fluid.ds(tag)) for tag in tagged)
        return 4.0 * self.fluid.integral(one * ufl.dx(domain=msh)) / wall

    def _compile(self, viscosity: ufl.core.expr.Expr | float) -> None:
        fluid, msh = self.fluid, self.fluid.mesh
        u, p = ufl.split(self._w)
        v, q = ufl.TestFunctions(self.space)
        mu = viscosity / self._viscosity_scale
        # (rho U^2) / (mu U / D_h) D_h: the Reynolds number over the hydraulic diameter, as a length
        inertia = self._inertia * self.density * self._speed * self._hydraulic_diameter / self._viscosity_scale
        n = ufl.FacetNormal(msh)
        eps = ufl.sym(ufl.grad(u))
        dx = ufl.dx(domain=msh, metadata={"quadrature_degree": 5})
        d = self._hydraulic_diameter
        form = (
            inertia * ufl.inner(ufl.grad(u) * u, v) * dx
            + 2.0 * d * mu * ufl.inner(eps, ufl.grad(v)) * dx
            - p * ufl.div(v) * dx
            - q * ufl.div(u) * dx
            - d * mu * ufl.inner(ufl.grad(u).T * n, v) * fluid.ds(fluid.surfaces["outlet"])
        )
        self._residual_form = fem.form(form, jit_options=jit_options())
        self._jacobian_form = fem.form(ufl.derivative(form, self._w), jit_options=jit_options())
        self._matrix = petsc.create_matrix(self._jacobian_form)
        self._residual = petsc.create_vector(self.space)
        self._step = self._w.x.petsc_vec.duplicate()

    def solve(self, flow_rate: float) -> NewtonReport:
        """Solve for a flow rate, from the last solution (scaled), or without a guess where there is none or it does not help.

        Without a guess the flow starts as creeping flow, without inertia, which is then raised to its full share.

        Args:
            flow_rate: volume flow into the inlet of this mesh (m³/s).

        Raises:
            ConvergenceError: Newton's method does not reach the tolerance from any start.
        """
        self._speed.value = flow_rate / self.area
        self._inlet_value.x.array[:] = self.unit_inflow.x.array * self.area  # scaled velocity: flow_rate / speed = area
        steps, factorisations = self._steps, self._solver.factorisations
        if not self._solved or not self._converges_from_here():
            values = self._w.x.array
            continue_to_one(
                self._newton, values.copy, lambda kept: np.copyto(values, kept), self.log, "the inertia of the flow"
            )
        self._solved = True
        return NewtonReport(self._steps - steps, self._solver.factorisations - factorisations, self._norm)

    def _converges_from_here(self) -> bool:
        """Whether Newton's method converges from the last solution."""
        try:
            self._newton(1.0)
        except ConvergenceError as error:
            self.log(f"{error}; starting again without a guess")
            return False
        return True

    def _newton(self, inertia: float) -> None:
        """Newton's method from the present state, with a share of the inertia.

        Raises:
            ConvergenceError: it diverges or stalls.
        """
        self._inertia.value = inertia
        w = self._w.x.petsc_vec
        cold = self._cold_residual()
        change, before, jacobians, step = np.inf, np.inf, 0, 0
        while True:
            self._norm = self._assemble_residual() / cold
            self.log(f"flow: Newton step {step}, relative residual {self._norm:.2e}")
            if self._norm <= RTOL or change <= STEP_TOLERANCE:
                self._steps += step
                return
            # Assembling and factoring the Jacobian is what costs: it is kept for as long as it serves.
            if not self._has_jacobian or not self._norm <= KEEP_BELOW * before:
                if jacobians == MAX_JACOBIANS or (jacobians > 0 and not self._norm <= DIVERGED):
                    break
                self._assemble_jacobian()
                jacobians += 1
            before = self._norm
            self._solver.solve(self._residual, self._step)
            w.axpy(-1.0, self._step)
            self._w.x.scatter_forward()
            step += 1
            change = self._step.norm() / w.norm()
        self._steps += step
        raise ConvergenceError(f"flow: no convergence after {step} Newton steps (relative residual {self._norm:.1e})")

    def _cold_residual(self) -> float:
        """Residual norm of the start from rest: what convergence is measured against, however good the start is."""
        present = self._w.x.array.copy()
        self._w.x.array[:] = 0.0
        petsc.set_bc(self._w.x.petsc_vec, self._bcs)
        self._w.x.scatter_forward()
        norm = self._assemble_residual()
        self._w.x.array[:] = present
        petsc.set_bc(self._w.x.petsc_vec, self._bcs)
        self._w.x.scatter_forward()
        return norm

    def _assemble_residual(self) -> float:
        b = self._residual
        with b.localForm() as local:
            local.set(0.0)
        petsc.assemble_vector(b, self._residual_form)
        b.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        petsc.set_bc(b, self._bcs, x0=self._w.x.petsc_vec, alpha=-1.0)
        return float(b.norm())

    def _assemble_jacobian(self) -> None:
        self._matrix.zeroEntries()
        petsc.assemble_matrix(self._matrix, self._jacobian_form, bcs=self._bcs)
        self._matrix.assemble()
        self._has_jacobian = True

    @property
    def speed(self) -> float:
        """Mean velocity in the inlet (m/s)."""
        return float(self._speed.value)

    def velocity(self) -> fem.Function:
        """Velocity (m/s), a quadratic function on the fluid mesh."""
        u = fem.Function(self._velocity_space, name="velocity")
        u.x.array[:] = self._w.x.array[self._velocity_dofs] * self.speed
        return u

    def pressure(self) -> fem.Function:
        """Pressure over that of the outlet (Pa), a linear function on the fluid mesh."""
        p = fem.Function(self._pressure_space, name="pressure")
        scale = self._viscosity_scale * self.speed / self._hydraulic_diameter
        p.x.array[:] = self._w.x.array[self._pressure_dofs] * scale
        return p

    @property
    def hydraulic_diameter(self) -> float:
        """4 V / A_wall of the fluid (m)."""
        return self._hydraulic_diameter
