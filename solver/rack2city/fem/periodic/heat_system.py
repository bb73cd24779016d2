"""The linear equations of a cell's heat, condensed: singular by a level, which is told apart from a solution."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.heat.solver import SOLVER
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.periodic.condensed import Condensed, prolongation
from rack2city.fem.periodic.ends import Ends, same_nodes
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.options import Options, chosen_method, chosen_options, without_method
from rack2city.fem.solvers.prefixes import HEAT


class HeatSystem:
    """Equations of a bilinear and a linear form whose rows sum to zero, on nodes of which those at the ends are one.

    Attributes:
        solution: some solution, zero at one node.
        level: what may be added to it any number of times; one, but where the velocity has a divergence.
        absolute: absolute sum of the right-hand side (W).
    """

    def __init__(
        self,
        domain: Domain,
        space: fem.FunctionSpace,
        ends: Ends,
        forms: tuple[ufl.Form, ufl.Form],
        maps: list[Any],
        options: Mapping[str, Options] | None,
    ) -> None:
        self.solution, self.level, self._pin = (fem.Function(space) for _ in range(3))
        self.absolute = 0.0
        self._matrix_form, self._load_form = (compiled(form, maps) for form in forms)
        self._matrix = petsc.create_matrix(self._matrix_form)
        self._rhs, self._residual = (self.solution.x.petsc_vec.duplicate() for _ in range(2))
        self._condensed = Condensed(self._join(domain, space, ends))
        self._left, self._reduced = (self._condensed.prolongation.createVecRight() for _ in range(2))
        chosen_method(HEAT, options, "direct", ("direct",))
        self._options = without_method(chosen_options(SOLVER, HEAT, options))
        self._linear: LinearSolver | None = None

    def _join(self, domain: Domain, space: fem.FunctionSpace, ends: Ends) -> PETSc.Mat:
        """Prolongation from the nodes that are left when the ends are one, and a node inside is zero."""
        slaves, masters = same_nodes(domain, space, ends)
        (first, end), size = space.dofmap.index_map.local_range, space.dofmap.index_map.size_local
        inside = np.setdiff1d(np.arange(first, end), np.concatenate([slaves, masters]))
        if domain.comm.allgather(bool(inside.size)).index(True) == domain.comm.rank:
            self._pin.x.array[inside[0] - first] = 1.0
        self._pin.x.scatter_forward()
        return prolongation(domain.comm, size, self._pin.x.array[:size] > 0.0, slaves, masters)

    def solve(self) -> None:
        """Solve for the present coefficients of the forms (collective); a `ConvergenceError` if that fails."""
        self._matrix.zeroEntries()
        petsc.assemble_matrix(self._matrix, self._matrix_form)
        self._matrix.assemble()
        matrix = self._condensed.update(self._matrix)
        linear = self._linear = self._linear or LinearSolver(matrix, HEAT, self._options)
        self._matrix.mult(self._pin.x.petsc_vec, self._rhs)
        self._solve_into(linear, self.level)
        self.level.x.array[:] = self._pin.x.array - self.level.x.array
        assembled(self._load_form, self._rhs)
        self._solve_into(linear, self.solution)
        self.absolute = float(np.asarray(self._rhs.norm(PETSc.NormType.NORM_1)))

    def _solve_into(self, linear: LinearSolver, unknown: fem.Function) -> None:
        linear.solve(self._condensed.reduced(self._rhs, self._reduced), self._left)
        self._condensed.prolongation.mult(self._left, unknown.x.petsc_vec)
        unknown.x.scatter_forward()

    def unbalanced(self, theta: fem.Function) -> float:
        """Sum of what all rows leave over at a temperature, the pinned one's too (W): heat that is lost."""
        self._matrix.mult(theta.x.petsc_vec, self._residual)
        self._residual.axpy(-1.0, self._rhs)
        return float(np.real(self._residual.sum()))

    @property
    def options(self) -> dict[str, Any]:
        """The method and PETSc options; after the first solution those in use."""
        return {"method": "direct", **(self._options if self._linear is None else self._linear.options)}
