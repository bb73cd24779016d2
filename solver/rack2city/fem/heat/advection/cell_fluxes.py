"""Flows between neighbouring cells that make up for the net flow out of each: one unknown in each cell.

The flow from K to L is W (p_K - p_L), W = area² / (volume of K + volume of L): finite volumes, whose fluxes are the
smallest in a mean square that make up for what is missing. The matrix is that of the mesh alone and is set up once.
"""

from typing import Any

import numpy as np
import ufl
from dolfinx import fem, mesh
from petsc4py import PETSc

from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import cells_beside, faces_of_cells, facet_vectors, share_of_cells
from rack2city.fem.solvers.linear import LinearSolver

LEVEL = 1e-10  # share of the diagonal that fixes the level of p in each body, which is arbitrary
FACTOR = {"pc_type": "cholesky", "pc_factor_mat_solver_type": "mumps"}
MOST_DIRECT = 30_000  # cells; beyond, conjugate gradients with multigrid


class CellFluxes:
    """Flows between the cells of a part of a mesh, which across ranks needs cells ghosted by facet.

    `cells` are those of the part seen from this rank, ghosts included, sorted.
    """

    def __init__(self, domain: Domain, cells: np.ndarray) -> None:
        self._comm = domain.comm
        self.cells = cells[cells < domain.mesh.topology.index_map(domain.dimensions).size_local]
        self._number = fem.Function(fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0)))
        self._number.x.array[:] = -1.0
        first = sum(self._comm.allgather(len(self.cells))[: self._comm.rank])
        self._number.x.array[self.cells] = first + np.arange(len(self.cells))
        self._number.x.scatter_forward()
        self._find_faces(domain.mesh)
        self._system: tuple[PETSc.Mat, LinearSolver] | None = None

    def _find_faces(self, msh: mesh.Mesh) -> None:
        """For each face of each cell the cell beyond (-1: none) and the conductance."""
        pairs = cells_beside(msh, np.arange(msh.topology.connectivity(msh.topology.dim - 1, 0).num_nodes))
        pairs[(pairs[:, 1] < 0) | (self._number.x.array[pairs] < 0.0).any(axis=1)] = -1
        around = faces_of_cells(msh)[self.cells]
        both = pairs[around]
        self._beyond = np.where(both[..., 0] == self.cells[:, None], both[..., 1], both[..., 0])
        needed = np.unique(around[self._beyond >= 0])
        areas = np.zeros(len(pairs))
        areas[needed] = np.linalg.norm(facet_vectors(msh, needed), axis=1)
        volume = share_of_cells(msh, ufl.dx(msh)).x.array
        volumes = volume[self.cells][:, None] + volume[self._beyond]
        self._conductance = np.where(self._beyond >= 0, areas[around] ** 2 / volumes, 0.0)

    def _set_up(self) -> tuple[PETSc.Mat, LinearSolver]:
        n = len(self.cells)
        diagonal = self._conductance.sum(axis=1)
        diagonal = np.where(diagonal > 0.0, diagonal * (1.0 + LEVEL), 1.0)
        number = np.rint(self._number.x.array).astype(PETSc.IntType)
        inner = self._beyond >= 0
        rows = np.concatenate([np.arange(n), np.nonzero(inner)[0]])
        columns = np.concatenate([number[self.cells], number[self._beyond[inner]]])
        values = np.concatenate([diagonal, -self._conductance[inner]])
        order = np.lexsort((columns, rows))
        starts = np.concatenate([[0], np.cumsum(1 + inner.sum(axis=1))]).astype(PETSc.IntType)
        csr = starts, columns[order], values[order]
        create: Any = PETSc.Mat().createAIJ  # its stubs know neither such sizes nor mpi4py's communicators
        matrix = create(((n, None), (n, None)), csr=csr, comm=self._comm)
        matrix.setOption(PETSc.Mat.Option.SPD, True)
        small = matrix.size[0] <= MOST_DIRECT
        options = {"ksp_type": "cg", "ksp_rtol": 1e-12, "ksp_max_it": 500, **(FACTOR if small else {"pc_type": "gamg"})}
        return matrix, LinearSolver(matrix, "cells_", options)

    def solve(self, outflow: np.ndarray) -> np.ndarray:
        """Flows out of each face of each cell, shape (cells, faces), zero on the boundary of the part (collective).

        They make up for a net flow out of each owned cell (m³/s), which in each body adds up to zero.
        """
        self._system = matrix, solver = self._system or self._set_up()
        solution, rhs = matrix.createVecRight(), matrix.createVecLeft()
        rhs.array[:] = outflow
        solver.solve(rhs, solution)
        level = fem.Function(self._number.function_space)
        level.x.array[self.cells] = solution.array_r
        level.x.scatter_forward()
        rhs.destroy()
        solution.destroy()
        return self._conductance * (level.x.array[self.cells][:, None] - level.x.array[self._beyond])
