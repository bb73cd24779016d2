"""Plane sections: areas, means and flows of known functions on every kind of cell, and of a solved flow."""

import numpy as np
import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.domain import tagged_domain
from rack2city.fem.mesh.section import plane_section
from tests.fem.plane_flows import TRIANGLE, rectangle

SPACE = (mesh.CellType.tetrahedron, mesh.CellType.hexahedron)


@pytest.mark.parametrize("kind", SPACE)
@pytest.mark.parametrize("x0", [0.37, 0.25, 0.5])
def test_section_of_a_box(kind: mesh.CellType, x0: float) -> None:
    """Also where the plane runs along the faces of cells (0.25 and 0.5)."""
    msh = mesh.create_box(MPI.COMM_SELF, [(0.0, 0.0, 0.0), (1.0, 2.0, 3.0)], [4, 3, 3], kind)
    section = plane_section(tagged_domain(msh, {}), (x0, 0.0, 0.0), (2.0, 0.0, 0.0))
    assert section.area == pytest.approx(6.0, rel=1e-12)
    scalar = fem.Function(fem.functionspace(msh, ("Lagrange", 2)))
    scalar.interpolate(lambda x: x[0] + x[1] * x[2])
    assert section.mean(scalar) == pytest.approx(x0 + 1.0 * 1.5, rel=1e-7)
    velocity = fem.Function(fem.functionspace(msh, ("Lagrange", 2, (3,))))
    velocity.interpolate(lambda x: np.array([x[1], x[0], 0.0 * x[2]]))
    assert section.flow(velocity) == pytest.approx(6.0 * 1.0, rel=1e-10)
    assert section.flow_mean(scalar, velocity) == pytest.approx(x0 + 4.0 / 3.0 * 1.5, rel=1e-6)


@pytest.mark.parametrize("kind", SPACE)
def test_slanted_section_of_a_cube(kind: mesh.CellType) -> None:
    """Through the middle, normal to a diagonal: a regular hexagon of area 3 sqrt(3)/4."""
    msh = mesh.create_unit_cube(MPI.COMM_SELF, 3, 4, 5, kind)
    section = plane_section(tagged_domain(msh, {}), (0.5, 0.5, 0.5), (1.0, 1.0, 1.0))
    assert section.area == pytest.approx(0.75 * np.sqrt(3.0), rel=1e-7)
    with pytest.raises(InputError, match="does not meet the mesh"):
        plane_section(tagged_domain(msh, {}), (2.0, 0.0, 0.0), (1.0, 0.0, 0.0))


def test_pressure_between_two_sections_of_a_flow() -> None:
    fluid = rectangle((0.0, 0.0), (4e-3, 1e-3), (8, 4), TRIANGLE)
    problem = FlowProblem(fluid, 1000.0, 1e-3, 1e-3, boundaries=[FlowInlet("left"), FlowOutlet("right")])
    problem.solve(1e-4)
    first, second = (plane_section(fluid, (x, 0.0), (1.0, 0.0)) for x in (1.1e-3, 3.3e-3))
    drop = first.mean(problem.pressure()) - second.mean(problem.pressure())
    assert drop == pytest.approx(12.0 * 1e-3 * 0.1 / 1e-6 * 2.2e-3, rel=1e-6)
    assert second.flow(problem.velocity()) == pytest.approx(1e-4, rel=1e-9)
