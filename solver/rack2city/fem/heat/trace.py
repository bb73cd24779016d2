"""The penalty of Nitsche's method for a fixed temperature, from the inverse trace inequality of each cell."""

import ufl
from dolfinx import fem, mesh

from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import share_of_cells


def trace_penalty(domain: Domain, surfaces: list[str]) -> fem.Function:
    """Twice the constant of the inverse trace inequality of the cells beside fixed surfaces (1/m)."""
    dim = domain.mesh.topology.dim
    volume = share_of_cells(domain.mesh, ufl.dx(domain.mesh))
    penalty = share_of_cells(domain.mesh, domain.ds(tuple(domain.surfaces[s] for s in surfaces)))
    # Simplices: p (p - 1 + d) / d for the gradient of degree p - 1 (Warburton & Hesthaven 2003); boxes: (p + 1)^2.
    simplex = domain.mesh.topology.cell_type in (mesh.CellType.triangle, mesh.CellType.tetrahedron)
    constant = 2.0 * (1 + dim) / dim if simplex else 9.0
    penalty.x.array[:] *= 2.0 * constant / volume.x.array
    return penalty
