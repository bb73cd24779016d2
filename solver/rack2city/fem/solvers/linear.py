"""Linear solvers of PETSc that keep their factor from one matrix to the next."""

from typing import Any

from petsc4py import PETSc

from rack2city.errors import ConvergenceError
from rack2city.fem.solvers.options import Given, Options

STALE = 4  # Krylov iterations after which a kept factor is renewed at the next solve,
LOOSE_STALE, LOOSE_MOST = 12, 25  # the same and the most iterations, of a solve that need not be accurate
WORN = 1.25  # or, of a preconditioner that is no factor, of the iterations with a new one


class LinearSolver:
    """A PETSc Krylov solver that keeps its factor from one matrix to the next for as long as it serves.

    `interpolation` leads from the unknowns of a second, coarser level, for the preconditioner `mg`. An option that PETSc does
    not know, or a value that it does not take, is an `InputError`, in the first solve at the latest; after it `options`,
    without the prefix, are those in use. `factorisations` tells how often a factor or preconditioner was set up.
    """

    def __init__(
        self, matrix: PETSc.Mat, prefix: str, options: Options, interpolation: PETSc.Mat | None = None
    ) -> None:
        self.options = dict(options)
        self.factorisations, self.all_iterations = 0, 0
        self._renew, self._fresh = True, 0
        self._given = Given(prefix, options)
        self._ksp = configured(matrix, self._given, interpolation=interpolation)
        self._tolerances = self._ksp.getTolerances()

    @property
    def iterations(self) -> int:
        """Krylov iterations of the last solve."""
        return int(self._ksp.getIterationNumber())

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, rtol: float | None = None) -> None:
        """Solve in place, with the kept factor if it still serves, else with a new one; `ConvergenceError` if that fails, too.

        Where `rtol` is given, this reduction of the residual is enough, whatever the options say.
        """
        own_rtol, atol, divtol, most = self._tolerances
        loose = rtol is not None and rtol > own_rtol
        limit = min(most, LOOSE_MOST) if loose else most
        self._ksp.setTolerances(own_rtol if rtol is None else rtol, atol, divtol, limit)
        for renew in (True,) if self._renew else (False, True):
            self._ksp.getPC().setReusePreconditioner(not renew)
            with self._given.reading():
                self._ksp.solve(rhs, solution)
            if not self.factorisations:
                self.options = self._given.settle()
            self.factorisations += int(renew)
            self.all_iterations += self.iterations
            reason: Any = self._ksp.getConvergedReason()
            if reason > 0:
                break
        else:
            raise ConvergenceError(
                f"the linear solver '{self._given.prefix}' stopped after {self.iterations} iterations (PETSc reason "
                f"{reason}, options {self.options}); set other options under this prefix in [solver.options] of the case"
            )
        self._fresh = self.iterations if renew else self._fresh
        worn = 0.0 if self.options.get("pc_type") == "lu" else WORN * self._fresh
        self._renew = self.iterations > max(LOOSE_STALE if loose else STALE, worn)

    def destroy(self) -> None:
        """Free the solver (collective)."""
        self._ksp.destroy()


def configured(
    matrix: PETSc.Mat, given: Given, context: Any = None, interpolation: PETSc.Mat | None = None
) -> PETSc.KSP:
    """A Krylov solver with options, which it goes on to read while it is set up; `interpolation` as in `LinearSolver`.

    Its preconditioner is `context`, an object with a method `apply(pc, x, y)`, or one of PETSc's.
    """
    ksp = PETSc.KSP().create(matrix.comm)
    ksp.setOptionsPrefix(given.prefix)
    ksp.setOperators(matrix)
    if interpolation is not None:
        ksp.getPC().setType(PETSc.PC.Type.MG)
        ksp.getPC().setMGLevels(2)
        ksp.getPC().setMGInterpolation(1, interpolation)
    with given.reading():
        ksp.setFromOptions()
    if context is not None:
        ksp.getPC().setType(PETSc.PC.Type.PYTHON)
        ksp.getPC().setPythonContext(context)
    return ksp
