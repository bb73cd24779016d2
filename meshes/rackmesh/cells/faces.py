"""Faces of cells: which cells share one, and which parts of a mesh hang together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Index = npt.NDArray[np.int64]
FACETS: dict[tuple[int, int], list[tuple[int, ...]]] = {
    (3, 2): [(0, 1), (1, 2), (2, 0)],
    (4, 2): [(0, 1), (1, 2), (2, 3), (3, 0)],
    (4, 3): [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)],
    (8, 3): [(0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)],
}
"""Corners of the faces of a cell, by its number of corners and its dimension."""


@dataclass(frozen=True)
class Faces:
    """The different faces of cells in space.

    Attributes:
        corners: corners of each face as its first cell has them (faces x corners).
        owners: its one or two cells, -1 where there is no second (faces x 2).
        crowded: faces of three cells or more.
    """

    corners: Index
    owners: Index
    crowded: Index

    def find(self, corners: Index) -> Index:
        """Number of the face with these corners, in any order; -1 where no cell has it."""
        size = int(max(self.corners.max(initial=0), corners.max(initial=0))) + 1
        own, asked = np.sort(self.corners, axis=1), np.sort(corners, axis=1)
        key = _keys(np.concatenate([own, asked]), size)
        own_key, asked_key = key[: len(own)], key[len(own) :]
        order = np.argsort(own_key)
        place = order[np.minimum(np.searchsorted(own_key[order], asked_key), len(order) - 1)]
        return np.where(own_key[place] == asked_key, place, -1)

    def parts(self, cells: npt.NDArray[np.bool_]) -> Index:
        """Number of the connected part of each cell that is marked, -1 for the others."""
        inner = self.owners[np.all(self.owners >= 0, axis=1)]
        inner = inner[cells[inner].all(axis=1)]
        ones = np.ones(len(inner), dtype=np.int8)
        graph = coo_array((ones, (inner[:, 0], inner[:, 1])), shape=(len(cells), len(cells)))
        label = connected_components(graph, directed=False)[1]
        part = np.full(len(cells), -1, dtype=np.int64)
        part[cells] = np.unique(label[cells], return_inverse=True)[1]
        return part


def faces_of(corners: Index) -> Faces:
    """Faces of cells in space of which the corners are given (cells x 4 or 8)."""
    facets = FACETS[corners.shape[1], 3]
    every = np.concatenate([corners[:, facet] for facet in facets])
    cell = np.tile(np.arange(len(corners)), len(facets))
    key = _keys(np.sort(every, axis=1), int(corners.max(initial=0)) + 1)
    _, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    owners = np.full((len(first), 2), -1, dtype=np.int64)
    owners[:, 0] = cell[first]
    later = np.ones(len(every), dtype=bool)
    later[first] = False
    owners[inverse[later], 1] = cell[later]
    return Faces(every[first], owners, np.flatnonzero(count > 2))


def _keys(corners: Index, size: int) -> Index:
    """One number a face from its three lowest corners, sorted; no two faces of a mesh share three."""
    pair = np.unique(corners[:, 0] * size + corners[:, 1], return_inverse=True)[1]
    return np.asarray(pair * size + corners[:, 2], dtype=np.int64)
