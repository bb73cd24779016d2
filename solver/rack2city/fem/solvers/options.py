"""PETSc options by prefix: the user overrides ours by name, what PETSc does not read is refused, its errors are sentences."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

from petsc4py import PETSc

from rack2city.errors import ConvergenceError, InputError, Rack2CityError
from rack2city.fem.solvers.prefixes import OUTER

Options = Mapping[str, Any]

# What is left over is told below, in a sentence; PETSc's own warning also comes where something else has failed.
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
# Of large problems: half the memory and 0.7 of the time. FGMRES, because rounding in the factor spoils GMRES' own residual.
SINGLE: dict[str, Any] = {**DIRECT, "ksp_type": "fgmres", "pc_precision": "single"}
# Of PETSc's names those of everyday use: what the nearest is sought among, and what may stand there for another method.
NAMES = tuple(
    prefix + name
    for prefix, names in {
        "ksp_": "type rtol atol divtol max_it pc_side norm_type gmres_restart gmres_modifiedgramschmidt convergence_test view "
        "monitor converged_reason",
        "pc_": "type precision mg_levels mg_galerkin mg_type gamg_agg_nsmooths gamg_threshold gamg_type hypre_type "
        "hypre_boomeramg_strong_threshold factor_mat_solver_type factor_levels factor_fill factor_mat_ordering_type "
        "factor_shift_type",
        "mat_mumps_icntl_": "13 14 22 23 24 35",
    }.items()
    for name in names.split()
)
INNER = r"^((sub|mg_levels|mg_levels_\d+|mg_coarse|velocity|component|pressure)_)*"
WRONG_INPUT = (56, 62, 63, 83, 86, 92)  # codes of PETSc's errors that an option brings about


def chosen_options(default: Options, prefix: str, overrides: Mapping[str, Options] | None) -> dict[str, Any]:
    """Options of a solver: the default, then what the user set under the same prefix."""
    return {**default, **(overrides or {}).get(prefix, {})}


def without_method(options: Options) -> dict[str, Any]:
    """Options that are PETSc's: without our own `method`."""
    return {key: value for key, value in options.items() if key != "method"}


def chosen_method(prefix: str, overrides: Mapping[str, Options] | None, by_size: str, methods: Collection[str]) -> str:
    """Our own option `method`: the user's or, without one, the one that size chooses; `InputError` if there is no such."""
    method = (overrides or {}).get(prefix, {}).get("method", by_size)
    if method not in methods:
        allowed = " and ".join(f"'{name}'" for name in methods)
        raise InputError(f"solver options: method of '{prefix}' is {method!r}; allowed are {allowed}")
    return str(method)


class Given:
    """Options of one solver, in PETSc's database only while that solver reads them: the next must not inherit them."""

    def __init__(self, prefix: str, options: Options) -> None:
        self.prefix, self._options = prefix, dict(options)
        if prefix in OUTER and PETSc.Options().hasName("ksp_view"):  # without a prefix, as -ksp_view in PETSC_OPTIONS
            self._options.setdefault("ksp_view", None)
        self._read: set[str] = set()
        self._settled = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While PETSc may read options, and fail: an `InputError` of a value or a missing solver, else a `ConvergenceError`."""
        database: Any = PETSc.Options()
        waiting = {} if self._settled else self._options
        for key, value in waiting.items():
            database[self.prefix + key] = None if value is True else value  # a flag, such as ksp_view
        try:
            yield
        except PETSc.Error as error:
            raise _sentence(error, self.prefix) from None
        finally:
            self._read |= {key for key in waiting if database.used(self.prefix + key)}
            for key in waiting:
                database.delValue(self.prefix + key)

    def settle(self) -> dict[str, Any]:
        """Options in use, once the solver has read all it ever will; `InputError` on an unread one that no method knows."""
        self._settled = True
        for key in self._options:
            if key not in self._read and re.sub(INNER, "", key) not in NAMES:
                raise InputError(unknown(self.prefix, key, {*self._options, *NAMES} - {key}))
        return {key: value for key, value in self._options.items() if key in self._read}


def unknown(prefix: str, key: str, known: Collection[str]) -> str:
    """Sentence on an option that nothing reads, with the nearest known one."""
    inner = re.sub(INNER, "", key)
    near = get_close_matches(key, known, 1, 0.75) or [
        key.removesuffix(inner) + name for name in get_close_matches(inner, known, 1, 0.75)
    ]
    within = next((prefix.removeprefix(outer) for outer in OUTER if prefix.startswith(outer)), "")
    hint = f"did you mean {within}{near[0]}?" if near else "nothing like it is known; remove it"
    return f"solver options: {prefix}{key}: PETSc knows no such option for the solver in use; {hint}"


def _sentence(error: PETSc.Error, prefix: str) -> Rack2CityError:
    """A PETSc error in one sentence: of the options or, if these are right, of the solver."""
    said = str(error).splitlines()[-1].removeprefix("[0] ").strip()
    if found := re.search(r"requested (KSP|PC) type (\S+)", said):
        kinds = vars({"KSP": PETSc.KSP.Type, "PC": PETSc.PC.Type}[found[1]])
        return InputError(_lacking(prefix, f"{found[1].lower()}_type", found[2], _values(kinds)))
    if found := re.search(r"solver type (\S+) for", said):
        there = [name for name in _values(vars(PETSc.Mat.SolverType)) if PETSc.Sys.hasExternalPackage(name)]
        return InputError(_lacking(prefix, "pc_factor_mat_solver_type", found[1], ["petsc", *there]))
    if error.args[0] in WRONG_INPUT:
        return InputError(f"solver options of '{prefix}': {said}")
    return ConvergenceError(f"the linear solver '{prefix}' failed: {said} (PETSc error {error.args[0]})")


def _values(kinds: Mapping[str, Any]) -> list[str]:
    return [value for name, value in kinds.items() if name.isupper()]


def _lacking(prefix: str, option: str, value: str, there: Collection[str]) -> str:
    near = get_close_matches(value, there, 1, 0.75)
    hint = f"did you mean {near[0]}?" if near else f"it has: {', '.join(there)}"
    return f"solver options of '{prefix}': this PETSc has no {option} '{value}'; {hint}"
