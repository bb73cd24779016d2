"""Newton's method that keeps a Jacobian, and its factor, for as long as they serve."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from dolfinx import fem
from petsc4py import PETSc

from rack2city.errors import ConvergenceError
from rack2city.fem.solvers.linear import LinearSolver, Options

RTOL = 1e-9  # of the residual of a cold start; the mass balance does not depend on it
MAX_JACOBIANS = 15  # from a start that serves it takes one to four
KEEP_BELOW = 0.3  # a step with a kept Jacobian must reduce the residual at least by this factor
DIVERGED = 1e4  # of the residual of a cold start
HOPELESS = 30.0  # growth over the least residual so far of Newton's own steps with fresh Jacobians
STEP_TOLERANCE = 1e-10  # of the solution: in very long channels rounding keeps the residual above RTOL

Log = Callable[[str], None]


@dataclass(frozen=True)
class NewtonReport:
    """How the nonlinear solver did.

    Attributes:
        iterations: Newton steps.
        factorisations: steps that factored the Jacobian anew.
        residual: final residual over that of a cold start (-).
        linear_iterations: of the Krylov solver, in all steps.
    """

    iterations: int
    factorisations: int
    residual: float
    linear_iterations: int = 0

    def since(self, before: "NewtonReport") -> "NewtonReport":
        """What was done after an earlier report."""
        return NewtonReport(
            self.iterations - before.iterations,
            self.factorisations - before.factorisations,
            self.residual,
            self.linear_iterations - before.linear_iterations,
        )


class Newton:
    """Solves residual(unknown) = 0 from the present values of the unknown.

    Args:
        name: of the equations, for messages.
        unknown: the solution, changed in place.
        residual: assembles the residual of the present values into a vector, rows of Dirichlet conditions included
            (value minus what is prescribed), and returns its norm.
        jacobian: assembles the derivative of `residual` at the present values into a matrix, without what Picard's method
            leaves out if the second argument says so.
        matrix: where `jacobian` writes.
        prefix: option prefix of the linear solver.
        options: its PETSc options, without the prefix.
        log: receives one line for each step.
    """

    def __init__(
        self,
        name: str,
        unknown: fem.Function,
        residual: Callable[[PETSc.Vec], float],
        jacobian: Callable[[PETSc.Mat, bool], None],
        matrix: PETSc.Mat,
        prefix: str,
        options: Options,
        log: Log,
    ) -> None:
        """Create the linear solver."""
        self.name, self.unknown, self.log = name, unknown, log
        self._residual, self._jacobian, self._matrix = residual, jacobian, matrix
        self._rhs, self._step = unknown.x.petsc_vec.duplicate(), unknown.x.petsc_vec.duplicate()
        self._linear = LinearSolver(matrix, prefix, options)
        self._has_jacobian = False
        self.steps, self.norm = 0, np.inf

    def report(self) -> NewtonReport:
        """What was done since the beginning."""
        linear = self._linear
        return NewtonReport(self.steps, linear.factorisations, self.norm, linear.all_iterations)

    def norm_of_residual(self) -> float:
        """Norm of the residual of the present values."""
        return self._residual(self._rhs)

    def take_step(self, lagged: bool, rtol: float) -> None:
        """One step from the present values, whose residual was the last to be asked for.

        Args:
            lagged: Picard's method instead of Newton's.
            rtol: tolerance of the linear solver.
        """
        self._jacobian(self._matrix, lagged)
        self._has_jacobian = False  # of Newton's method alone
        self._linear.solve(self._rhs, self._step, rtol)
        self.unknown.x.petsc_vec.axpy(-1.0, self._step)
        self.unknown.x.scatter_forward()
        self.steps += 1

    def solve(self, cold: float, slack: float = 1.0) -> None:
        """Newton's method from the present values.

        Args:
            cold: residual norm of a start from rest: what convergence is measured against, however good the start is.
            slack: factor on the tolerance of the residual.

        Raises:
            ConvergenceError: it diverges or stalls.
        """
        w = self.unknown.x.petsc_vec
        change, before, least, jacobians, step = np.inf, np.inf, np.inf, 0, 0
        while True:
            self.norm = self.norm_of_residual() / cold
            self.log(f"{self.name}: Newton step {step}, relative residual {self.norm:.2e}")
            if self.norm <= slack * RTOL or change <= STEP_TOLERANCE:
                self.steps += step
                return
            # Assembling and factoring the Jacobian is what costs: it is kept for as long as it serves.
            if not self._has_jacobian or not self.norm <= KEEP_BELOW * before:
                late = jacobians > 0 and not self.norm <= min(DIVERGED, HOPELESS * max(least, 1e-3))
                if jacobians == MAX_JACOBIANS or late:
                    break
                self._jacobian(self._matrix, False)
                self._has_jacobian = True
                jacobians += 1
            before = self.norm
            least = min(least, before)
            self._linear.solve(self._rhs, self._step)
            w.axpy(-1.0, self._step)
            self.unknown.x.scatter_forward()
            step += 1
            change = self._step.norm() / w.norm()
        self.steps += step
        raise ConvergenceError(
            f"{self.name}: no convergence after {step} Newton steps (relative residual {self.norm:.1e})"
        )
