"""Linear solvers as plain dictionaries of PETSc options under a prefix; the user overrides them by name."""

from collections.abc import Iterable, Mapping
from typing import Any

import dolfinx
from petsc4py import PETSc

from rack2city.errors import ConvergenceError

Options = Mapping[str, Any]

# A solver that was made but, because something else failed, never used must not end the job with a page of warnings.
PETSc.Options().setValue("options_left", "no")

DIRECT: dict[str, Any] = {
    "ksp_type": "gmres",  # corrects what a factor kept from an earlier matrix leaves over
    "ksp_pc_side": "right",  # so that the tolerance is one of the true residual
    "ksp_rtol": 1e-12,
    "ksp_max_it": 40,
    "pc_type": "lu",
    "pc_factor_mat_solver_type": "mumps",
    "mat_mumps_icntl_14": 60,  # room for pivoting: saddle-point matrices need more than MUMPS foresees
}
STALE = 4  # Krylov iterations after which a kept factor is renewed at the next solve,
LOOSE_STALE, LOOSE_MOST = 12, 25  # the same and the most iterations, of a solve that need not be accurate
WORN = 1.25  # or, of a preconditioner that is no factor, of the iterations with a new one


class LinearSolver:
    """A PETSc Krylov solver that keeps its factor from one matrix to the next for as long as it serves.

    Args:
        matrix: the operator; its values may change between solves.
        prefix: option prefix, ends in `_`, such as `"flow_"`.
        options: PETSc options without the prefix.
        interpolation: to the unknowns from those of a second, coarser level, for the preconditioner `mg`.
    """

    def __init__(
        self, matrix: PETSc.Mat, prefix: str, options: Options, interpolation: PETSc.Mat | None = None
    ) -> None:
        """Create the solver and read its options."""
        self.prefix, self.options = prefix, dict(options)
        self.factorisations, self.all_iterations = 0, 0
        self._renew, self._fresh = True, 0
        self._ksp = configured(matrix, prefix, self.options, interpolation=interpolation)
        self._tolerances = self._ksp.getTolerances()
        # Options of a prefix outlive their solver in PETSc's database: the next solver must not inherit them. MUMPS
        # reads its own when it factors, so they go when the first solve is done.
        self._unread_options = list(self.options)

    @property
    def iterations(self) -> int:
        """Krylov iterations of the last solve."""
        return int(self._ksp.getIterationNumber())

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, rtol: float | None = None) -> None:
        """Solve in place, with the kept factor if it still serves, else with a new one.

        Args:
            rhs: right-hand side.
            solution: receives the solution.
            rtol: reduction of the residual that is enough, instead of what the options say.

        Raises:
            ConvergenceError: the solver does not converge even with a new factor.
        """
        own_rtol, atol, divtol, most = self._tolerances
        loose = rtol is not None and rtol > own_rtol
        self._ksp.setTolerances(
            rtol if rtol is not None else own_rtol, atol, divtol, min(most, LOOSE_MOST) if loose else most
        )
        for renew in (True,) if self._renew else (False, True):
            self._ksp.getPC().setReusePreconditioner(not renew)
            self.factorisations += int(renew)
            self._ksp.solve(rhs, solution)
            self.all_iterations += self.iterations
            reason: Any = self._ksp.getConvergedReason()
            if reason > 0:
                break
        else:
            raise ConvergenceError(
                f"the linear solver '{self.prefix}' stopped after {self.iterations} iterations (PETSc reason {reason}, "
                f"options {self.options}); set other options under this prefix in [solver.options] of the case"
            )
        self._fresh = self.iterations if renew else self._fresh
        worn = 0.0 if self.options.get("pc_type") == "lu" else WORN * self._fresh
        self._renew = self.iterations > max(LOOSE_STALE if loose else STALE, worn)
        forget(self.prefix, self._unread_options)
        self._unread_options = []

    def destroy(self) -> None:
        """Free the solver (collective)."""
        self._ksp.destroy()
        forget(self.prefix, self._unread_options)


def configured(
    matrix: PETSc.Mat, prefix: str, options: Options, context: Any = None, interpolation: PETSc.Mat | None = None
) -> PETSc.KSP:
    """A Krylov solver with the options of a prefix.

    Args:
        matrix: the operator.
        prefix: option prefix, ends in `_`.
        options: PETSc options without the prefix.
        context: a preconditioner with a method `apply(pc, x, y)`, instead of one of PETSc's.
        interpolation: from a coarser level, as in `LinearSolver`.
    """
    ksp = PETSc.KSP().create(matrix.comm)
    ksp.setOptionsPrefix(prefix)
    database: Any = PETSc.Options()
    for key, value in options.items():
        database[prefix + key] = value
    ksp.setOperators(matrix)
    if interpolation is not None:
        ksp.getPC().setType(PETSc.PC.Type.MG)
        ksp.getPC().setMGLevels(2)
        ksp.getPC().setMGInterpolation(1, interpolation)
    ksp.setFromOptions()
    if context is not None:
        ksp.getPC().setType(PETSc.PC.Type.PYTHON)
        ksp.getPC().setPythonContext(context)
    return ksp


def forget(prefix: str, options: Iterable[str]) -> None:
    """Take options of a prefix out of PETSc's database once they are read: the next solver must not inherit them."""
    for key in options:
        PETSc.Options().delValue(prefix + key)


def chosen_options(default: Options, prefix: str, overrides: Mapping[str, Options] | None) -> dict[str, Any]:
    """Options of a solver: the default, then what the user set under the same prefix."""
    return {**default, **(overrides or {}).get(prefix, {})}


def library_versions() -> dict[str, str]:
    """Versions of DOLFINx and of PETSc, which need not be Python packages of their own."""
    return {"dolfinx": dolfinx.__version__, "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion())}


def without_method(options: Options) -> dict[str, Any]:
    """Options that are PETSc's: without our own `method`."""
    return {key: value for key, value in options.items() if key != "method"}
