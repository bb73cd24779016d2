"""Quadratic cells as straight ones, small enough that what is drawn on them looks as curved as it is."""

from itertools import product
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

# Corners come first in every cell of VTK; what follows them differs from type to type, and from version to version.
HEXAHEDRA = {pv.CellType.LAGRANGE_HEXAHEDRON, pv.CellType.TRIQUADRATIC_HEXAHEDRON}
TETRAHEDRA = {pv.CellType.LAGRANGE_TETRAHEDRON, pv.CellType.QUADRATIC_TETRA}
CORNERS = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)])
# Four tetrahedra at the corners, four around a diagonal of the octahedron that is left, from edge 0-2 to edge 1-3.
EDGES = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)]
EIGHTHS = [
    (0, 4, 6, 7),
    (4, 1, 5, 8),
    (6, 5, 2, 9),
    (7, 8, 9, 3),
    (6, 8, 4, 5),
    (6, 8, 5, 9),
    (6, 8, 9, 7),
    (6, 8, 7, 4),
]
FEW = 2000  # cells, below which each is cut more finely
_SAME_M = 1e-10  # places that close are one


def straight(grid: pv.UnstructuredGrid) -> pv.UnstructuredGrid:
    """A grid of quadratic hexahedra or tetrahedra as straight cells, points in metres; other cells as they are.

    Points of the parts of several processes that lie at one place become one.
    """
    types = set(map(pv.CellType, np.unique(grid.celltypes)))
    if types <= HEXAHEDRA:
        return _hexahedra(grid, 4 if grid.n_cells < FEW else 2)
    if types <= TETRAHEDRA:
        return _tetrahedra(grid)
    return grid


def _hexahedra(grid: pv.UnstructuredGrid, parts: int) -> pv.UnstructuredGrid:
    """Each hexahedron as `parts` along each edge, by the quadratic functions of its 27 nodes."""
    nodes = grid.cell_connectivity.reshape(grid.n_cells, -1)
    points = np.asarray(grid.points, dtype=float)
    corners, ordered = points[nodes[:, :8]], []
    for place in product(range(3), repeat=3):
        share = np.array(place) / 2.0
        weights = np.prod(np.where(CORNERS == 1, share, 1.0 - share), axis=1)
        ordered.append(_nearest(nodes, points, np.einsum("k,ckx->cx", weights, corners)))
    line = np.linspace(0.0, 1.0, parts + 1)
    shape = np.column_stack([(1 - line) * (1 - 2 * line), 4 * line * (1 - line), line * (2 * line - 1)])
    weights = np.kron(np.kron(shape, shape), shape)  # of the 27 nodes at each place of the finer lattice
    lattice = np.arange((parts + 1) ** 3).reshape((parts + 1,) * 3)
    small = np.array(
        [
            [lattice[tuple(first + corner)] for corner in CORNERS]
            for first in map(np.array, product(range(parts), repeat=3))
        ]
    )
    cells = (np.arange(grid.n_cells)[:, None, None] * lattice.size + small).reshape(-1, 8)
    return _grid(grid, np.column_stack(ordered), weights, cells, pv.CellType.HEXAHEDRON)


def _tetrahedra(grid: pv.UnstructuredGrid) -> pv.UnstructuredGrid:
    """Each tetrahedron as eight, whose corners are its ten nodes."""
    nodes = grid.cell_connectivity.reshape(grid.n_cells, -1)
    points = np.asarray(grid.points, dtype=float)
    middles = [_nearest(nodes, points, 0.5 * (points[nodes[:, a]] + points[nodes[:, b]])) for a, b in EDGES]
    ordered = np.column_stack([nodes[:, :4], *middles])
    cells = (np.arange(grid.n_cells)[:, None, None] * 10 + np.array(EIGHTHS)).reshape(-1, 4)
    return _grid(grid, ordered, np.eye(10), cells, pv.CellType.TETRA)


def _nearest(nodes: NDArray[Any], points: NDArray[Any], wanted: NDArray[Any]) -> NDArray[Any]:
    """Node of each cell, of shape (cells, nodes), that lies next to a place in it, of shape (cells, 3)."""
    distances = np.linalg.norm(points[nodes] - wanted[:, None, :], axis=2)
    return np.take_along_axis(nodes, np.argmin(distances, axis=1)[:, None], axis=1)[:, 0]


def _grid(
    source: pv.UnstructuredGrid, nodes: NDArray[Any], weights: NDArray[Any], cells: NDArray[Any], kind: pv.CellType
) -> pv.UnstructuredGrid:
    """Straight cells on points that are weighted sums of the nodes of each cell, with the fields of a grid."""

    def spread(values: Any) -> NDArray[Any]:
        found = np.einsum("pn,cn...->cp...", weights, np.asarray(values, dtype=float)[nodes])
        return np.asarray(found.reshape(-1, *found.shape[2:]))

    counted = np.hstack([np.full((len(cells), 1), cells.shape[1]), cells]).ravel()
    grid = pv.UnstructuredGrid(counted, np.full(len(cells), kind), spread(source.points))
    grid.point_data.update({name: spread(source.point_data[name]) for name in source.point_data if "Ghost" not in name})
    return grid.clean(tolerance=_SAME_M, produce_merge_map=False)
