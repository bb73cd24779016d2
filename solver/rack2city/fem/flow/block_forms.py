"""The flow's equations in blocks of velocity and pressure, made from their mixed form."""

from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.mesh.parts import part


@dataclass(frozen=True)
class MixedSpace:
    """A mixed space of velocity and pressure and its parts.

    Attributes:
        velocity: space of the velocity alone.
        velocity_dofs: unknowns of the mixed space that are the velocity's, in the order of its own.
        pressure: space of the pressure alone.
        pressure_dofs: the same for the pressure.
    """

    velocity: fem.FunctionSpace
    velocity_dofs: np.ndarray
    pressure: fem.FunctionSpace
    pressure_dofs: np.ndarray


class BlockForms:
    """Residual and Jacobian blocks of a form in a mixed space; they share their values with the mixed unknown.

    Args:
        form: residual as a UFL form in `unknown`.
        unknown: function of the mixed space.
        space: its parts.
        bcs: conditions on the mixed space, on the velocity alone.
        lagged: the part of the derivative, a bilinear form in the mixed space, that Picard's method leaves out.
        inertia: bilinear form in the mixed space that a pseudo-time adds to the derivative, times its inverse.

    Attributes:
        velocity: velocity of the mixed unknown.
        pressure: pressure of the mixed unknown.
        fixed: velocity unknowns, of those this rank owns, that a condition fixes.
        k, g, d: matrices: derivative of the momentum by velocity and by pressure, of the mass by velocity.
    """

    def __init__(
        self,
        form: ufl.Form,
        unknown: fem.Function,
        space: MixedSpace,
        bcs: list[fem.DirichletBC],
        lagged: ufl.Form,
        inertia: ufl.Form,
    ) -> None:
        """Compile the forms and make the matrices."""
        self.space, self.unknown = space, unknown
        self.velocity, self.pressure = fem.Function(space.velocity), fem.Function(space.pressure)
        dim = space.velocity.dofmap.bs
        tests = ufl.TestFunctions(ufl.MixedFunctionSpace(space.velocity, space.pressure))
        trials = ufl.TrialFunction(space.velocity), ufl.TrialFunction(space.pressure)

        def mixed(u: fem.Function, p: fem.Function) -> ufl.core.expr.Expr:
            return ufl.as_vector([*(u[i] for i in range(dim)), p])

        (test,) = (a for a in form.arguments() if a.number() == 0)
        replaced = ufl.replace(form, {unknown: mixed(self.velocity, self.pressure), test: mixed(*tests)})
        momentum, mass = ufl.extract_blocks(replaced)
        jit = {"jit_options": jit_options()}
        self._momentum, self._mass = fem.form(momentum, **jit), fem.form(mass, **jit)
        self._picard = fem.Constant(space.velocity.mesh, 0.0)  # 1 for Picard's method, 0 for Newton's
        self._rate = fem.Constant(space.velocity.mesh, 0.0)
        wall = ufl.as_vector([*(ufl.TestFunction(space.velocity)[i] for i in range(dim)), 0.0])
        zero = ufl.as_vector([*(trials[0][i] for i in range(dim)), 0.0])

        def of_velocity(part: ufl.Form) -> ufl.Form:
            number = {a.number(): a for a in part.arguments()}
            replaced = {unknown: mixed(self.velocity, self.pressure), number[0]: wall, number[1]: zero}
            return ufl.replace(part, replaced)

        derivative = ufl.replace(
            ufl.derivative(momentum, self.velocity, trials[0]), {tests[0]: ufl.TestFunction(space.velocity)}
        )
        derivative += -self._picard * of_velocity(lagged) + self._rate * of_velocity(inertia)
        self._k = fem.form(derivative, **jit)
        self._g = fem.form(ufl.derivative(momentum, self.pressure, trials[1]), **jit)
        self._d = fem.form(ufl.derivative(mass, self.velocity, trials[0]), **jit)
        self._conditions = self._on_velocity(bcs)
        self.k, self.g, self.d = (petsc.create_matrix(form) for form in (self._k, self._g, self._d))
        self._ru, self._rp = petsc.create_vector(space.velocity), petsc.create_vector(space.pressure)
        for matrix, compiled in ((self.g, self._g), (self.d, self._d)):
            petsc.assemble_matrix(matrix, compiled, bcs=self._conditions)
            matrix.assemble()

    def _on_velocity(self, bcs: list[fem.DirichletBC]) -> list[fem.DirichletBC]:
        """The unknowns that conditions fix, as conditions on the velocity's own space."""
        own = np.full(self.unknown.x.array.size, -1)
        own[self.space.velocity_dofs] = np.arange(len(self.space.velocity_dofs))
        fixed = np.unique(np.concatenate([bc.dof_indices()[0] for bc in bcs])) if bcs else np.empty(0, dtype=np.int64)
        fixed = own[fixed]
        assert np.all(fixed >= 0), "conditions on the pressure are not for blocks"
        dim, index_map = self.space.velocity.dofmap.bs, self.space.velocity.dofmap.index_map
        self.fixed = np.sort(fixed[fixed < dim * index_map.size_local]).astype(np.int32)
        return [
            fem.dirichletbc(
                PETSc.ScalarType(0.0),  # type: ignore[operator]
                np.sort(fixed[fixed % dim == axis]).astype(np.int32),
                self.space.velocity.sub(axis),
            )
            for axis in range(dim)
        ]

    def pull(self) -> None:
        """Take velocity and pressure from the mixed unknown."""
        self.velocity.x.array[:] = self.unknown.x.array[self.space.velocity_dofs]
        self.pressure.x.array[:] = self.unknown.x.array[self.space.pressure_dofs]

    def push(self) -> None:
        """Give velocity and pressure to the mixed unknown."""
        self.unknown.x.array[self.space.velocity_dofs] = self.velocity.x.array
        self.unknown.x.array[self.space.pressure_dofs] = self.pressure.x.array

    def residual(self, fixed: bool = True) -> tuple[PETSc.Vec, PETSc.Vec]:
        """Residuals of momentum and mass of the present values.

        Args:
            fixed: whether rows of fixed unknowns are zero; else they hold what the conditions have to supply.
        """
        for vector, form in ((self._ru, self._momentum), (self._rp, self._mass)):
            with vector.localForm() as local:
                local.set(0.0)
            petsc.assemble_vector(vector, form)
            vector.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        if fixed:
            self._ru.array[self.fixed] = 0.0
        return self._ru, self._rp

    def linearise(self, picard: bool = False, rate: float = 0.0) -> None:
        """Assemble the derivative of the momentum by the velocity; the other blocks are constant.

        Args:
            picard: only Picard's part of it.
            rate: inverse of the pseudo-time (1/m).
        """
        self._picard.value, self._rate.value = float(picard), rate
        self.k.zeroEntries()
        petsc.assemble_matrix(self.k, self._k, bcs=self._conditions)
        self.k.assemble()

    def mass_diagonal(self) -> PETSc.Vec:
        """Diagonal of the velocity's mass matrix, as a vector of the velocity."""
        scalar, places = part(self.space.velocity, 0)
        trial, test = ufl.TrialFunction(scalar), ufl.TestFunction(scalar)
        matrix = petsc.assemble_matrix(fem.form(trial * test * ufl.dx, jit_options=jit_options()))
        matrix.assemble()
        diagonal, own = self.g.createVecLeft(), matrix.getDiagonal().array
        dim = self.space.velocity.dofmap.bs
        nodes = places[: own.size] // dim
        for axis in range(dim):
            diagonal.array[dim * nodes + axis] = own
        matrix.destroy()
        return diagonal

    def interpolation(self) -> PETSc.Mat:
        """Matrix that gives a velocity its values from those of a linear one on the same mesh."""
        velocity = self.space.velocity
        linear = fem.functionspace(velocity.mesh, ("Lagrange", 1, (velocity.dofmap.bs,)))
        matrix = petsc.interpolation_matrix(linear, velocity)
        matrix.assemble()
        return matrix.convert("aij")
