"""The part of a Jacobian that lasts from step to step: assembled again only when a coefficient of its form has changed."""

from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from mpi4py import MPI
from petsc4py import PETSc

from rack2city.fem.mesh.compilation import compiled

SHARED: Any = PETSc.Mat.DuplicateOption.SHARE_NONZERO_PATTERN
ALIKE: Any = PETSc.Mat.Structure.SAME_NONZERO_PATTERN


class LastingMatrix:
    """Matrix of a bilinear form, with ones on the diagonal of what conditions fix."""

    def __init__(self, form: ufl.Form, bcs: list[fem.DirichletBC]) -> None:
        self._form, self._bcs, self._compiled = form, bcs, compiled(form)
        self._comm = form.ufl_domains()[0].ufl_cargo().comm
        self._kept: PETSc.Mat | None = None
        self._values: list[np.ndarray] | None = None

    def like(self) -> PETSc.Mat:
        """A new matrix of its sparsity."""
        return petsc.create_matrix(self._compiled)

    def copy_to(self, matrix: PETSc.Mat) -> None:
        """Give the values to a matrix made by `like` (collective)."""
        now = [c.x.array for c in self._form.coefficients()] + [np.asarray(c.value) for c in self._form.constants()]
        if (
            self._values is None
        ):  # the first serves once, to start from creeping flow, while the analysis takes its memory
            self._values = []
            self._assemble(matrix)
            return
        if self._kept is None:
            self._kept = matrix.duplicate(SHARED)
        same = bool(self._values) and all(map(np.array_equal, self._values, now))
        if not self._comm.allreduce(same, op=MPI.LAND):
            self._assemble(self._kept)
            self._values = [values.copy() for values in now]
        self._kept.copy(matrix, ALIKE)

    def _assemble(self, matrix: PETSc.Mat) -> None:
        matrix.zeroEntries()
        petsc.assemble_matrix(matrix, self._compiled, bcs=self._bcs)
        matrix.assemble()
