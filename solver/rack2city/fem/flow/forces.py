"""Forces of the flow on surfaces: drag and lift by the residual, wall shear by the gradient."""

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.fem.flow.problem import FlowProblem


def force_on(problem: FlowProblem, surface: str) -> np.ndarray:
    """Force of the fluid on a wall or any surface with given velocity (N; in two dimensions N/m).

    The residual of the weak form, tested with a unit velocity on the surface, is what the surface has to supply: it
    converges with twice the order of an integral of pressure and gradient over the surface, and the forces on all
    surfaces balance exactly.

    Args:
        problem: a solved flow.
        surface: name of the surface; all components of the velocity must be given on it.

    Returns:
        Components of the force, shape (2,) or (3,).

    Source: John & Matthies, Higher-order finite element discretizations in a benchmark problem (2001).
    """
    fluid, space = problem.fluid, problem.space
    reaction = problem.reaction()
    force = np.zeros(fluid.dimensions)
    facets = fluid.facets([surface])
    for axis in range(fluid.dimensions):
        component = space.sub(0).sub(axis)
        dofs = fem.locate_dofs_topological(component, fluid.dimensions - 1, facets)
        # The residual is what the outside must do to the fluid; the fluid does the opposite.
        force[axis] = -float(np.sum(reaction[dofs[dofs < reaction.size]]))
    return np.asarray(fluid.comm.allreduce(force, op=MPI.SUM))


def mean_wall_shear(problem: FlowProblem, surface: str) -> float:
    """Mean magnitude of the tangential stress on an exterior surface (Pa)."""
    fluid = problem.fluid
    n = ufl.FacetNormal(fluid.mesh)
    t = -2.0 * problem.viscosity * ufl.sym(ufl.grad(problem.velocity())) * n  # of the fluid on its boundary
    tangential = t - ufl.dot(t, n) * n
    ds = fluid.ds(fluid.surfaces[surface], metadata={"quadrature_degree": 4})
    return fluid.mean(ufl.sqrt(ufl.dot(tangential, tangential)), ds)
