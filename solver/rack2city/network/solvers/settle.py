"""Flows and temperatures of one step brought together, whatever its pipes are: steady, or pipes with memory."""

from dataclasses import dataclass

import numpy as np

from rack2city.errors import ConvergenceError, InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.solve import HydraulicState
from rack2city.network.solvers.anderson import Anderson, Bisection
from rack2city.network.solvers.compile import Hydraulics, ambient_k
from rack2city.network.solvers.draws import LEAST_FALL_K, Draws
from rack2city.network.solvers.operate import Operation, operate
from rack2city.network.solvers.plants import Returns
from rack2city.network.solvers.storages import Storages
from rack2city.network.solvers.temperatures import Mixing, Temperatures
from rack2city.network.solvers.transport import Transport, spread
from rack2city.network.tables.network import Network

SETTLED = 1e-10
"""Of the largest flow or demand: change at which a steady state is found (-)."""
_SETTLED_K = 1e-7  # change of the returns' temperatures, where producers heed them
_INNER = 30  # passes between the heat taken and what arrives, on the same flows


@dataclass(frozen=True)
class Settled:
    """Flows and temperatures that agree.

    Attributes:
        draws: the substations that liquid reaches.
        operation: flows, pressures and controls.
        temperatures: temperatures on them.
        taken: heat that each substation takes (W).
        arriving_k: temperature that arrives at each substation of the table (K), NaN where nothing flows.
        back_k: temperature at the return of each producer that is a branch (K).
        passes: passes between flows and temperatures.
        resolved: share of a demand below which what is missing is the iteration's (-).
    """

    draws: Draws
    operation: Operation
    temperatures: Temperatures
    taken: Array
    arriving_k: Array
    back_k: Array
    passes: int
    resolved: float


def settle(
    network: Network,
    built: Hydraulics,
    transport: Transport,
    storages: Storages | None = None,
    before: Settled | None = None,
    max_passes: int = 200,
    accuracy: float = SETTLED,
    max_bisections: int = 0,
) -> Settled:
    """Find flows at which every valve agrees with the temperature that arrives there, and the temperatures.

    Args:
        network: the tables.
        built: nodes and branches, storages among the inlets.
        transport: the pipes; nothing of theirs changes.
        storages: the storages; nothing of theirs changes.
        before: the step before, to begin with.
        max_passes: passes with Anderson's mixing before giving up, or before bisections.
        accuracy: change of a flow, over the largest, that is accepted (-).
        max_bisections: passes of bisection, for pipes with memory, where what arrives may jump with the flow.

    Raises:
        InputError: a producer is pressed backwards; see `operate` and `Mixing`.
        ConvergenceError: flows and temperatures did not agree.
    """
    draws = Draws.of(network, built)
    supplies = np.concatenate([built.inlets.supply_k, network.producers.supply_k[network.producers.in_service]])
    hottest = float(np.nanmax(supplies)) if np.isfinite(supplies).any() else ambient_k(network)
    arriving = np.full(len(draws.rows), hottest)
    back = np.full(len(built.rows["producers"]), np.nan)
    state: HydraulicState | None = None
    if before is not None:
        last = before.arriving_k[draws.rows]
        # what stands there cold says nothing about what a flow would bring
        arriving = np.where((last - draws.target <= LEAST_FALL_K) | np.isnan(last), arriving, last)
        if len(before.back_k) == len(back):
            back, state = before.back_k, before.operation.state
            if len(state.mass_flow_kg_per_s) != len(built.network.branch_names):
                state = None
    flow, step, returns = draws.wanted(arriving), Anderson(), Returns()
    first = len(built.network.start) - len(back)  # producers come last
    largest_demand = max(float(draws.demand.max(initial=0.0)), 1.0)
    bisection: Bisection | None = None
    for passes in range(1, max_passes + max_bisections + 1):
        operation = operate(built, network, draws, flow, back, state)
        state = operation.state
        mixing = Mixing(network, built, draws, operation, transport, storages)
        taken = draws.taken(arriving, operation.flow)
        for _ in range(_INNER):
            mixed = mixing.temperatures(taken)
            arriving = mixed.inlet_k[draws.part]
            agreed = draws.taken(arriving, operation.flow)
            drift = np.abs(agreed - taken).max(initial=0.0)
            if drift <= accuracy * largest_demand:
                break
            taken = agreed
        # valves not settled yet return too warm: what heeds the return is given it as it will be, else the two swing
        cooled = (
            mixing.temperatures(draws.closed_to_target(arriving, operation.flow)) if operation.heeds.any() else mixed
        )
        found = cooled.node_k[built.network.start[first:]]
        warmed = np.nan_to_num(np.abs(found - back), nan=np.inf)[operation.heeds].max(initial=0.0)
        back = returns.next(back, found)
        wanted = draws.wanted(arriving)
        small = accuracy * max(float(np.abs(flow).max(initial=0.0)), float(np.abs(state.mass_flow_kg_per_s).max()))
        endless = np.isinf(draws.most) & (draws.demand > 0.0) & (arriving - draws.target <= LEAST_FALL_K)
        gap = np.abs(wanted - flow)
        if bisection is not None:
            gap = np.minimum(gap, bisection.width(flow, wanted))
        settled = gap.max(initial=0.0) <= small and drift <= accuracy * largest_demand and warmed <= _SETTLED_K
        if settled and mixing.pressed_back:
            break
        if settled and not endless.any():
            known = np.where(operation.flow > 0.0, arriving, np.nan)
            told = spread(len(network.substations), draws.rows, known)
            return Settled(draws, operation, mixed, taken, told, back, passes, 10.0 * accuracy)
        if settled:
            break
        if passes == max_passes and max_bisections:
            bisection = Bisection(flow, wanted)
        flow = step.next(flow, wanted, draws) if bisection is None else bisection.next(flow, wanted)
    if mixing.pressed_back:
        raise InputError(
            f"the flow through producer '{mixing.pressed_back}' goes backwards: the others press harder; "
            "raise its difference_pa, give it a flow, or take it out of service"
        )
    if warmed > _SETTLED_K and gap.max(initial=0.0) <= small and drift <= accuracy * largest_demand:
        heeding = network.producers.index[built.rows["producers"][int(np.argmax(operation.heeds))]]
        raise ConvergenceError(
            f"flows and temperatures did not agree in {passes} passes; what returns to the producers changed to the last, "
            f"producer '{heeding}' is one whose flow or supply follows from it"
        )
    worst = int(np.argmax(np.where(endless, np.inf, gap)))
    cold = "; its supply is hardly warmer than its return_set_k, give it a max_flow_kg_per_s" if endless[worst] else ""
    raise ConvergenceError(
        f"flows and temperatures did not agree in {passes} passes; substation "
        f"'{network.substations.index[draws.rows[worst]]}' changed most{cold}"
    )
