"""Several streams and bodies of fluid from rest with the defaults: junctions, two fluids, ranks without any.

Given velocities in several streams are in `test_heat_streams.py`; one fluid of several volumes, unused nodes, and plane
flows of which some ranks have no part in `test_flow_domains.py`; the same results on any number of ranks, of a channel
with heat, in `test_ranks.py`.
"""

from pathlib import Path

import numpy as np
import pytest
from dolfinx import mesh
from mpi4py import MPI

from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet
from rack2city.fem.heat.conditions import HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import bulk_temperature_at, heat_through
from rack2city.fem.mesh.domain import Domain, FluidDomain, fluid_domain, read_domain, tagged_domain
from rack2city.fem.mesh.quantities import flow_through
from rackmesh.tensor import Block, BlockMesh, Face, Segment, write_blocks
from tests.fem.plates import (
    COPPER,
    HEAT,
    INLET_K,
    WATER,
    flow_from_rest,
    solve_from_rest,
    solved_heat,
)
from tests.fem.tetrahedra import write_tetrahedra

WIDE = 1e-3  # m


def junction() -> BlockMesh:
    """A square duct along x, and a branch that joins it from the side."""
    x = Segment(2 * WIDE, 3, "end", 1.5), Segment(WIDE, 3), Segment(5 * WIDE, 6, "start", 2.0)
    y = Segment(WIDE, 3), Segment(2 * WIDE, 3, "start", 1.5)
    z = (Segment(WIDE, 3),)

    def volume(block: Block) -> str | None:
        return "fluid" if block[1] == 0 or block[0] == 1 else None

    def surface(face: Face) -> str | None:
        if face.beyond is not None:
            return None
        ends = {(0, 0, -1): "main", (2, 0, 1): "outlet"}
        if face.block[1] == 1:
            return "branch" if (face.axis, face.side) == (1, 1) else None
        return ends.get((face.block[0], face.axis, face.side))

    return BlockMesh((x, y, z), (0.0, 0.0, 0.0), volume, surface)


@pytest.mark.parametrize("cells", ["hexahedra", "tetrahedra"])
def test_two_inlets_of_different_flow_mix_exactly(tmp_path: Path, cells: str) -> None:
    """Twice the flow at 40 degC and once at 60: what leaves is at 46.67. The file of tetrahedra has an unused node."""
    path = tmp_path / "t.msh"
    if cells == "tetrahedra":
        write_tetrahedra(junction(), path, 0.4 * WIDE, stray=True)
    else:
        write_blocks(junction(), path)
    domain = read_domain(path, MPI.COMM_SELF)
    rates = {"main": 1e-7, "branch": 0.5e-7}  # 0.1 and 0.05 m/s; Re 150 in the main duct
    openings: list[Boundary] = [FlowInlet("main"), FlowInlet("branch"), FlowOutlet()]
    solved = solve_from_rest(domain, rates, boundaries=openings, heated=False)
    print(solved)
    for supply in ({"main": INLET_K, "branch": INLET_K + 20.0}, {"main": INLET_K + 20.0, "branch": INLET_K}):
        heat = solved_heat(domain, solved.flow, supply_k=supply)
        mixed = (2.0 * supply["main"] + supply["branch"]) / 3.0
        assert bulk_temperature_at(heat, "outlet") == pytest.approx(mixed, abs=20.0 * HEAT)
        values = heat.temperature.x.array - INLET_K
        print(f"{cells}: over- and undershoot {np.max(values) / 20.0 - 1.0:.3g}, {-np.min(values) / 20.0:.3g}")
    assert solved.drop > 0.0


EXCHANGER_LENGTH, GAP, WALL = 20e-3, 0.5e-3, 0.5e-3  # m


def exchanger() -> BlockMesh:
    """Two liquids in counterflow above and below a copper wall."""
    x = (Segment(EXCHANGER_LENGTH, 10, "both", 4.0),)
    y = (Segment(2e-3, 3, "both", 2.0),)
    z = Segment(GAP, 3), Segment(WALL, 1), Segment(GAP, 3)
    names = ("cold", "solid", "hot")
    ends = {("cold", -1): "cold_in", ("cold", 1): "cold_out", ("hot", 1): "hot_in", ("hot", -1): "hot_out"}

    def surface(face: Face) -> str | None:
        if face.beyond is not None:
            return "cold_face" if "cold" in (face.volume, face.beyond) else "hot_face"
        return ends.get((face.volume, face.side)) if face.axis == 0 else None

    return BlockMesh((x, y, z), (0.0, 0.0, 0.0), lambda block: names[block[2]], surface)


SUPPLY = {"cold": INLET_K, "hot": INLET_K + 30.0}
RATES = {"cold": 1.0e-7, "hot": 0.6e-7}  # m³/s
CAPACITY = WATER.density * WATER.heat_capacity


def exchanged(domain: Domain, streams: list[Stream]) -> HeatProblem:
    """Heat between the two liquids, its balance asserted."""
    materials = {name: Material(WATER.conductivity, CAPACITY) for name in SUPPLY} | {"solid": Material(COPPER)}
    ends = [HeatInlet(f"{name}_in", supply) for name, supply in SUPPLY.items()]
    heat = HeatProblem(domain, materials, [*ends, *(HeatOutlet(f"{name}_out") for name in SUPPLY)], streams)
    assert heat.solve().balance.relative < HEAT
    return heat


def test_two_flows_and_one_temperature(tmp_path: Path) -> None:
    """Each liquid has a flow of its own, or one flow problem holds both bodies: the heat is the same."""
    write_blocks(exchanger(), tmp_path / "x.msh")
    domain = read_domain(tmp_path / "x.msh", MPI.COMM_SELF)
    apart = []
    for name, rate in RATES.items():
        fluid = fluid_domain(domain, name)
        flow, _ = flow_from_rest(fluid, rate, boundaries=[FlowInlet(f"{name}_in"), FlowOutlet(f"{name}_out")])
        apart.append(Stream((name,), flow.velocity(), fluid.cell_map))
    heat = exchanged(domain, apart)
    both = fluid_domain(domain, ("cold", "hot"))
    openings: list[Boundary] = [
        FlowInlet("cold_in"),
        FlowInlet("hot_in"),
        FlowOutlet("cold_out"),
        FlowOutlet("hot_out"),
    ]
    flow, steps = flow_from_rest(both, {f"{n}_in": rate for n, rate in RATES.items()}, boundaries=openings)
    velocity = flow.velocity()
    assert flow_through(both, velocity, "hot_out") == pytest.approx(RATES["hot"], rel=1e-10)
    together = exchanged(domain, [Stream((name,), velocity, both.cell_map) for name in SUPPLY])
    assert np.max(np.abs(together.temperature.x.array - heat.temperature.x.array)) < 1e-7
    # what the cold liquid takes up is what the hot one gives, through either face of the wall, and seen in the outlets
    gain = heat_through(heat, "cold_face", "cold")
    print(f"{flow.space.dofmap.index_map.size_global} unknowns, {steps} steps, {gain:.5g} W exchanged")
    assert heat_through(heat, "hot_face", "hot") == pytest.approx(-gain, rel=1e-8)
    for name, sign in (("cold", 1.0), ("hot", -1.0)):
        change = bulk_temperature_at(heat, f"{name}_out") - SUPPLY[name]
        assert CAPACITY * RATES[name] * change == pytest.approx(sign * gain, rel=1e-8)
    # between no exchange and that of an exchanger without end
    assert 0.0 < gain < CAPACITY * RATES["hot"] * 30.0


def cornered(comm: MPI.Comm) -> tuple[Domain, FluidDomain]:
    """A copper block with a short channel in one of its corners."""
    msh = mesh.create_box(
        comm,
        [(0.0, 0.0, 0.0), (8e-3, 8e-3, 2e-3)],
        [8, 8, 2],
        mesh.CellType.hexahedron,
        ghost_mode=mesh.GhostMode.shared_facet,
    )
    corner = 2e-3 + 1e-9
    domain = tagged_domain(
        msh,
        {
            "inlet": lambda x: np.isclose(x[0], 0.0) & (x[1] < corner),
            "outlet": lambda x: np.isclose(x[1], 0.0) & (x[0] < corner),
            "heated": lambda x: np.isclose(x[2], 0.0),
        },
        {"solid": lambda x: np.full(x.shape[1], True), "fluid": lambda x: (x[0] < corner) & (x[1] < corner)},
    )
    return domain, fluid_domain(domain)


@pytest.mark.mpi
def test_a_rank_without_fluid() -> None:
    """The channel lies in a corner of the plate; flow, heat and their balances are those of one rank."""
    world = MPI.COMM_WORLD

    def figures(comm: MPI.Comm) -> list[float]:
        domain, fluid = cornered(comm)
        if comm.size > 1:
            fewest = comm.allreduce(fluid.mesh.topology.index_map(3).size_local, op=MPI.MIN)
            assert fewest == 0, "every rank has fluid: the case tests nothing"
        solved = solve_from_rest(domain, 2e-7, comm=comm)
        assert solved.heat is not None
        return [solved.drop, solved.rise, bulk_temperature_at(solved.heat, "outlet"), float(solved.steps)]

    together = figures(world)
    alone = world.bcast(figures(MPI.COMM_SELF) if world.rank == 0 else None)
    assert together == pytest.approx(alone, rel=1e-9)
