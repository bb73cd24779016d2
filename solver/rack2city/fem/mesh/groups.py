"""Where named groups of a mesh meet: cells and volumes beside surfaces, nodes of facets, and shares of what crosses."""

from collections.abc import Collection
from typing import Any

import numpy as np
from dolfinx import fem

from rack2city.fem.mesh.domain import Domain


def cells_at(domain: Domain, surface: str) -> np.ndarray:
    """Cells of this rank beside a surface."""
    dim = domain.dimensions
    domain.mesh.topology.create_connectivity(dim - 1, dim)
    links = domain.mesh.topology.connectivity(dim - 1, dim)
    beside = [links.links(facet) for facet in domain.facets([surface])]
    return np.unique(np.concatenate([*beside, np.empty(0, dtype=np.int32)])).astype(np.int32)


def volumes_at(domain: Domain, surface: str) -> list[str]:
    """Names of the volume groups beside a surface, the same on every rank (collective)."""
    cells = cells_at(domain, surface)
    local = [name for name, tag in domain.volumes.items() if np.isin(cells, domain.cell_tags.find(tag)).any()]
    found = set().union(*domain.comm.allgather(local))
    return [name for name in domain.volumes if name in found]


def indicator(domain: Domain, volumes: Collection[str]) -> fem.Function:
    """Function that is 1 in the cells of some volume groups and 0 elsewhere."""
    inside = fem.Function(fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0)))
    for name in volumes:
        inside.x.array[domain.cell_tags.find(domain.volumes[name])] = 1.0
    inside.x.scatter_forward()
    return inside


def facet_dofs(space: fem.FunctionSpace, facet: int, cell: int) -> np.ndarray:
    """Local nodes of a facet as a cell beside it sees them, those of its edges and vertices included."""
    dim = space.mesh.topology.dim
    local = int(np.nonzero(space.mesh.topology.connectivity(dim, dim - 1).links(cell) == facet)[0][0])
    nodes: np.ndarray = space.dofmap.cell_dofs(cell)[space.dofmap.dof_layout.entity_closure_dofs(dim - 1, local)]
    return nodes


def outward_and_inward(speed: Any) -> tuple[Any, Any]:
    """A speed out of a surface, a UFL expression, where it leads out and, negative, where it leads in; else zero."""
    return 0.5 * (speed + abs(speed)), 0.5 * (speed - abs(speed))
