"""What is in a mesh: cells, points and the elements of each physical group."""

from pathlib import Path
from typing import Any

from rackmesh.files import group_name, opened


def mesh_statistics(path: Path) -> dict[str, Any]:
    """Counts of a Gmsh mesh.

    Args:
        path: a `.msh` file.

    Returns:
        `cells` (of dimension 3), `points`, and `groups`: number of elements of each named group.

    Raises:
        MeshError: the file cannot be read.
    """
    with opened(path) as model:
        groups = {}
        for dim, tag in model.getPhysicalGroups():
            entities = model.getEntitiesForPhysicalGroup(dim, tag)
            groups[group_name(dim, tag)] = sum(_elements(model, dim, int(entity)) for entity in entities)
        return {"cells": _elements(model, 3, -1), "points": len(model.mesh.getNodes()[0]), "groups": groups}


def _elements(model: Any, dim: int, entity: int) -> int:
    """Number of elements of one entity; of all of a dimension for -1."""
    return sum(len(tags) for tags in model.mesh.getElements(dim, entity)[1])
