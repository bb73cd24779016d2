"""The equation of heat in matrices, and its solution: one linear system, or Newton's method with a line search."""

from collections.abc import Mapping

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.heat.forms import HeatTerms
from rack2city.fem.heat.solver import HeatSolver
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.solvers.newton import Log, newton
from rack2city.fem.solvers.options import Options

TOLERANCE = 1e-12  # of residual or step
MOST = 25
START = 3  # fixed-point steps before the first Newton step: they overshoot less from far away
HALVINGS = 8  # of a Newton step that does not reduce the residual
ADVICE = "; a conductivity may fall to zero at the temperatures of this load"


class HeatEquations:
    """Matrix and right-hand side of a heat problem, solved for `theta` in place; `linear` if no conductivity follows it.

    `assembled` says whether the matrix is that of the present velocities.
    """

    def __init__(
        self,
        terms: HeatTerms,
        theta: fem.Function,
        history: fem.Function,
        options: Mapping[str, Options] | None,
        log: Log,
    ) -> None:
        self._terms, self._theta, self._history, self._log = terms, theta, history, log
        self.linear = not any(callable(m.conductivity) for m in terms.materials.values())
        self.assembled, self._cold_start = False, True
        trial, s = ufl.TrialFunction(theta.function_space), ufl.TestFunction(theta.function_space)
        if self.linear:
            forms = ufl.system(terms.residual(trial, s, history))
        else:
            residual = terms.residual(theta, s, history)
            forms = ufl.derivative(residual, theta, trial), -residual
        self._matrix_form, self._load_form = self._compile(*forms)
        self._matrix = petsc.create_matrix(self._matrix_form)
        self._rhs, self._step = theta.x.petsc_vec.duplicate(), theta.x.petsc_vec.duplicate()
        contacts = [c.surface for c in terms.contacts]
        self.solver = HeatSolver(self._matrix, terms.domain, theta.function_space, contacts, options, log)

    def _compile(self, matrix: ufl.Form, load: ufl.Form) -> tuple[fem.Form, fem.Form]:
        domain = self._terms.domain
        if not isinstance(load, ufl.Form) or not load.integrals():  # nothing heats
            s = ufl.TestFunction(self._theta.function_space)
            load = fem.Constant(domain.mesh, 0.0) * s * domain.ds(next(iter(domain.surfaces.values())))
        return compiled(matrix, self._terms.entity_maps), compiled(load, self._terms.entity_maps)

    def solve(self) -> tuple[int, float]:
        """Solve for the present coefficients; Newton steps (one if linear), and the absolute sum of the load (W)."""
        if not self.linear:
            return self._newton()
        if not self.assembled:
            self._assemble_matrix()
        self._solve_linear()
        return 1, self._absolute()

    def _assemble_matrix(self) -> None:
        self._matrix.zeroEntries()
        petsc.assemble_matrix(self._matrix, self._matrix_form)
        self._matrix.assemble()
        self.assembled = True

    def _load_norm(self) -> float:
        """Assemble the right-hand side; its norm."""
        return float(np.asarray(assembled(self._load_form, self._rhs).norm()))

    def _absolute(self) -> float:
        """Absolute sum of the right-hand side."""
        return float(np.asarray(self._rhs.norm(PETSc.NormType.NORM_1)))

    def _solve_linear(self) -> None:
        self._load_norm()
        self.solver.solve(self._rhs, self._theta.x.petsc_vec)
        self._theta.x.scatter_forward()

    def _newton(self) -> tuple[int, float]:
        """Newton's method with a line search from the last temperature."""
        guess = self._theta.x.array.copy()
        self._theta.x.array[:] = 0.0
        cold, absolute = self._load_norm() or 1.0, self._absolute()
        self._theta.x.array[:] = guess
        if self._cold_start:
            self._fixed_point()

        def step(norm: float) -> float:
            self._assemble_matrix()
            self.solver.solve(self._rhs, self._step)
            return self._advance(norm * cold)

        def converged(norm: float, change: float) -> bool:
            return min(norm, change) <= TOLERANCE

        steps = newton("heat", self._log, lambda: self._load_norm() / cold, step, converged, MOST, ADVICE)
        self._cold_start = False
        return steps, absolute

    def _advance(self, before: float) -> float:
        """Go along a step as far as the residual falls; its size relative to the solution."""
        theta, start, size = self._theta.x, self._theta.x.array.copy(), 1.0
        for _ in range(HALVINGS):
            theta.petsc_vec.axpy(size, self._step)
            theta.scatter_forward()
            if self._load_norm() < before:
                break
            if size == 1.0 and self._step.norm() <= np.sqrt(TOLERANCE) * theta.petsc_vec.norm():
                break  # as close as rounding lets it come
            theta.array[:], size = start, 0.5 * size
        return float(size * self._step.norm() / max(theta.petsc_vec.norm(), np.finfo(float).tiny))

    def _fixed_point(self) -> None:
        """A start that needs no guess: a few linear problems with the conductivities of the temperature before."""
        trial, s = ufl.TrialFunction(self._theta.function_space), ufl.TestFunction(self._theta.function_space)
        self._terms.known = self._theta
        forms = self._compile(*ufl.system(self._terms.residual(trial, s, self._history)))
        self._terms.known = None
        newtons, (self._matrix_form, self._load_form) = (self._matrix_form, self._load_form), forms
        for _ in range(START):
            self._assemble_matrix()
            self._solve_linear()
        self._matrix_form, self._load_form = newtons
