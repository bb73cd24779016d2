"""The stress of the flow along its walls."""

from dataclasses import dataclass

import basix
import numpy as np
import ufl
from dolfinx import fem

from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.mesh.peaks import Peak, peak_of

_DEGREE = 4  # of the points on each face: nine of a quadrilateral, six of a triangle, none on an edge


@dataclass(frozen=True)
class WallShear:
    """Shear stress on the walls of a flow: its area mean (Pa), and the largest with its place."""

    mean: float
    largest: Peak


def tangential_stress(problem: FlowProblem) -> ufl.core.expr.Expr:
    """Magnitude of the tangential stress of the fluid on its boundary (Pa), an expression for exterior facets."""
    normal = ufl.FacetNormal(problem.fluid.mesh)
    stress = -2.0 * problem.viscosity * ufl.sym(ufl.grad(problem.velocity())) * normal
    tangential = stress - ufl.dot(stress, normal) * normal
    return ufl.sqrt(ufl.dot(tangential, tangential))


def wall_shear(problem: FlowProblem) -> WallShear:
    """Shear stress on all walls of a flow, of its last solution (collective).

    The largest is that at the points of quadrature, which lie inside the faces of cells. Towards a sharp edge that sticks out
    into the flow the stress of a viscous fluid grows without limit, as distance to a power of -0.46 at a right angle: there the
    largest stress is one of the size of the cells, and grows on refinement. The mean does not.

    Source: Moffatt (1964), J. Fluid Mech. 18, 1-18, for the flow near a corner.
    """
    fluid, stress = problem.fluid, tangential_stress(problem)
    facets = problem.conditions.walls
    fluid.mesh.topology.create_connectivity(fluid.dimensions - 1, fluid.dimensions)
    fluid.mesh.topology.create_connectivity(fluid.dimensions, fluid.dimensions - 1)
    entities = fem.compute_integration_domains(fem.IntegralType.exterior_facet, fluid.mesh.topology, facets)
    measure = ufl.Measure("ds", domain=fluid.mesh, subdomain_data=[(1, entities.flatten())])
    mean = fluid.mean(stress, measure(1, metadata={"quadrature_degree": _DEGREE}), "the walls")
    kind = basix.cell.subentity_types(fluid.mesh.basix_cell())[fluid.dimensions - 1][0]
    points = basix.make_quadrature(kind, _DEGREE)[0]
    both = ufl.as_vector([stress, *ufl.SpatialCoordinate(fluid.mesh)])
    found = fem.Expression(both, points, jit_options=jit_options()).eval(fluid.mesh, entities.reshape(-1, 2))
    table = np.asarray(found).reshape(-1, 1 + fluid.dimensions)
    places = np.column_stack([table[:, 1:], np.zeros((len(table), 3 - fluid.dimensions))])
    return WallShear(mean, peak_of(fluid.comm, table[:, 0], places))
