"""Unstructured tetrahedra by Gmsh in the blocks of a mesh, with the same groups; stretched along the axes if asked."""

from itertools import product
from pathlib import Path

import gmsh
import numpy as np

from rackmesh.tensor import BlockMesh, Face


def write_tetrahedra(
    mesh: BlockMesh,
    path: Path,
    size: float,
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
    stray: bool = False,
) -> None:
    """Fill the blocks of a mesh with tetrahedra as Gmsh likes them; the cells of the blocks do not matter.

    Args:
        mesh: the blocks.
        path: the `.msh` file.
        size: length of an edge (m).
        stretch: how many times longer edges are along each axis.
        stray: add a point far away that belongs to no cell.
    """
    factors = np.array(stretch)
    steps = [np.cumsum([start, *(s.length for s in axis)]) for start, axis in zip(mesh.origin, mesh.axes, strict=True)]
    lines = [step / factor for step, factor in zip(steps, factors, strict=True)]
    blocks = mesh.blocks()
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("Geometry.Tolerance", 1e-12)
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        gmsh.option.setNumber("Mesh.RandomSeed", 1)
        occ = gmsh.model.occ
        boxes = []
        for block in blocks:
            low = np.array([lines[axis][i] for axis, i in enumerate(block)])
            high = np.array([lines[axis][i + 1] for axis, i in enumerate(block)])
            boxes.append((3, occ.addBox(*low, *(high - low))))
        pieces = occ.fragment(boxes, [])[1] if len(boxes) > 1 else [boxes]
        if stray:
            point = occ.addPoint(1.0, 1.0, 1.0)
        occ.synchronize()
        volumes: dict[str, list[int]] = {}
        for name, piece in zip(blocks.values(), pieces, strict=False):
            volumes.setdefault(name, []).extend(tag for _, tag in piece)
        for name, tags in volumes.items():
            gmsh.model.addPhysicalGroup(3, tags, name=name)
        for name, tags in _surfaces(mesh, lines).items():
            gmsh.model.addPhysicalGroup(2, tags, name=name)
        if stray:
            gmsh.model.addPhysicalGroup(0, [point], name="stray")
        gmsh.model.mesh.generate(3)
        gmsh.model.mesh.affineTransform(np.column_stack([np.diag(factors), np.zeros(3)]).ravel())
        gmsh.write(str(path))
    finally:
        gmsh.finalize()


def _surfaces(mesh: BlockMesh, lines: list[np.ndarray]) -> dict[str, list[int]]:
    """Gmsh's faces of each surface group of a block mesh whose grid lines are these."""
    near = 1e-3 * min(float(np.min(np.diff(line))) for line in lines)
    blocks = mesh.blocks()
    found: dict[str, list[int]] = {}
    for (block, name), axis, side in product(blocks.items(), range(3), (-1, 1)):
        i, j, k = (b + side * (a == axis) for a, b in enumerate(block))
        beyond = blocks.get((i, j, k))
        group = None if beyond == name else mesh.surface(Face(block, axis, side, name, beyond))
        if group is not None:
            low = np.array([lines[a][b + (a == axis and side > 0)] for a, b in enumerate(block)])
            high = np.array([lines[a][b + (a != axis or side > 0)] for a, b in enumerate(block)])
            tags = gmsh.model.getEntitiesInBoundingBox(*(low - near), *(high + near), 2)
            assert len(tags) == 1, f"{group}: {len(tags)} faces"
            found.setdefault(group, []).append(tags[0][1])
    return {group: sorted(set(tags)) for group, tags in found.items()}
