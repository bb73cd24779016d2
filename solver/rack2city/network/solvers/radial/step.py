"""Solved steps of a radial network, and how steps without memory are solved, many at once.

Each substation opens its valve until its demand is met with the supply temperature that arrives there, which itself depends on
the flows. Along a pipe the temperature falls exponentially to the ground's; the return mixes exactly.
"""

from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.consumers.stations import Stations
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.solvers.radial.find import Radial
from rack2city.network.solvers.radial.ways import settle_ways

_MET = 1e-9  # of the step's whole demand: a smaller shortfall is the iteration's remaining error, not unmet heat


@dataclass(frozen=True)
class SideSteps:
    """The supply or the return in H solved steps; pipes and nodes in the order of its sweeps, arrays of shape (., H).

    Mass flow of the pipes (kg/s); temperatures of the nodes, at the producer's end of each pipe (`near_k`) and at its other
    end (K); heat lost to the ground, given to the partner and stored in water and wall (W), the last two one zero where
    nothing is exchanged or remembered.
    """

    flow: Array
    node_k: Array
    near_k: Array
    far_k: Array
    loss_w: Array
    exchange_w: Array
    stored_w: Array


@dataclass(frozen=True)
class RadialSteps:
    """H solved steps, arrays of shape (., H).

    Of the substations: flow, by-passes included (kg/s), heat taken (W) and what leaves (K). `passes` are those of each
    step, or iterations of the slowest; `least_heat_w` is heat that rounding cannot be told from (W).
    """

    flow: Array
    taken: Array
    leaving_k: Array
    sides: tuple[SideSteps, SideSteps]
    passes: Array
    least_heat_w: Array


def refuse_endless(radial: Radial, stations: Stations, arriving_k: Array) -> None:
    """Refuse, by a `ConvergenceError`, a substation that asks for no flow in particular."""
    endless = np.broadcast_to(stations.endless(arriving_k), arriving_k.shape).any(axis=1)
    if endless.any():
        row = int(radial.built.rows["substations"][int(np.argmax(endless))])
        raise ConvergenceError(
            f"the flow of substation '{radial.built.arrays.name('substations', row)}' has no end: its supply is hardly warmer "
            "than its return_set_k, give it a max_flow_kg_per_s"
        )


def solve_steps(
    radial: Radial, stations: Stations, supply_k: Array, ground_k: Array, first_step: int = 0
) -> RadialSteps:
    """Steps without memory, each for itself, with supply (K) and ground (K) of each; arguments as `settle_ways` has.

    Raises:
        ConvergenceError: the flows of a step did not settle.
    """
    supply, back = radial.supply, radial.back
    flow, iterations = settle_ways(supply, stations, supply_k, ground_k, first_step)

    through = supply.through(flow)
    back_through = radial.return_through(flow, through)
    supply_flow, back_flow = through[1:], back_through[1:]
    units = supply.units(supply_flow)
    node_k = ground_k + (supply_k - ground_k) * np.exp(-supply.way(units))
    arriving = node_k[supply.station]
    refuse_endless(radial, stations, arriving)
    rounding = _MET * np.broadcast_to(stations.demand_w, flow.shape).sum(axis=0)
    taken, leaving = stations.served(arriving, flow, rounding)

    back_units = back.units(back_flow) if not radial.same_losses else units
    kept = np.exp(-back_units)
    mixed = back.sweeps.beyond_decaying(back.on_nodes(flow * (leaving - ground_k)), kept)
    back_k = ground_k + mixed / np.where(back_through > 0.0, back_through, 1.0)
    start, inlet = node_k[supply.sweeps.parent], back_k[1:]
    # losses are conductance times mean excess, not flow times cooling, so that the balance at the root tests both
    mean = mean_decay(units)
    back_mean = mean if radial.same_losses else mean_decay(back_units)
    out_loss = supply.own_w_per_k * (start - ground_k) * mean
    back_loss = back.own_w_per_k * (inlet - ground_k) * back_mean
    nothing, still = np.zeros((1, 1)), supply_flow <= 0.0
    near = np.where(still, ground_k, start) if still.any() else start
    returned = ground_k + (inlet - ground_k) * kept
    sides = (
        SideSteps(supply_flow, node_k, near, node_k[1:], out_loss, nothing, nothing),
        SideSteps(back_flow, back_k, returned, inlet, back_loss, nothing, nothing),
    )
    return RadialSteps(flow, taken, leaving, sides, np.full(flow.shape[1], iterations), np.zeros(flow.shape[1]))
