"""The multigrid method of heat gives what the direct one gives: stretched cells, copper beside water, any rank."""

from pathlib import Path

import numpy as np
import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.heat import solver as heat_solver
from rack2city.fem.heat.conditions import Contact, Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import bulk_temperature_at, highest_temperature, mean_temperature
from rack2city.fem.mesh.domain import Domain, fluid_domain, read_domain
from rack2city.fem.solvers.options import Options, chosen_method
from rackmesh.channel import LEVELS, write_half_channel
from rackmesh.published.peer_cases import CELL_MESHES, CHANNEL, HEIGHT, cell_blocks
from rackmesh.tensor import write_blocks
from tests.fem.cells import INLET_K, LONG_CELL, heated_cell

SUPPLY, FLUX, CAPACITY = 300.0, 1e5, 4.15e6
WATER, COPPER = 0.61, 0.61 * 650.0
MULTIGRID: dict[str, Options] = {"heat_": {"method": "multigrid"}}
DIRECT: dict[str, Options] = {"heat_": {"method": "direct"}}


def cell(path: Path, comm: MPI.Comm = MPI.COMM_SELF, refinement: float = 1.0, tetrahedra: bool = False) -> Domain:
    """Half a channel of 0.15 x 3 x 40 mm in copper, its cells up to 100 times longer than wide."""
    if comm.rank == 0:
        write_blocks(cell_blocks(CELL_MESHES["fine"], refinement), path, tetrahedra)
    comm.barrier()
    return read_domain(path, comm)


def problem(
    domain: Domain,
    options: dict[str, Options] | None = None,
    *,
    contacts: tuple[Contact, ...] = (),
    follows: bool = False,
    lines: list[str] | None = None,
) -> tuple[HeatProblem, fem.Function]:
    """Water at 0.5 m/s with the profile of a tall duct; problem and velocity. Copper may follow the temperature."""
    fluid = fluid_domain(domain)
    velocity = fem.Function(fem.functionspace(fluid.mesh, ("Lagrange", 2, (3,))))

    def profile(x: np.ndarray) -> np.ndarray:
        along = 0.75 * (1.0 - (2.0 * x[1] / CHANNEL) ** 2) * (1.0 - np.abs(2.0 * x[2] / HEIGHT - 1.0) ** 20)
        return np.stack([along, 0.0 * along, 0.0 * along])

    velocity.interpolate(profile)
    copper = Material((lambda t: COPPER * (1.0 - 0.01 * (t - SUPPLY))) if follows else COPPER)
    heat = HeatProblem(
        domain,
        {"fluid": Material(WATER, CAPACITY), "solid": copper},
        [HeatInlet("inlet", SUPPLY), HeatOutlet("outlet"), Flux("heated", FLUX)],
        [Stream(("fluid",), velocity, fluid.cell_map)],
        contacts,
        options,
        log=(lines if lines is not None else []).append,
    )
    return heat, velocity


def difference(one: HeatProblem, other: HeatProblem) -> float:
    """Largest difference of two temperatures over the rise of the first."""
    return float(np.max(np.abs(other.theta.x.array - one.theta.x.array)) / np.max(np.abs(one.theta.x.array)))


@pytest.mark.parametrize("tetrahedra", [False, True], ids=["hexahedra", "tetrahedra"])
def test_it_agrees_with_the_direct_method(tmp_path: Path, tetrahedra: bool) -> None:
    domain = cell(tmp_path / "cell.msh", tetrahedra=tetrahedra)
    (direct, _), (levels, _) = problem(domain, DIRECT), problem(domain, MULTIGRID)
    direct.solve()
    report = levels.solve()
    assert difference(direct, levels) < 1e-9
    assert report.balance.relative < 1e-9
    factorisations, iterations = levels.solver_statistics()
    assert factorisations == 1
    assert 4 < iterations < 60  # it is iterative, and it is multigrid


def test_jumps_at_a_contact(tmp_path: Path) -> None:
    """Copies of the nodes on a contact exist on the linear level too."""
    domain = cell(tmp_path / "cell.msh")
    contact = (Contact("wetted", 1e-4),)
    domain = _interior(domain)
    (direct, _), (levels, _) = (problem(domain, o, contacts=contact) for o in (DIRECT, MULTIGRID))
    plain, _ = problem(domain, DIRECT)
    for each in (direct, levels, plain):
        each.solve()
    assert difference(direct, levels) < 1e-9
    assert highest_temperature(direct, "solid") > highest_temperature(plain, "solid") + 0.5
    assert levels.solver_statistics()[1] < 60


def _interior(domain: Domain) -> Domain:
    """The same with `wetted` between the volumes only, not on the lid."""
    exterior = mesh.exterior_facet_indices(domain.mesh.topology)
    tags, wetted = domain.facet_tags, domain.surfaces["wetted"]
    values = tags.values.copy()
    values[(values == wetted) & np.isin(tags.indices, exterior)] = max(domain.surfaces.values()) + 1
    changed = mesh.meshtags(domain.mesh, domain.mesh.topology.dim - 1, tags.indices, values)
    return Domain(domain.mesh, domain.cell_tags, changed, domain.volumes, domain.surfaces)


def test_conductivity_that_follows_the_temperature(tmp_path: Path) -> None:
    domain = cell(tmp_path / "cell.msh")
    (direct, _), (levels, _) = (problem(domain, o, follows=True) for o in (DIRECT, MULTIGRID))
    direct.solve()
    levels.solve()
    assert difference(direct, levels) < 1e-9


def test_further_loads_and_a_flow_that_changes_little_keep_what_is_set_up(tmp_path: Path) -> None:
    domain = cell(tmp_path / "cell.msh")
    (levels, velocity), (direct, other) = problem(domain, MULTIGRID), problem(domain, DIRECT)
    levels.solve()
    rise = levels.theta.x.array.copy()
    for factor, _ in zip((2.0, 3.0), levels.solve_loads({"heated": f * FLUX} for f in (2.0, 3.0)), strict=True):
        assert levels.theta.x.array == pytest.approx(factor * rise, abs=1e-9 * np.max(rise))
    assert levels.solver_statistics()[0] == 1
    for scale, setups in ((1.02, 1), (0.02, 2)):
        velocity.x.array[:] *= scale
        other.x.array[:] *= scale
        for each in (levels, direct):
            each.solve({"heated": FLUX})
        assert difference(direct, levels) < 1e-9
        levels.solve()  # where it took long, the next solve sets it up anew
        assert levels.solver_statistics()[0] == setups


def test_flow_and_heat_together(tmp_path: Path) -> None:
    """The coupled problem takes the method from its options, tells it, and stores what it used."""
    path = tmp_path / "cell.msh"
    write_half_channel(LONG_CELL, LEVELS["coarse"], path)
    results = []
    for options in (DIRECT, MULTIGRID):
        coupled = heated_cell(
            path, MPI.COMM_SELF, lambda temperature: -6.6 - 0.02 * (temperature - INLET_K), options=options
        )
        coupled.solve(8e-8, {"heated": 1e5})
        assert coupled.solver_options()["heat_"]["method"] == options["heat_"]["method"]
        results.append(coupled.heat)
    assert difference(*results) < 1e-9


def test_size_and_dimension_choose_unless_the_user_does() -> None:
    most = heat_solver.MOST_DIRECT
    assert heat_solver.method_by_size(3, most) == "direct"
    assert heat_solver.method_by_size(3, most + 1) == "multigrid"
    assert heat_solver.method_by_size(2, 10 * most) == "direct"
    for wanted, found in ((None, "multigrid"), (DIRECT, "direct"), (MULTIGRID, "multigrid")):
        assert chosen_method("heat_", wanted, "multigrid", heat_solver.METHODS) == found
    with pytest.raises(InputError, match="method of 'heat_' is 'magic'; allowed are 'direct' and 'multigrid'"):
        chosen_method("heat_", {"heat_": {"method": "magic"}}, "direct", heat_solver.METHODS)


def test_hypre_is_chosen_only_where_it_is_and_a_factor_is_too_much() -> None:
    most = heat_solver.MOST_FACTORED
    kind = "mg_coarse_pc_type"
    for hypre in (False, True):
        assert heat_solver.linear_level_options(most, hypre)[kind] == "lu"
    assert heat_solver.linear_level_options(most + 1, hypre=True)[kind] == "hypre"
    without = heat_solver.linear_level_options(most + 1, hypre=False)
    assert without[kind] == "gamg"
    assert without["mg_coarse_mg_levels_sub_pc_factor_mat_ordering_type"] == "rcm"
    fill = "mg_levels_sub_pc_factor_levels"
    assert [heat_solver.multigrid_options(s, 10, hypre=False)[fill] for s in (False, True)] == [0, 1]


def test_a_linear_level_too_large_for_a_factor_agrees_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    domain = cell(tmp_path / "cell.msh")
    direct, _ = problem(domain, DIRECT)
    monkeypatch.setattr(heat_solver, "MOST_FACTORED", 0)
    levels, _ = problem(domain, MULTIGRID)
    direct.solve()
    levels.solve()
    assert levels.options["mg_coarse_pc_type"] in ("hypre", "gamg")
    assert difference(direct, levels) < 1e-9


def test_where_multigrid_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen by the user it says what to try; chosen by size it gives way to the direct method, and tells."""
    domain, few = cell(tmp_path / "cell.msh"), {"ksp_max_it": 2}
    asked, _ = problem(domain, {"heat_": {"method": "multigrid", **few}})
    with pytest.raises(ConvergenceError, match="'direct'"):
        asked.solve()
    monkeypatch.setattr(heat_solver, "MOST_DIRECT", 0)
    monkeypatch.setattr(heat_solver, "MULTIGRID", heat_solver.MULTIGRID | few)
    lines: list[str] = []
    (by_size, _), (direct, _) = problem(domain, lines=lines), problem(domain, DIRECT)
    assert by_size.options["method"] == "multigrid"
    by_size.solve()
    direct.solve()
    assert by_size.options["method"] == "direct"
    assert difference(direct, by_size) < 1e-12
    assert [("multigrid" in line, "direct" in line) for line in lines] == [(True, False), (True, True), (False, True)]


@pytest.mark.slow
def test_iterations_stay_few_with_refinement(tmp_path: Path) -> None:
    """From 5 k to 126 k unknowns; on these cells they do grow, by less than the 3 of the refinement."""
    counts = []
    for refinement in (1.0, 2.0, 3.0):
        levels, _ = problem(cell(tmp_path / f"{refinement}.msh", refinement=refinement), MULTIGRID)
        levels.solve()
        counts.append(levels.solver_statistics()[1])
    assert counts[-1] < 2.6 * counts[0]
    assert counts[-1] < 45


@pytest.mark.mpi
def test_it_does_not_depend_on_ranks(shared_path: Path) -> None:
    figures = []
    for comm in (MPI.COMM_SELF, MPI.COMM_WORLD):
        domain = cell(shared_path / f"cell{MPI.COMM_WORLD.rank if comm.size == 1 else 'all'}.msh", comm)
        levels, _ = problem(domain, MULTIGRID)
        levels.solve()
        figures.append(
            [
                highest_temperature(levels, "solid"),
                mean_temperature(levels, "fluid"),
                bulk_temperature_at(levels, "outlet"),
            ]
        )
        assert levels.solver_statistics()[1] < 60
    rises = np.array(figures) - SUPPLY
    assert rises[1] == pytest.approx(rises[0], rel=1e-9)
