"""Plane meshes of patches: each patch a lattice of quadrilaterals of second order, whose points lie on the curves meant."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

_SAME = 1e-8  # of the plan's extent: points that close are one


@dataclass(frozen=True)
class Patch:
    """A patch with corners, mapped from a rectangle of cells.

    Attributes:
        region: what it is.
        nodes: corners and middles of its cells, shape (2 a + 1, 2 b + 1, 2) for a times b cells (m).
    """

    region: str
    nodes: np.ndarray

    def mirrored(self, axis: int, about: float = 0.0) -> "Patch":
        """The patch on the other side of a line across an axis."""
        nodes = self.nodes.copy()
        nodes[..., axis] = 2.0 * about - nodes[..., axis]
        return Patch(self.region, nodes)

    def moved(self, x: float, y: float) -> "Patch":
        """The patch elsewhere."""
        return Patch(self.region, self.nodes + np.array([x, y]))


def with_middles(points: np.ndarray) -> np.ndarray:
    """Points of a line of cells and the middles between them, shape (2 n + 1, ...) for n cells."""
    both = np.empty((2 * len(points) - 1, *points.shape[1:]))
    both[::2] = points
    both[1::2] = 0.5 * (points[1:] + points[:-1])
    return both


def between(region: str, inner: np.ndarray, outer: np.ndarray, share: np.ndarray) -> Patch:
    """The patch between two curves, straight from each point of one to that of the other.

    Args:
        region: what it is.
        inner: points of a curve, corners and middles (2 a + 1, 2).
        outer: of the other.
        share: of the way from inner to outer (2 b + 1).
    """
    way = share[None, :, None]
    return Patch(region, (1.0 - way) * inner[:, None] + way * outer[:, None])


def rectangle(region: str, x: np.ndarray, y: np.ndarray) -> Patch:
    """The patch of a grid; x and y hold corners and middles."""
    return Patch(region, np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))


@dataclass(frozen=True)
class Plan:
    """A plane mesh.

    Attributes:
        points: its points (n, 2) (m).
        cells: points of each quadrilateral as a lattice (m, 3, 3), along and across, right-handed.
        regions: names of the regions.
        region: number of each quadrilateral's region (m).
    """

    points: np.ndarray
    cells: np.ndarray
    regions: tuple[str, ...]
    region: np.ndarray


def assemble(patches: Iterable[Patch]) -> Plan:
    """The plan of patches; their points are joined where they lie on each other."""
    patches = list(patches)
    names = tuple(dict.fromkeys(patch.region for patch in patches))
    points = np.concatenate([patch.nodes.reshape(-1, 2) for patch in patches])
    cells, regions, start = [], [], 0
    for patch in patches:
        a, b = ((n - 1) // 2 for n in patch.nodes.shape[:2])
        index = start + np.arange(patch.nodes.shape[0] * patch.nodes.shape[1]).reshape(patch.nodes.shape[:2])
        i, j = (2 * cell.ravel() for cell in np.meshgrid(np.arange(a), np.arange(b), indexing="ij"))
        steps = np.arange(3)
        lattice = index[i[:, None, None] + steps[None, :, None], j[:, None, None] + steps[None, None, :]]
        along = points[lattice[:, 2, 1]] - points[lattice[:, 0, 1]]
        across = points[lattice[:, 1, 2]] - points[lattice[:, 1, 0]]
        if np.sum(along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]) < 0.0:
            lattice = lattice.transpose(0, 2, 1)
        cells.append(lattice)
        regions.append(np.full(len(lattice), names.index(patch.region)))
        start += index.size
    pairs = KDTree(points).query_pairs(_SAME * float(np.ptp(points, axis=0).max()), output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    count, number = connected_components(graph, directed=False)
    joined = np.empty((count, 2))
    joined[number[::-1]] = points[::-1]
    return Plan(joined, number[np.concatenate(cells)], names, np.concatenate(regions))
