"""Hexahedra over a plane mesh: the plan's quadrilaterals, straight or curved, drawn up through layers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rackmesh.cells.quality import Quality
from rackmesh.plates.parts.axes import Axis
from rackmesh.plates.parts.plan import Plan, with_middles
from rackmesh.writer import write_groups

# Gmsh's order of the points of a hexahedron of second order, as places of a lattice of 3 x 3 x 3; the first 8 are the corners.
_HEXAHEDRON = [
    *[(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (0, 0, 2), (2, 0, 2), (2, 2, 2), (0, 2, 2)],
    *[(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 1, 0), (2, 0, 1), (1, 2, 0), (2, 2, 1), (0, 2, 1)],
    *[(1, 0, 2), (0, 1, 2), (2, 1, 2), (1, 2, 2)],
    *[(1, 1, 0), (1, 0, 1), (0, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2), (1, 1, 1)],
]
_QUADRILATERAL = [(0, 0), (2, 0), (2, 2), (0, 2), (1, 0), (2, 1), (1, 2), (0, 1), (1, 1)]
_SIDES = (np.s_[:, :, 0], np.s_[:, 2, :], np.s_[:, ::-1, 2], np.s_[:, 0, ::-1])  # of a plan's cells, anticlockwise


@dataclass(frozen=True)
class Wall:
    """A face of a body that has another body, or nothing, on its other side.

    Attributes:
        volume: the body it is seen from.
        beyond: the body on the other side, None at the boundary of the mesh.
        layer: label of the layer that it belongs to, or that it ends.
        normal: out of the body, at its middle.
        middle: where that is (m); before the mesh is moved.
    """

    volume: str
    beyond: str | None
    layer: str
    normal: tuple[float, float, float]
    middle: tuple[float, float, float]

    def looks(self, axis: int, side: int) -> bool:
        """Whether it looks along an axis (0, 1, 2), up (1) or down it (-1)."""
        return side * self.normal[axis] > 0.999


@dataclass(frozen=True)
class Extrusion:
    """What to mesh.

    Attributes:
        plan: the plane mesh.
        layers: stretches along z.
        volume: volume group of a region of the plan in a layer, None for nothing.
        surface: surface group of a face, None for none. An inner face is shown from both sides; one name is enough.
        curved: second-order cells; else only the corners of the plan's cells are taken.
        moved: where points (n, 3) lie at last, None for where they are.
    """

    plan: Plan
    layers: Axis
    volume: Callable[[str, str], str | None]
    surface: Callable[[Wall], str | None]
    curved: bool = True
    moved: Callable[[np.ndarray], np.ndarray] | None = None

    def cells(self, *volumes: str) -> int:
        """Number of cells, of all volumes or of some."""
        regions = np.bincount(self.plan.region, minlength=len(self.plan.regions))
        named = [
            (self.volume(region, layer), int(count) * part.cells)
            for region, count in zip(self.plan.regions, regions, strict=True)
            for layer, part in zip(self.layers.labels, self.layers.parts, strict=True)
        ]
        return sum(count for name, count in named if name is not None and (not volumes or name in volumes))


def write_extrusion(mesh: Extrusion, path: Path, across: dict[str, int] | None = None) -> Quality:
    """Write the mesh with its physical groups (MSH 4.1, binary).

    Args:
        mesh: what to mesh.
        path: the `.msh` file.
        across: cells across gaps, to be told with the quality.

    Raises:
        MeshError: a cell is too distorted, or Gmsh failed.
    """
    z, label = _levels(mesh.layers)
    names: list[str] = []
    body = np.empty((len(mesh.plan.cells), len(label)), dtype=int)  # number of the volume of each cell, -1 for none
    for region, layer in {(r, s) for r in range(len(mesh.plan.regions)) for s in label}:
        name = mesh.volume(mesh.plan.regions[region], layer)
        if name is not None and name not in names:
            names.append(name)
        column = [k for k, other in enumerate(label) if other == layer]
        body[np.ix_(mesh.plan.region == region, column)] = -1 if name is None else names.index(name)
    points = np.column_stack([np.repeat(mesh.plan.points, len(z), axis=0), np.tile(z, len(mesh.plan.points))])
    hexahedron = np.array(_HEXAHEDRON if mesh.curved else _HEXAHEDRON[:8]).T
    quadrilateral = np.array(_QUADRILATERAL if mesh.curved else _QUADRILATERAL[:4]).T
    height = np.arange(3)
    volumes = {}
    for number, name in sorted(enumerate(names), key=lambda pair: pair[1]):
        cell, k = np.nonzero(body == number)
        lattice = mesh.plan.cells[cell][..., None] * len(z) + (2 * k[:, None] + height)[:, None, None, :]
        volumes[name] = lattice[:, *hexahedron]
    surfaces: dict[str, list[np.ndarray]] = {}
    for wall, lattice in _walls(mesh, body, names, label, points, len(z)):
        if (name := mesh.surface(wall)) is not None:
            surfaces.setdefault(name, []).append(lattice[*quadrilateral])
    faces = {name: _once(np.array(found)) for name, found in sorted(surfaces.items())}
    kinds = (12, 10) if mesh.curved else (5, 3)
    return write_groups(path, points if mesh.moved is None else mesh.moved(points), volumes, faces, kinds, across)


def _levels(layers: Axis) -> tuple[np.ndarray, list[str]]:
    """Heights of the points, corners and middles, and the label of each layer of cells."""
    heights, label, start = [np.array([layers.start])], [], layers.start
    for name, part in zip(layers.labels, layers.parts, strict=True):
        heights.append(start + part.points()[1:])
        label += [name] * part.cells
        start += part.length
    return with_middles(np.concatenate(heights)), label


def _once(faces: np.ndarray) -> np.ndarray:
    """Each face once: those between two bodies may have been named from both sides."""
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    return faces[np.sort(first)]


def _walls(
    mesh: Extrusion, body: np.ndarray, names: list[str], label: list[str], points: np.ndarray, levels: int
) -> Iterator[tuple[Wall, np.ndarray]]:
    """Every face between two bodies, from both sides, or between one and nothing; and its points, a lattice of 3 x 3."""

    def wall(number: int, beyond: int, layer: int, normal: np.ndarray, lattice: np.ndarray) -> tuple[Wall, np.ndarray]:
        x, y, z = points[lattice[1, 1]].tolist()
        out = (float(normal[0]), float(normal[1]), float(normal[2]))
        return Wall(names[number], names[beyond] if beyond >= 0 else None, label[layer], out, (x, y, z)), lattice

    closed = np.pad(body, ((0, 0), (1, 1)), constant_values=-1)
    for step in (-1, 1):
        here, there = closed[:, 1:-1], closed[:, 1 + step : closed.shape[1] - 1 + step]
        for cell, k in np.argwhere((here >= 0) & (here != there)).tolist():
            lattice = mesh.plan.cells[cell] * levels + 2 * k + (1 + step)
            yield wall(here[cell, k], there[cell, k], k, np.array([0.0, 0.0, step]), lattice)
    height = np.arange(3)
    for cell, other, line in _sides(mesh.plan):
        beside = body[other] if other >= 0 else np.full(len(label), -1)
        way = mesh.plan.points[line[2]] - mesh.plan.points[line[0]]
        normal = np.array([way[1], -way[0], 0.0]) / np.hypot(*way)
        for k in np.flatnonzero((body[cell] >= 0) & (body[cell] != beside)).tolist():
            yield wall(body[cell, k], beside[k], k, normal, line[:, None] * levels + 2 * k + height[None, :])


def _sides(plan: Plan) -> Iterator[tuple[int, int, np.ndarray]]:
    """Each side of each cell of a plan: the cell, the cell beyond or -1, and its three points, the cell to their left."""
    lines = np.stack([plan.cells[side] for side in _SIDES], axis=1)  # cells x sides x 3
    owner: dict[int, list[int]] = {}
    for cell, middles in enumerate(lines[:, :, 1].tolist()):
        for middle in middles:
            owner.setdefault(middle, []).append(cell)
    for cell in range(len(lines)):
        for line in lines[cell]:
            beside = [other for other in owner[int(line[1])] if other != cell]
            yield cell, beside[0] if beside else -1, line
