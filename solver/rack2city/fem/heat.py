"""Steady conjugate heat transfer: one continuous temperature on solids and fluid, the inlet as an enthalpy flux.

Strong form: rho c u.grad T - div(k grad T) = 0 in the fluid, -div(k grad T) = 0 in solids, T and k dT/dn continuous
between them; heat flux q on heated faces, everything else adiabatic; the coolant enters carrying rho c (u.n) T_in and
leaves by advection alone.

Weak form in theta = T - T_in: find theta so that for all s
  (k grad theta, grad s) - (rho c theta u, grad s)_fluid + <rho c (u.n) theta, s>_outlet = <q, s>_heated.

- The inlet has no term at all: the enthalpy that enters is that of theta = 0 (Danckwerts), and no wetted solid edge is
  pinned.
- Testing with s = 1: what leaves through the outlet is exactly what is put in, to the solver's rounding.
- Written in theta, a uniform T = T_in is a solution to rounding although div u_h is not zero point by point.
Temperature is quadratic: on the thin fins of cold plates that is ten times more accurate than linear.
"""

from collections.abc import Mapping

import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.compilation import jit_options
from rack2city.fem.domain import Domain, FluidDomain
from rack2city.fem.linear import DIRECT, LinearSolver, Options, chosen_options
from rack2city.fem.prefixes import HEAT


class HeatProblem:
    """Temperature of a domain whose fluid moves with a given velocity.

    Args:
        domain: the whole mesh; surfaces `heated`, `outlet`.
        fluid: its fluid part.
        velocity: velocity on the fluid mesh (m/s); update its values in place, then solve again.
        heat_capacity: volumetric heat capacity of the coolant, rho c (J/(m³ K)).
        conductivities: conductivity by volume group, the fluid included (W/(m K)).
        inlet_temperature: temperature of the coolant that enters (K).
        options: PETSc options by prefix that override the default of `heat_`.
    """

    def __init__(
        self,
        domain: Domain,
        fluid: FluidDomain,
        velocity: fem.Function,
        heat_capacity: float,
        conductivities: Mapping[str, float],
        inlet_temperature: float,
        options: Mapping[str, Options] | None = None,
    ) -> None:
        """Build the space and the compiled forms."""
        self.domain, self.fluid, self.velocity = domain, fluid, velocity
        self.heat_capacity, self.inlet_temperature = heat_capacity, inlet_temperature
        self.options = chosen_options(DIRECT, HEAT, options)
        self.space = fem.functionspace(domain.mesh, ("Lagrange", 2))
        self.flux = fem.Constant(domain.mesh, 0.0)
        self._theta = fem.Function(self.space)
        self.temperature = fem.Function(self.space, name="temperature")
        self.temperature.x.array[:] = inlet_temperature
        theta, s = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        degree = {"quadrature_degree": 6}
        dx, ds = domain.dx(metadata=degree), domain.ds(metadata=degree)
        wet = dx(domain.volumes["fluid"])
        form = sum(
            k * ufl.inner(ufl.grad(theta), ufl.grad(s)) * dx(domain.volumes[name]) for name, k in conductivities.items()
        )
        form += -heat_capacity * theta * ufl.inner(velocity, ufl.grad(s)) * wet
        form += (
            heat_capacity * ufl.dot(velocity, ufl.FacetNormal(domain.mesh)) * theta * s * ds(domain.surfaces["outlet"])
        )
        self._entity_maps = [fluid.cell_map]
        self._matrix_form = fem.form(form, entity_maps=self._entity_maps, jit_options=jit_options())
        load = self.flux * s * ds(domain.surfaces["heated"])
        self._load_form = fem.form(load, jit_options=jit_options())
        self._matrix = petsc.create_matrix(self._matrix_form)
        self._solver = LinearSolver(self._matrix, HEAT, self.options)

    def solve(self, flux: float) -> None:
        """Solve for a heat flux.

        Args:
            flux: heat flux into the heated faces (W/m²).

        Raises:
            ConvergenceError: the linear solver failed.
        """
        self.flux.value = flux
        self._matrix.zeroEntries()
        petsc.assemble_matrix(self._matrix, self._matrix_form)
        self._matrix.assemble()
        load = petsc.assemble_vector(self._load_form)
        load.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        self._solver.solve(load, self._theta.x.petsc_vec)
        load.destroy()
        self._theta.x.scatter_forward()
        self.temperature.x.array[:] = self._theta.x.array + self.inlet_temperature

    def heat_in(self) -> float:
        """Heat put in through the heated faces (W)."""
        return self.domain.integral(self.flux * self.domain.ds(self.domain.surfaces["heated"]))

    def heat_out(self) -> float:
        """Heat that the coolant carries out over what it brought in (W)."""
        normal = ufl.FacetNormal(self.domain.mesh)
        outlet = self.domain.ds(self.domain.surfaces["outlet"])
        flux = self.heat_capacity * ufl.dot(self.velocity, normal) * self._theta * outlet
        return self.domain.integral(flux, self._entity_maps)
