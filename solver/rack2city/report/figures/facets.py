"""The faces of a mesh file as polygons to draw: corners and, on curved faces, the middles of their edges."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rack2city.arrays import Array
from rackmesh.files import MeshError, group_name, opened

# Corners of the faces of a cell, by its number of corners.
_FACES = {
    4: ((0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)),
    8: ((0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)),
}
# Edges whose middles follow the corners in a cell of second order, in Gmsh's order.
_EDGES = {
    4: ((0, 1), (1, 2), (0, 2), (0, 3), (2, 3), (1, 3)),
    8: ((0, 1), (0, 3), (0, 4), (1, 2), (1, 5), (2, 3), (2, 6), (3, 7), (4, 5), (4, 7), (5, 6), (6, 7)),
}
_CORNERS = {4: 4, 10: 4, 8: 8, 27: 8}  # of cells by their number of points
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Bodies:
    """Cells and named faces of a mesh.

    Attributes:
        points: coordinates (n x 3, m).
        cells: points of each cell (m x points of a cell).
        body: number of each cell's volume group (m).
        volumes: names of the volume groups.
        surfaces: corners of the faces of each surface group, sorted.
    """

    points: Array
    cells: Whole
    body: Whole
    volumes: tuple[str, ...]
    surfaces: Mapping[str, Whole]


def read_bodies(file: Path) -> Bodies:
    """Read a mesh of one kind of cell.

    Raises:
        MeshError: the file cannot be read, or its cells cannot be drawn.
    """
    with opened(file) as model:
        tags, points, _ = model.mesh.getNodes()
        order = np.argsort(tags)
        cells, body, surfaces = [], [], {}
        volumes = [(group_name(dim, tag), tag) for dim, tag in model.getPhysicalGroups(3)]
        for number, (_, tag) in enumerate(volumes):
            found = _elements(model, 3, tag)
            cells += found
            body += [np.full(len(some), number) for some in found]
        for dim, tag in model.getPhysicalGroups(2):
            faces = [
                np.sort(face[:, : 3 if face.shape[1] in (3, 6) else 4], axis=1) for face in _elements(model, dim, tag)
            ]
            surfaces[group_name(dim, tag)] = np.searchsorted(tags[order], np.concatenate(faces))
    sizes = {some.shape[1] for some in cells}
    if len(sizes) != 1 or not sizes <= set(_CORNERS):
        raise MeshError(f"{file}: only meshes of one kind of cell, of first or second order, can be drawn")
    numbered = np.searchsorted(tags[order], np.concatenate(cells))
    names = tuple(name for name, _ in volumes)
    return Bodies(np.asarray(points).reshape(-1, 3)[order], numbered, np.concatenate(body), names, surfaces)


def _elements(model: Any, dim: int, group: int) -> list[NDArray[Any]]:
    """Points of the elements of a group, by entity and kind."""
    found = []
    for entity in model.getEntitiesForPhysicalGroup(dim, group):
        for kind, nodes in zip(*(model.mesh.getElements(dim, entity)[i] for i in (0, 2)), strict=True):
            count = model.mesh.getElementProperties(int(kind))[3]
            found.append(np.asarray(nodes).reshape(-1, count))
    return found


def outer_faces(bodies: Bodies, kept: NDArray[np.bool_]) -> dict[str, Whole]:
    """Outlines of the faces at the surface of the cells that are kept, by the group to show them as.

    A face in a surface group is shown as that, `wetted` apart; any other as its cell's body.
    """
    cells = bodies.cells[kept]
    corners = _CORNERS[cells.shape[1]]
    loops, keys = [], []
    for face in _FACES[corners]:
        loops.append(cells[:, _outline(face, corners, cells.shape[1])])
        keys.append(np.sort(cells[:, face], axis=1))
    loop, key = np.concatenate(loops), np.concatenate(keys)
    body = np.tile(bodies.body[kept], len(loops))
    _, first, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    alone = first[count == 1]
    loop, key, body = loop[alone], key[alone], body[alone]
    shown = np.array(bodies.volumes, dtype=object)[body]
    for name, faces in bodies.surfaces.items():
        if name != "wetted":
            both = np.unique(np.concatenate([faces, key]), axis=0, return_inverse=True)[1].ravel()
            shown[np.isin(both[len(faces) :], both[: len(faces)])] = name
    return {name: loop[shown == name] for name in dict.fromkeys(shown.tolist())}


def _outline(face: tuple[int, ...], corners: int, points: int) -> list[int]:
    """Places of a face's points in a cell, around it."""
    if points == corners:
        return list(face)
    middle = {frozenset(edge): corners + number for number, edge in enumerate(_EDGES[corners])}
    around = zip(face, (*face[1:], face[0]), strict=True)
    return [place for start, end in around for place in (start, middle[frozenset((start, end))])]
