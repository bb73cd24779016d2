"""The flow's equations in blocks of velocity and pressure, made from their mixed form."""

from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.flow.space import MixedSpace, part
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.solvers.system import Equations


class BlockForms:
    """Residual and Jacobian blocks of a form in a mixed space, with conditions on the velocity alone.

    The velocity and pressure exchange values with the mixed unknown by `pull` and `push`. `fixed` are the velocity unknowns, of
    those this rank owns, that a condition fixes; k, g derive the momentum by velocity and pressure, d the mass by velocity.
    """

    def __init__(self, equations: Equations, space: MixedSpace) -> None:
        form, unknown = equations.form, equations.unknown
        self.space, self.unknown = space, unknown
        self.velocity, self.pressure = fem.Function(space.velocity), fem.Function(space.pressure)
        dim = space.velocity.dofmap.bs
        tests = ufl.TestFunctions(ufl.MixedFunctionSpace(space.velocity, space.pressure))
        trials = ufl.TrialFunction(space.velocity), ufl.TrialFunction(space.pressure)

        def mixed(u: Any, p: Any) -> ufl.core.expr.Expr:
            return ufl.as_vector([*(u[i] for i in range(dim)), p])

        (test,), there = form.arguments(), mixed(self.velocity, self.pressure)
        replaced = ufl.replace(form, {unknown: there, test: mixed(*tests)})
        momentum, mass = ufl.extract_blocks(replaced)
        self._momentum, self._mass = compiled(momentum), compiled(mass)
        self._picard = fem.Constant(space.velocity.mesh, 0.0)  # 1 for Picard's method, 0 for Newton's
        self._rate = fem.Constant(space.velocity.mesh, 0.0)
        alone = ufl.TestFunction(space.velocity)

        def of_velocity(part: ufl.Form) -> ufl.Form:
            test, trial = sorted(part.arguments(), key=lambda argument: argument.number())
            return ufl.replace(part, {unknown: there, test: mixed(alone, 0.0), trial: mixed(trials[0], 0.0)})

        derivative = ufl.replace(ufl.derivative(momentum, self.velocity, trials[0]), {tests[0]: alone})
        derivative += -self._picard * of_velocity(equations.lagged) + self._rate * of_velocity(equations.inertia)
        self._k = compiled(derivative)
        self._g = compiled(ufl.derivative(momentum, self.pressure, trials[1]))
        self._d = compiled(ufl.derivative(mass, self.velocity, trials[0]))
        self._conditions = self._on_velocity(equations.bcs)
        self.k, self.g, self.d = (petsc.create_matrix(form) for form in (self._k, self._g, self._d))
        self._ru, self._rp = petsc.create_vector(space.velocity), petsc.create_vector(space.pressure)
        for matrix, constant in ((self.g, self._g), (self.d, self._d)):
            petsc.assemble_matrix(matrix, constant, bcs=self._conditions)
            matrix.assemble()

    def _on_velocity(self, bcs: list[fem.DirichletBC]) -> list[fem.DirichletBC]:
        """The unknowns that conditions fix, as conditions on the velocity's own space."""
        own = np.full(self.unknown.x.array.size, -1)
        own[self.space.velocity_dofs] = np.arange(len(self.space.velocity_dofs))
        fixed = own[np.unique(np.concatenate([bc.dof_indices()[0] for bc in bcs]))]
        assert np.all(fixed >= 0), "conditions on the pressure are not for blocks"
        dim, index_map = self.space.velocity.dofmap.bs, self.space.velocity.dofmap.index_map
        self.fixed = np.sort(fixed[fixed < dim * index_map.size_local]).astype(np.int32)
        components = [np.sort(fixed[fixed % dim == axis]).astype(np.int32) for axis in range(dim)]
        return [fem.dirichletbc(0.0, dofs, self.space.velocity.sub(axis)) for axis, dofs in enumerate(components)]

    def pull(self) -> None:
        """Take velocity and pressure from the mixed unknown."""
        self.velocity.x.array[:] = self.unknown.x.array[self.space.velocity_dofs]
        self.pressure.x.array[:] = self.unknown.x.array[self.space.pressure_dofs]

    def push(self) -> None:
        """Give velocity and pressure to the mixed unknown."""
        self.unknown.x.array[self.space.velocity_dofs] = self.velocity.x.array
        self.unknown.x.array[self.space.pressure_dofs] = self.pressure.x.array

    def residual(self, fixed: bool = True) -> tuple[PETSc.Vec, PETSc.Vec]:
        """Residuals of momentum and mass; rows of `fixed` unknowns are zero, or hold what the conditions have to supply."""
        assembled(self._momentum, self._ru)
        assembled(self._mass, self._rp)
        if fixed:
            self._ru.array[self.fixed] = 0.0
        return self._ru, self._rp

    def linearise(self, picard: bool = False, rate: float = 0.0) -> None:
        """Assemble the derivative of the momentum by the velocity, or Picard's part; `rate` inverts the pseudo-time (1/m)."""
        self._picard.value, self._rate.value = float(picard), rate
        self.k.zeroEntries()
        petsc.assemble_matrix(self.k, self._k, bcs=self._conditions)
        self.k.assemble()

    def mass_diagonal(self) -> PETSc.Vec:
        """Diagonal of the velocity's mass matrix, as a vector of the velocity."""
        scalar, places = part(self.space.velocity, 0)
        trial, test = ufl.TrialFunction(scalar), ufl.TestFunction(scalar)
        matrix = petsc.assemble_matrix(compiled(trial * test * ufl.dx))
        matrix.assemble()
        diagonal, own = self.g.createVecLeft(), matrix.getDiagonal().array
        dim = self.space.velocity.dofmap.bs
        diagonal.array.reshape(-1, dim)[places[: own.size] // dim] = own[:, None]
        matrix.destroy()
        return diagonal

    def interpolation(self) -> PETSc.Mat:
        """Matrix that gives a velocity its values from those of a linear one on the same mesh."""
        velocity = self.space.velocity
        linear = fem.functionspace(velocity.mesh, ("Lagrange", 1, (velocity.dofmap.bs,)))
        matrix = petsc.interpolation_matrix(linear, velocity)
        matrix.assemble()
        return matrix.convert("aij")
