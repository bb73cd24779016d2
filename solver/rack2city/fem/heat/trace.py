"""The penalty of Nitsche's method for a fixed temperature, from the inverse trace inequality of each cell."""

import ufl
from dolfinx import fem, mesh

from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.domain import Domain


def trace_penalty(domain: Domain, surfaces: list[str]) -> fem.Function:
    """Twice the constant of the inverse trace inequality of the cells beside fixed surfaces (1/m)."""
    dim = domain.mesh.topology.dim
    space = fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0))
    v = ufl.TestFunction(space)
    ds = domain.ds(tuple(domain.surfaces[s] for s in surfaces))
    volume, area = (assembled(compiled(form)) for form in (v * ufl.dx(domain.mesh), v * ds))
    # Simplices: p (p - 1 + d) / d for the gradient of degree p - 1 (Warburton & Hesthaven 2003); boxes: (p + 1)^2.
    simplex = domain.mesh.topology.cell_type in (mesh.CellType.triangle, mesh.CellType.tetrahedron)
    constant = 2.0 * (1 + dim) / dim if simplex else 9.0
    penalty = fem.Function(space)
    owned = space.dofmap.index_map.size_local
    penalty.x.array[:owned] = 2.0 * constant * area.array_r[:owned] / volume.array_r[:owned]
    penalty.x.scatter_forward()
    for vector in (volume, area):
        vector.destroy()
    return penalty
