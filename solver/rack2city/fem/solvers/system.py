"""A residual form with Dirichlet conditions, its Jacobian, and Newton's method on them."""

from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.solvers.approach import approach
from rack2city.fem.solvers.linear import Options
from rack2city.fem.solvers.newton import Log, Newton
from rack2city.fem.solvers.rest import at_rest

PICARD_RTOL, NEWTON_RTOL = 1e-2, 1e-3  # linear tolerances on the way: a kept factor then serves several steps


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
        inertia: bilinear form that a pseudo-time adds to the derivative, times its inverse.
        velocities: unknowns by which `approach` tells a distance.
    """

    near = 0.02

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
        inertia: ufl.Form | None = None,
        velocities: np.ndarray | None = None,
    ) -> None:
        """Compile the forms."""
        self.name, self.unknown, self.bcs, self.log = name, unknown, bcs, log
        self._residual_form = fem.form(form, jit_options=jit_options())
        msh = unknown.function_space.mesh
        self._picard = fem.Constant(msh, 0.0)  # 1 for Picard's method, 0 for Newton's
        self._rate = fem.Constant(msh, 0.0)
        self._cold = 1.0
        owned = unknown.x.petsc_vec.getLocalSize()
        self._velocities = np.arange(owned) if velocities is None else np.sort(velocities[velocities < owned])
        derivative = ufl.derivative(form, unknown, ufl.TrialFunction(unknown.function_space))
        if lagged is not None:
            derivative -= self._picard * lagged
        if inertia is not None:
            derivative += self._rate * inertia
        self._jacobian_form = fem.form(derivative, jit_options=jit_options())
        matrix = petsc.create_matrix(self._jacobian_form)
        self.newton = Newton(name, unknown, self._residual, self._jacobian, matrix, prefix, options, log)

    def solve(self, slack: float = 1.0) -> None:
        """Newton's method from the present values of the unknown.

        Args:
            slack: factor on the tolerance of the residual.

        Raises:
            ConvergenceError: it diverges or stalls.
        """
        self._start()
        if self._cold > 0.0:  # else nothing drives it, and rest is the solution
            self.newton.solve(self._cold, slack)
        else:
            self.unknown.x.array[:] = 0.0

    def approach(self, length: float, predicted: bool) -> None:
        """Come near to the solution as `approach.approach` says; `length` is the hydraulic diameter (m).

        Raises:
            ConvergenceError: no step helps any more.
        """
        self._start()
        if self._cold > 0.0:
            approach(self, self.unknown.function_space.mesh.comm, length, predicted)

    def _start(self) -> None:
        """Bring the conditions up to date, and take the residual of a start from rest as the measure."""
        self._cold = at_rest(self.unknown, self.bcs, self.newton.norm_of_residual)

    def residual(self) -> float:
        """As `approach.Equations` says."""
        self.newton.norm = self.newton.norm_of_residual() / self._cold
        return self.newton.norm

    def state(self) -> np.ndarray:
        """As `approach.Equations` says."""
        return np.array(self.unknown.x.petsc_vec.array_r)

    def restore(self, values: np.ndarray) -> None:
        """As `approach.Equations` says."""
        self.unknown.x.petsc_vec.array[:] = values
        self.unknown.x.scatter_forward()

    def velocities(self) -> np.ndarray:
        """As `approach.Equations` says."""
        return self._velocities

    def take_step(self, lagged: bool, rate: float) -> None:
        """As `approach.Equations` says."""
        self._rate.value = rate
        self.newton.take_step(lagged, PICARD_RTOL if lagged else NEWTON_RTOL)
        self._rate.value = 0.0

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
