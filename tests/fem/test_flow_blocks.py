"""The block solver of the flow gives what the direct one gives, on one rank or several."""

from pathlib import Path

import numpy as np
import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.flow.blocks.system import BlockSystem
from rack2city.fem.flow.blocks.wall_weights import TANGENTIAL, wall_weights
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Slip, Velocity
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, read_domain, tagged_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface
from rack2city.fem.solvers.newton import Log
from rackmesh.tensor import write_blocks
from tests.fem.plates import JetPlate

LENGTH, HEIGHT, WIDTH, SPEED = 10e-3, 3e-3, 0.5e-3, 0.3
RHO, MU = 992.2, 6.53e-4
JET = JetPlate(half_slot_m=0.5e-3, slot=4, length=6)


def half_channel(
    comm: MPI.Comm, cell: mesh.CellType = mesh.CellType.hexahedron, cells: tuple[int, int, int] = (8, 4, 2)
) -> FluidDomain:
    """Half a channel with symmetry at z = 0, uniform inflow at x = 0."""
    box = mesh.create_box(
        comm,
        [np.zeros(3), np.array([LENGTH, HEIGHT, WIDTH])],
        list(cells),
        cell,
        ghost_mode=mesh.GhostMode.shared_facet,
    )
    surfaces = {
        "inlet": lambda x: np.isclose(x[0], 0.0),
        "outlet": lambda x: np.isclose(x[0], LENGTH),
        "symmetry": lambda x: np.isclose(x[2], 0.0, atol=1e-9),
    }
    return fluid_domain(tagged_domain(box, surfaces))


def channel_flow(
    comm: MPI.Comm,
    method: str,
    cell: mesh.CellType = mesh.CellType.hexahedron,
    cells: tuple[int, int, int] = (8, 4, 2),
    log: Log = lambda line: None,
) -> FlowProblem:
    return FlowProblem(
        half_channel(comm, cell, cells),
        RHO,
        MU,
        MU,
        {"flow_": {"method": method}},
        log,
        boundaries=[FlowInlet("inlet", "uniform"), FlowOutlet("outlet"), Slip("symmetry")],
        pressure="continuous",
    )


def solved(
    comm: MPI.Comm, method: str, cell: mesh.CellType = mesh.CellType.hexahedron
) -> tuple[FlowProblem, list[str]]:
    lines: list[str] = []
    problem = channel_flow(comm, method, cell, log=lines.append)
    problem.solve(SPEED * HEIGHT * WIDTH)
    return problem, lines


@pytest.mark.parametrize("cell", [mesh.CellType.hexahedron, mesh.CellType.tetrahedron], ids=["hexahedra", "tetrahedra"])
def test_blocks_agree_with_the_direct_solver(cell: mesh.CellType) -> None:
    (direct, _), (blocks, lines) = solved(MPI.COMM_SELF, "direct", cell), solved(MPI.COMM_SELF, "blocks", cell)
    assert any("linear solver" in line for line in lines)
    for one, other in ((direct.velocity(), blocks.velocity()), (direct.pressure(), blocks.pressure())):
        assert other.x.array == pytest.approx(one.x.array, abs=1e-7 * np.max(np.abs(one.x.array)))
    assert blocks.reaction() == pytest.approx(direct.reaction(), abs=1e-7 * np.max(np.abs(direct.reaction())))


def test_a_jet_settles_in_few_steps(tmp_path: Path) -> None:
    """Steps in pseudo-time serve only if mass is kept on the way: with mass unweighted this takes 151 steps."""
    write_blocks(JET.blocks(), tmp_path / "jet.msh")
    fluid = fluid_domain(read_domain(tmp_path / "jet.msh", MPI.COMM_SELF))
    openings = [FlowInlet(), FlowOutlet(), Slip("symmetry"), Slip("symmetry_y")]
    velocities = []
    for method in ("direct", "blocks"):
        options = {"flow_": {"method": method}}
        problem = FlowProblem(fluid, RHO, MU, MU, options, boundaries=openings, pressure="continuous")
        steps = problem.solve(0.3 * JET.open_area).iterations
        velocities.append(problem.velocity().x.array)
    assert steps <= 45
    assert velocities[1] == pytest.approx(velocities[0], abs=1e-6 * np.max(np.abs(velocities[0])))


def test_linear_iterations_do_not_grow_on_a_finer_mesh() -> None:
    """Creeping flow in a channel with walls, 3 k and 48 k unknowns; without weights beside walls they grow by 1.7."""
    counts = []
    for cells in ((8, 4, 2), (24, 12, 6)):
        report = channel_flow(MPI.COMM_SELF, "blocks", cells=cells).solve(1e-4 * SPEED * HEIGHT * WIDTH)
        counts.append(report.linear_iterations)
    assert counts[1] <= 1.3 * counts[0]


def velocity_and_fixed(comm: MPI.Comm, kind: mesh.CellType) -> tuple[fem.FunctionSpace, np.ndarray]:
    """Space of the velocity in half a channel of 6 x 4 x 4 cells, and which of its unknowns are fixed."""
    problem = channel_flow(comm, "blocks", kind, (6, 4, 4))
    system = problem.system()
    assert isinstance(system, BlockSystem)
    return system.blocks.space.velocity, system.blocks.fixed


@pytest.mark.parametrize("kind", [mesh.CellType.hexahedron, mesh.CellType.tetrahedron])
def test_weights_beside_walls(kind: mesh.CellType) -> None:
    """Tangential components in cells on walls count little; nothing else, and nowhere along a plane of symmetry."""
    velocity, fixed = velocity_and_fixed(MPI.COMM_SELF, kind)
    x = velocity.tabulate_dof_coordinates()
    weights = wall_weights(velocity, fixed).array_r.reshape(-1, 3)
    near_wall = x[:, 2] > 0.76 * WIDTH  # the outermost of four layers, beside the wall at z = WIDTH
    inside = (x[:, 0] > 0.4 * LENGTH) & (x[:, 0] < 0.8 * LENGTH) & (x[:, 1] > 0.3 * HEIGHT) & (x[:, 1] < 0.7 * HEIGHT)
    assert weights[near_wall & inside][:, :2] == pytest.approx(TANGENTIAL)
    assert weights[near_wall & inside][:, 2] == pytest.approx(1.0)
    far = inside & (x[:, 2] < 0.45 * WIDTH)
    assert np.count_nonzero(far) > 0
    assert weights[far] == pytest.approx(1.0)
    if kind == mesh.CellType.hexahedron:  # whose cells in the edge have both walls, of which the least counts
        assert weights[near_wall & (x[:, 1] > 0.99 * HEIGHT)] == pytest.approx(TANGENTIAL)


def test_next_flow_rate_starts_from_the_last_solution() -> None:
    problem, _ = solved(MPI.COMM_SELF, "blocks")
    first = problem._steady.steps
    report = problem.solve(1.1 * SPEED * HEIGHT * WIDTH)
    assert 0 < report.iterations < first
    assert flow_through(problem.fluid, problem.velocity(), "outlet") == pytest.approx(
        1.1 * SPEED * HEIGHT * WIDTH, rel=1e-9
    )


def test_a_method_that_does_not_exist_or_serve_is_refused() -> None:
    fluid = half_channel(MPI.COMM_SELF)
    with pytest.raises(InputError, match="allowed are 'direct' and 'blocks'"):
        FlowProblem(fluid, RHO, MU, MU, {"flow_": {"method": "magic"}})
    with pytest.raises(InputError, match="needs an outlet"):
        FlowProblem(
            fluid, RHO, MU, MU, {"flow_": {"method": "blocks"}}, boundaries=[Velocity("inlet", (0.0, 0.0, 0.0))]
        )


def test_where_blocks_fail_the_direct_method_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ConvergenceError("no convergence")

    monkeypatch.setattr("rack2city.fem.flow.paths.starts.continue_to_one", fails)
    with pytest.raises(
        ConvergenceError,
        match=r"^at a Reynolds number of \d+ no convergence; with jets the method 'direct' goes further",
    ):
        solved(MPI.COMM_SELF, "blocks")
    with pytest.raises(ConvergenceError, match=r"^at a Reynolds number of \d+ no convergence$"):
        solved(MPI.COMM_SELF, "direct")


@pytest.mark.mpi
@pytest.mark.parametrize("kind", [mesh.CellType.hexahedron, mesh.CellType.tetrahedron])
def test_weights_do_not_depend_on_ranks(kind: mesh.CellType) -> None:
    """A node on a rank without its wall has the weight all the same."""
    sums = [wall_weights(*velocity_and_fixed(comm, kind)).sum() for comm in (MPI.COMM_SELF, MPI.COMM_WORLD)]
    assert sums[1] == pytest.approx(sums[0], rel=1e-12)


@pytest.mark.mpi
def test_blocks_do_not_depend_on_ranks() -> None:
    drops = []
    for comm in (MPI.COMM_SELF, MPI.COMM_WORLD):
        problem, _ = solved(comm, "blocks")
        drops.append(mean_over_surface(problem.fluid, problem.pressure(), "inlet"))
    assert drops[1] == pytest.approx(drops[0], rel=1e-8)
