"""Inlet velocities of a given flow rate, scaled so that the discrete flow rate is exact.

Developed: -div_t(grad_t w) = 1 on the plane inlet, w = 0 on no-slip walls, natural on symmetry planes. A uniform profile, for
flow that enters from open space, is singular in pressure at a rim on walls (p ~ 1/r): its drop does not converge.
"""

from collections.abc import Mapping

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc

from rack2city.errors import InputError
from rack2city.fem.flow.boundaries import FlowInlet
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.options import DIRECT, Options, chosen_options
from rack2city.fem.solvers.prefixes import INFLOW


def plane_normal(fluid: FluidDomain, surface: str) -> np.ndarray | None:
    """Unit outward normal of an exterior surface of the fluid, shape (2,) or (3,); None where it is empty or not plane."""
    normal = ufl.FacetNormal(fluid.mesh)
    ds = fluid.ds(fluid.surfaces[surface])
    area = fluid.size(ds)
    vector = np.array([fluid.integral(normal[i] * ds) for i in range(fluid.dimensions)])
    if area <= 0.0 or np.linalg.norm(vector) < (1.0 - 1e-8) * area:
        return None
    return vector / np.linalg.norm(vector)


def inlet_normal(fluid: FluidDomain, surface: str = "inlet") -> np.ndarray:
    """Unit outward normal of a plane surface, shape (2,) or (3,); `InputError` if it is empty or not plane."""
    normal = plane_normal(fluid, surface)
    if normal is None:
        raise InputError(f"mesh: the surface '{surface}' must be a plane face of the fluid")
    return normal


def unit_inflow(
    fluid: FluidDomain,
    space: fem.FunctionSpace,
    inlet: FlowInlet,
    walls: np.ndarray,
    options: Mapping[str, Options] | None = None,
) -> fem.Function:
    """Velocity on an inlet with unit flow rate into the domain (1 m³/s; in two dimensions 1 m²/s), zero elsewhere.

    The profile is zero on the edges of `walls`, facets of no-slip walls and of other inlets. A surface that is empty or not
    plane, or a profile that carries no flow into the domain, is an `InputError`.
    """
    scalar = fem.functionspace(fluid.mesh, ("Lagrange", space.ufl_element().degree))
    facets = fluid.dimensions - 1
    on_inlet = fem.locate_dofs_topological(scalar, facets, fluid.facets([inlet.surface]))
    on_walls = fem.locate_dofs_topological(scalar, facets, walls)
    free = np.setdiff1d(on_inlet, on_walls)
    ds = fluid.ds(fluid.surfaces[inlet.surface])
    direction = -inlet_normal(fluid, inlet.surface)
    bounded = fluid.comm.allreduce(np.intersect1d(on_inlet, on_walls).size) > 0
    profile = fem.Function(scalar)
    if callable(inlet.profile):
        everywhere = fem.Function(scalar)
        everywhere.interpolate(inlet.profile)
        profile.x.array[free] = everywhere.x.array[free]
    elif inlet.profile == "developed" and bounded:
        _solve_developed(profile, free, ds, options)
    else:  # developed flow between planes of symmetry alone is uniform
        profile.x.array[free] = 1.0
    flow_rate = fluid.integral(profile * ds)
    if not flow_rate > 0.0:
        raise InputError(
            f"flow: the profile of the inlet '{inlet.surface}' carries nothing into the domain (its integral is "
            f"{flow_rate:.3g}); it must be positive into the domain, and the mesh must resolve the inlet"
        )
    profile.x.array[:] /= flow_rate
    inflow = fem.Function(space, name="inflow")
    for axis, cosine in enumerate(direction):
        component = fem.Function(scalar)
        component.x.array[:] = cosine * profile.x.array
        inflow.sub(axis).interpolate(component)
    inflow.x.scatter_forward()
    return inflow


def _solve_developed(
    profile: fem.Function, free: np.ndarray, ds: ufl.Measure, options: Mapping[str, Options] | None
) -> None:
    """Solve the Poisson problem of developed flow on the free unknowns of an inlet."""
    scalar, msh = profile.function_space, profile.function_space.mesh
    # The equation lives on the inlet only: every other unknown, and the rim, is fixed at zero.
    fixed = np.setdiff1d(np.arange(profile.x.array.size), free).astype(np.int32)
    bc = fem.dirichletbc(0.0, fixed, scalar)
    trial, test = ufl.TrialFunction(scalar), ufl.TestFunction(scalar)
    normal = ufl.FacetNormal(msh)

    def tangential(f: ufl.core.expr.Expr) -> ufl.core.expr.Expr:
        return ufl.grad(f) - ufl.dot(ufl.grad(f), normal) * normal

    # The null volume term only gives every unknown a place on the diagonal.
    form = ufl.inner(tangential(trial), tangential(test)) * ds + fem.Constant(msh, 0.0) * trial * test * ufl.dx
    matrix = petsc.assemble_matrix(compiled(form), bcs=[bc])
    matrix.assemble()
    rhs = assembled(compiled(fem.Constant(msh, 1.0) * test * ds))
    petsc.set_bc(rhs, [bc])
    solver = LinearSolver(matrix, INFLOW, chosen_options(DIRECT, INFLOW, options))
    solver.solve(rhs, profile.x.petsc_vec)
    solver.destroy()
    profile.x.scatter_forward()
