"""Forces of the flow on surfaces: drag and lift by the residual, wall shear by the gradient."""

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.shear import tangential_stress


def force_on(problem: FlowProblem, surface: str) -> np.ndarray:
    """Force of the fluid on a wall or any surface with given velocity (N; in two dimensions N/m), shape (2,) or (3,).

    All components of the velocity must be given there. The residual of the weak form, tested with a unit velocity on the
    surface, is what the surface has to supply: it converges with twice the order of an integral of pressure and gradient over
    the surface. The forces on all surfaces balance exactly where each node counts once; one that two surfaces share counts for
    both, so that a wall that meets an inlet lacks the part of the pressure that acts on their common corner, of first order.

    Raises:
        InputError: nothing is solved yet, or a component of the velocity is free on the surface, as in an outlet.

    Source: John & Matthies, Higher-order finite element discretizations in a benchmark problem (2001).
    """
    fluid, spaces, reaction = problem.fluid, problem.spaces, problem.reaction()
    nodes = fem.locate_dofs_topological(spaces.velocity, fluid.dimensions - 1, fluid.facets([surface]))
    places = spaces.velocity_dofs.reshape(-1, fluid.dimensions)[nodes]
    given = np.zeros(problem.unknown.x.array.size, dtype=bool)
    for condition in problem.conditions.bcs:
        given[condition.dof_indices()[0]] = True
    if fluid.comm.allreduce(not given[places].all(), op=MPI.LOR):
        raise InputError(f"flow: a component of the velocity is free on '{surface}', so no force on it can be told")
    # The residual is what the outside must do to the fluid; the fluid does the opposite.
    force = -np.sum(reaction[places[places[:, 0] < reaction.size]], axis=0)
    return np.asarray(fluid.comm.allreduce(force, op=MPI.SUM))


def mean_wall_shear(problem: FlowProblem, surface: str) -> float:
    """Mean magnitude of the tangential stress on an exterior surface (Pa)."""
    fluid = problem.fluid
    ds = fluid.ds(fluid.surface(surface), metadata={"quadrature_degree": 4})
    return fluid.mean(tangential_stress(problem), ds)
