"""The steady state of a network given as tables, as tables of results.

Flows and pressures come from `solve_hydraulics`, temperatures from `mix_downstream` on the same flows. Substations whose flow
follows from their return temperature are found by iteration.
"""

from dataclasses import dataclass, replace

import numpy as np

from rack2city.errors import ConvergenceError, InputError
from rack2city.network.friction import Array
from rack2city.network.graph import BranchGroup, HydraulicNetwork, Index
from rack2city.network.heat import HeatState, mix_downstream
from rack2city.network.hydraulics import HydraulicState, solve_hydraulics
from rack2city.network.laws import PrescribedFlow
from rack2city.network.tables.hydraulics import BRANCHES, Hydraulics, Mask, ambient_k, at_rest, to_hydraulics
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import SteadyResult, tell

_SETTLED = 1e-10  # of the largest flow: change of the substations' flows at which the iteration ends
_MEMORY = 6  # passes that the mixing remembers
_LEAST_FALL_K = 0.01  # a supply less than this above the return temperature gives no useful heat


@dataclass(frozen=True)
class _Draws:
    """Substations in service that liquid reaches, as arrays.

    Attributes:
        rows: their rows in the table.
        part: where they stand among the branches.
        demand: heat demand (W).
        target: return temperature (K); NaN where the flow is given.
        least: least flow (kg/s).
        most: largest flow (kg/s).
    """

    rows: Index
    part: slice
    demand: Array
    target: Array
    least: Array
    most: Array


def solve_steady(network: Network, heat: bool = True, max_iterations: int = 200) -> SteadyResult:
    """Solve flows, pressures and temperatures.

    Args:
        network: the tables.
        heat: whether to solve temperatures too; without, all of them are NaN and no `supply_k` is needed, but then every
            substation needs a given flow.
        max_iterations: largest number of passes between flows and temperatures.

    Returns:
        The tables of results, and the balances of mass and energy.

    Raises:
        InputError: a fault in the tables, named by table, row and column, or a component that is not supported.
        ConvergenceError: flows, or flows and temperatures together, did not converge.
        BalanceError: mass or energy does not balance to 1e-6 of what enters.

    Assumes constant properties of the liquid and no heat of friction. A substation takes its demand by cooling its flow
    to `return_set_k`; between its least and largest flow it opens as needed, and what it cannot take is `unmet_w`.
    """
    built = to_hydraulics(network)
    draws = _draws(network, built)
    capacity = network.liquid.heat_capacity
    supplies = np.concatenate([built.inlets.supply_k, network.producers.supply_k[network.producers.in_service]])
    hottest = float(np.nanmax(supplies)) if np.isfinite(supplies).any() else ambient_k(network)
    if not heat and (unknown := ~np.isnan(draws.target)).any():
        raise InputError(
            f"table substations, row '{network.substations.index[draws.rows[int(np.argmax(unknown))]]}': its flow follows "
            "from its return temperature, so temperatures must be solved (heat=True), or mass_flow_kg_per_s given"
        )
    arriving = np.full(len(draws.rows), hottest)
    flow = _wanted(draws, arriving, capacity)
    mixing = _Anderson()
    state: HydraulicState | None = None
    for passes in range(1, max_iterations + 1):
        state, entering = _hydraulic(built, draws, flow, state)
        if not heat:
            return tell(
                network, built, state, entering, None, (draws.rows, flow, np.zeros_like(flow)), passes
            ).require()
        taken = _taken(draws, arriving, flow, capacity)
        mixed, arriving = _mix(network, built, draws, state, entering, flow, taken)
        wanted = _wanted(draws, arriving, capacity)
        change = np.abs(wanted - flow).max(initial=0.0)
        largest = max(float(np.abs(flow).max(initial=0.0)), float(np.abs(state.mass_flow_kg_per_s).max()))
        drift = np.abs(_taken(draws, arriving, flow, capacity) - taken).max(initial=0.0)
        endless = np.isinf(draws.most) & (draws.demand > 0.0) & (arriving - draws.target <= _LEAST_FALL_K)
        if change <= _SETTLED * largest and drift <= _SETTLED * max(float(draws.demand.max(initial=0.0)), 1.0):
            if endless.any():
                break
            return tell(network, built, state, entering, mixed, (draws.rows, flow, taken), passes).require()
        flow = mixing.next(flow, wanted, draws)
    worst = int(np.argmax(np.where(endless, np.inf, np.abs(wanted - flow))))
    cold = "; its supply is hardly warmer than its return_set_k, give it a max_flow_kg_per_s" if endless[worst] else ""
    raise ConvergenceError(
        f"flows and temperatures did not agree in {passes} passes; substation "
        f"'{network.substations.index[draws.rows[worst]]}' changed most{cold}"
    )


def _draws(network: Network, built: Hydraulics) -> _Draws:
    """Substations in service with both ends reached."""
    rows = built.rows["substations"]
    part = network.substations.iloc[rows]
    given = part.mass_flow_kg_per_s.to_numpy(dtype=float)
    least = np.where(np.isnan(given), part.bypass_kg_per_s.to_numpy(dtype=float), given)
    most = np.where(np.isnan(given), part.max_flow_kg_per_s.fillna(np.inf).to_numpy(dtype=float), given)
    demand = (part.demand_w + part.dhw_demand_w).to_numpy(dtype=float)
    target = part.return_set_k.to_numpy(dtype=float)
    first = sum(len(built.rows[table]) for table in BRANCHES[: BRANCHES.index("substations")])
    return _Draws(rows, slice(first, first + len(rows)), demand, target, least, most)


def _wanted(draws: _Draws, arriving_k: Array, capacity: float) -> Array:
    """Flow that each substation's valve lets through at the arriving temperature (kg/s)."""
    fall = np.maximum(arriving_k - draws.target, _LEAST_FALL_K)
    needed = np.where(np.isnan(draws.target), draws.least, draws.demand / (capacity * fall))
    return np.asarray(np.clip(needed, draws.least, draws.most))


def _taken(draws: _Draws, arriving_k: Array, flow: Array, capacity: float) -> Array:
    """Heat that each substation takes (W): its demand, or what its flow carries above the return temperature."""
    carried = flow * capacity * np.maximum(arriving_k - draws.target, 0.0)
    most = np.where(np.isnan(draws.target), draws.demand, carried)
    return np.asarray(np.where(flow > 0.0, np.minimum(draws.demand, most), 0.0))


class _Anderson:
    """Next flows from those tried: Anderson's mixing of their logarithms.

    More flow arrives hotter, so less is wanted: plain iteration swings, and neighbours on one pipe swing together. No pass
    changes a flow by more than a factor of about four, and less where the last one led away. Flows far off (by more than a
    factor e, as where the supply arrives too cold) stay out of the mixing: each strides by itself, shorter when it turns.

    Source: Anderson (1965); Walker & Ni (2011).
    """

    def __init__(self) -> None:
        self.tried: list[Array] = []
        self.missed: list[Array] = []
        self.share = 1.0
        self.stride: Array | float = 1.0

    def next(self, flow: Array, wanted: Array, draws: _Draws) -> Array:
        """Flows to try after `flow`, at which `wanted` was wanted."""
        moves = (flow > 0.0) & (wanted > 0.0)
        place = np.log(np.where(moves, flow, 1.0))
        ratio = np.where(moves, wanted, 1.0) / np.where(moves, flow, 1.0)
        # too little flow: the share of the demand not met, which has no pole where the supply gets as cold as the return
        miss = np.where(ratio > 1.0, 1.0 - 1.0 / np.maximum(ratio, 1.0), np.maximum(np.log(ratio), -1.0))
        if self.missed and np.linalg.norm(miss) > np.linalg.norm(self.missed[-1]):
            self.share = max(0.5 * self.share, 0.05)
            self.tried, self.missed = self.tried[-2:], self.missed[-2:]
        else:
            self.share = min(1.5 * self.share, 1.0)
        far = (miss > 0.95) | (miss <= -1.0)
        if self.missed:
            turned = miss * self.missed[-1] < 0.0
            self.stride = np.where(turned, 0.4 * self.stride, np.minimum(1.2 * self.stride, 1.0))
        self.tried, self.missed = [*self.tried[-_MEMORY:], place], [*self.missed[-_MEMORY:], miss]
        step = self.share * miss
        if len(self.tried) > 1:
            moved, gained = (np.diff(np.array(past), axis=0).T for past in (self.tried, self.missed))
            weights = np.linalg.lstsq(gained[~far], miss[~far], rcond=1e-10)[0]
            step = step - (moved + self.share * gained) @ weights
        # a flow that keeps turning bounds what the mixing may do to it
        step = np.where(far, miss * self.stride, np.clip(step, -2.0 * self.stride, 2.0 * self.stride))
        proposed = np.where(moves, flow * np.exp(np.clip(step, -1.4, 1.4)), wanted)
        return np.asarray(np.clip(proposed, draws.least, draws.most))


def _hydraulic(
    built: Hydraulics, draws: _Draws, flow: Array, before: HydraulicState | None
) -> tuple[HydraulicState, Array]:
    """Solved flows, and what enters at each inlet (kg/s)."""
    inlets = built.inlets[built.inlets.live]
    at, nodes = inlets.node.to_numpy(dtype=np.intp), len(built.network.node_names)
    given = inlets.mass_flow_kg_per_s.fillna(0.0).to_numpy(dtype=float)
    held: Mask = inlets.pressure_pa.notna().to_numpy(dtype=bool)
    injection = np.bincount(at, given, nodes)
    is_held = np.zeros(nodes, dtype=bool)
    is_held[at[held]] = True
    held_flow = built.network.held_flow()
    held_flow[draws.part] = flow
    state = solve_hydraulics(
        built.network, built.fixed_pressure, np.where(is_held, 0.0, injection), held_flow=held_flow, before=before
    )
    # what a held node gives is what the branches take from it, less what is injected there anyway
    follows = state.external_kg_per_s - injection
    return state, np.where(held, follows[at], given)


def _mix(
    network: Network,
    built: Hydraulics,
    draws: _Draws,
    state: HydraulicState,
    entering: Array,
    flow: Array,
    taken: Array,
) -> tuple[HeatState, Array]:
    """Temperatures on the solved flows, and those that arrive at the substations (K).

    Every inlet, and every supply of a producer, is a node of its own that a
    branch joins to its junction: so what enters and what leaves at one junction mix as they should.
    """
    inlets, nodes = built.inlets[built.inlets.live], len(built.network.node_names)
    plants = network.producers.iloc[built.rows["producers"]]
    inner = len(built.network.branch_names) - len(plants)  # producers come last
    pumped = state.mass_flow_kg_per_s[inner:]
    if (pumped < -1e-9 * np.abs(state.mass_flow_kg_per_s).max()).any():
        raise InputError(
            f"the flow through producer '{plants.index[int(np.argmin(pumped))]}' goes backwards: the others press harder; "
            "raise its difference_pa, give it a flow, or take it out of service"
        )
    at = np.concatenate([inlets.node.to_numpy(dtype=np.intp), built.network.end[inner:]])
    back = np.concatenate([inlets.node.to_numpy(dtype=np.intp), built.network.start[inner:]])
    # the flow that rounding leaves where a closed network's pressure is held carries nothing
    rounding = 1e-9 * np.abs(state.mass_flow_kg_per_s).max()
    entering = np.where(np.abs(entering) > rounding, entering, 0.0)
    into = np.concatenate([np.maximum(entering, 0.0), np.maximum(pumped, 0.0)])
    out = np.concatenate([np.maximum(-entering, 0.0), np.maximum(pumped, 0.0)])
    names = [*inlets.index, *(f"supply of producer '{name}'" for name in plants.index)]
    supply_k = [*inlets.supply_k.tolist(), *plants.supply_k.tolist()]

    passive = PrescribedFlow(0.0)  # the flows are solved
    ends = built.network.start[:inner], built.network.end[:inner]
    whole = HydraulicNetwork(
        [*built.network.node_names, *names],
        [
            BranchGroup(built.network.branch_names[:inner], *ends, passive),
            BranchGroup(names, np.arange(len(names)) + nodes, at, passive),
        ],
    )
    external = np.concatenate([-np.bincount(back, out, nodes), into])
    mass_flow = np.concatenate([state.mass_flow_kg_per_s[:inner], into])
    flows = replace(state, network=whole, mass_flow_kg_per_s=mass_flow, external_kg_per_s=external)

    conductance, heat = np.zeros(len(mass_flow)), np.zeros(len(mass_flow))
    pipes, exchangers = (network.table(table).iloc[built.rows[table]] for table in ("pipes", "heat_exchangers"))
    is_pipe = slice(0, len(pipes))
    conductance[is_pipe] = (pipes.conductance_w_per_m_k * pipes.length_m).to_numpy(dtype=float)
    # surroundings other than the reference are heat given along the pipe, which is exact
    shift = conductance[is_pipe] * (pipes.ambient_k.to_numpy(dtype=float) - ambient_k(network))
    heat[is_pipe] = np.where(at_rest(mass_flow)[is_pipe], 0.0, shift)
    first = len(pipes) + len(built.rows["valves"])
    heat[first : first + len(exchangers)] = exchangers.heat_w.to_numpy(dtype=float)
    heat[draws.part] = np.where(at_rest(mass_flow)[draws.part], 0.0, -taken)
    known = {name: kelvin for name, kelvin in zip(names, supply_k, strict=True) if not np.isnan(kelvin)}
    mixed = mix_downstream(flows, network.liquid.heat_capacity, known, heat, conductance, ambient_k(network))
    return mixed, mixed.inlet_k[draws.part]
