"""Quadratic cells as straight ones of half their size, whose corners are all of their nodes."""

from itertools import product
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

# Corners come first in every cell of VTK; what follows them differs from type to type, and from version to version.
HEXAHEDRA = {
    pv.CellType.LAGRANGE_HEXAHEDRON,
    pv.CellType.TRIQUADRATIC_HEXAHEDRON,
}
TETRAHEDRA = {pv.CellType.LAGRANGE_TETRAHEDRON, pv.CellType.QUADRATIC_TETRA}
CORNERS = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)])
# Four tetrahedra at the corners, four around the diagonal of the octahedron that is left, from edge 0-2 to edge 1-3.
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


def straight(grid: pv.UnstructuredGrid) -> pv.UnstructuredGrid:
    """A grid of quadratic hexahedra or tetrahedra as eight straight cells for each, on the same points; others as they are.

    Points of the parts of several processes that lie at one place become one.
    """
    types = set(map(pv.CellType, np.unique(grid.celltypes)))
    if types <= HEXAHEDRA:
        cells, kind = _hexahedra(grid), pv.CellType.HEXAHEDRON
    elif types <= TETRAHEDRA:
        cells, kind = _tetrahedra(grid), pv.CellType.TETRA
    else:
        return grid
    counted = np.hstack([np.full((len(cells), 1), cells.shape[1]), cells]).ravel()
    found = pv.UnstructuredGrid(counted, np.full(len(cells), kind), grid.points)
    found.point_data.update({name: grid.point_data[name] for name in grid.point_data if "Ghost" not in name})
    return found.clean(produce_merge_map=False)


def _nearest(nodes: NDArray[Any], points: NDArray[Any], wanted: NDArray[Any]) -> NDArray[Any]:
    """Node of each cell, shape (cells, nodes), that lies next to a place in it, shape (cells, 3)."""
    distances = np.linalg.norm(points[nodes] - wanted[:, None, :], axis=2)
    return np.take_along_axis(nodes, np.argmin(distances, axis=1)[:, None], axis=1)[:, 0]


def _hexahedra(grid: pv.UnstructuredGrid) -> NDArray[Any]:
    nodes = grid.cell_connectivity.reshape(grid.n_cells, -1)
    points = np.asarray(grid.points, dtype=float)
    corners = points[nodes[:, :8]]
    lattice = {}
    for place in product(range(3), repeat=3):
        share = np.array(place) / 2.0
        weights = np.prod(np.where(CORNERS == 1, share, 1.0 - share), axis=1)
        lattice[place] = _nearest(nodes, points, np.einsum("k,ckx->cx", weights, corners))
    cells = [
        np.column_stack([lattice[tuple(np.array(first) + corner)] for corner in CORNERS])
        for first in product(range(2), repeat=3)
    ]
    return np.concatenate(cells)


def _tetrahedra(grid: pv.UnstructuredGrid) -> NDArray[Any]:
    nodes = grid.cell_connectivity.reshape(grid.n_cells, -1)
    points = np.asarray(grid.points, dtype=float)
    middles = [_nearest(nodes, points, 0.5 * (points[nodes[:, a]] + points[nodes[:, b]])) for a, b in EDGES]
    all_nodes = np.column_stack([nodes[:, :4], *middles])
    return np.concatenate([all_nodes[:, list(eighth)] for eighth in EIGHTHS])
