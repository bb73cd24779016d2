"""Weights of the velocity beside walls, by which a commutator of pressure leaves out what does not commute there.

The least-squares commutator takes gradient and convection-diffusion for operators that commute. Beside a boundary with given
velocities they do not, and iterations grow as meshes are refined. Elman & Tuminaro (2009, Electronic Transactions on
Numerical Analysis 35, 257-280) give the tangential components of the velocity there a small weight, which restores it.
"""

import numpy as np
from dolfinx import fem, mesh
from petsc4py import PETSc

from rack2city.fem.mesh.groups import cells_beside, facet_dofs, facet_vectors

TANGENTIAL = 0.1  # Elman & Tuminaro's; on case C 0.03 takes up to twice the iterations, 0.3 the same


def wall_weights(velocity: fem.FunctionSpace, fixed: np.ndarray) -> PETSc.Vec:
    """Vector of the velocity: `TANGENTIAL` for tangential components in cells on walls, one elsewhere.

    A wall is a facet all of whose velocity is among the `fixed` unknowns that this rank owns. Where it is oblique to the axes a
    component has TANGENTIAL + (1 - TANGENTIAL) n², n its share of the unit normal; near several walls the least counts.
    """
    msh, dofmap = velocity.mesh, velocity.dofmap
    known = fem.Function(velocity)
    known.x.array[fixed] = 1.0
    known.x.scatter_forward()
    held = known.x.array.reshape(-1, dofmap.bs).all(axis=1)
    facets = mesh.exterior_facet_indices(msh.topology)
    cells = cells_beside(msh, facets)[:, 0]
    on_wall = held[facet_dofs(velocity, facets, cells)].all(axis=1)
    vectors = facet_vectors(msh, facets[on_wall])
    normals = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    loss = fem.Function(velocity)
    lost = loss.x.array.reshape(-1, dofmap.bs)
    np.maximum.at(lost, dofmap.list[cells[on_wall]], (1.0 - TANGENTIAL) * (1.0 - normals[:, None] ** 2))
    loss.x.petsc_vec.ghostUpdate(addv=PETSc.InsertMode.MAX, mode=PETSc.ScatterMode.REVERSE)
    weights = loss.x.petsc_vec.copy()
    weights.scale(-1.0)
    weights.shift(1.0)
    return weights
