"""Weights of the velocity beside walls, by which a commutator of pressure leaves out what does not commute there.

The least-squares commutator takes gradient and convection-diffusion for operators that commute. Beside a boundary with given
velocities they do not, and iterations grow as meshes are refined. Elman & Tuminaro (2009, Electronic Transactions on
Numerical Analysis 35, 257-280) give the tangential components of the velocity there a small weight, which restores it.
"""

import numpy as np
from dolfinx import fem, mesh
from petsc4py import PETSc

from rack2city.fem.mesh.groups import facet_dofs

TANGENTIAL = 0.1  # Elman & Tuminaro's; on case C 0.03 takes up to twice the iterations, 0.3 the same


def wall_weights(velocity: fem.FunctionSpace, fixed: np.ndarray) -> PETSc.Vec:
    """Vector of the velocity: `TANGENTIAL` for tangential components in cells on walls, one elsewhere.

    A wall is a facet on which all of the velocity is fixed. On one that is oblique to the axes a component has
    TANGENTIAL + (1 - TANGENTIAL) n², n its share of the unit normal; near several walls the least counts.

    Args:
        velocity: space of the velocity.
        fixed: velocity unknowns, of those this rank owns, that a condition fixes.
    """
    msh, dofmap = velocity.mesh, velocity.dofmap
    dim = msh.topology.dim
    known = fem.Function(velocity)
    known.x.array[fixed] = 1.0
    known.x.scatter_forward()
    held = known.x.array.reshape(-1, dofmap.bs).all(axis=1)
    facets = mesh.exterior_facet_indices(msh.topology)
    msh.topology.create_connectivity(dim - 1, dim)
    msh.topology.create_connectivity(dim, dim - 1)
    to_cells = msh.topology.connectivity(dim - 1, dim)
    loss = fem.Function(velocity)
    lost = loss.x.array.reshape(-1, dofmap.bs)
    for facet, normal in zip(facets, _normals(msh, facets), strict=True):
        cell = to_cells.links(facet)[0]
        dofs = dofmap.cell_dofs(cell)
        if held[facet_dofs(velocity, facet, cell)].all():
            lost[dofs] = np.maximum(lost[dofs], (1.0 - TANGENTIAL) * (1.0 - normal**2))
    loss.x.petsc_vec.ghostUpdate(addv=PETSc.InsertMode.MAX, mode=PETSc.ScatterMode.REVERSE)
    weights = loss.x.petsc_vec.copy()
    weights.scale(-1.0)
    weights.shift(1.0)
    return weights


def _normals(msh: mesh.Mesh, facets: np.ndarray) -> np.ndarray:
    """Unit normals of facets of one kind, of either sign; shape (facets, dimensions)."""
    dim = msh.topology.dim
    points = msh.geometry.x[mesh.entities_to_geometry(msh, dim - 1, facets)][:, :, :dim]
    along = points[:, 1] - points[:, 0]
    turned = np.column_stack([along[:, 1], -along[:, 0]])
    normals = turned if dim == 2 else np.cross(along, points[:, 2] - points[:, 0])
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)
