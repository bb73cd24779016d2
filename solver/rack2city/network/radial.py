"""Steady heat and flow of a radial network of pipe pairs, every hour of a year at once.

Each substation opens its valve until its demand is met with the supply temperature that arrives there, which itself
depends on the flows: a fixed point, found hour by hour but computed for all hours together. Along a pipe the
temperature falls exponentially to the ground's; the return mixes exactly. Friction heat and the storage in pipes and
water are left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.errors import ConvergenceError, InputError
from rack2city.network.decay import mean_decay
from rack2city.network.friction import Array, pipe_pressure_drop
from rack2city.network.graph import Index
from rack2city.network.tree import Liquid, RadialTree, Substations

TOLERANCE = 1e-10
"""Largest accepted last change of a substation's flow, relative to the root's in that hour (-)."""
_TINY = float(np.finfo(float).tiny)
_MET = 1e-9  # of the hour's whole demand: a smaller shortfall is the fixed point's remaining error, not unmet heat


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

    @property
    def max_balance_residual(self) -> float:
        """The worst hour's relative residual (-)."""
        return float(self.balance_residual.max(initial=0.0))


def solve_radial(
    tree: RadialTree,
    substations: Substations,
    liquid: Liquid,
    demand_w: Array,
    supply_k: npt.ArrayLike,
    ground_k: npt.ArrayLike,
    pump_efficiency: float = 1.0,
    max_iterations: int = 500,
) -> RadialResult:
    """Flows, temperatures, losses and pressures of every hour.

    A substation with demand Q takes the flow `Q / (cp (T_arriving - T_return))`, at least its by-pass and at most its
    largest flow. Where the supply arrives less than `min_difference_k` above the return, the valve opens further: in
    proportion to what is missing, up to the largest flow where there is no difference left. The demand is met as far as
    that flow can carry it; the rest is `unmet_w`.

    Args:
        tree: pipe pairs.
        substations: where heat is taken.
        liquid: constant properties.
        demand_w: heat demand, hours x substations (W).
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
    demand = np.asarray(demand_w, dtype=float)
    if demand.ndim != 2 or demand.shape[1] != len(substations.node):
        raise InputError(
            f"the heat demand has shape {demand.shape}; needed are hours x {len(substations.node)} substations"
        )
    if not (np.all(demand >= 0.0) and np.all(np.isfinite(demand))):
        raise InputError("the heat demand holds a value that is negative or not a finite number")
    if not 0.0 < pump_efficiency <= 1.0:
        raise InputError(f"the pump efficiency is {pump_efficiency}; it must be above 0 and at most 1")
    hours = demand.shape[0]
    # inside, hours are the last axis: one pipe's year is contiguous
    need = np.ascontiguousarray(demand.T)
    supply = np.broadcast_to(np.asarray(supply_k, dtype=float), (hours,))
    ground = np.broadcast_to(np.asarray(ground_k, dtype=float), (hours,))
    flow, iterations = _settle_flows(tree, substations, liquid, need, supply, ground, max_iterations)

    pipe_flow = _pipe_flow(tree, substations, flow)
    pipe_inlet, arriving, _ = _supply_side(tree, substations, liquid, pipe_flow, supply, ground)
    available = flow * liquid.heat_capacity * np.maximum(arriving - substations.return_k[:, None], 0.0)
    delivered = np.where(available >= need - _MET * need.sum(axis=0), need, available)
    with np.errstate(invalid="ignore"):
        cooling = np.where(flow > 0.0, delivered / np.where(flow > 0.0, flow * liquid.heat_capacity, 1.0), 0.0)
    leaving = arriving - cooling
    return_inlet, root_return = _return_side(tree, substations, liquid, pipe_flow, flow, leaving, ground)
    supply_loss = _loss(tree, tree.supply_loss_w_per_m_k, liquid, pipe_flow, pipe_inlet - ground)
    return_loss = _loss(tree, tree.return_loss_w_per_m_k, liquid, pipe_flow, return_inlet - ground)

    root_flow = flow.sum(axis=0)
    root_heat = root_flow * liquid.heat_capacity * (supply - root_return)
    leaves = delivered.sum(axis=0) + supply_loss.sum(axis=0) + return_loss.sum(axis=0)
    scale = np.maximum(np.abs(root_heat), np.abs(leaves))
    residual = np.abs(root_heat - leaves) / np.where(scale > 0.0, scale, 1.0)
    drop, difference = _pressure(tree, substations, liquid, pipe_flow, flow)
    pump = difference * root_flow / liquid.density
    return RadialResult(
        pipe_flow_kg_per_s=pipe_flow.T,
        substation_flow_kg_per_s=flow.T,
        arriving_k=arriving.T,
        leaving_k=leaving.T,
        delivered_w=delivered.T,
        unmet_w=(need - delivered).T,
        supply_loss_w=supply_loss.T,
        return_loss_w=return_loss.T,
        root_flow_kg_per_s=root_flow,
        root_supply_k=supply.copy(),
        root_return_k=root_return,
        root_heat_w=root_heat,
        pipe_drop_pa=drop.T,
        root_difference_pa=difference,
        pump_hydraulic_w=pump,
        pump_electric_w=pump / pump_efficiency,
        balance_residual=residual,
        iterations=iterations,
    )


def _settle_flows(
    tree: RadialTree,
    substations: Substations,
    liquid: Liquid,
    need: Array,
    supply: Array,
    ground: Array,
    max_iterations: int,
) -> tuple[Array, int]:
    """Substation flows (S x H) at which valves and arriving temperatures agree; iterations of the slowest hour."""
    cp, back = liquid.heat_capacity, substations.return_k[:, None]
    least = substations.min_difference_k
    low, high = substations.bypass_kg_per_s[:, None], substations.max_flow_kg_per_s[:, None]
    at_least = np.minimum(need / (cp * least), high)  # flow that meets the demand with the least difference

    def opening(difference: Array, hours: Index) -> Array:
        met = need[:, hours] / (cp * np.maximum(difference, least))
        further = (high - at_least[:, hours]) * np.clip(1.0 - difference / least, 0.0, 1.0)
        return np.clip(np.where(need[:, hours] > 0.0, met + further, 0.0), low, high)

    flow = opening(supply - back, np.arange(need.shape[1]))
    open_hours = np.arange(need.shape[1])  # hours that have not settled
    damping, side = np.ones_like(need), np.zeros_like(need)
    change = np.zeros(0)
    for iteration in range(1, max_iterations + 1):
        now = flow[:, open_hours]
        pipe_flow = _pipe_flow(tree, substations, now)
        _, arriving, units = _supply_side(tree, substations, liquid, pipe_flow, supply[open_hours], ground[open_hours])
        difference = arriving - back
        target = opening(difference, open_hours)
        # A wider valve warms the supply and so asks for less: slope -s of ln(target) against ln(flow), if all valves
        # move alike. Dividing the step by 1 + s is Newton's method for that motion; clipped valves have no slope.
        by_difference = np.where(
            difference >= least,
            target / np.maximum(difference, least),
            (high - at_least[:, open_hours]) / least,
        )
        warming = units * np.maximum(arriving - ground[open_hours], 0.0)
        slope = np.where((target > low) & (target < high), by_difference * warming / np.maximum(target, _TINY), 0.0)
        # Far from the solution a valve may swing from one side to the other: each swing halves its next step.
        now_side = np.sign(target - now)
        swings = now_side * side[:, open_hours] < 0.0
        damping[:, open_hours] *= np.where(swings, 0.5, 1.5)
        damping[:, open_hours] = np.clip(damping[:, open_hours], 1e-3, 1.0)
        side[:, open_hours] = now_side
        share = damping[:, open_hours] / (1.0 + slope)
        ratio = np.maximum(target, _TINY) / np.maximum(now, _TINY)
        flow[:, open_hours] = np.where((target > 0.0) & (now > 0.0), now * ratio**share, target)
        change = np.abs(target - now).max(axis=0, initial=0.0) / np.maximum(now.sum(axis=0), _TINY)
        unsettled = change > TOLERANCE
        open_hours, change = open_hours[unsettled], change[unsettled]
        if open_hours.size == 0:
            return flow, iteration
    raise ConvergenceError(
        f"the flows of {open_hours.size} hours of the radial network did not settle in {max_iterations} iterations "
        f"(worst: hour {open_hours[np.argmax(change)]}, change {change.max():.1e} of the root flow); "
        "raise the by-pass flow or lower the largest flow of the substations"
    )


def _pipe_flow(tree: RadialTree, substations: Substations, flow: Array) -> Array:
    """Mass flow of every pair (P x H): all substations beyond it."""
    pipe_flow = np.zeros((len(tree.end), flow.shape[1]))
    for station, node in enumerate(substations.node):
        if node != tree.root:
            pipe_flow[tree.feeding_pipe[node]] += flow[station]
    for pipe in tree.downstream_order[::-1]:
        if tree.start[pipe] != tree.root:
            pipe_flow[tree.feeding_pipe[tree.start[pipe]]] += pipe_flow[pipe]
    return pipe_flow


def _units(length: Array, loss: Array, liquid: Liquid, pipe_flow: Array) -> Array:
    """Transfer units `U L / (m cp)` (-); infinite where the water stands, which then is as cold as the ground."""
    capacity = pipe_flow * liquid.heat_capacity
    conductance = np.broadcast_to(np.asarray(length * loss)[..., None], capacity.shape)
    return np.where(capacity > 0.0, conductance / np.where(capacity > 0.0, capacity, 1.0), np.inf)


def _supply_side(
    tree: RadialTree, substations: Substations, liquid: Liquid, pipe_flow: Array, supply: Array, ground: Array
) -> tuple[Array, Array, Array]:
    """Inlet temperature of supply pipes (P x H); temperature at, transfer units on the way to substations (S x H)."""
    units = _units(tree.length_m, tree.supply_loss_w_per_m_k, liquid, pipe_flow)
    kept = np.exp(-units)
    node_k = np.empty((len(tree.node_names), supply.size))
    way = np.zeros_like(node_k)
    node_k[tree.root] = supply
    for pipe in tree.downstream_order:
        start, end = tree.start[pipe], tree.end[pipe]
        node_k[end] = ground + (node_k[start] - ground) * kept[pipe]
        way[end] = way[start] + units[pipe]
    way = np.minimum(way, 1e6)  # standing water: any large number, so that products with it stay finite
    return node_k[tree.start], node_k[substations.node], way[substations.node]


def _return_side(
    tree: RadialTree,
    substations: Substations,
    liquid: Liquid,
    pipe_flow: Array,
    flow: Array,
    leaving: Array,
    ground: Array,
) -> tuple[Array, Array]:
    """Inlet temperature of return pipes (P x H) and temperature back at the root (H)."""
    kept = np.exp(-_units(tree.length_m, tree.return_loss_w_per_m_k, liquid, pipe_flow))
    arriving_flow = np.zeros((len(tree.node_names), ground.size))
    mixed = np.zeros_like(arriving_flow)  # flow times excess over the ground
    for station, node in enumerate(substations.node):
        arriving_flow[node] += flow[station]
        mixed[node] += flow[station] * (leaving[station] - ground)
    inlet = np.empty_like(pipe_flow)
    for pipe in tree.downstream_order[::-1]:
        start, end = tree.start[pipe], tree.end[pipe]
        excess = mixed[end] / np.where(arriving_flow[end] > 0.0, arriving_flow[end], 1.0)
        inlet[pipe] = ground + excess
        arriving_flow[start] += pipe_flow[pipe]
        mixed[start] += pipe_flow[pipe] * excess * kept[pipe]
    root_flow = arriving_flow[tree.root]
    return inlet, ground + mixed[tree.root] / np.where(root_flow > 0.0, root_flow, 1.0)


def _loss(tree: RadialTree, loss: Array, liquid: Liquid, pipe_flow: Array, excess: Array) -> Array:
    """Heat loss (W, P x H) as conductance times mean excess over the ground.

    Not taken from the pipe's own flow and temperatures, so that the balance at the root tests both.
    """
    units = _units(tree.length_m, loss, liquid, pipe_flow)
    return (tree.length_m * loss)[:, None] * excess * mean_decay(units)


def _pressure(
    tree: RadialTree, substations: Substations, liquid: Liquid, pipe_flow: Array, flow: Array
) -> tuple[Array, Array]:
    """Pressure drop of one pipe of each pair (P x H) and the difference needed at the root (H), in Pa."""
    drop = pipe_pressure_drop(
        pipe_flow,
        tree.length_m[:, None],
        tree.diameter_m[:, None],
        tree.roughness_m[:, None],
        liquid.density,
        liquid.viscosity,
        np.broadcast_to(tree.minor_loss, tree.length_m.shape)[:, None],
    )
    way = np.zeros((len(tree.node_names), pipe_flow.shape[1]))
    for pipe in tree.downstream_order:
        way[tree.end[pipe]] = way[tree.start[pipe]] + drop[pipe]
    needed = np.where(flow > 0.0, 2.0 * way[substations.node] + substations.drop_pa, 0.0)
    return drop, needed.max(axis=0, initial=0.0)
