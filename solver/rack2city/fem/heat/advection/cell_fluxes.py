"""Flows between neighbouring cells that make up for the net flow out of each: one unknown in each cell.

The flow from K to L is W (p_K - p_L), W = area² / (volume of K + volume of L): finite volumes, whose fluxes are the
smallest in a mean square that make up for what is missing. The matrix is that of the mesh alone and is set up once.
"""

from typing import Any

import numpy as np
import ufl
from dolfinx import fem, mesh
from petsc4py import PETSc

from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.solvers.linear import LinearSolver

LEVEL = 1e-10  # share of the diagonal that fixes the level of p in each body, which is arbitrary
FACTOR = {"pc_type": "cholesky", "pc_factor_mat_solver_type": "mumps"}
MOST_DIRECT = 30_000  # cells; beyond, conjugate gradients with multigrid


class CellFluxes:
    """Flows between the cells of a part of a mesh.

    Args:
        domain: the mesh; across ranks it needs cells ghosted by facet.
        cells: the cells of the part seen from this rank, ghosts included.
    """

    def __init__(self, domain: Domain, cells: np.ndarray) -> None:
        """Number the cells and find their common faces."""
        topology, dim = domain.mesh.topology, domain.mesh.topology.dim
        topology.create_entities(dim - 1)
        topology.create_connectivity(dim - 1, dim)
        topology.create_connectivity(dim, dim - 1)
        self._comm = domain.comm
        self.cells = np.sort(cells[cells < topology.index_map(dim).size_local]).astype(np.int32)
        self._number = fem.Function(fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0)))
        self._number.x.array[:] = -1.0
        first = sum(self._comm.allgather(len(self.cells))[: self._comm.rank])
        self._number.x.array[self.cells] = first + np.arange(len(self.cells))
        self._number.x.scatter_forward()
        self._volume = _volumes(self._number.function_space)
        self._find_faces(domain)
        self._system: tuple[PETSc.Mat, LinearSolver] | None = None

    def _find_faces(self, domain: Domain) -> None:
        """For each face of each cell the cell beyond (-1: none) and the conductance."""
        topology, dim = domain.mesh.topology, domain.mesh.topology.dim
        links = topology.connectivity(dim - 1, dim)
        faces = topology.connectivity(dim, dim - 1).array.reshape(-1, len(topology.connectivity(dim, dim - 1).links(0)))
        offsets = links.offsets
        inner = np.diff(offsets) == 2
        pairs = np.full((len(offsets) - 1, 2), -1, dtype=np.int32)
        pairs[inner] = np.column_stack([links.array[offsets[:-1][inner]], links.array[offsets[:-1][inner] + 1]])
        number = self._number.x.array
        pairs[inner & ~((number[pairs] >= 0.0).all(axis=1))] = -1
        around = faces[self.cells]
        both = pairs[around]
        self._beyond = np.where(both[..., 0] == self.cells[:, None], both[..., 1], both[..., 0])
        needed = np.unique(around[self._beyond >= 0])
        areas = np.zeros(len(pairs))
        areas[needed] = _areas(domain.mesh, needed)
        volumes = self._volume[self.cells][:, None] + self._volume[self._beyond]
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
        csr: Any = (starts, columns[order], values[order])
        sizes: Any = ((n, None), (n, None))
        communicator: Any = self._comm
        matrix = PETSc.Mat().createAIJ(sizes, csr=csr, comm=communicator)
        matrix.setOption(PETSc.Mat.Option.SPD, True)  # type: ignore[arg-type]
        small = matrix.size[0] <= MOST_DIRECT
        options = {"ksp_type": "cg", "ksp_rtol": 1e-12, "ksp_max_it": 500, **(FACTOR if small else {"pc_type": "gamg"})}
        return matrix, LinearSolver(matrix, "cells_", options)

    def solve(self, outflow: np.ndarray) -> np.ndarray:
        """Flows out of each face of each cell, shape (cells, faces), zero on the boundary of the part (collective).

        Args:
            outflow: net flow out of each owned cell (m³/s); of each body they add up to zero.

        Raises:
            ConvergenceError: the solver failed.
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


def _volumes(space: fem.FunctionSpace) -> np.ndarray:
    """Volumes of the cells seen from this rank (m³)."""
    form = ufl.TestFunction(space) * ufl.dx(space.mesh)
    vector = assembled(compiled(form))
    found = fem.Function(space)
    owned = space.dofmap.index_map.size_local
    found.x.array[:owned] = vector.array_r[:owned]
    found.x.scatter_forward()
    vector.destroy()
    return found.x.array.copy()


def _areas(msh: mesh.Mesh, faces: np.ndarray) -> np.ndarray:
    """Areas of faces between their corners (m²; in two dimensions lengths)."""
    dim = msh.topology.dim - 1
    corners = msh.geometry.x[mesh.entities_to_geometry(msh, dim, faces.astype(np.int32))]
    if dim == 1:
        return np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)
    if msh.topology.cell_type == mesh.CellType.tetrahedron:
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    else:
        a, b = corners[:, 3] - corners[:, 0], corners[:, 2] - corners[:, 1]
    return 0.5 * np.linalg.norm(np.cross(a, b), axis=1)
