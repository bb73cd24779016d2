"""The equations of a cell's flow, condensed, with the gradient that drives it as one more unknown where the flow is given.

A step of Newton's method for (u, G) costs two back-substitutions: J du = -r + dG f, f the force of a unit gradient. The flow
is measured by the same f, as the mean over the volume, so that it is the dual of G: G V L is the power put in. That flow is
met after each step exactly, whatever the linear solver leaves over.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from petsc4py import PETSc

from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.periodic.condensed import Condensed
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.options import Options
from rack2city.fem.solvers.system import Equations, NonlinearSystem


@dataclass
class Drive:
    """What drives a cell.

    Attributes:
        gradient: mean gradient of the pressure G (Pa/m), a number of the form.
        flow: scaled flow that is wanted, as f·x; None where the gradient is given.
        typical: gradient that residuals are measured by (Pa/m).
    """

    gradient: fem.Constant
    flow: float | None = None
    typical: float = 1.0


class CellSystem(NonlinearSystem):
    """Newton's method on the condensed unknowns; the matrix, residual and solution of the form are those of all unknowns."""

    def __init__(
        self,
        equations: Equations,
        velocities: np.ndarray,
        prefix: str,
        options: Options,
        log: Log,
        prolongation: PETSc.Mat,
        drive: Drive,
        force: ufl.Form,
    ) -> None:
        super().__init__(equations, velocities, prefix, options, log)
        self._condensed, self._drive, self._prefix, self._given = Condensed(prolongation), drive, prefix, options
        self._force_form, self._force = compiled(force), self._step.duplicate()
        self._left, self._reduced, self._reduced_force = (prolongation.createVecRight() for _ in range(3))
        self._answer = self._step.duplicate()  # of the flow to a unit gradient
        self._answered = False

    def flow(self) -> float:
        """f·x: the scaled flow of the present values."""
        return float(np.real(self._force.dot(self.unknown.x.petsc_vec)))

    def _start(self) -> None:
        assembled(self._force_form, self._force)
        self._condensed.reduced(self._force, self._reduced_force)
        super()._start()

    def _at_rest(self) -> float:
        return float(np.asarray(self._reduced_force.norm())) * self._drive.typical

    def _norm(self) -> float:
        assembled(self._residual_form, self._rhs)
        residual = float(np.asarray(self._condensed.reduced(self._rhs, self._reduced).norm()))
        if self._drive.flow is None:
            return residual
        return float(np.hypot(residual, self._at_rest() * (self.flow() / self._drive.flow - 1.0)))

    def linearise(self, lagged: bool = False) -> None:
        """As `NonlinearSystem` says, condensed."""
        super().linearise(lagged)
        fresh = self._condensed.matrix is None
        matrix = self._condensed.update(self._matrix)
        if fresh:
            self._linear = LinearSolver(matrix, self._prefix, self._given)
        self._answered = False

    def _go(self, rtol: float | None = None) -> None:
        self._solve(self._reduced, self._step, rtol)
        vector = self.unknown.x.petsc_vec
        if self._drive.flow is not None:
            if not self._answered:
                self._solve(self._reduced_force, self._answer, rtol)
                self._answered = True
            missing = self._drive.flow - self.flow() + float(np.real(self._force.dot(self._step)))
            change = missing / float(np.real(self._force.dot(self._answer)))
            self._drive.gradient.value += change
            self._step.axpy(-change, self._answer)
        vector.axpy(-1.0, self._step)
        self.unknown.x.scatter_forward()
        self.steps += 1

    def _solve(self, reduced: PETSc.Vec, whole: PETSc.Vec, rtol: float | None) -> None:
        try:
            self._linear.solve(reduced, self._left, rtol)
        finally:
            self.factorisations, self.linear_iterations = self._linear.factorisations, self._linear.all_iterations
        self._condensed.prolongation.mult(self._left, whole)

    def state(self) -> np.ndarray:
        """As `System` says, with the gradient."""
        return np.append(super().state(), float(self._drive.gradient.value))

    def restore(self, values: np.ndarray) -> None:
        """As `System` says, with the gradient."""
        self._drive.gradient.value = values[-1]
        super().restore(values[:-1])

    @property
    def options(self) -> dict[str, Any]:
        """As `System` says."""
        return self._linear.options
