"""Temperature in its span where the mesh does not resolve the flow; the velocity that carries it has no divergence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet
from rack2city.fem.heat.advection.solenoidal import Solenoidal
from rack2city.fem.heat.advection.upwind import BOUNDED, GALERKIN, Advection
from rack2city.fem.heat.conditions import Condition, Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import heat_through
from rack2city.fem.heat.transient import TransientHeat
from rack2city.fem.mesh.domain import Domain, fluid_domain, read_domain
from rackmesh.published.peer_cases import CHANNEL, HEIGHT, PLATE_MESHES, plate_blocks
from rackmesh.tensor import write_blocks
from tests.fem.heat_cases import CELLS, all_of, at, between, box, orders
from tests.fem.plates import HEAT, INLET_K, flow_from_rest, solve_from_rest, solved_heat
from tests.fem.test_robust_bodies import WIDE, junction
from tests.fem.test_robust_plates import CELL, OPENINGS
from tests.fem.tetrahedra import write_tetrahedra


def eddy(cell: str, n: int, comm: MPI.Comm = MPI.COMM_SELF) -> tuple[Domain, fem.Function]:
    """Flow along x through a box of stretched cells, interpolated: its divergence is zero only in the limit."""
    dim = 2 if cell in ("triangle", "quadrilateral") else 3
    sides = (2.0, 1.0, 1.5)[:dim]
    domain = box(cell, sides, (2 * n, n, n)[:dim], {"inlet": at(0, 0.0), "outlet": at(0, 2.0)}, comm=comm)

    def velocity(x: np.ndarray) -> np.ndarray:
        """A uniform stream and the curl of a stream function that vanishes at the walls with its derivatives."""
        wave = np.sin(np.pi * x[1]) ** 2 * (np.sin(np.pi * x[2] / 1.5) ** 2 if dim == 3 else 1.0)
        slope = np.pi * np.sin(2.0 * np.pi * x[1]) * (np.sin(np.pi * x[2] / 1.5) ** 2 if dim == 3 else 1.0)
        zero = [np.zeros_like(x[0])] * (dim - 2)
        return np.array([1.0 + np.cos(2.0 * x[0]) * slope, 2.0 * np.sin(2.0 * x[0]) * wave, *zero])

    carried = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 2, (dim,))))
    carried.interpolate(velocity)
    return domain, carried


def corrected(domain: Domain, velocity: fem.Function) -> fem.Function:
    """The correction of a velocity that flows from inlet to outlet."""
    found = Solenoidal(domain, ("fluid",), velocity, [], ["inlet", "outlet"])
    found.update()
    return found.correction


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_diverges_and_every_face_lets_through_one_flow(cell: str) -> None:
    """In cells to rounding; across faces, and on the boundary, the correction's normal component has no jump."""
    sizes = []
    for n in (3, 6) if cell in ("triangle", "quadrilateral") else (2, 4):
        domain, velocity = eddy(cell, n)
        correction, normal = corrected(domain, velocity), ufl.FacetNormal(domain.mesh)

        def mean_square(integrand: ufl.core.expr.Expr, measure: ufl.Measure, domain: Domain = domain) -> float:
            return float(np.sqrt(domain.integral(integrand**2 * measure(metadata={"quadrature_degree": 6}))))

        divergence = mean_square(ufl.div(velocity), domain.dx)
        # what flows in and out of the box does not balance exactly: the share of each cell remains
        net = abs(domain.integral(ufl.dot(velocity, normal) * domain.ds))
        left = mean_square(ufl.div(velocity) + ufl.div(correction), domain.dx)
        assert left < 1e-9 * divergence + 2.0 * net
        jump = mean_square(ufl.jump(correction, normal), domain.dS)
        assert jump < 1e-12
        assert mean_square(ufl.dot(correction, normal), domain.ds) < 1e-12
        square = ufl.inner(correction, correction) * domain.dx
        sizes.append(float(np.sqrt(domain.integral(square))))
        assert divergence > 1e-3
    assert orders(sizes)[-1] > 2.3  # of the third order, as the error of the velocity: it spoils nothing


def spread(heat: HeatProblem, low: float, high: float) -> tuple[float, float]:
    """How far temperatures lie below and above a span, over it."""
    values = heat.temperature.x.array
    return max(low - np.min(values), 0.0) / (high - low), max(np.max(values) - high, 0.0) / (high - low)


@pytest.mark.parametrize("cells", ["hexahedra", "tetrahedra"])
def test_junction_stays_near_its_span(tmp_path: Path, cells: str) -> None:
    """Two streams 20 K apart: spans beyond, where Galerkin's method with the flow's own velocity is several off."""
    path = tmp_path / "t.msh"
    if cells == "hexahedra":
        write_blocks(junction(), path)
    else:
        write_tetrahedra(junction(), path, 0.4 * WIDE)
    domain = read_domain(path, MPI.COMM_SELF)
    openings: list[Boundary] = [FlowInlet("main"), FlowInlet("branch"), FlowOutlet()]
    flow, _ = flow_from_rest(fluid_domain(domain), {"main": 1e-7, "branch": 0.5e-7}, boundaries=openings)
    supply = {"main": INLET_K, "branch": INLET_K + 20.0}
    beyond = spread(solved_heat(domain, flow, supply_k=supply), INLET_K, INLET_K + 20.0)
    print(cells, beyond)
    assert max(beyond) < 0.35
    liquid = {"fluid": Material(0.6306, 992.2 * 4179.0)}
    conditions: list[Condition] = [*(HeatInlet(name, kelvin) for name, kelvin in supply.items()), HeatOutlet("outlet")]
    stream = Stream(("fluid",), flow.velocity(), flow.fluid.cell_map)
    worse = {}
    for advection in (GALERKIN, Advection(solenoidal=False), Advection(upwind=False)):
        heat = HeatProblem(domain, liquid, conditions, [stream], advection=advection)
        assert heat.solve().balance.relative < HEAT
        worse[advection] = max(spread(heat, INLET_K, INLET_K + 20.0))
    print(worse)
    assert worse[GALERKIN] > 3.0
    assert min(worse.values()) > 1.5 * max(beyond)


def test_jet_and_plate_on_coarse_meshes(tmp_path: Path) -> None:
    """No liquid hotter than the solid, none much colder than the inlet (share of the solid's highest rise)."""
    write_blocks(CELL.blocks(), tmp_path / "j.msh")
    write_blocks(plate_blocks(PLATE_MESHES["coarse"]), tmp_path / "c.msh")
    for name, rate, openings, bound in (
        ("j", 0.3 * CELL.open_area, OPENINGS, 0.08),
        ("c", 0.1 * 3 * CHANNEL * HEIGHT, None, 0.07),
    ):
        solved = solve_from_rest(tmp_path / f"{name}.msh", rate, boundaries=openings)
        print(name, solved)
        assert solved.beyond[0] < bound
        assert solved.beyond[1] < 1e-6


@pytest.mark.slow
def test_case_c_and_jets_of_tetrahedra(tmp_path: Path) -> None:
    write_blocks(plate_blocks(PLATE_MESHES["coarse"]), tmp_path / "c.msh")
    plate = solve_from_rest(tmp_path / "c.msh", 0.3 * 3 * CHANNEL * HEIGHT)
    write_tetrahedra(CELL.blocks(), tmp_path / "j.msh", 0.15e-3, stretch=(2.0, 1.0, 2.0))
    jets = [solve_from_rest(tmp_path / "j.msh", s * CELL.open_area, boundaries=OPENINGS) for s in (0.1, 0.3)]
    print(plate, *jets, sep="\n")
    assert plate.beyond[0] < 0.12
    assert plate.beyond[1] < 1e-6
    assert jets[0].beyond[0] < 0.2
    assert jets[0].beyond[1] < 0.1
    assert max(jets[1].beyond) < 1.0  # two tetrahedra across half the channel under a jet of Re 820


def heated_eddy(
    comm: MPI.Comm, advection: Advection = BOUNDED, transient: bool = False, conductivity: object = 1e-3
) -> tuple[HeatProblem, Domain]:
    """A wall over a coarse flow that winds, at a cell Péclet number of hundreds."""
    surfaces = {
        "inlet": all_of(at(0, 0.0), between(1, 0.0, 1.0)),
        "outlet": all_of(at(0, 2.0), between(1, 0.0, 1.0)),
        "heated": at(1, 1.5),
        "wetted": at(1, 1.0),
    }
    volumes = {"fluid": between(1, 0.0, 1.0), "solid": between(1, 1.0, 1.5)}
    whole = box("hexahedron", (2.0, 1.5, 1.5), (6, 6, 3), surfaces, volumes, comm=comm)
    carried = fem.Function(fem.functionspace(whole.mesh, ("Lagrange", 2, (3,))))

    def flow(x: np.ndarray) -> np.ndarray:
        inside = np.where(x[1] <= 1.0 + 1e-9, x[1] * (1.0 - x[1]), 0.0)
        across = 0.8 * np.sin(4.0 * x[0]) * np.sin(np.pi * np.minimum(x[1], 1.0)) ** 2 * np.sin(np.pi * x[2] / 1.5)
        across *= x[0] * (2.0 - x[0])
        return np.array([4.0 * inside, across, 0.0 * x[2]])

    carried.interpolate(flow)
    materials = {"fluid": Material(conductivity, 1.0), "solid": Material(1.0, 1.0)}  # type: ignore[arg-type]
    conditions: list[Condition] = [HeatInlet("inlet", 300.0), HeatOutlet("outlet"), Flux("heated", 0.2)]
    problem = HeatProblem(
        whole, materials, conditions, [Stream(("fluid",), carried)], transient=transient, advection=advection
    )
    return problem, whole


@pytest.mark.parametrize("advection", [BOUNDED, Advection(solenoidal=False), Advection(upwind=False)])
def test_heat_through_the_wall_is_all_heat(advection: Advection) -> None:
    """Seen from either side: the terms vanish for s = 1, and rows of the system still say what crosses."""
    problem, _ = heated_eddy(MPI.COMM_SELF, advection)
    report = problem.solve()
    assert report.balance.relative < 1e-9
    assert heat_through(problem, "wetted", "fluid") == pytest.approx(0.2 * 3.0, rel=1e-9)
    assert heat_through(problem, "wetted", "solid") == pytest.approx(-0.2 * 3.0, rel=1e-9)
    assert report.inflows["outlet"] == pytest.approx(-0.6, rel=1e-9)


def test_uniform_stays_uniform() -> None:
    """Without heat every temperature that enters is everywhere, also where the flow diverges."""
    for cell in CELLS:
        domain, velocity = eddy(cell, 2)
        materials, stream = {"fluid": Material(1e-3, 1.0)}, Stream(("fluid",), velocity)
        problem = HeatProblem(domain, materials, [HeatInlet("inlet", 350.0), HeatOutlet("outlet")], [stream])
        problem.solve()
        assert problem.temperature.x.array == pytest.approx(350.0, abs=1e-9)


@pytest.mark.parametrize(
    "conductivity",
    [lambda t: 0.02 * (1.0 + 0.01 * (t - 300.0)), [[0.02, 0.005, 0.0], [0.005, 0.03, 0.0], [0.0, 0.0, 0.02]]],
)
def test_conductivities_that_vary_and_tensors(conductivity: Callable[[object], object]) -> None:
    problem, _ = heated_eddy(MPI.COMM_SELF, conductivity=conductivity)
    assert problem.solve().balance.relative < 1e-9


def test_order_in_time_with_upwinding_and_a_steady_end_that_knows_no_steps() -> None:
    """The residual has the time derivative; tau has no time step."""
    finals = []
    for steps in (8, 16, 32, 128):
        problem, _ = heated_eddy(MPI.COMM_SELF, transient=True, conductivity=0.02)
        run = TransientHeat(problem, 300.0)
        for _ in range(steps):
            assert run.step(1.0 / steps, flow_changed=False).balance.relative < 1e-8
        finals.append(problem.temperature.x.array.copy())
    errors = [float(np.linalg.norm(final - finals[-1])) for final in finals[:-1]]
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.25)
    for i in range(40):
        run.step(0.01 * 1.5**i, flow_changed=False)
    steady, _ = heated_eddy(MPI.COMM_SELF, conductivity=0.02)
    steady.solve()
    rise = np.max(steady.temperature.x.array) - 300.0
    assert np.max(np.abs(run.problem.temperature.x.array - steady.temperature.x.array)) < 1e-5 * rise


def test_velocities_may_change_in_place() -> None:
    problem, domain = heated_eddy(MPI.COMM_SELF)
    problem.solve()
    first = problem.temperature.x.array.copy()
    velocity = problem.terms.streams[0].velocity
    velocity.x.array[:] *= 2.0
    problem.solve()
    second = problem.temperature.x.array.copy()
    assert np.max(np.abs(second - first)) > 0.1
    velocity.x.array[:] *= 0.5
    problem.solve()
    assert problem.temperature.x.array == pytest.approx(first, abs=1e-9)
    assert domain.dimensions == 3


@pytest.mark.mpi
@pytest.mark.parametrize("cell", ["tetrahedron", "hexahedron"])
def test_the_correction_does_not_depend_on_ranks(cell: str) -> None:
    def figures(comm: MPI.Comm) -> list[float]:
        domain, velocity = eddy(cell, 4, comm)
        correction, x = corrected(domain, velocity), ufl.SpatialCoordinate(domain.mesh)
        weights = ufl.as_vector([x[0] * x[1], x[2] ** 2, x[0]])
        square = domain.integral(ufl.inner(correction, correction) * domain.dx)
        materials, stream = {"fluid": Material(1e-3, 1.0)}, Stream(("fluid",), velocity)
        conditions: list[Condition] = [HeatInlet("inlet", 350.0), HeatOutlet("outlet")]
        problem = HeatProblem(domain, materials, conditions, [stream])
        problem.solve()
        return [square, domain.integral(ufl.inner(correction, weights) * domain.dx)]

    alone = MPI.COMM_WORLD.bcast(figures(MPI.COMM_SELF) if MPI.COMM_WORLD.rank == 0 else None)
    assert figures(MPI.COMM_WORLD) == pytest.approx(alone, rel=1e-9)
