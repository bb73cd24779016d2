"""Sizes, places and normals of cells and faces, curved ones as curved."""

import gmsh
import numpy as np
import numpy.typing as npt

from rackmesh.arrays import Array, Index


def _tangents(points: Array, elements: Index, kind: int) -> tuple[Array, Array, Array]:
    """Tangents (elements x points x axes x 3), places (elements x points x 3) and weights at points of a quadrature.

    A Gmsh session must be open.
    """
    _, dim, order, nodes = gmsh.model.mesh.getElementProperties(kind)[:4]
    at, weights = gmsh.model.mesh.getIntegrationPoints(kind, f"Gauss{max(1, dim * order)}")
    shape = np.asarray(gmsh.model.mesh.getBasisFunctions(kind, at, "Lagrange")[1]).reshape(-1, nodes)
    slope = np.asarray(gmsh.model.mesh.getBasisFunctions(kind, at, "GradLagrange")[1]).reshape(-1, nodes, 3)
    place = points[elements]
    return np.einsum("pna,enx->epax", slope[..., :dim], place), np.einsum("pn,enx->epx", shape, place), weights


def volumes(points: Array, cells: Index, kind: int) -> Array:
    """Volume of each cell (m3)."""
    tangents, _, weights = _tangents(points, cells, kind)
    return np.asarray(np.abs(np.linalg.det(tangents)) @ weights)


def areas(points: Array, facets: Index, kind: int) -> tuple[Array, Array]:
    """Area of each face (m2), and its vector: area times mean normal, by the order of its corners (m2)."""
    tangents, _, weights = _tangents(points, facets, kind)
    normal = np.cross(tangents[:, :, 0], tangents[:, :, 1])
    return np.linalg.norm(normal, axis=2) @ weights, np.einsum("epx,p->ex", normal, weights)


def lengths(points: Array, lines: Index, kind: int) -> Array:
    """Length of each line (m)."""
    tangents, _, weights = _tangents(points, lines, kind)
    return np.asarray(np.linalg.norm(tangents[:, :, 0], axis=2) @ weights)


def box_of(places: npt.NDArray[np.float64]) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Lowest and highest corner of the box around points."""
    low, high = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])
