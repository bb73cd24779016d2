"""Volumes and areas of the groups of a mesh, by Gmsh's own quadrature."""

from pathlib import Path

import numpy as np

from rackmesh.files import opened


def group_sizes(path: Path) -> dict[str, float]:
    """Volume or area of each group (m3, m2); curved cells are integrated exactly enough."""
    sizes: dict[str, float] = {}
    with opened(path) as model:
        for dim, tag in model.getPhysicalGroups():
            total = 0.0
            for entity in model.getEntitiesForPhysicalGroup(dim, tag):
                for kind in model.mesh.getElementTypes(dim, entity):
                    points, weights = model.mesh.getIntegrationPoints(kind, "Gauss6")
                    _, determinants, _ = model.mesh.getJacobians(kind, points, entity)
                    determinants = np.array(determinants).reshape(-1, len(weights))
                    assert dim == 2 or determinants.min() > 0.0  # no cell is turned inside out
                    total += float(np.sum(np.abs(determinants) @ weights))
            sizes[model.getPhysicalName(dim, tag)] = total
    return sizes
