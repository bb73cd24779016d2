"""Meshes of graded blocks: grid lines along three axes, blocks that are one volume each or empty, named faces.

Cells are hexahedra, or each is six tetrahedra around the diagonal from its lowest to its highest corner, which fit
together wherever two of them meet. Gmsh only writes the file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product
from pathlib import Path
from typing import Literal

import numpy as np

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.writer import write_groups

HEXAHEDRON, TETRAHEDRON, QUADRILATERAL, TRIANGLE = 5, 4, 3, 2  # Gmsh's numbers of its element types
Block = tuple[int, int, int]


@dataclass(frozen=True)
class Segment:
    """A stretch of an axis, one block long.

    Attributes:
        length: its length (m).
        cells: number of cells.
        dense: where cells are shortest.
        ratio: longest over shortest cell; sizes grow geometrically.
    """

    length: float
    cells: int
    dense: Literal["start", "end", "both"] = "both"
    ratio: float = 1.0

    def refined(self, factor: float) -> "Segment":
        """The same stretch with `factor` times as many cells, at least one."""
        return Segment(self.length, max(1, round(self.cells * factor)), self.dense, self.ratio)

    def points(self) -> np.ndarray:
        """Grid points from 0 to the length, shape (cells + 1,)."""
        if self.cells < 1 or not self.length > 0.0 or not self.ratio >= 1.0:
            raise MeshError(f"a stretch of a mesh needs a length, a cell and a ratio of 1 or more, not {self}")
        along = np.linspace(0.0, 1.0, self.cells) if self.cells > 1 else np.zeros(1)
        power = {"start": along, "end": 1.0 - along, "both": 1.0 - np.abs(2.0 * along - 1.0)}[self.dense]
        return self.length * np.concatenate([[0.0], np.cumsum(self.ratio**power)]) / np.sum(self.ratio**power)


@dataclass(frozen=True)
class Places:
    """A stretch of an axis whose grid points are given.

    Attributes:
        places: distances from its start (m), the first 0.
    """

    places: tuple[float, ...]

    @property
    def length(self) -> float:
        """Its length (m)."""
        return self.places[-1]

    @property
    def cells(self) -> int:
        """Number of cells."""
        return len(self.places) - 1

    def refined(self, factor: float) -> "Places":
        """The same stretch with `factor` times as many cells, at least one, graded alike."""
        share = np.linspace(0.0, self.cells, max(1, round(self.cells * factor)) + 1)
        return Places(tuple(np.interp(share, np.arange(self.cells + 1), self.places).tolist()))

    def points(self) -> np.ndarray:
        """Grid points from 0 to the length, shape (cells + 1,)."""
        points = np.array(self.places)
        if len(points) < 2 or points[0] != 0.0 or np.any(np.diff(points) <= 0.0):
            raise MeshError(f"grid points of a stretch must rise from 0, not {self.places}")
        return points


Stretch = Segment | Places


def cut(stretch: Stretch, at: Sequence[float], near: float = 1e-9) -> tuple[Stretch, ...]:
    """A stretch in parts that end at given places.

    The nearest grid point moves there; where that would make its cells much smaller than they were, a point is added.

    Args:
        stretch: the stretch.
        at: distances from its start (m); those outside and at its ends are ignored.
        near: share of the length that is no distance.
    """
    inner = sorted({float(a) for a in at if near * stretch.length < a < (1.0 - near) * stretch.length})
    if not inner:
        return (stretch,)
    free = list(stretch.points()[1:-1])
    fixed = [0.0, *inner, stretch.length]
    parts: list[Stretch] = []
    for place in inner:
        sizes = np.diff([0.0, *free, stretch.length])
        if free:
            nearest = int(np.argmin(np.abs(np.array(free) - place)))
            if abs(free[nearest] - place) < 0.4 * min(sizes[nearest], sizes[nearest + 1]):
                del free[nearest]
    for low, high in pairwise(fixed):
        between = [point - low for point in free if low < point < high]
        parts.append(Places((0.0, *between, high - low)))
    return tuple(parts)


@dataclass(frozen=True)
class Face:
    """A face of a block that has another volume, or nothing, on its other side.

    Attributes:
        block: the block it is seen from.
        axis: 0, 1, 2 for x, y, z: the direction of its normal.
        side: -1 or 1: which of the block's two faces of that axis.
        volume: volume of the block.
        beyond: volume on the other side, None at the boundary of the mesh.
    """

    block: Block
    axis: int
    side: int
    volume: str
    beyond: str | None


@dataclass(frozen=True)
class BlockMesh:
    """What to mesh.

    Attributes:
        axes: stretches along x, y and z.
        origin: lowest corner (m).
        volume: volume group of each block, None for an empty one.
        surface: surface group of a face, None for none. An inner face is shown from both sides; one name is enough.
    """

    axes: tuple[tuple[Stretch, ...], tuple[Stretch, ...], tuple[Stretch, ...]]
    origin: tuple[float, float, float]
    volume: Callable[[Block], str | None]
    surface: Callable[[Face], str | None]

    def lines(self, axis: int) -> np.ndarray:
        """Grid lines of an axis (m)."""
        points, start = [np.array([self.origin[axis]])], self.origin[axis]
        for segment in self.axes[axis]:
            points.append(start + segment.points()[1:])
            start += segment.length
        return np.concatenate(points)

    def centre(self, block: Block) -> tuple[float, float, float]:
        """Middle of a block (m)."""
        x, y, z = (
            self.origin[axis]
            + sum(part.length for part in self.axes[axis][:number])
            + 0.5 * self.axes[axis][number].length
            for axis, number in enumerate(block)
        )
        return x, y, z

    def blocks(self) -> dict[Block, str]:
        """Volume group of each block that is not empty."""
        x, y, z = (range(len(axis)) for axis in self.axes)
        named = {block: self.volume(block) for block in product(x, y, z)}
        return {block: name for block, name in named.items() if name is not None}

    def cells(self, *volumes: str) -> int:
        """Number of hexahedral cells, of all volumes or of some."""
        sizes = [[segment.cells for segment in axis] for axis in self.axes]
        return sum(
            sizes[0][i] * sizes[1][j] * sizes[2][k]
            for (i, j, k), name in self.blocks().items()
            if not volumes or name in volumes
        )


def write_blocks(
    mesh: BlockMesh, path: Path, tetrahedra: bool = False, across: dict[str, int] | None = None
) -> Quality:
    """Write a mesh with its physical groups (MSH 4.1, binary).

    Args:
        mesh: the blocks.
        path: the `.msh` file.
        tetrahedra: split each cell into six.
        across: cells across gaps, to be told with the quality.

    Raises:
        MeshError: nothing to mesh, or Gmsh failed.
    """
    blocks = mesh.blocks()
    if not blocks:
        raise MeshError(f"{path}: every block of the mesh is empty")
    starts = [np.concatenate([[0], np.cumsum([s.cells for s in axis])]) for axis in mesh.axes]
    shape = tuple(int(s[-1]) + 1 for s in starts)

    def corners(block: Block, fixed: tuple[int, int] | None = None) -> np.ndarray:
        """Vertices of the cells of a block, or of one of its faces, shape (cells, 2, 2, 2) with 1 for the fixed axis."""
        ranges = []
        for axis, number in enumerate(block):
            low, high = int(starts[axis][number]), int(starts[axis][number + 1])
            if fixed is not None and axis == fixed[0]:
                ranges.append((np.array([low if fixed[1] < 0 else high]), np.array([0])))
            else:
                ranges.append((np.arange(low, high), np.array([0, 1])))
        cells = np.meshgrid(*(cell for cell, _ in ranges), indexing="ij")
        steps = np.meshgrid(*(step for _, step in ranges), indexing="ij")
        index = [c.reshape(-1, 1, 1, 1) + s for c, s in zip(cells, steps, strict=True)]
        return np.asarray(np.ravel_multi_index(index, shape))

    volumes: dict[str, list[np.ndarray]] = {}
    surfaces: dict[str, list[np.ndarray]] = {}
    for block, name in blocks.items():
        volumes.setdefault(name, []).append(_cells(corners(block), tetrahedra))
        for axis, side in product(range(3), (-1, 1)):
            other = [b + side * (a == axis) for a, b in enumerate(block)]
            beyond = blocks.get((other[0], other[1], other[2]))
            group = None if beyond == name else mesh.surface(Face(block, axis, side, name, beyond))
            if group is not None:
                surfaces.setdefault(group, []).append(_facets(corners(block, (axis, side)), axis, tetrahedra))
    x, y, z = np.meshgrid(*(mesh.lines(axis) for axis in range(3)), indexing="ij")
    types = (TETRAHEDRON, TRIANGLE) if tetrahedra else (HEXAHEDRON, QUADRILATERAL)
    groups = {3: {n: np.concatenate(parts) for n, parts in volumes.items()}}
    groups[2] = {n: np.unique(np.concatenate(parts), axis=0) for n, parts in surfaces.items()}
    return write_groups(path, np.column_stack([x.ravel(), y.ravel(), z.ravel()]), groups[3], groups[2], types, across)


def _cells(corners: np.ndarray, tetrahedra: bool) -> np.ndarray:
    """Vertices of each cell in Gmsh's order."""
    if not tetrahedra:
        order = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]
        return np.column_stack([corners[:, i, j, k] for i, j, k in order])
    parts = []
    for way in permutations(range(3)):
        corner, path = [0, 0, 0], [(0, 0, 0)]
        for axis in way:
            corner[axis] = 1
            path.append((corner[0], corner[1], corner[2]))
        if way in ((0, 2, 1), (1, 0, 2), (2, 1, 0)):  # odd: mirrored
            path[1], path[2] = path[2], path[1]
        parts.append(np.column_stack([corners[:, i, j, k] for i, j, k in path]))
    return np.concatenate(parts)


def _facets(corners: np.ndarray, axis: int, tetrahedra: bool) -> np.ndarray:
    """Vertices of each facet of a face, the same whichever side it is seen from."""
    square = np.squeeze(corners, axis=1 + axis)
    if not tetrahedra:
        return np.column_stack([square[:, 0, 0], square[:, 1, 0], square[:, 1, 1], square[:, 0, 1]])
    halves = [np.column_stack([square[:, 0, 0], square[:, i, 1 - i], square[:, 1, 1]]) for i in (0, 1)]
    return np.concatenate(halves)
