"""What the hydraulics of one pass are: how producers, pumps and substations act on the network's flows."""

from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.consumers.stations import Stations
from rack2city.network.hydraulics.graph import Mask
from rack2city.network.hydraulics.solve import HydraulicState
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.graph.plants import plants_of
from rack2city.network.solvers.graph.short import open_fully
from rack2city.network.solvers.graph.worst_point import Controlled, control

_ROUNDS = 60
_SETTLED = 1e-12  # of the largest flow: change of the producers' flows at which the sharing ends
_GUESSED_FALL_K = 30.0  # return below supply before any temperature is known


@dataclass(frozen=True)
class Operation:
    """Flows of one pass, and what the controls made of them.

    Flow enters at each inlet that is reached (kg/s). Each substation may lack pressure difference (Pa), zero where it wants
    nothing. Producers that are branches deliver `supply_k`; one `heeds` its return where its flow, or what it delivers,
    follows from the temperature of that.
    """

    controlled: Controlled
    entering: Array
    short_pa: Array
    supply_k: Array
    heeds: Mask

    @property
    def state(self) -> HydraulicState:
        """Flows and pressures."""
        return self.controlled.state

    @property
    def flow(self) -> Array:
        """Mass flow of the substations that are reached (kg/s): what they want, or what their open valves let through."""
        return self.state.mass_flow_kg_per_s[self.controlled.built.part["substations"]]


def operate(
    built: Compiled, stations: Stations, flow: Array, return_k: Array | None, before: HydraulicState | None
) -> Operation:
    """Solve the flows of one pass between flows and temperatures.

    Producers of mode 'power' and 'merit' get the flow that their power needs at the temperatures given; see `Plants.allot`.
    One pump or producer may be controlled at the worst-placed substation; see `control`. A substation that lacks pressure
    gets what its open valve lets through; see `open_fully`.

    `flow` is what each substation wants (kg/s). `return_k` was last found at the return junction of each producer that is a
    branch (K), NaN where none is known; None where temperatures are not solved. `before` is the solution of the pass or step
    before, with the same `built`.

    Raises:
        InputError: a flow follows from a power, but temperatures are not solved; see `solve_hydraulics` and `control`.
        ConvergenceError: producers that share, or substations that lack pressure, did not come to an end.
    """
    plants = plants_of(built)
    if return_k is None and plants.shared.any():
        name = _first_of(built, plants.shared)
        raise InputError(
            f"table producers, row '{name}': its flow follows from its power, so temperatures must be solved (heat=True)"
        )
    known = np.full(len(plants.supply_k), np.nan) if return_k is None else return_k
    targets = stations.target_k[~np.isnan(stations.target_k)]  # guessed before any return is known
    guess = np.minimum(plants.supply_k - _GUESSED_FALL_K, float(targets.mean()) if targets.size else np.inf)
    back = np.where(np.isnan(known), guess, known)
    inlets = built.inlets.reached()
    nodes = len(built.network.node_names)
    given = np.nan_to_num(inlets.mass_flow_kg_per_s)
    injection = np.bincount(inlets.node, given, nodes)
    is_held = np.zeros(nodes, dtype=bool)
    is_held[inlets.node[inlets.holds]] = True
    free = np.where(is_held, 0.0, injection)

    held_flow = built.network.held_flow()
    if before is not None:  # what was shared out last
        held_flow[plants.part] = np.where(plants.shared, before.mass_flow_kg_per_s[plants.part], held_flow[plants.part])
    for _ in range(_ROUNDS):
        held_flow[built.part["substations"]] = flow
        reference = np.where(np.isfinite(stations.most_kg_per_s), stations.most_kg_per_s, flow)
        solved = open_fully(control(built, free, held_flow, before), free, held_flow, reference)
        if not plants.shared.any():
            break
        through = solved.state.mass_flow_kg_per_s[plants.part]
        allotted = plants.allot(through, back)
        change = np.abs(allotted - held_flow[plants.part])[plants.shared].max()
        if change <= _SETTLED * max(float(np.abs(solved.state.mass_flow_kg_per_s).max()), 1e-12):
            break
        held_flow[plants.part] = np.where(plants.shared, allotted, held_flow[plants.part])
        before = solved.state
    else:
        raise ConvergenceError(
            f"the producers did not come to share the load in {_ROUNDS} rounds; '{_first_of(built, plants.shared)}' is one "
            "of them"
        )

    state, part = solved.state, built.part["substations"]
    # what a held node gives is what the branches take from it, less what is injected there anyway
    follows = state.external_kg_per_s - injection
    needed = built.column("substations", "min_difference_pa")
    short = np.where(flow > 0.0, np.maximum(needed - state.drop_pa[part], 0.0), 0.0)
    delivers_k = plants.delivers_k(state.mass_flow_kg_per_s[plants.part], known)
    return Operation(solved, np.where(inlets.holds, follows[inlets.node], given), short, delivers_k, plants.heeds)


def _first_of(built: Compiled, chosen: Mask) -> str:
    """Name of the first producer chosen, of those that are branches."""
    return built.arrays.name("producers", int(built.rows["producers"][int(np.argmax(chosen))]))
