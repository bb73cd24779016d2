"""The walls through which a coolant takes up heat: those it shares with a solid."""

from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem, mesh

from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.groups import cells_beside, faces_of_cells


@dataclass(frozen=True)
class WettedWall:
    """The walls that a coolant shares with solids: area (m²) and its mean temperature on the coolant's side (K)."""

    area: float
    mean_k: float


def wetted_wall(problem: ConjugateProblem) -> WettedWall | None:
    """The walls between coolant and solids with their mean temperature, of the last solution; None if there are none.

    (Collective.)
    """
    fluid = problem.fluid
    ds = ufl.Measure("ds", domain=fluid.mesh, subdomain_data=[(1, shared_with_solids(fluid).flatten())])(1)
    area = fluid.size(ds)
    if not area > 0.0:
        return None
    return WettedWall(area, fluid.integral(problem.fluid_temperature * ds) / area)


def shared_with_solids(fluid: FluidDomain) -> np.ndarray:
    """Cells of the fluid's mesh on this rank with those of their faces behind which is another cell, shape (faces, 2)."""
    msh, parent = fluid.mesh, fluid.parent.mesh
    outside = mesh.exterior_facet_indices(msh.topology)
    pairs = fem.compute_integration_domains(fem.IntegralType.exterior_facet, msh.topology, outside).reshape(-1, 2)
    # A submesh keeps the order of the vertices in a cell, and with it the numbers of its faces.
    cells = fluid.cell_map.sub_topology_to_topology(pairs[:, 0], inverse=False)
    beside = cells_beside(parent, np.arange(_faces(parent), dtype=np.int32))
    behind = beside[faces_of_cells(parent)[cells, pairs[:, 1]], 1]
    return np.asarray(pairs[behind >= 0], dtype=np.int32)


def _faces(msh: mesh.Mesh) -> int:
    """Number of facets that this rank sees."""
    msh.topology.create_entities(msh.topology.dim - 1)
    index_map = msh.topology.index_map(msh.topology.dim - 1)
    return int(index_map.size_local + index_map.num_ghosts)
