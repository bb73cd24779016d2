"""Bodies of a mesh that touch without sharing faces: heat and flow would see a gap where there is none."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import gmsh
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from rackmesh.cells.faces import FACETS

Array = npt.NDArray[np.float64]
_BESIDE = 8  # facets of another body that are looked at beside one


def unjoined(
    dim: int, bodies: Mapping[int, str], nodes: npt.NDArray[Any], points: Array, near: float
) -> tuple[str, str, Array] | None:
    """The first two bodies that touch without sharing faces, and where (m); None if all that touch are joined.

    A body may be the other one too: where its own parts touch, or where faces of it lie on each other.

    Args:
        dim: dimension of the cells of Gmsh's current model.
        bodies: names of its entities that have cells, by their tags.
        nodes: tags of all nodes (n).
        points: their coordinates (n x 3, m).
        near: distance that is none (m).
    """
    corners, body, part = _outer_facets(dim, list(bodies))
    order = np.argsort(nodes)
    place = points[order][np.searchsorted(nodes[order], corners)]  # facets x corners x 3
    names = list(bodies.values())
    for one, other in KDTree(place.mean(axis=1)).query_pairs(near):
        return names[body[one]], names[body[other]], np.asarray(place[one].mean(axis=0))
    parts, first = np.unique(part, return_index=True)
    groups = [place[part == number] for number in parts]
    for (i, one), (j, other) in combinations(zip(first, groups, strict=True), 2):
        if (at := _overlap(one, other, near)) is not None:
            return names[body[i]], names[body[j]], at
    return None


def _outer_facets(dim: int, bodies: list[int]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Corner nodes of the facets that belong to one cell alone, the body of each and its connected part of that body."""
    found, body, cell, count = [], [], [], 0
    for number, entity in enumerate(bodies):
        for kind, of_cells in zip(*(gmsh.model.mesh.getElements(dim, entity)[i] for i in (0, 2)), strict=True):
            nodes, corners = gmsh.model.mesh.getElementProperties(int(kind))[3::2]
            cells = np.asarray(of_cells).reshape(-1, nodes)[:, :corners]
            local = FACETS[int(corners), dim]
            found.append(np.concatenate([cells[:, facet] for facet in local]))
            body.append(np.full(len(found[-1]), number))
            cell.append(np.tile(np.arange(count, count + len(cells)), len(local)))
            count += len(cells)
    facets, owner, of = np.concatenate(found), np.concatenate(body), np.concatenate(cell)
    ordered = np.sort(facets, axis=1)
    order = np.lexsort(ordered.T)
    same = np.all(ordered[order[1:]] == ordered[order[:-1]], axis=1)
    alone = order[~(np.append(same, False) | np.insert(same, 0, False))]
    one, other = order[:-1][same], order[1:][same]
    inside = owner[one] == owner[other]
    pairs = (np.ones(int(inside.sum()), dtype=np.int8), (of[one[inside]], of[other[inside]]))
    part = connected_components(coo_array(pairs, shape=(count, count)), directed=False)[1]
    return facets[alone], owner[alone], part[of[alone]]


def _overlap(one: Array, other: Array, near: float) -> Array | None:
    """A place where facets of two bodies (facets x corners x 3) lie in each other, within a distance; None if they do not."""
    low, high = one.min(axis=(0, 1)) - near, one.max(axis=(0, 1)) + near
    other = other[np.all((other.max(axis=1) >= low) & (other.min(axis=1) <= high), axis=1)]
    if not len(other):
        return None
    for inner, outer in ((one, other), (other, one)):
        centre = inner.mean(axis=1)
        _, beside = KDTree(outer.mean(axis=1)).query(centre, k=range(1, min(_BESIDE, len(outer)) + 1))
        for place in beside.T:
            if (hit := _within(centre, outer[place], near)).any():
                return np.asarray(centre[int(np.argmax(hit))])
    return None


def _within(points: Array, facets: Array, near: float) -> npt.NDArray[np.bool_]:
    """Whether points (n x 3) lie in facets (n x corners x 3), convex ones, within a distance."""
    edges = np.roll(facets, -1, axis=1) - facets
    if facets.shape[1] == 2:
        along = edges[:, 0] / np.linalg.norm(edges[:, 0], axis=1, keepdims=True)
        way = points - facets[:, 0]
        inside = ((way * along).sum(axis=1) > near) & (((facets[:, 1] - points) * along).sum(axis=1) > near)
        return np.asarray(inside & (np.linalg.norm(np.cross(way, along), axis=1) <= near))
    normal = np.cross(edges[:, 0], edges[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), np.finfo(float).tiny)
    away = points[:, None] - facets
    sides = (np.cross(normal[:, None], edges) * away).sum(axis=2)
    flat = np.abs((away[:, 0] * normal).sum(axis=1)) <= near
    return np.asarray(flat & np.all(sides > near * np.linalg.norm(edges, axis=2), axis=1))
