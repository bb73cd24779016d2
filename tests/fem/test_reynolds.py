"""Reynolds numbers of ports and sections, on flows whose sections are known."""

import numpy as np
import pytest
from dolfinx import mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem import FlowProblem, PortFlow, crossing, crossings, port_flows
from tests.fem.plane_flows import TRIANGLE, rectangle
from tests.fem.test_flow_blocks import HEIGHT, LENGTH, MU, RHO, WIDTH, channel_flow


def solved(comm: MPI.Comm, kind: mesh.CellType, rate: float) -> FlowProblem:
    problem = channel_flow(comm, "direct", kind, (6, 4, 4))
    problem.solve(rate)
    return problem


@pytest.mark.parametrize("kind", [mesh.CellType.hexahedron, mesh.CellType.tetrahedron])
def test_ports_and_sections_of_half_a_channel(kind: mesh.CellType) -> None:
    """A plane of symmetry is no wall: half the channel has the diameter of the whole, 4 (2 W) H / 2 (2 W + H)."""
    rate = 1e-4 * HEIGHT * WIDTH
    problem = solved(MPI.COMM_SELF, kind, rate)
    diameter = 4.0 * 2.0 * WIDTH * HEIGHT / (2.0 * (2.0 * WIDTH + HEIGHT))
    wanted = RHO * 1e-4 * diameter / MU
    ports = port_flows(problem)
    assert [port.surface for port in ports] == ["inlet", "outlet"]
    for port in ports:
        assert port.flow == pytest.approx(rate, rel=1e-9)
        assert port.speed == pytest.approx(1e-4, rel=1e-9)
        assert port.hydraulic_diameter == pytest.approx(diameter, rel=1e-9)
        assert port.reynolds == pytest.approx(wanted, rel=1e-9)
    assert crossing(problem, (0.37 * LENGTH, 0.0, 0.0), (1.0, 0.0, 0.0)).reynolds(problem) == pytest.approx(
        wanted, rel=1e-3
    )
    with pytest.raises(InputError, match="does not meet the mesh"):
        crossing(problem, (2.0 * LENGTH, 0.0, 0.0), (1.0, 0.0, 0.0))
    several = crossings(problem, 3)
    assert [axis for axis, _ in several] == ["x"] * 3 + ["y"] * 3
    assert [place for axis, place in several if axis == "x"] == pytest.approx(np.array([1, 3, 5]) / 6.0 * LENGTH)
    for (axis, _), one in several.items():
        along = one.reynolds(problem)
        if axis == "x":  # a coarse mesh lets some flow back at the walls of a uniform inlet
            assert 0.99 * wanted < along < 1.05 * wanted
        else:
            assert along < 0.05 * wanted


def test_a_plane_channel_has_twice_its_height() -> None:
    fluid = rectangle((0.0, 0.0), (2.0, 1.0), (4, 3), TRIANGLE)
    from rack2city.fem import FlowInlet, FlowOutlet

    problem = FlowProblem(fluid, 1.0, 0.1, 0.1, boundaries=[FlowInlet("left"), FlowOutlet("right")])
    problem.solve(3.0)
    assert [port.hydraulic_diameter for port in port_flows(problem)] == pytest.approx([2.0, 2.0])
    assert crossing(problem, (0.9, 0.0), (1.0, 0.0)).reynolds(problem) == pytest.approx(60.0, rel=1e-6)


def test_how_a_port_is_told() -> None:
    port = PortFlow("outlet_a", 1e-4, 1.25, 6.5e-3, 5000.4)
    assert str(port) == "5000 in 'outlet_a' (1.25 m/s over a hydraulic diameter of 6.5 mm)"


@pytest.mark.mpi
@pytest.mark.parametrize("kind", [mesh.CellType.hexahedron, mesh.CellType.tetrahedron])
def test_ranks_agree(kind: mesh.CellType) -> None:
    def figures(comm: MPI.Comm) -> list[float]:
        problem = solved(comm, kind, 1e-4 * HEIGHT * WIDTH)
        section = crossing(problem, (0.37 * LENGTH, 0.0, 0.0), (1.0, 0.0, 0.0)).reynolds(problem)
        return [section, *np.ravel([(p.flow, p.hydraulic_diameter, p.reynolds) for p in port_flows(problem)])]

    together = figures(MPI.COMM_WORLD)
    alone = MPI.COMM_WORLD.bcast(figures(MPI.COMM_SELF) if MPI.COMM_WORLD.rank == 0 else None)
    assert together == pytest.approx(alone, rel=1e-9)
