"""Several files as one mesh: cells and faces in two files, or one body a file."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from rackmesh.files import MeshError
from rackmesh.foreign.reading import DIMENSION, ForeignMesh, Group

_NEAR = 1e-6  # of the mesh's extent: points of two files that are nearer are one


def joined(meshes: Sequence[ForeignMesh]) -> ForeignMesh:
    """One mesh of all; points of different files at one place are one, those of one file stay as they are.

    Cells of a file without volume groups become a group with the file's name.

    Raises:
        MeshError: a file that has faces alone has points that the cells of the others do not have.
    """
    ordered = sorted((_named(mesh) for mesh in meshes), key=lambda mesh: not _has_cells(mesh))
    whole = ordered[0]
    for mesh in ordered[1:]:
        whole = _added(whole, mesh)
    return whole


def _has_cells(mesh: ForeignMesh) -> bool:
    return any(DIMENSION[kind] == 3 for kind, _ in mesh.blocks)


def _named(mesh: ForeignMesh) -> ForeignMesh:
    bare = mesh.bare(3)
    if not bare or any(group.dim == 3 for group in mesh.groups):
        return mesh
    return replace(mesh, groups=(*mesh.groups, Group(mesh.file.stem, 3, bare)))


def _added(whole: ForeignMesh, mesh: ForeignMesh) -> ForeignMesh:
    near = _NEAR * float(np.ptp(whole.points, axis=0).max())
    away, place = KDTree(whole.points).query(mesh.points)
    new = away > near
    if not _has_cells(mesh) and mesh.blocks:
        used = np.unique(np.concatenate([elements.ravel() for _, elements in mesh.blocks]))
        if new[used].any():
            first = mesh.points[used[int(np.argmax(new[used]))]]
            raise MeshError(
                f"{mesh.file}: {int(new[used].sum())} of its points are none of {whole.file}'s, the first at "
                "({:.6g}, {:.6g}, {:.6g}); are they two parts of one mesh, in one unit?".format(*first)
            )
    number = np.where(new, len(whole.points) + np.cumsum(new) - 1, place)
    count = len(whole.blocks)
    groups = {(group.dim, group.name): dict(group.members) for group in whole.groups}
    for group in mesh.groups:
        own = groups.setdefault((group.dim, group.name), {})
        own |= {count + block: members for block, members in group.members.items()}
    return replace(
        whole,
        points=np.concatenate([whole.points, mesh.points[new]]),
        blocks=(*whole.blocks, *((kind, number[elements]) for kind, elements in mesh.blocks)),
        groups=tuple(Group(name, dim, members) for (dim, name), members in groups.items()),
    )
