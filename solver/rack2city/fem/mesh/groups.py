"""Where named groups of a mesh meet: cells and volumes beside surfaces, nodes of facets, and shares of what crosses."""

from collections.abc import Collection
from typing import Any

import basix
import numpy as np
import ufl
from dolfinx import fem, mesh

from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.domain import Domain


def cells_beside(msh: mesh.Mesh, facets: np.ndarray) -> np.ndarray:
    """The two cells beside each facet, shape (facets, 2); -1 as the second where this rank sees but one (collective)."""
    topology, dim = msh.topology, msh.topology.dim
    topology.create_entities(dim - 1)
    topology.create_connectivity(dim - 1, dim)
    topology.create_connectivity(dim, dim - 1)
    links = topology.connectivity(dim - 1, dim)
    first, end = links.offsets[facets], links.offsets[facets + 1]
    return np.column_stack([links.array[first], np.where(end - first == 2, links.array[end - 1], -1)])


def cells_at(domain: Domain, surface: str) -> np.ndarray:
    """Cells of this rank beside a surface, sorted."""
    beside = np.unique(cells_beside(domain.mesh, domain.facets([surface])))
    return beside[beside >= 0]


def volumes_at(domain: Domain, surface: str) -> list[str]:
    """Names of the volume groups beside a surface, the same on every rank (collective)."""
    cells = cells_at(domain, surface)
    local = [name for name, tag in domain.volumes.items() if np.isin(cells, domain.cell_tags.find(tag)).any()]
    found = set().union(*domain.comm.allgather(local))
    return [name for name in domain.volumes if name in found]


def indicator(domain: Domain, volumes: Collection[str]) -> fem.Function:
    """Function that is 1 in the cells of some volume groups and 0 elsewhere."""
    inside = fem.Function(fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0)))
    inside.x.array[domain.cells_in(volumes)] = 1.0
    inside.x.scatter_forward()
    return inside


def faces_of_cells(msh: mesh.Mesh) -> np.ndarray:
    """Facets of each cell of this rank, shape (cells, faces), the second known also where a rank has no cell."""
    dim = msh.topology.dim
    msh.topology.create_connectivity(dim, dim - 1)
    links = msh.topology.connectivity(dim, dim - 1)
    return np.asarray(links.array).reshape(links.num_nodes, len(basix.topology(msh.basix_cell())[dim - 1]))


def facet_dofs(space: fem.FunctionSpace, facets: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Local nodes of facets as cells beside them see them, those of edges and vertices included, shape (facets, nodes)."""
    dim, layout = space.mesh.topology.dim, space.dofmap.dof_layout
    faces = faces_of_cells(space.mesh)
    closures = np.array([layout.entity_closure_dofs(dim - 1, face) for face in range(faces.shape[1])])
    local = np.argmax(faces[cells] == facets[:, None], axis=1)
    return np.take_along_axis(space.dofmap.list[cells], closures[local], axis=1)


def facet_vectors(msh: mesh.Mesh, facets: np.ndarray) -> np.ndarray:
    """Normals of facets of one kind, of either sign and as long as their areas (m²), shape (facets, dimensions)."""
    dim = msh.topology.dim
    x = msh.geometry.x[mesh.entities_to_geometry(msh, dim - 1, facets.astype(np.int32))][:, :, :dim]
    if dim == 2:
        along = x[:, 1] - x[:, 0]
        return np.column_stack([along[:, 1], -along[:, 0]])
    if msh.topology.cell_type == mesh.CellType.tetrahedron:
        return 0.5 * np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0])
    return 0.5 * np.cross(x[:, 3] - x[:, 0], x[:, 2] - x[:, 1])


def share_of_cells(msh: mesh.Mesh, measure: ufl.Measure) -> fem.Function:
    """How much a measure covers of each cell (m³) or of its facets (m²), a function that is constant in cells."""
    found = fem.Function(fem.functionspace(msh, ("Discontinuous Lagrange", 0)))
    assembled(compiled(ufl.TestFunction(found.function_space) * measure), found.x.petsc_vec)
    found.x.scatter_forward()
    return found


def outward_and_inward(speed: Any) -> tuple[Any, Any]:
    """A speed out of a surface, a UFL expression, where it leads out and, negative, where it leads in; else zero."""
    return 0.5 * (speed + abs(speed)), 0.5 * (speed - abs(speed))
