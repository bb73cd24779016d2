"""Whether the mesh that Gmsh holds is one that finite elements can trust: its groups, its cells, its bodies' joints."""

from collections.abc import Iterator
from pathlib import Path

import gmsh
import numpy as np
import numpy.typing as npt

from rackmesh.contract.joints import unjoined
from rackmesh.files import MeshError, group_name

Array = npt.NDArray[np.float64]
CELLS = {2: (2, 9, 21, 3, 10, 36), 3: (4, 11, 29, 5, 12, 92)}
"""Gmsh's numbers of the cells that are read, by dimension: complete simplices, quadrilaterals and hexahedra to order 3."""
WORDS = {0: "point", 1: "curve", 2: "surface", 3: "volume"}
_TOUCH = 1e-6  # of the mesh's extent: closer is the same place


def inspect(path: Path) -> int:
    """Dimension of the mesh that Gmsh has opened from a file: 2, in the plane z = 0, or 3.

    Partitions of the file are undone. Groups of points, and in space of curves, do not count.

    Raises:
        MeshError: the first fault, after the file's name.
    """
    if gmsh.model.getNumberOfPartitions():
        gmsh.model.mesh.unpartition()
    dim = next((d for d in (3, 2, 1) if gmsh.model.mesh.getElementTypes(d).size), 0)
    for fault in _faults(dim):
        raise MeshError(f"{path}: {fault}")
    return dim


def _faults(dim: int) -> Iterator[str]:
    """What is wrong, the first things first."""
    if dim < 2:
        yield "it has no cells of volume or surface"
    nodes, points = gmsh.model.mesh.getNodes()[:2]
    points = np.asarray(points).reshape(-1, 3)
    used = np.unique(np.concatenate([each.ravel() for each in gmsh.model.mesh.getElements(dim)[2]]))
    places = points[np.isin(nodes, used)]
    if dim == 2:
        yield from _faults_of_plane(places)
    yield from _faults_of_kinds(dim)
    yield from _faults_of_groups(dim)
    of_cell = np.zeros(int(nodes.max()) + 1, dtype=bool)
    of_cell[used] = True
    for _, tag in gmsh.model.getEntities(dim - 1):
        of = [each.ravel() for each in gmsh.model.mesh.getElements(dim - 1, tag)[2]]
        if of and not of_cell[np.concatenate(of)].all():
            name = ", ".join(_groups_of(dim - 1, tag)) or f"{WORDS[dim - 1]} {tag}"
            yield f"'{name}' belongs to no cell: its body was not saved, as it is in no {WORDS[dim]} group"
    yield from _faults_of_shape(dim)
    entities = [tag for _, tag in gmsh.model.getEntities(dim) if gmsh.model.mesh.getElementTypes(dim, tag).size]
    bodies = {tag: ", ".join(_groups_of(dim, tag)) for tag in entities}
    if gap := unjoined(dim, bodies, nodes, points, _TOUCH * float(np.ptp(places, axis=0).max())):
        one, other, at = gap
        which = f"the bodies of '{one}' and '{other}'" if one != other else f"two parts of '{one}'"
        yield (
            f"{which} touch at ({at[0]:.6g}, {at[1]:.6g}, {at[2]:.6g}) m without sharing faces; "
            "join them before meshing (in Gmsh by a fragment)"
        )


def _faults_of_plane(points: Array) -> Iterator[str]:
    low, high = points.min(axis=0), points.max(axis=0)
    size = float((high - low).max())
    if high[2] - low[2] > _TOUCH * size and np.all(high - low > _TOUCH * size):
        yield "it holds surfaces only: their bodies have no cells, or are in no volume group and were not saved"
    if max(abs(low[2]), abs(high[2])) > _TOUCH * size:
        yield f"it is plane, but not in the plane z = 0 (z goes from {low[2]:.4g} to {high[2]:.4g} m); turn or move it there"


def _faults_of_kinds(dim: int) -> Iterator[str]:
    kinds = [int(kind) for kind in gmsh.model.mesh.getElementTypes(dim)]
    names = [gmsh.model.mesh.getElementProperties(kind)[0] for kind in kinds]
    for kind, name in zip(kinds, names, strict=True):
        if kind not in CELLS[dim]:
            yield (
                f"it has cells of the kind '{name}'; read are complete triangles and quadrilaterals, or tetrahedra and "
                "hexahedra, to order 3"
            )
    if len(kinds) > 1:
        yield f"it mixes cells of the kinds {', '.join(names)}; one kind is read"


def _faults_of_groups(dim: int) -> Iterator[str]:
    """Names that are missing, stand twice or for nothing, and cells and faces in no group or in two."""
    seen: dict[str, int] = {}
    for d, tag in gmsh.model.getPhysicalGroups():
        name = group_name(d, tag)
        if not name and d >= dim - 1:
            yield f"the {WORDS[d]} group {tag} has no name"
        if name in seen:
            yield f"the group '{name}' stands twice, for a {WORDS[seen[name]]} and for a {WORDS[d]}"
        seen[name] = d
    if dim not in seen.values():
        yield f"it has no {WORDS[dim]} groups; groups found: {', '.join(sorted(seen)) or 'none'}"
    for d in (dim, dim - 1):
        for _, tag in gmsh.model.getEntities(d):
            if not gmsh.model.mesh.getElementTypes(d, tag).size:
                continue
            of = _groups_of(d, tag)
            if len(of) > 1:
                yield f"the {WORDS[d]} {tag} is in two groups, '{of[0]}' and '{of[1]}'"
            if d == dim and not of:
                yield f"the {WORDS[d]} {tag} is in no group; every cell belongs to exactly one"


def _groups_of(dim: int, entity: int) -> list[str]:
    tags = gmsh.model.getPhysicalGroupsForEntity(dim, entity)
    return [group_name(dim, tag) for tag in tags]


def _faults_of_shape(dim: int) -> Iterator[str]:
    """Cells that are turned inside out somewhere, or have no volume."""
    for kind in gmsh.model.mesh.getElementTypes(dim):
        tags = gmsh.model.mesh.getElementsByType(int(kind))[0]
        low, high = (np.asarray(gmsh.model.mesh.getElementQualities(tags, name)) for name in ("minDetJac", "maxDetJac"))
        wrong = low * high <= 0.0
        if wrong.any():
            first = int(tags[int(np.argmax(wrong))])
            yield f"{np.count_nonzero(wrong)} of its cells are turned inside out or flat, the first is cell {first}"
