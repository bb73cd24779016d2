"""Pins and strips on a base: balances, what refinement does, any number of ranks, and what coarse meshes are told."""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.errors import BalanceError, InputError
from rack2city.fem import CellResult, Contact, Fluid, Flux, Material, PeriodicCell, Source, read_domain
from rack2city.fem.heat.conditions import Condition
from rack2city.fem.periodic import readings
from tests.fem.periodic.shapes import write_pin_cell, write_strip_cell

PIN = (1e-3, 0.6e-3, 0.4e-3, 0.25e-3)
STRIP = (1e-3, 0.8e-3, 0.15e-3, 1e-3, 0.5e-3)
WATER = Fluid(1000.0, 4180.0, 0.6, 1e-3)
COPPER = dict.fromkeys(("base", "fins"), Material(391.0))
HEATED = Flux("heated", 1e5)


def cell_of(path: Path, comm: MPI.Comm, conditions: tuple[Condition, ...] = (HEATED,)) -> PeriodicCell:
    return PeriodicCell(read_domain(path, comm), WATER, COPPER, conditions)


def figures(result: CellResult) -> list[float]:
    """Every number of a result."""
    heat = result.heat
    assert heat is not None
    return [
        result.gradient_pa_per_m,
        result.flow_m3_per_s,
        result.reynolds,
        result.fanning_friction_factor,
        heat.rise_k,
        heat.base_to_bulk_mean_k_per_w,
        heat.base_to_bulk_highest_m2_k_per_w,
        heat.nusselt,
        heat.heat_transfer_w_per_m2_k,
    ]


def test_pins_of_tetrahedra(tmp_path: Path) -> None:
    path = tmp_path / "pin.msh"
    write_pin_cell(path, *PIN, 0.13e-3)
    cell = cell_of(path, MPI.COMM_SELF)
    result = cell.solve(flow_rate=1e-8, inlet_k=300.0)
    heat = result.heat
    assert heat is not None
    assert heat.heat_w == pytest.approx(1e5 * 1e-3 * 0.5e-3, rel=1e-9)
    assert heat.rise_k == pytest.approx(heat.heat_w / (4.18e6 * 1e-8), rel=1e-9)
    mass, work, warm, conduction = result.balances
    assert mass.relative < 1e-3
    assert work.relative < 1e-2
    assert warm.relative < 1e-10
    assert conduction.relative < 1e-2
    # on 18 170 unknowns of flow: 4.3205 Pa and 170.8 mm² K/W
    assert result.pressure_drop_pa == pytest.approx(4.3205, rel=0.012)
    assert 1e6 * heat.base_to_bulk_mean_m2_k_per_w == pytest.approx(170.8, rel=0.012)
    # at a Reynolds number of 310; at 630 and more the flow on this mesh is probably unsteady
    with pytest.raises(BalanceError, match=r"conduction \(a finer mesh closes it\) does not close"):
        cell.solve(flow_rate=1e-7).require_resolved()


def test_heat_set_free_in_the_base_is_the_same_as_heat_into_it(tmp_path: Path) -> None:
    """All but the base's own share of the way: the flux is 1e5 W/m² either way, in 0.5 mm of copper."""
    path = tmp_path / "strip.msh"
    write_strip_cell(path, *STRIP, (2, 3, 1, 4, 1))
    below = cell_of(path, MPI.COMM_SELF).solve(flow_rate=1e-8)
    within = cell_of(path, MPI.COMM_SELF, (Source("base", 2e8), Flux("heated"))).solve(flow_rate=1e-8)
    assert below.heat is not None
    assert within.heat is not None
    assert within.heat.rise_k == pytest.approx(below.heat.rise_k, rel=1e-10)
    strip, pitch, fin, height, _ = STRIP  # floor, sides and ends of the strips; the lid takes no heat
    wetted = (pitch - fin) * strip + 2.0 * strip * height + 2.0 * fin * height
    assert below.heat.wetted_m2 == within.heat.wetted_m2 == pytest.approx(wetted, rel=1e-9)
    assert within.heat.heated == {}
    assert within.heat.base_mean_above_bulk_k != within.heat.base_mean_above_bulk_k  # NaN: no face is heated
    assert within.heat.nusselt == pytest.approx(below.heat.nusselt, rel=1e-2)


def test_strips_of_hexahedra_settle_as_the_mesh_is_refined(tmp_path: Path) -> None:
    path = tmp_path / "strip.msh"
    found = []
    for cells in ((2, 3, 1, 4, 1), (3, 4, 2, 6, 2)):
        write_strip_cell(path, *STRIP, cells)
        result = cell_of(path, MPI.COMM_SELF).solve(flow_rate=1e-8)
        assert result.heat is not None
        found.append((result.pressure_drop_pa, result.heat.base_to_bulk_mean_k_per_w, result.balances[1].relative))
        assert result.balances[0].relative < 1e-12  # mass is conserved in each cell
    coarse, fine = found
    assert fine[0] == pytest.approx(coarse[0], rel=0.03)
    assert fine[1] == pytest.approx(coarse[1], rel=0.01)
    assert fine[2] < coarse[2]


def test_work_beyond_its_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stabilisation takes 4.6 % of the work on the coarsest strips there are: within the limit, until that is 4 %."""
    path = tmp_path / "strip.msh"
    write_strip_cell(path, *STRIP, (1, 1, 1, 1, 1))
    cell = cell_of(path, MPI.COMM_SELF)
    assert cell.solve(flow_rate=3e-8).require_resolved().balances[1].relative == pytest.approx(0.046, abs=1e-3)
    monkeypatch.setattr(readings, "STABILISED", 0.04)
    with pytest.raises(BalanceError, match=r"work and dissipation \(a finer mesh closes it\) does not close"):
        cell.solve(flow_rate=3e-8).require_resolved()


def test_a_contact_between_base_and_fins_adds_its_resistance(tmp_path: Path) -> None:
    path = tmp_path / "pin.msh"
    write_pin_cell(path, *PIN, 0.16e-3, contact=True)
    domain = read_domain(path, MPI.COMM_SELF)
    plain, resisting = (
        PeriodicCell(domain, WATER, COPPER, [HEATED], contacts=contacts).solve(flow_rate=1e-9)
        for contacts in ((), (Contact("contact_pin", 1e-4),))
    )
    assert plain.heat is not None
    assert resisting.heat is not None
    more = resisting.heat.base_to_bulk_mean_k_per_w - plain.heat.base_to_bulk_mean_k_per_w
    assert (
        0.0 < more < 1e-4 / (0.5 * 3.14159 * 0.25e-3**2)
    )  # less than in series: the base's own floor carries heat, too
    assert resisting.balances[3].relative < 2e-2


def test_a_pin_cell_whose_base_ends_without_names_is_told(tmp_path: Path) -> None:
    write_pin_cell(tmp_path / "pin.msh", *PIN, 0.2e-3, bare=True)
    with pytest.raises(InputError, match="faces at the ends of the cell are in none of its surfaces"):
        cell_of(tmp_path / "pin.msh", MPI.COMM_SELF)


@pytest.mark.mpi
def test_one_rank_and_all_ranks_agree(shared_path: Path) -> None:
    world = MPI.COMM_WORLD
    pin, strip = shared_path / "pin.msh", shared_path / "strip.msh"
    if world.rank == 0:
        write_pin_cell(pin, *PIN, 0.16e-3, contact=True)
        write_strip_cell(strip, *STRIP, (2, 3, 1, 4, 1))
    world.barrier()

    def solved(comm: MPI.Comm) -> list[float]:
        rough = PeriodicCell(read_domain(pin, comm), WATER, COPPER, [HEATED], contacts=[Contact("contact_pin", 1e-5)])
        results = [rough.solve(flow_rate=1e-8), cell_of(strip, comm).solve(flow_rate=1e-8)]
        return [number for result in results for number in figures(result)]

    together = solved(world)
    alone = world.bcast(solved(MPI.COMM_SELF) if world.rank == 0 else None)
    assert together == pytest.approx(alone, rel=1e-9)
