"""Domains of the flow: tetrahedra from a file with unused nodes, several bodies of fluid, ranks without any fluid."""

from pathlib import Path

import gmsh
import numpy as np
import pytest
from dolfinx import mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Slip, Velocity
from rack2city.fem.flow.forms import Stabilisation
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.forces import force_on
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.domain import fluid_domain, read_domain, tagged_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface, values_at
from rack2city.fem.mesh.section import plane_section
from tests.fem.plane_flows import TRIANGLE, rectangle

SIDE, LENGTH = 1e-3, 2e-3


def write_square_duct(path: Path) -> None:
    """Tetrahedra of a square duct along x in two volumes, and a node that belongs to none."""
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        occ = gmsh.model.occ
        halves = [(3, occ.addBox(i * LENGTH / 2, 0.0, 0.0, LENGTH / 2, SIDE, SIDE)) for i in range(2)]
        occ.fragment(halves[:1], halves[1:])
        stray = occ.addPoint(5.0, 5.0, 5.0)
        occ.synchronize()
        gmsh.model.addPhysicalGroup(0, [stray], name="probe")
        for name, tag in (("front", 1), ("rear", 2)):
            gmsh.model.addPhysicalGroup(3, [tag], name=name)
        ends: dict[str, list[int]] = {"inlet": [], "outlet": []}
        for _, tag in gmsh.model.getEntities(2):
            x = occ.getCenterOfMass(2, tag)[0]
            if x < 1e-9:
                ends["inlet"].append(tag)
            elif x > LENGTH - 1e-9:
                ends["outlet"].append(tag)
        for name, tags in ends.items():
            gmsh.model.addPhysicalGroup(2, tags, name=name)
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.2e-3)
        gmsh.model.mesh.generate(3)
        gmsh.write(str(path))
    finally:
        gmsh.finalize()


def test_tetrahedra_of_several_fluid_bodies_with_a_stray_node(tmp_path: Path) -> None:
    """Developed flow in a square duct: f Re (Fanning) 14.2271."""
    write_square_duct(tmp_path / "duct.msh")
    domain = read_domain(tmp_path / "duct.msh", MPI.COMM_SELF)
    fluid = fluid_domain(domain, ("front", "rear"))
    assert fluid.integral(1.0 * fluid.ds(fluid.surfaces["inlet"])) == pytest.approx(SIDE**2)
    problem = FlowProblem(fluid, 1000.0, 1e-3, 1e-3)
    problem.solve(1e-7)
    drop = mean_over_surface(fluid, problem.pressure(), "inlet")
    assert drop / LENGTH * SIDE**2 / (2.0 * 1e-3 * 0.1) == pytest.approx(14.2271, rel=1e-2)
    with pytest.raises(InputError, match="no volume group 'fluid'; it has: front, rear"):
        fluid_domain(domain)


def figures(comm: MPI.Comm) -> list[float]:
    """Quantities of flows of several kinds."""
    fluid = rectangle((0.0, 0.0), (4.0, 1.0), (24, 8), TRIANGLE, turned=0.3, comm=comm)
    boundaries = [FlowInlet("left"), FlowOutlet("right"), Slip("top")]
    problem = FlowProblem(fluid, 1.0, 0.01, 0.01, boundaries=boundaries, stabilisation=Stabilisation(grad_div=1.0))
    flow = TransientFlow(problem, lambda t: 1.0 + t)
    flow.advance(0.3, 0.1)
    numbers = [
        mean_over_surface(fluid, problem.pressure(), "left"),
        flow_through(fluid, problem.velocity(), "right"),
        *force_on(problem, "bottom"),
        *values_at(problem.velocity(), np.array([[1.0, 0.8], [2.0, 1.1]])).ravel(),
    ]
    section = plane_section(fluid, (1.0, 0.5), (1.0, 0.3))
    numbers += [section.area, section.mean(problem.pressure()), section.flow(problem.velocity())]
    cavity = rectangle((0.0, 0.0), (1.0, 1.0), (8, 8), TRIANGLE, comm=comm)
    closed = FlowProblem(cavity, 1.0, 0.02, 0.02, boundaries=[Velocity("top", (1.0, 0.0))])
    closed.solve()
    numbers += [*values_at(closed.pressure(), np.array([[0.3, 0.4]]))[0], *force_on(closed, "top")]
    corner = tagged_domain(
        mesh.create_unit_square(comm, 16, 16),
        {"in": lambda x: np.isclose(x[0], 0.0) & (x[1] < 0.26), "out": lambda x: np.isclose(x[1], 0.0) & (x[0] < 0.26)},
        {"solid": lambda x: np.full(x.shape[1], True), "fluid": lambda x: (x[0] < 0.26) & (x[1] < 0.26)},
    )
    small = FlowProblem(fluid_domain(corner), 1.0, 0.1, 0.1, boundaries=[FlowInlet("in"), FlowOutlet("out")])
    small.solve(1.0)
    return [*numbers, mean_over_surface(small.fluid, small.pressure(), "in")]


@pytest.mark.mpi
def test_flow_on_one_rank_and_on_all_agree() -> None:
    """The last one has all its fluid in a corner of the mesh: a rank may have none."""
    world = MPI.COMM_WORLD
    together = figures(world)
    alone = world.bcast(figures(MPI.COMM_SELF) if world.rank == 0 else None)
    assert together == pytest.approx(alone, rel=1e-9)
