"""The linear solver of heat, chosen by size: MUMPS, or multigrid in the degree of the elements.

Multigrid smooths the quadratic temperature and corrects it on the linear one, whose matrix (Galerkin's, an eighth of the
unknowns) is factored; the smoother is two steps of GMRES with an incomplete factorisation. What decides is its order:
in reverse Cuthill-McKee's the couplings of stretched cells stay in the factor, in the mesh's own order it does not
converge. On tetrahedra it needs one level of fill. `docs/flow-and-heat.md` has the figures, and those of what lost.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from dolfinx import fem, mesh
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.errors import ConvergenceError
from rack2city.fem.mesh.broken import broken_space
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.options import SINGLE, Options, chosen_method, chosen_options, without_method
from rack2city.fem.solvers.prefixes import HEAT

METHODS = ("direct", "multigrid")
# In three dimensions: beyond, a factor costs several times the time and memory of multigrid, even if some loads follow.
MOST_DIRECT = 100_000
MOST_FACTORED = 200_000  # linear unknowns of multigrid beyond which they get a multigrid of their own
MAX_ITERATIONS = 150

SOLVER: dict[str, Any] = {"method": "direct", **SINGLE}
SMOOTHER: dict[str, Any] = {
    "ksp_type": "gmres",
    "ksp_max_it": 2,
    "ksp_convergence_test": "skip",
    "ksp_norm_type": "none",
    "pc_type": "bjacobi",
    "sub_pc_type": "ilu",
    "sub_pc_factor_mat_ordering_type": "rcm",
}
MULTIGRID: dict[str, Any] = {
    "method": "multigrid",
    "ksp_type": "fgmres",  # the smoother is not linear; of the true residual
    "ksp_rtol": 1e-11,  # keeps the balance of heat, asserted to 1e-8, with room
    "ksp_max_it": MAX_ITERATIONS,
    "ksp_gmres_restart": MAX_ITERATIONS,
    "pc_type": "mg",
    "pc_mg_levels": 2,
    "pc_mg_galerkin": "both",
}


def _under(prefix: str, options: Options) -> dict[str, Any]:
    return {prefix + key: value for key, value in options.items()}


def linear_level_options(unknowns: int, hypre: bool) -> dict[str, Any]:
    """How multigrid solves on its linear level: a factor, for very many unknowns BoomerAMG if there is `hypre`, else GAMG."""
    if unknowns <= MOST_FACTORED:
        chosen: dict[str, Any] = {"pc_type": "lu", "pc_factor_mat_solver_type": "mumps"}
    elif hypre:
        chosen = {"pc_type": "hypre", "pc_hypre_type": "boomeramg"}
    else:
        chosen = {"pc_type": "gamg", "pc_gamg_agg_nsmooths": 1, "pc_gamg_threshold": 0.0}
        chosen |= _under("mg_levels_", SMOOTHER)
    return _under("mg_coarse_", {"ksp_type": "preonly", **chosen})


def multigrid_options(simplices: bool, linear_unknowns: int, hypre: bool) -> dict[str, Any]:
    """Options of the multigrid method for a kind of cells, a size and what PETSc has."""
    smoother = {**SMOOTHER, "sub_pc_factor_levels": int(simplices)}
    return {**MULTIGRID, **_under("mg_levels_", smoother), **linear_level_options(linear_unknowns, hypre)}


def method_by_size(dimensions: int, unknowns: int) -> str:
    """The method that the size of the problem chooses."""
    return "multigrid" if dimensions == 3 and unknowns > MOST_DIRECT else "direct"


class HeatSolver:
    """Solves for a matrix of heat, whose values may change; keeps what is set up for as long as it serves.

    Where size alone has chosen multigrid and it does not converge, the direct method takes over.
    """

    def __init__(
        self,
        matrix: PETSc.Mat,
        domain: Domain,
        space: fem.FunctionSpace,
        contacts: Collection[str],
        options: Mapping[str, Options] | None,
        log: Callable[[str], None],
    ) -> None:
        self._matrix, self._overrides, self._log = matrix, options, log
        self._unknowns = space.dofmap.index_map.size_global
        self.method = chosen_method(HEAT, options, method_by_size(domain.dimensions, self._unknowns), METHODS)
        user = (options or {}).get(HEAT, {})
        self._may_change = self.method == "multigrid" and not {"method", "pc_type"} & user.keys()
        self._before = 0  # factorisations by a method that was given up
        if self.method == "direct":
            self._set(SOLVER)
            return
        linear = broken_space(domain, contacts, degree=1)
        simplices = domain.mesh.topology.cell_type in (mesh.CellType.triangle, mesh.CellType.tetrahedron)
        hypre = bool(PETSc.Sys.hasExternalPackage("hypre"))
        interpolation = petsc.interpolation_matrix(linear, space)
        interpolation.assemble()
        self._set(multigrid_options(simplices, linear.dofmap.index_map.size_global, hypre), interpolation)

    def _set(self, default: Options, interpolation: PETSc.Mat | None = None) -> None:
        options = chosen_options(default, HEAT, self._overrides)
        self.method = str(options["method"])
        levels = interpolation if options["pc_type"] == "mg" else None
        self._linear = LinearSolver(self._matrix, HEAT, without_method(options), levels, self._log)
        solver = f"preconditioner {options['pc_type']}"
        if levels is not None:
            solver += f", linear level {options['mg_coarse_pc_type']}"
        self._log(f"heat: {self._unknowns} unknowns, solved by the {self.method} method ({solver})")

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> None:
        """Solve in place; a `ConvergenceError` says what to try."""
        try:
            self._linear.solve(rhs, solution)
            self._linear.refine(rhs, solution)
        except ConvergenceError as error:
            if not self._may_change:
                advice = "; method = 'direct' needs no iterations" if self.method == "multigrid" else ""
                raise ConvergenceError(f"heat: {error}{advice}") from None
            self._log(f"heat: multigrid failed, going on with the direct method ({error})")
            self._may_change, self._before = False, self._linear.factorisations
            self._linear.destroy()
            self._set(SOLVER)
            self._linear.solve(rhs, solution)
            self._linear.refine(rhs, solution)

    @property
    def options(self) -> dict[str, Any]:
        """The method and PETSc options; after the first solve those that are in use."""
        return {"method": self.method, **self._linear.options}

    @property
    def factorisations(self) -> int:
        """How often a factor or multigrid was set up."""
        return self._before + self._linear.factorisations

    @property
    def iterations(self) -> int:
        """Krylov iterations of the last solve."""
        return self._linear.iterations
