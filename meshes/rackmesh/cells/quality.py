"""How good the cells of a mesh are, and the limit below which a mesh is refused."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rackmesh.files import MeshError, opened

SMALLEST_JACOBIAN = 0.1
"""Scaled Jacobian below which a mesh is refused: 1 for a box, 0 for a cell that is flat at a corner."""
_CORNERS = {5: 8, 12: 8, 92: 8, 4: 4, 11: 4, 29: 4}  # of Gmsh's kinds of cells
_EDGES = {
    4: ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
    8: ((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)),
}


@dataclass(frozen=True)
class Quality:
    """Quality of a mesh.

    Attributes:
        scaled_jacobian: the smallest in a cell (-): of hexahedra 1 for a box however long, the sine of the angle of a sheared
            one (Gmsh's `minSIGE`); of tetrahedra it tells only how much curved faces distort them (Gmsh's `minSJ`).
        aspect_ratio: the largest ratio of the longest to the shortest edge of a cell (-).
        cells: number of cells.
        points: number of points.
        across: cells across a channel, by the name of the gap, where the generator knows them.
        notes: what a user should know of the mesh, a sentence each.
    """

    scaled_jacobian: float
    aspect_ratio: float
    cells: int
    points: int
    across: dict[str, int]
    notes: tuple[str, ...] = ()


def quality_of(model: Any, across: dict[str, int] | None = None) -> Quality:
    """Quality of the three-dimensional mesh that Gmsh holds.

    Args:
        model: Gmsh's current model.
        across: cells across gaps, to be told with it.
    """
    tags, points, _ = model.mesh.getNodes()
    order = np.argsort(tags)
    places, jacobians, aspects, cells = np.asarray(points).reshape(-1, 3)[order], [], [], 0
    for kind in (int(kind) for kind in model.mesh.getElementTypes(3)):
        elements, nodes = model.mesh.getElementsByType(kind)
        corners = np.asarray(nodes).reshape(len(elements), -1)[:, : _CORNERS[kind]]
        place = places[np.searchsorted(tags[order], corners)]
        lengths = np.array([np.linalg.norm(place[:, i] - place[:, j], axis=1) for i, j in _EDGES[_CORNERS[kind]]])
        measure = "minSJ" if _CORNERS[kind] == 4 else "minSIGE"
        jacobians.append(float(np.min(model.mesh.getElementQualities(elements, measure))))
        aspects.append(float(np.max(lengths.max(axis=0) / lengths.min(axis=0))))
        cells += len(elements)
    return Quality(min(jacobians), max(aspects), cells, len(tags), across or {})


def refuse_below(quality: Quality, path: Path, limit: float = SMALLEST_JACOBIAN) -> None:
    """Refuse a mesh whose cells are too distorted.

    Raises:
        MeshError: says how distorted, and the limit.
    """
    if not quality.scaled_jacobian >= limit:
        raise MeshError(
            f"{path}: the most distorted cell has a scaled Jacobian of {quality.scaled_jacobian:.3g}, below the limit of "
            f"{limit:g}; use more cells, or a geometry with less narrow corners"
        )


def mesh_quality(path: Path) -> Quality:
    """Quality of a mesh file.

    Raises:
        MeshError: the file cannot be read, or has no cells of volume.
    """
    with opened(path) as model:
        if not len(model.mesh.getElementTypes(3)):
            raise MeshError(f"{path}: it has no cells of volume")
        return quality_of(model)
