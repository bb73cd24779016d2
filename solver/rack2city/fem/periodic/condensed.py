"""Unknowns that are one: a prolongation P from those that are left to all, and equations condensed with it.

With x = P y the equations A x = b become (P^T A P) y = P^T b: a trial and a test function that goes on at the beginning
of the cell where it ends. Unknowns that are fixed at zero have an empty row. What the forms would need on the ends (the
traction, the heat that crosses them) cancels, because it is the same with opposite normals.
"""

from typing import Any, cast

import numpy as np
from mpi4py import MPI
from petsc4py import PETSc


def prolongation(comm: MPI.Comm, owned: int, fixed: np.ndarray, slaves: np.ndarray, masters: np.ndarray) -> PETSc.Mat:
    """The prolongation to `owned` unknowns of this rank from those that are neither fixed nor another's (collective).

    Args:
        comm: ranks over which the unknowns are spread.
        owned: unknowns that this rank owns, in one stretch of the global numbers.
        fixed: whether each of them is zero, shape (owned,).
        slaves: global numbers of unknowns that are others, of all ranks, the same on each, shape (n,).
        masters: those that they are.
    """
    start = sum(comm.allgather(owned)[: comm.rank])
    numbers = start + np.flatnonzero(fixed)
    zero = np.unique(np.concatenate(comm.allgather(numbers[np.isin(numbers, slaves) | np.isin(numbers, masters)])))
    either = np.isin(slaves, zero) | np.isin(masters, zero)
    gone = np.concatenate([slaves, masters[either]])
    here = start + np.arange(owned)
    free = ~fixed & ~np.isin(here, gone)
    count = int(np.count_nonzero(free))
    first = sum(comm.allgather(count)[: comm.rank])
    column = np.full(owned, -1, dtype=np.int64)
    column[free] = first + np.arange(count)
    mine = (masters >= start) & (masters < start + owned) & ~either
    known = np.zeros(len(masters), dtype=np.int64)
    known[mine] = column[masters[mine] - start]
    known = np.asarray(comm.allreduce(known, op=MPI.SUM))
    own = (slaves >= start) & (slaves < start + owned) & ~either
    column[slaves[own] - start] = known[own]
    matrix: Any = PETSc.Mat()
    matrix.createAIJ(((owned, None), (count, None)), nnz=(1, 1), comm=comm)
    rows = np.flatnonzero(column >= 0)
    filled = np.zeros(owned + 1, dtype=PETSc.IntType)
    filled[1 + rows] = 1
    matrix.setValuesCSR(np.cumsum(filled, dtype=PETSc.IntType), column[rows].astype(PETSc.IntType), np.ones(len(rows)))
    matrix.assemble()
    return cast(PETSc.Mat, matrix)


class Condensed:
    """A matrix condensed with a prolongation, kept up to date in place."""

    def __init__(self, prolongation: PETSc.Mat) -> None:
        self.prolongation = prolongation
        self.matrix: PETSc.Mat | None = None

    def update(self, whole: PETSc.Mat) -> PETSc.Mat:
        """Condense a matrix, each time of the same pattern (collective)."""
        self.matrix = whole.ptap(self.prolongation, self.matrix)
        return self.matrix

    def reduced(self, vector: PETSc.Vec, into: PETSc.Vec) -> PETSc.Vec:
        """Condense a vector of the right-hand side."""
        self.prolongation.multTranspose(vector, into)
        return into
