"""Sizes, places and normals of cells and faces, curved ones as curved."""

import gmsh
import numpy as np
import numpy.typing as npt

from rackmesh.cells.arrays import Array, Index

_SIMPLICES = (1, 8, 2, 9, 21, 4, 11, 29)  # Gmsh's kinds, of which the determinant is of lower degree


def _tangents(points: Array, elements: Index, kind: int) -> tuple[Array, Array]:
    """Tangents at points of a quadrature (axes x elements x points x 3), and its weights.

    A Gmsh session must be open.
    """
    _, dim, order, nodes = gmsh.model.mesh.getElementProperties(kind)[:4]
    degree = dim * (order - 1) if kind in _SIMPLICES else dim * order
    at, weights = gmsh.model.mesh.getIntegrationPoints(kind, f"Gauss{max(1, degree)}")
    slope = np.asarray(gmsh.model.mesh.getBasisFunctions(kind, at, "GradLagrange")[1]).reshape(-1, nodes, 3)[..., :dim]
    place = np.swapaxes(points[elements], 1, 2).reshape(-1, nodes)
    tangents = place @ slope.transpose(1, 0, 2).reshape(nodes, -1)
    return np.ascontiguousarray(tangents.reshape(len(elements), 3, len(weights), dim).transpose(3, 0, 2, 1)), weights


def volumes(points: Array, cells: Index, kind: int) -> Array:
    """Volume of each cell (m3)."""
    (one, two, three), weights = _tangents(points, cells, kind)
    return np.asarray(np.abs(np.sum(np.cross(one, two) * three, axis=2)) @ weights)


def areas(points: Array, facets: Index, kind: int) -> tuple[Array, Array]:
    """Area of each face (m2), and its vector: area times mean normal, by the order of its corners (m2)."""
    (one, two), weights = _tangents(points, facets, kind)
    normal = np.cross(one, two)
    return np.linalg.norm(normal, axis=2) @ weights, np.einsum("epx,p->ex", normal, weights)


def lengths(points: Array, lines: Index, kind: int) -> Array:
    """Length of each line (m)."""
    (along,), weights = _tangents(points, lines, kind)
    return np.asarray(np.linalg.norm(along, axis=2) @ weights)


def box_of(places: npt.NDArray[np.float64]) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Lowest and highest corner of the box around points."""
    low, high = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])
