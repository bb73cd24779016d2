"""A mesh of bodies as plain arrays: what rules look at, and what readers of foreign files hand over."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rackmesh.cells.faces import Faces, faces_of
from rackmesh.files import MeshError, group_name
from rackmesh.writer import writing

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
CORNERS = {4: 4, 11: 4, 29: 4, 5: 8, 12: 8, 92: 8, 2: 3, 9: 3, 21: 3, 3: 4, 10: 4, 36: 4}
"""Number of corners of Gmsh's kinds of cells that are read."""


@dataclass(frozen=True)
class MeshArrays:
    """A mesh in space: cells of one kind, each in one body, and faces that have names.

    Attributes:
        points: coordinates (points x 3, m).
        kind: Gmsh's number of the cells' kind.
        cells: points of each cell in Gmsh's order (cells x nodes).
        body: number of each cell's body (cells).
        bodies: names of the bodies.
        facet_kind: Gmsh's number of the faces' kind.
        facets: points of each named face (facets x nodes).
        surface: number of each face's group (facets).
        surfaces: names of the groups.
    """

    points: Array
    kind: int
    cells: Index
    body: Index
    bodies: tuple[str, ...]
    facet_kind: int
    facets: Index
    surface: Index
    surfaces: tuple[str, ...]

    def used(self, elements: Index) -> Index:
        """Points that elements use, sorted."""
        marked = np.zeros(len(self.points), dtype=bool)
        marked[elements] = True
        return np.flatnonzero(marked)

    @property
    def corners(self) -> Index:
        """Corners of each cell."""
        return self.cells[:, : CORNERS[self.kind]]

    @cached_property
    def faces(self) -> Faces:
        """All faces of the cells."""
        return faces_of(self.corners)

    @cached_property
    def owners(self) -> Index:
        """The one or two cells of each named face, -1 for none (facets x 2)."""
        place = self.faces.find(self.facets[:, : CORNERS[self.facet_kind]])
        return np.where(place[:, None] >= 0, self.faces.owners[place], -1)

    def scaled(self, factor: float) -> "MeshArrays":
        """The same mesh, `factor` times as large."""
        return replace(self, points=self.points * factor)


def arrays_of(model: Any) -> MeshArrays:
    """The mesh that Gmsh holds, and that `inspect` has found in order; groups without a face are left out.

    Raises:
        MeshError: named faces are of several kinds.
    """
    tags, points, _ = model.mesh.getNodes()
    order = np.argsort(tags)
    points, tags = np.asarray(points).reshape(-1, 3)[order], tags[order]
    found: dict[int, tuple[int, list[Index], list[str]]] = {3: (0, [], []), 2: (0, [], [])}
    for dim, group in model.getPhysicalGroups():
        if dim < 2:
            continue
        parts = []
        for entity in model.getEntitiesForPhysicalGroup(dim, group):
            for kind, nodes in zip(*(model.mesh.getElements(dim, int(entity))[i] for i in (0, 2)), strict=True):
                if found[dim][0] not in (0, int(kind)):
                    raise MeshError("its named faces are of several kinds, such as triangles of order 1 and 2")
                found[dim] = (int(kind), *found[dim][1:])
                count = model.mesh.getElementProperties(int(kind))[3]
                parts.append(np.searchsorted(tags, nodes).reshape(-1, count))
        if parts:
            found[dim][1].append(np.concatenate(parts))
            found[dim][2].append(group_name(dim, group))
    (kind, cells, bodies), (facet_kind, facets, surfaces) = found[3], found[2]
    labels = [np.repeat(np.arange(len(each)), [len(part) for part in each]) for each in (cells, facets)]
    none = np.zeros((0, 3), dtype=np.int64)
    return MeshArrays(
        points,
        kind,
        np.concatenate(cells),
        labels[0],
        tuple(bodies),
        facet_kind or 2,
        np.concatenate(facets) if facets else none,
        labels[1].astype(np.int64),
        tuple(surfaces),
    )


def write_arrays(mesh: MeshArrays, path: Path) -> None:
    """Write a mesh with its groups as `writer.writing` does, whatever its cells are like.

    Raises:
        OSError: the file cannot be written, or not whole.
        MeshError: Gmsh failed.
    """
    volumes = {name: mesh.cells[mesh.body == index] for index, name in enumerate(mesh.bodies)}
    surfaces = {name: mesh.facets[mesh.surface == index] for index, name in enumerate(mesh.surfaces)}
    with writing(path, mesh.points, volumes, surfaces, (mesh.kind, mesh.facet_kind)):
        pass
