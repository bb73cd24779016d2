"""The inlet velocity of a given flow rate: the developed profile of the inlet's own cross-section.

Strong form, on the plane inlet with walls around it: -div_t(grad_t w) = 1, w = 0 on no-slip walls, natural on symmetry
planes. This is fully developed laminar flow; scaled so that the discrete flow rate is exact. A uniform profile against
no-slip walls would be singular in pressure at the rim (p ~ 1/r) and its pressure drop would never converge.
"""

from collections.abc import Mapping

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.errors import InputError
from rack2city.fem.compilation import jit_options
from rack2city.fem.domain import FluidDomain
from rack2city.fem.linear import DIRECT, LinearSolver, Options, chosen_options
from rack2city.fem.prefixes import INFLOW


def inlet_normal(fluid: FluidDomain, surface: str = "inlet") -> np.ndarray:
    """Unit outward normal of a plane surface, shape (3,).

    Raises:
        InputError: the surface is empty or not plane.
    """
    normal = ufl.FacetNormal(fluid.mesh)
    ds = fluid.ds(fluid.surfaces[surface])
    area = fluid.integral(fem.Constant(fluid.mesh, 1.0) * ds)
    vector = np.array([fluid.integral(normal[i] * ds) for i in range(3)])
    if area <= 0.0 or np.linalg.norm(vector) < (1.0 - 1e-8) * area:
        raise InputError(f"mesh: the surface '{surface}' must be a plane face of the fluid")
    return vector / np.linalg.norm(vector)


def developed_inflow(
    fluid: FluidDomain, space: fem.FunctionSpace, options: Mapping[str, Options] | None = None
) -> fem.Function:
    """Velocity on the inlet with unit flow rate into the domain (1 m³/s), zero elsewhere.

    Args:
        fluid: the fluid with its surfaces `inlet` and, if any, `symmetry`.
        space: the vector-valued space of the velocity.
        options: PETSc options by prefix that override the default of `inflow_`.

    Returns:
        A function of `space`; multiply its array by the flow rate.
    """
    msh = fluid.mesh
    dim = msh.topology.dim
    scalar = fem.functionspace(msh, ("Lagrange", space.ufl_element().degree))
    inlet = fluid.facet_tags.find(fluid.surfaces["inlet"])
    on_inlet = fem.locate_dofs_topological(scalar, dim - 1, inlet)
    on_walls = fem.locate_dofs_topological(scalar, dim - 1, fluid.walls())
    n_dofs = scalar.dofmap.index_map.size_local + scalar.dofmap.index_map.num_ghosts
    # The equation lives on the inlet only: every other unknown, and the rim, is fixed at zero.
    fixed = np.union1d(np.setdiff1d(np.arange(n_dofs), on_inlet), on_walls).astype(np.int32)
    bc = fem.dirichletbc(0.0, fixed, scalar)

    trial, test = ufl.TrialFunction(scalar), ufl.TestFunction(scalar)
    normal = ufl.FacetNormal(msh)
    ds = fluid.ds(fluid.surfaces["inlet"])

    def tangential(f: ufl.core.expr.Expr) -> ufl.core.expr.Expr:
        return ufl.grad(f) - ufl.dot(ufl.grad(f), normal) * normal

    jit = {"jit_options": jit_options()}
    # The null volume term only gives every unknown a place on the diagonal.
    form = ufl.inner(tangential(trial), tangential(test)) * ds + fem.Constant(msh, 0.0) * trial * test * ufl.dx
    matrix = petsc.assemble_matrix(fem.form(form, **jit), bcs=[bc])
    matrix.assemble()
    rhs = petsc.assemble_vector(fem.form(fem.Constant(msh, 1.0) * test * ds, **jit))
    rhs.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
    petsc.set_bc(rhs, [bc])
    profile = fem.Function(scalar)
    solver = LinearSolver(matrix, INFLOW, chosen_options(DIRECT, INFLOW, options))
    solver.solve(rhs, profile.x.petsc_vec)
    solver.destroy()
    profile.x.scatter_forward()

    direction = -inlet_normal(fluid)
    flow_rate = fluid.integral(profile * ds)
    inflow = fem.Function(space, name="inflow")
    profile.x.array[:] /= flow_rate
    for axis, cosine in enumerate(direction):
        component = fem.Function(scalar)
        component.x.array[:] = cosine * profile.x.array
        inflow.sub(axis).interpolate(component)
    inflow.x.scatter_forward()
    return inflow
