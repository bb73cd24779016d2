"""Plates and channels for the tests of robustness: solved from rest with the defaults, every balance asserted.

Geometries are blocks (`rackmesh.tensor`), so that each of them can be meshed with hexahedra or (`tetrahedra.py`) with
tetrahedra that know nothing of a grid.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mpi4py import MPI

from rack2city.fem.flow.boundaries import Boundary, FlowInlet
from rack2city.fem.flow.conditions import FlowRate
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import bulk_temperature_at, highest_temperature
from rack2city.fem.mesh.domain import Domain, FluidDomain, fluid_domain, read_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface
from rackmesh.tensor import Block, BlockMesh, Face, Segment

MASS, HEAT = 1e-10, 1e-8
"""What may be lost of what enters."""

INLET_K, FLUX = 313.15, 1e6  # K, W/m²
COPPER = 400.0  # W/(m K)


@dataclass(frozen=True)
class Liquid:
    """A liquid of constant properties (SI)."""

    density: float
    heat_capacity: float
    conductivity: float
    viscosity: float


WATER = Liquid(992.2, 4179.0, 0.6306, 6.53e-4)  # at 40 degC


def duct_blocks(x: Segment, y: Segment, z: Segment, symmetry: Collection[tuple[int, int]] = ()) -> BlockMesh:
    """A duct of fluid along x with `inlet` and `outlet`; faces (axis, side) of symmetry are named, the rest are walls."""
    names = {(0, -1): "inlet", (0, 1): "outlet", **dict.fromkeys(symmetry, "symmetry")}
    return BlockMesh(
        ((x,), (y,), (z,)), (0.0, 0.0, 0.0), lambda block: "fluid", lambda face: names.get((face.axis, face.side))
    )


@dataclass(frozen=True)
class JetPlate:
    """A plate whose channels are fed by a slot across their middle, through which jets hit the base; half its length.

    x = 0 is the middle of the slot, z = 0 the floor of the channels. There are `channels` channels between fins, from
    the plane of symmetry in the middle of a fin to a side wall; or, with 0, half a channel and half a fin.

    Attributes:
        channels: number of channels.
        across: cells across a channel, or half of one.
        slot: cells across half the slot.
        length: cells along the rest of the channel.
        height: cells over the height of the channels.
    """

    channels: int = 0
    across: int = 2
    slot: int = 2
    length: int = 5
    height: int = 4
    half_slot_m: float = 0.3e-3
    length_m: float = 5e-3
    channel_m: float = 0.3e-3
    fin_m: float = 0.2e-3
    height_m: float = 1.5e-3
    chimney_m: float = 0.6e-3
    base_m: float = 1e-3

    def rows(self) -> tuple[tuple[Segment, bool], ...]:
        """Stretches across the plate, and whether a channel is there."""
        if self.channels == 0:
            return (Segment(0.5 * self.channel_m, self.across), True), (Segment(0.5 * self.fin_m, 1), False)
        rows = [(Segment(0.5 * self.fin_m, 1), False)]
        for _ in range(self.channels):
            rows += [(Segment(self.channel_m, self.across), True), (Segment(self.fin_m, 1), False)]
        return tuple(rows)

    def blocks(self) -> BlockMesh:
        """The blocks."""
        rows = self.rows()
        last = len(rows) - 1
        closed = last if self.channels else -1  # no fluid over the side wall
        x = (
            Segment(self.half_slot_m, self.slot),
            Segment(self.length_m - self.half_slot_m, self.length, "start", 6.0),
        )
        z = (
            Segment(self.base_m, 2, "end", 3.0),
            Segment(self.height_m, self.height, "both", 3.0),
            Segment(self.chimney_m, 2, "start", 2.0),
        )

        def volume(block: Block) -> str | None:
            i, j, k = block
            if k == 2:
                return "fluid" if i == 0 and j != closed else None
            return "fluid" if k == 1 and rows[j][1] else "solid"

        def surface(face: Face) -> str | None:
            i, j, k = face.block
            if face.volume == "solid":
                return "heated" if (k, face.axis, face.side) == (0, 2, -1) else None
            if face.beyond is not None:
                return None
            if (k, face.axis, face.side) == (2, 2, 1):
                return "inlet"
            if face.axis == 0 and i == 0 and face.side == -1:
                return "symmetry"
            if face.axis == 0 and i == 1 and face.side == 1:
                return "outlet"
            edge = (j == 0 and face.side == -1) or (j == last and face.side == 1 and self.channels == 0)
            return "symmetry_y" if face.axis == 1 and edge else None

        return BlockMesh((x, tuple(s for s, _ in rows), z), (0.0, 0.0, -self.base_m), volume, surface)

    @property
    def open_area(self) -> float:
        """Cross-section of the channels (m²)."""
        return (self.channels or 0.5) * self.channel_m * self.height_m


@dataclass(frozen=True)
class Solved:
    """A flow, with heat or without, that started from rest.

    Attributes:
        flow: the flow problem.
        heat: the heat problem, if heat was asked for.
        unknowns: of the flow.
        steps: Newton and Picard steps.
        seconds: CPU time of this process, first compilation of forms included.
        drop: mean pressure over the inlets above that of the outlets (Pa).
    """

    flow: FlowProblem
    heat: HeatProblem | None
    unknowns: int
    steps: int
    seconds: float
    drop: float

    @property
    def fluid(self) -> FluidDomain:
        """The fluid."""
        return self.flow.fluid

    @property
    def rise(self) -> float:
        """Highest temperature of the solid above the inlet's (K)."""
        assert self.heat is not None
        return highest_temperature(self.heat, "solid") - INLET_K

    @property
    def beyond(self) -> tuple[float, float]:
        """How far the liquid is colder than what enters and warmer than the solid, over the rise; physically zero."""
        assert self.heat is not None
        lowest = self.heat.domain.comm.allreduce(float(np.min(self.heat.temperature.x.array)), op=MPI.MIN) - INLET_K
        highest = highest_temperature(self.heat, "fluid") - INLET_K
        return max(-lowest, 0.0) / self.rise, max(highest / self.rise - 1.0, 0.0)

    def __str__(self) -> str:
        text = f"{self.unknowns} unknowns, {self.steps} steps, {self.seconds:.1f} s, dp {self.drop:.6g} Pa"
        return text + (f", rise {self.rise:.5g} K, beyond {self.beyond}" if self.heat else "")


def flow_from_rest(
    fluid: FluidDomain,
    flow_rate: FlowRate,
    liquid: Liquid = WATER,
    boundaries: Collection[Boundary] | None = None,
) -> tuple[FlowProblem, int]:
    """The flow by the defaults, its mass balance asserted; and the steps it took."""
    flow = FlowProblem(fluid, liquid.density, liquid.viscosity, liquid.viscosity, boundaries=boundaries)
    steps = flow.solve(flow_rate).iterations
    rates = flow.conditions.rates(flow_rate)
    velocity, entering = flow.velocity(), sum(rates.values())
    for name, rate in rates.items():
        assert abs(flow_through(fluid, velocity, name) + rate) <= MASS * entering
    outlets = [b.surface for b in flow.boundaries if type(b).__name__ == "FlowOutlet"]
    assert abs(sum(flow_through(fluid, velocity, name) for name in outlets) - entering) <= MASS * entering
    return flow, steps


def solve_from_rest(
    where: Path | Domain,
    flow_rate: FlowRate,
    liquid: Liquid = WATER,
    boundaries: Collection[Boundary] | None = None,
    heated: bool = True,
    comm: MPI.Comm = MPI.COMM_SELF,
) -> Solved:
    """Flow and, if it is heated, heat of `fluid` and `solid` by the defaults; both balances asserted."""
    start = time.process_time()
    domain = read_domain(where, comm) if isinstance(where, Path) else where
    fluid = fluid_domain(domain)
    flow, steps = flow_from_rest(fluid, flow_rate, liquid, boundaries)
    pressure = flow.pressure()
    inlets = [b.surface for b in flow.boundaries if isinstance(b, FlowInlet)]
    drop = float(np.mean([mean_over_surface(fluid, pressure, name) for name in inlets]))
    drop -= mean_over_surface(fluid, pressure, "outlet")
    heat = solved_heat(domain, flow, liquid) if heated else None
    unknowns = flow.space.dofmap.index_map.size_global * flow.space.dofmap.index_map_bs
    return Solved(flow, heat, unknowns, steps, time.process_time() - start, drop)


def solved_heat(
    domain: Domain, flow: FlowProblem, liquid: Liquid = WATER, supply_k: Mapping[str, float] | None = None
) -> HeatProblem:
    """Heat of a flow over copper, heated where a surface is `heated`; its balance asserted.

    Args:
        domain: the whole mesh.
        flow: the flow.
        liquid: the liquid.
        supply_k: temperature of each inlet (K); all at `INLET_K` if not given.
    """
    supply = supply_k or {b.surface: INLET_K for b in flow.boundaries if isinstance(b, FlowInlet)}
    materials = {"fluid": Material(liquid.conductivity, liquid.density * liquid.heat_capacity)}
    if "solid" in domain.volumes:
        materials["solid"] = Material(COPPER)
    heat = HeatProblem(
        domain,
        materials,
        [
            *(HeatInlet(name, kelvin) for name, kelvin in supply.items()),
            HeatOutlet("outlet"),
            *([Flux("heated", FLUX)] if "heated" in domain.surfaces else []),
        ],
        [Stream(("fluid",), flow.velocity(), flow.fluid.cell_map)],
    )
    report = heat.solve()
    assert report.balance.relative < HEAT
    # what the streams take up leaves with them: the bulk temperature is exact
    rates = {n: -flow_through(flow.fluid, flow.velocity(), n) for n in supply}
    capacity, total = liquid.density * liquid.heat_capacity, sum(rates.values())
    mixed = sum(rates[n] * supply[n] for n in supply) / total + heat.heat_in() / (capacity * total)
    coldest = min(supply.values())
    assert abs(bulk_temperature_at(heat, "outlet") - mixed) < HEAT * (max(mixed, *supply.values()) - coldest)
    return heat
