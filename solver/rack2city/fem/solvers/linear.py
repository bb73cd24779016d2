"""Linear solvers of PETSc that keep their factor from one matrix to the next."""

import tempfile
from collections.abc import Callable
from typing import Any

from petsc4py import PETSc

from rack2city.errors import ConvergenceError
from rack2city.fem.solvers.memory import available_memory, factor_memory
from rack2city.fem.solvers.options import Given, Options

STALE = 4  # Krylov iterations after which a kept factor is renewed at the next solve,
LOOSE_STALE, LOOSE_MOST = 12, 25  # the same and the most iterations, of a solve that need not be accurate
WORN = 1.25  # or, of a preconditioner that is no factor, of the iterations with a new one,
WORN_SINGLE = 2.0  # or of a factor in single precision
REFINED = 1e-4  # of the residual that is left when a solution is refined
SHORT = 0.5  # share of the available memory beyond which a factor goes to disk
OUT_OF_CORE = "mat_mumps_icntl_22"
OUT_OF_MEMORY = (-13, -19)  # MUMPS' codes


class LinearSolver:
    """A PETSc Krylov solver that keeps its factor from one matrix to the next for as long as it serves.

    `interpolation` leads from the unknowns of a second, coarser level, for the preconditioner `mg`. An option that PETSc does
    not know, or a value that it does not take, is an `InputError`, in the first solve at the latest; after it `options`,
    without the prefix, are those in use. `factorisations` tells how often a factor or preconditioner was set up.

    A factor of MUMPS in single precision that does not bring the residual down gives way to one in double precision, for good.
    Where memory is short the factor is kept on disk. Either is told to `log` and stands in `options`.
    """

    def __init__(
        self,
        matrix: PETSc.Mat,
        prefix: str,
        options: Options,
        interpolation: PETSc.Mat | None = None,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.options = dict(options)
        self.factorisations, self.all_iterations = 0, 0
        self._matrix, self._prefix, self._interpolation, self._log = matrix, prefix, interpolation, log
        self._mumps = (options.get("pc_type"), options.get("pc_factor_mat_solver_type")) == ("lu", "mumps")
        self._open(self._within_memory())

    def _open(self, options: Options) -> None:
        """Begin with options (collective)."""
        self._asked, self._given = dict(options), Given(self._prefix, options)
        self._ksp = configured(self._matrix, self._given, interpolation=self._interpolation)
        self._tolerances = self._ksp.getTolerances()
        self._renew, self._fresh, self._settled = True, 0, False

    @property
    def _single(self) -> bool:
        return self._mumps and self._asked.get("pc_precision") == "single"

    def _within_memory(self) -> dict[str, Any]:
        """The options, with the factor on disk where it would take too much of the memory, unless they say where it is."""
        if not self._mumps or OUT_OF_CORE in self.options:
            return self.options
        unknowns, single = self._matrix.getSize()[0], self.options.get("pc_precision") == "single"
        wanted, there = factor_memory(unknowns, single), available_memory(self._matrix.comm.tompi4py())
        if wanted <= SHORT * there:
            return self.options
        return self._on_disk(f"it may take {wanted:.0f} MB and {there:.0f} MB are available")

    def _on_disk(self, why: str) -> dict[str, Any]:
        folder = tempfile.gettempdir()
        self._log(f"linear solver '{self._prefix}': the factor is kept on disk, in {folder}: {why}")
        return {**self.options, OUT_OF_CORE: 1, "mat_mumps_ooc_tmpdir": folder}

    @property
    def iterations(self) -> int:
        """Krylov iterations of the last solve."""
        return int(self._ksp.getIterationNumber())

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, rtol: float | None = None) -> None:
        """Solve in place, with the kept factor if it still serves, else with a new one; `ConvergenceError` if that fails, too.

        Where `rtol` is given, this reduction of the residual is enough, whatever the options say.
        """
        own_rtol = self._tolerances[0]
        loose = rtol is not None and rtol > own_rtol
        renew = self._renew
        while not self._solved(rhs, solution, rtol, loose, renew):
            if renew and not self._remedied():
                raise ConvergenceError(
                    f"the linear solver '{self._prefix}' stopped after {self.iterations} iterations (PETSc reason "
                    f"{self._ksp.getConvergedReason()}, options {self.options}); set other options under this prefix in "
                    "[solver.options] of the case"
                )
            renew = True
        self._fresh = self.iterations if renew else self._fresh
        worn = (
            WORN_SINGLE * self._fresh
            if self._single
            else 0.0
            if self.options.get("pc_type") == "lu"
            else WORN * self._fresh
        )
        self._renew = self.iterations > max(LOOSE_STALE if loose else STALE, worn)

    def refine(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> None:
        """Correct a solution by its residual where the factor is in single precision, to what rounding leaves of one in double.

        The residual is small before; what is asked of heat through thin contacts, small differences of temperature, is not.
        """
        if not self._single:
            return
        residual, correction = rhs.duplicate(), solution.duplicate()
        self._matrix.mult(solution, residual)
        residual.aypx(-1.0, rhs)
        if self._solved(residual, correction, REFINED, loose=True, renew=False):
            solution.axpy(1.0, correction)
        residual.destroy()
        correction.destroy()

    def _solved(self, rhs: PETSc.Vec, solution: PETSc.Vec, rtol: float | None, loose: bool, renew: bool) -> bool:
        """Solve once, with a new factor or the kept one; whether that converged."""
        own_rtol, atol, divtol, most = self._tolerances
        self._ksp.setTolerances(
            own_rtol if rtol is None else rtol, atol, divtol, min(most, LOOSE_MOST) if loose else most
        )
        self._ksp.getPC().setReusePreconditioner(not renew)
        solution.stateIncrease()  # else PETSc may take for zero, and leave, what was written into its array
        with self._given.reading():
            self._ksp.solve(rhs, solution)
        if not self._settled:
            self.options, self._settled = self._given.settle(), True
        self.factorisations += int(renew)
        self.all_iterations += self.iterations
        reason: Any = self._ksp.getConvergedReason()
        return bool(reason > 0)

    def _remedied(self) -> bool:
        """Whether something else can be tried after a new factor has failed; it is prepared (collective)."""
        if not self._mumps:
            return False
        code = self._ksp.getPC().getFactorMatrix().getMumpsInfog(1)
        if code in OUT_OF_MEMORY and not int(self._asked.get(OUT_OF_CORE, 0)):
            options = self._on_disk("there is not enough memory")
        elif self._single:
            self._log(
                f"linear solver '{self._prefix}': a factor in single precision leaves the residual after "
                f"{self.iterations} iterations; from now on in double precision"
            )
            options = {**self._asked, "pc_precision": "double"}
        else:
            return False
        self._ksp.destroy()
        self._open(options)
        return True

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
