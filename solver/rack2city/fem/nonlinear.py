"""A residual form with Dirichlet conditions, its Jacobian, and Newton's method on them."""

from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.compilation import jit_options
from rack2city.fem.linear import Options
from rack2city.fem.newton import Log, Newton


class NonlinearSystem:
    """Nonlinear equations form(unknown) = 0 in the unknowns that no condition fixes.

    Args:
        name: of the equations, for messages.
        form: residual as a UFL form in `unknown`.
        unknown: the solution, changed in place.
        bcs: conditions; of two on the same unknown the last wins. Their values may change between solves.
        prefix: option prefix of the linear solver.
        options: its PETSc options, without the prefix.
        log: receives one line for each Newton step.
        lagged: the part of the derivative, a bilinear form in the unknown's space, that Picard's method leaves out.
    """

    def __init__(
        self,
        name: str,
        form: ufl.Form,
        unknown: fem.Function,
        bcs: list[fem.DirichletBC],
        prefix: str,
        options: Options,
        log: Log,
        lagged: ufl.Form | None = None,
    ) -> None:
        """Compile the forms."""
        self.unknown, self.bcs = unknown, bcs
        self._residual_form = fem.form(form, jit_options=jit_options())
        self._picard = fem.Constant(unknown.function_space.mesh, 0.0)  # 1 for Picard's method, 0 for Newton's
        self.can_lag = lagged is not None
        derivative = ufl.derivative(form, unknown, ufl.TrialFunction(unknown.function_space))
        if lagged is not None:
            derivative -= self._picard * lagged
        self._jacobian_form = fem.form(derivative, jit_options=jit_options())
        matrix = petsc.create_matrix(self._jacobian_form)
        self.newton = Newton(name, unknown, self._residual, self._jacobian, matrix, prefix, options, log)

    def solve(self, slack: float = 1.0, picard: int = 0) -> None:
        """Newton's method from the present values of the unknown.

        Args:
            slack: factor on the tolerance of the residual; the logged residual is divided by it.
            picard: steps of Picard's method to begin with: it comes near from far away, where Newton's method does not.

        Raises:
            ConvergenceError: it diverges or stalls.
        """
        present = self.unknown.x.array.copy()
        self.unknown.x.array[:] = 0.0
        self.apply_conditions()
        cold = self.newton.norm_of_residual()
        self.unknown.x.array[:] = present
        self.apply_conditions()
        if cold > 0.0:  # else nothing drives it, and rest is the solution
            self.newton.solve(slack * cold, picard if self.can_lag else 0)
        else:
            self.unknown.x.array[:] = 0.0

    def apply_conditions(self) -> None:
        """Give the fixed unknowns their values."""
        petsc.set_bc(self.unknown.x.petsc_vec, self.bcs)
        self.unknown.x.scatter_forward()

    def reaction(self) -> np.ndarray:
        """Residual without conditions at the unknowns that this rank owns: what the conditions have to supply."""
        self._assemble(self._reaction)
        return self._reaction.array.copy()

    @cached_property
    def _reaction(self) -> PETSc.Vec:
        return self.unknown.x.petsc_vec.duplicate()

    def _assemble(self, b: PETSc.Vec) -> None:
        with b.localForm() as local:
            local.set(0.0)
        petsc.assemble_vector(b, self._residual_form)
        b.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)  # type: ignore[arg-type]

    def _residual(self, b: PETSc.Vec) -> float:
        self._assemble(b)
        petsc.set_bc(b, self.bcs, x0=self.unknown.x.petsc_vec, alpha=-1.0)
        return float(b.norm())  # type: ignore[arg-type]

    def _jacobian(self, matrix: PETSc.Mat, lag: bool) -> None:
        self._picard.value = float(lag)
        matrix.zeroEntries()
        petsc.assemble_matrix(matrix, self._jacobian_form, bcs=self.bcs)
        matrix.assemble()
