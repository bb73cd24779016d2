"""Whether the points of two surface groups of a mesh are the same but for a translation along x."""

from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from rackmesh.files import opened


def mismatch(path: Path, one: str, other: str, along: float) -> float:
    """Largest distance of a point of a group, moved along x, from the nearest of the other, and back (m).

    Infinite if they have different numbers of points or of faces.
    """
    points, faces = {}, {}
    with opened(path) as model:
        for dim, tag in model.getPhysicalGroups(2):
            name = model.getPhysicalName(dim, tag)
            points[name] = np.array(model.mesh.getNodesForPhysicalGroup(dim, tag)[1]).reshape(-1, 3)
            entities = model.getEntitiesForPhysicalGroup(dim, tag)
            faces[name] = sum(len(tags) for entity in entities for tags in model.mesh.getElements(dim, entity)[1])
    if len(points[one]) != len(points[other]) or faces[one] != faces[other]:
        return float("inf")
    moved = points[one] + np.array([along, 0.0, 0.0])
    there, back = KDTree(points[other]).query(moved)[0], KDTree(moved).query(points[other])[0]
    return float(max(there.max(), back.max()))
