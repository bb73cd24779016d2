"""Steady heat and flow of a radial network of pipe pairs, every hour of a year at once.

Each substation opens its valve until its demand is met with the supply temperature that arrives there, which itself
depends on the flows: a fixed point, found hour by hour but computed for all hours together. Along a pipe the
temperature falls exponentially to the ground's; the return mixes exactly. Friction heat and the storage in pipes and
water are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array, pipe_pressure_drop
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.offtake import Duty, Offtake
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.settle import Layout, settle_flows
from rack2city.network.tree import RadialTree

_MET = 1e-9  # of the hour's whole demand: a smaller shortfall is the fixed point's remaining error, not unmet heat
_BLOCK_VALUES = 2**18  # nodes times hours worked on at once: 2 MB per array, so that sweeps stay in the cache


@dataclass(frozen=True)
class RadialResult:
    """The year of a radial network: H hours, P pipe pairs, S substations.

    Attributes:
        pipe_flow_kg_per_s: mass flow of each pair (H x P).
        substation_flow_kg_per_s: mass flow of each substation, by-pass included (H x S).
        arriving_k: supply temperature that arrives at each substation (H x S).
        leaving_k: return temperature that leaves each substation, by-pass mixed in (H x S).
        delivered_w: heat handed over (H x S).
        unmet_w: demand that the arriving supply cannot meet (H x S).
        supply_loss_w: heat loss of each supply pipe to the ground (H x P).
        return_loss_w: heat loss of each return pipe (H x P).
        root_flow_kg_per_s: mass flow at the root (H).
        root_supply_k: supply temperature at the root (H), as given.
        root_return_k: return temperature at the root (H).
        root_heat_w: heat put in at the root (H).
        pipe_drop_pa: pressure drop of one pipe of each pair (H x P).
        root_difference_pa: pressure difference the root must keep for the worst-placed substation (H).
        pump_hydraulic_w: volume flow times that difference (H).
        pump_electric_w: the same over the pumps' efficiency (H).
        balance_residual: root heat less deliveries and losses, relative to the largest of them (H, -).
        iterations: iterations of the slowest hour.
        hot_water_w: the part of `delivered_w` that is domestic hot water (H x S), None where none was asked for.
    """

    pipe_flow_kg_per_s: Array
    substation_flow_kg_per_s: Array
    arriving_k: Array
    leaving_k: Array
    delivered_w: Array
    unmet_w: Array
    supply_loss_w: Array
    return_loss_w: Array
    root_flow_kg_per_s: Array
    root_supply_k: Array
    root_return_k: Array
    root_heat_w: Array
    pipe_drop_pa: Array
    root_difference_pa: Array
    pump_hydraulic_w: Array
    pump_electric_w: Array
    balance_residual: Array
    iterations: int
    hot_water_w: Array | None = None

    @property
    def max_balance_residual(self) -> float:
        """The worst hour's relative residual (-)."""
        return float(self.balance_residual.max(initial=0.0))


def solve_radial(
    tree: RadialTree,
    substations: Offtake,
    liquid: Liquid,
    demand_w: Array | Duty,
    supply_k: npt.ArrayLike,
    ground_k: npt.ArrayLike,
    pump_efficiency: float = 1.0,
    max_iterations: int = 500,
) -> RadialResult:
    """Flows, temperatures, losses and pressures of every hour.

    Hours are worked on in blocks, so that beside the result only a few MB per array are held. A result of 8760 hours
    takes 280 kB per pipe and 350 kB per substation; `radial_blocks` gives the blocks one by one.

    Args:
        tree: pipe pairs.
        substations: where heat is taken: `Substations` of a given return temperature, or `ExchangerSubstations`.
        liquid: constant properties.
        demand_w: heat demand, hours x substations (W), or a `Duty` with hot water and the buildings' temperatures.
        supply_k: supply temperature at the root (K), one or one per hour.
        ground_k: undisturbed ground temperature (K), one or one per hour.
        pump_efficiency: hydraulic over electric power of the pumps (-).
        max_iterations: fixed-point iterations before giving up.

    Returns:
        All results; flows changed by less than 1e-10 of the root's in the last iteration.

    Raises:
        InputError: the demand is negative, not finite, or does not fit the substations; an efficiency outside 0 to 1.
        ConvergenceError: the flows of an hour did not settle.
    """
    duty = demand_w if isinstance(demand_w, Duty) else Duty(np.asarray(demand_w, dtype=float))
    whole: dict[str, Array] = {}
    iterations = 0
    for hours, block in radial_blocks(
        tree, substations, liquid, duty, supply_k, ground_k, pump_efficiency, max_iterations
    ):
        iterations = max(iterations, block.iterations)
        for field in fields(block):
            part = getattr(block, field.name)
            if isinstance(part, np.ndarray):
                if field.name not in whole:  # hours last in memory: one pipe's year is contiguous
                    whole[field.name] = np.empty((*part.shape[1:], len(duty.heating_w))).T
                whole[field.name][hours] = part
    return RadialResult(**whole, iterations=iterations)


def radial_blocks(
    tree: RadialTree,
    substations: Offtake,
    liquid: Liquid,
    demand_w: Array | Duty,
    supply_k: npt.ArrayLike,
    ground_k: npt.ArrayLike,
    pump_efficiency: float = 1.0,
    max_iterations: int = 500,
    block_hours: int | None = None,
) -> Iterator[tuple[slice, RadialResult]]:
    """The same block by block, for who keeps sums or a few columns only: the memory is that of one block.

    Args:
        tree: see `solve_radial`, as all others.
        substations: see there.
        liquid: see there.
        demand_w: see there.
        supply_k: see there.
        ground_k: see there.
        pump_efficiency: see there.
        max_iterations: see there.
        block_hours: hours per block; None takes as many as keep an array at 2 MB, at least 8.

    Yields:
        The hours, and their results. A demand without hours gives one empty block.
    """
    duty = demand_w if isinstance(demand_w, Duty) else Duty(np.asarray(demand_w, dtype=float))
    turned = duty.transposed(len(substations.node))
    if not 0.0 < pump_efficiency <= 1.0:
        raise InputError(f"the pump efficiency is {pump_efficiency}; it must be above 0 and at most 1")
    layout = Layout.of(tree, substations, liquid)
    hours = turned.heating_w.shape[1]
    supply = np.broadcast_to(np.asarray(supply_k, dtype=float), (hours,))
    ground = np.broadcast_to(np.asarray(ground_k, dtype=float), (hours,))
    size = block_hours or max(8, _BLOCK_VALUES // len(tree.node_names))
    for first in range(0, max(hours, 1), size):
        part = slice(first, min(first + size, hours))
        yield (
            part,
            _solve_block(layout, turned.at(part), supply[part], ground[part], pump_efficiency, max_iterations, first),
        )


def _solve_block(
    layout: Layout,
    duty: Duty,
    supply: Array,
    ground: Array,
    pump_efficiency: float,
    max_iterations: int,
    first_hour: int,
) -> RadialResult:
    """All results of some hours; inside, arrays are (pipes, nodes or substations) x hours, pipes by levels."""
    cp, need, sweeps = layout.liquid.heat_capacity, duty.total_w, layout.sweeps
    flow, iterations = settle_flows(layout, duty, supply, ground, max_iterations, first_hour)

    pipe_flow = layout.pipe_flow(flow)
    supply_units = layout.units(layout.supply_w_per_k, pipe_flow)
    node_k = ground + (supply - ground) * np.exp(-layout.way(supply_units))
    pipe_inlet, arriving = node_k[sweeps.parent], node_k[layout.station]
    draw = layout.substations.draw(duty, arriving, cp)
    enough = flow >= draw.flow_kg_per_s
    share = np.where(enough, 1.0, flow / np.where(enough, 1.0, draw.flow_kg_per_s))
    lacking = need - draw.delivered_w * share
    delivered = np.where(lacking <= _MET * need.sum(axis=0), need, need - lacking)
    leaving = arriving - np.where(flow > 0.0, delivered / np.where(flow > 0.0, flow * cp, 1.0), 0.0)

    return_units = layout.units(layout.return_w_per_k, pipe_flow)
    mixed = sweeps.beyond_decaying(layout.on_nodes(flow * (leaving - ground)), np.exp(-return_units))
    return_inlet = ground + mixed[1:] / np.where(pipe_flow > 0.0, pipe_flow, 1.0)
    root_flow = flow.sum(axis=0)
    root_return = ground + mixed[0] / np.where(root_flow > 0.0, root_flow, 1.0)
    # Losses are conductance times mean excess, not flow times cooling, so that the balance at the root tests both.
    supply_loss = layout.supply_w_per_k * (pipe_inlet - ground) * mean_decay(supply_units)
    return_loss = layout.return_w_per_k * (return_inlet - ground) * mean_decay(return_units)

    root_heat = root_flow * cp * (supply - root_return)
    leaves = delivered.sum(axis=0) + supply_loss.sum(axis=0) + return_loss.sum(axis=0)
    scale = np.maximum(np.abs(root_heat), np.abs(leaves))
    residual = np.abs(root_heat - leaves) / np.where(scale > 0.0, scale, 1.0)
    drop, difference = pressure_need(layout, pipe_flow, flow)
    pump = difference * root_flow / layout.liquid.density
    hot_water = None if draw.hot_water_w is None else np.minimum(draw.hot_water_w, delivered)
    return RadialResult(
        pipe_flow_kg_per_s=layout.original(pipe_flow).T,
        substation_flow_kg_per_s=flow.T,
        arriving_k=arriving.T,
        leaving_k=leaving.T,
        delivered_w=delivered.T,
        unmet_w=(need - delivered).T,
        supply_loss_w=layout.original(supply_loss).T,
        return_loss_w=layout.original(return_loss).T,
        root_flow_kg_per_s=root_flow,
        root_supply_k=supply.copy(),
        root_return_k=root_return,
        root_heat_w=root_heat,
        pipe_drop_pa=layout.original(drop).T,
        root_difference_pa=difference,
        pump_hydraulic_w=pump,
        pump_electric_w=pump / pump_efficiency,
        balance_residual=residual,
        iterations=iterations,
        hot_water_w=None if hot_water is None else hot_water.T,
    )


def pressure_need(layout: Layout, pipe_flow: Array, flow: Array) -> tuple[Array, Array]:
    """Pressure drop of one pipe of each pair (pipes x hours) and the difference needed at the root (hours), in Pa."""
    tree, order, liquid = layout.tree, layout.sweeps.order, layout.liquid
    drop = pipe_pressure_drop(
        pipe_flow,
        tree.length_m[order, None],
        tree.diameter_m[order, None],
        tree.roughness_m[order, None],
        liquid.density,
        liquid.viscosity,
        np.broadcast_to(tree.minor_loss, tree.length_m.shape)[order, None],
        tree.friction,
    )
    way = layout.sweeps.along(drop)[layout.station]
    needed = np.where(flow > 0.0, 2.0 * way + layout.substations.drop_pa, 0.0)
    return drop, needed.max(axis=0, initial=0.0)
