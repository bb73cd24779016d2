"""A residual form with Dirichlet conditions and the ways to its solution; here with a factored Jacobian."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc

from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.solvers.approach import approach
from rack2city.fem.solvers.lasting import LastingMatrix
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.newton import RTOL, Log, NewtonReport, newton
from rack2city.fem.solvers.options import Options

PICARD_RTOL, NEWTON_RTOL = 1e-2, 1e-3  # linear tolerances on the way: a kept factor then serves several steps
MAX_JACOBIANS, MAX_STEPS = 15, 200  # from a start that serves it takes one to four
KEEP_BELOW = 0.3  # a step with a kept Jacobian must reduce the residual at least by this factor
DIVERGED = 1e4  # of the residual of a cold start
HOPELESS = 30.0  # growth over the least residual so far of Newton's own steps with fresh Jacobians
STEP_TOLERANCE = 1e-10  # of the solution: in very long channels rounding keeps the residual above RTOL


def impose(unknown: fem.Function, bcs: list[fem.DirichletBC]) -> None:
    """Give the unknowns that conditions fix their values (collective)."""
    petsc.set_bc(unknown.x.petsc_vec, bcs)
    unknown.x.scatter_forward()


@dataclass(frozen=True)
class Equations:
    """Equations affine + convective = 0, of which the first is affine in the unknowns; the solution is changed in place.

    They hold in the unknowns that no condition fixes. Of two conditions on the same unknown the last wins; their values may
    change between solves. Bilinear forms: `lagged` is the part of the derivative that Picard's method leaves out, `inertia`
    what a pseudo-time adds, times its inverse.
    """

    name: str
    affine: ufl.Form
    convective: ufl.Form
    unknown: fem.Function
    bcs: list[fem.DirichletBC]
    lagged: ufl.Form
    inertia: ufl.Form

    @property
    def form(self) -> ufl.Form:
        """The whole residual."""
        return self.affine + self.convective


class System(ABC):
    """What the ways to solve equations share: their state, its residual over that of a start from rest, and counts.

    The solution lives in `parts` while it is sought. `near` is the relative change of the velocity by a Picard step, once
    mixed, from which Newton's method is tried, `norm` the last residual over that of a start from rest (-). Of the entries of
    the state only `velocities` tell a distance, as the pressure enters linearly.
    """

    near: float
    velocities: np.ndarray

    def __init__(self, equations: Equations, parts: tuple[fem.Function, ...], log: Log) -> None:
        self.name, self.unknown, self.bcs = equations.name, equations.unknown, equations.bcs
        self.log, self._parts = log, parts
        self.steps, self.factorisations, self.linear_iterations, self.norm, self._cold = 0, 0, 0, np.inf, 1.0

    def report(self) -> NewtonReport:
        """What was done since the beginning."""
        return NewtonReport(self.steps, self.factorisations, self.norm, self.linear_iterations)

    def approach(self, length: float, predicted: bool) -> None:
        """Come near to the solution as `approach.approach` says."""
        self._start()
        if self._cold > 0.0:
            approach(self, self.unknown.function_space.mesh.comm, length, predicted)

    def residual_from_here(self) -> float:
        """`residual` once conditions and measure are up to date (-)."""
        self._start()
        return self.residual() if self._cold > 0.0 else 0.0

    def solve(self, slack: float = 1.0) -> None:
        """Newton's method from the present values, to `slack` times the tolerance of the residual, or a `ConvergenceError`."""
        self._start()
        if self._cold > 0.0:
            self._newton(slack)
        else:  # nothing drives it, and rest is the solution
            self.unknown.x.array[:] = 0.0

    @abstractmethod
    def _newton(self, slack: float) -> None:
        """Newton's method once conditions and measure are up to date."""

    @abstractmethod
    def take_step(self, lagged: bool, rate: float) -> None:
        """Linearise at the state of the last `residual`, solve, and take the step.

        Picard's method if `lagged`, else Newton's; `rate` is the inverse of the pseudo-time, as a distance (1/m; 0: none).
        """

    @property
    @abstractmethod
    def options(self) -> dict[str, Any]:
        """PETSc options without the prefix; after the first step those that are in use."""

    @abstractmethod
    def _norm(self) -> float:
        """Norm of the residual of the present values; of a fixed unknown, its value minus what is prescribed."""

    @abstractmethod
    def reaction(self) -> np.ndarray:
        """Residual without conditions at the unknowns that this rank owns: what the conditions have to supply."""

    def _start(self) -> None:
        """Bring the conditions up to date, and measure from now on by the residual at rest, where only they move."""
        present = self.unknown.x.array.copy()
        self.unknown.x.array[:] = 0.0
        impose(self.unknown, self.bcs)
        self._cold = self._at_rest()
        self.unknown.x.array[:] = present
        impose(self.unknown, self.bcs)

    def _at_rest(self) -> float:
        """Norm of the residual of the present values, which are those of rest."""
        return self._norm()

    def residual(self) -> float:
        """Norm of the residual of the present values over that of a start from rest."""
        self.norm = self._norm() / self._cold
        return self.norm

    def state(self) -> np.ndarray:
        """Copy of the present values that this rank owns."""
        return np.concatenate([part.x.petsc_vec.array_r for part in self._parts])

    def restore(self, values: np.ndarray) -> None:
        """Take values as the present state."""
        for part in self._parts:
            owned, values = np.split(values, [part.x.petsc_vec.getLocalSize()])
            part.x.petsc_vec.array[:] = owned
            part.x.scatter_forward()


class NonlinearSystem(System):
    """Equations solved by Newton's method with a Jacobian, and its factor, that are kept for as long as they serve."""

    near = 0.02

    def __init__(self, equations: Equations, velocities: np.ndarray, prefix: str, options: Options, log: Log) -> None:
        unknown = equations.unknown
        super().__init__(equations, (unknown,), log)
        msh = unknown.function_space.mesh
        self._residual_form = compiled(equations.form)
        self._picard = fem.Constant(msh, 0.0)  # 1 for Picard's method, 0 for Newton's
        self._rate = fem.Constant(msh, 0.0)
        self.velocities = np.sort(velocities[velocities < unknown.x.petsc_vec.getLocalSize()])
        trial = ufl.TrialFunction(unknown.function_space)
        derivative = ufl.derivative(equations.convective, unknown, trial)
        self._changing = compiled(derivative - self._picard * equations.lagged + self._rate * equations.inertia)
        self._lasting = LastingMatrix(ufl.derivative(equations.affine, unknown, trial), equations.bcs)
        self._matrix = self._lasting.like()
        self._rhs, self._step, self._reaction = (unknown.x.petsc_vec.duplicate() for _ in range(3))
        self._linear = LinearSolver(self._matrix, prefix, options, log=log)
        self._has_jacobian = False

    def _newton(self, slack: float) -> None:
        before, least, jacobians = np.inf, np.inf, 0

        def step(norm: float) -> float | None:
            # Assembling and factoring the Jacobian is what costs: it is kept for as long as it serves.
            nonlocal before, least, jacobians
            if not self._has_jacobian or not norm <= KEEP_BELOW * before:
                late = jacobians > 0 and not norm <= min(DIVERGED, HOPELESS * max(least, 1e-3))
                if jacobians == MAX_JACOBIANS or late:
                    return None
                self.linearise()
                jacobians += 1
            before, least = norm, min(least, norm)
            self._go()
            return float(self._step.norm() / self.unknown.x.petsc_vec.norm())

        def converged(norm: float, change: float) -> bool:
            return norm <= slack * RTOL or change <= STEP_TOLERANCE

        newton(self.name, self.log, self.residual, step, converged, MAX_STEPS)

    @property
    def options(self) -> dict[str, Any]:
        """As `System` says."""
        return self._linear.options

    def take_step(self, lagged: bool, rate: float) -> None:
        """As `System` says."""
        self._rate.value = rate
        self.linearise(lagged)
        self._rate.value = 0.0
        self._has_jacobian = False  # of Newton's method alone
        self._go(PICARD_RTOL if lagged else NEWTON_RTOL)

    def _go(self, rtol: float | None = None) -> None:
        """Solve with the last Jacobian and residual, and take the step."""
        try:
            self._linear.solve(self._rhs, self._step, rtol)
        finally:
            self.factorisations, self.linear_iterations = self._linear.factorisations, self._linear.all_iterations
        self.unknown.x.petsc_vec.axpy(-1.0, self._step)
        self.unknown.x.scatter_forward()
        self.steps += 1

    def reaction(self) -> np.ndarray:
        """As `System` says."""
        return assembled(self._residual_form, self._reaction).array.copy()

    def _norm(self) -> float:
        assembled(self._residual_form, self._rhs)
        petsc.set_bc(self._rhs, self.bcs, x0=self.unknown.x.petsc_vec, alpha=-1.0)
        return float(self._rhs.norm())

    def linearise(self, lagged: bool = False) -> None:
        """Assemble the Jacobian at the present values, or what Picard's method keeps of it."""
        self._picard.value = float(lagged)
        self._lasting.copy_to(self._matrix)
        petsc.assemble_matrix(self._matrix, self._changing, bcs=self.bcs)
        self._matrix.assemble()
        self._has_jacobian = True
