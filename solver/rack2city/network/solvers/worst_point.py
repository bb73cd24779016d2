"""The pump or producer of a network's tables that is controlled at the worst-placed substation."""

from dataclasses import dataclass, field, replace

import numpy as np

from rack2city.errors import InputError
from rack2city.network.hydraulics.control import lift_for_worst_point, speed_for_worst_point
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics
from rack2city.network.solvers.compile import BRANCHES, Hydraulics
from rack2city.network.solvers.draws import Draws
from rack2city.network.tables.branch_laws import pump_law
from rack2city.network.tables.network import Network


@dataclass(frozen=True)
class Controlled:
    """Flows and pressures under control.

    Attributes:
        state: them.
        lifts: lift held per branch (Pa); zero where none is.
        speed: speed of each pump that is a branch (-); not a number where it has none.
        names: names of the substations that are branches; empty without a control.
        needed_pa: pressure difference that each of them needs of the control (Pa); None without a control.
        worst: the one with the least margin; empty without a control.
        margin_pa: its margin (Pa).
    """

    state: HydraulicState
    lifts: Array
    speed: Array
    names: list[str] = field(default_factory=list)
    needed_pa: Array | None = None
    worst: str = ""
    margin_pa: float = float("nan")

    def looked_at(self, draws: Draws) -> "Controlled":
        """The same with the worst point of its state."""
        if self.needed_pa is None:
            return self
        margin = self.state.drop_pa[draws.part] - self.needed_pa
        least = int(np.argmin(margin))
        return replace(self, worst=self.names[least], margin_pa=float(margin[least]))


def control(
    built: Hydraulics, network: Network, draws: Draws, injection: Array, held_flow: Array, before: HydraulicState | None
) -> Controlled:
    """Solve the hydraulics at given flows, and set the one pump or producer that looks to the worst point.

    It gives every substation in service at least its `min_difference_pa`, and at least the set-point `difference_pa` of the
    pump or producer if there is one, whether liquid flows there or not; so a network at rest keeps its pressure. A pump goes
    no faster than its `speed`, a producer no higher than its `max_difference_pa`, and neither below zero.

    Args:
        built: what is solved.
        network: the tables.
        draws: the substations.
        injection: see `solve_hydraulics`.
        held_flow: see `solve_hydraulics`.
        before: see `solve_hydraulics`.

    Raises:
        InputError: no substation is there to be looked at, or the lift does not reach the worst one.
        ConvergenceError: see `lift_for_worst_point`.
    """
    rows = built.rows
    lifts = built.network.held_lift()
    first = sum(len(rows[table]) for table in BRANCHES[: BRANCHES.index("pumps")])
    last = len(built.network.branch_names) - len(rows["producers"])
    looking = [
        (table, start + place, network.table(table).iloc[rows[table][place]])
        for table, start in (("pumps", first), ("producers", last))
        for place in np.flatnonzero(network.table(table).control.to_numpy()[rows[table]] == "worst").tolist()
    ]
    by_power = ~np.isnan(network.pumps.power_w.to_numpy(dtype=float)[rows["pumps"]])
    speed = np.where(by_power, np.nan, network.pumps.speed.to_numpy(dtype=float)[rows["pumps"]])
    if not looking:
        state = solve_hydraulics(built.network, built.fixed_pressure, injection, held_flow=held_flow, before=before)
        return Controlled(state, lifts, _own_speeds(network, built, state, speed, first))
    table, branch, row = looking[0]
    names = network.substations.index[draws.rows].tolist()
    if not names:
        raise InputError(f"table {table}, row '{row.name}': control 'worst' finds no substation to look to")
    needed = network.substations.min_difference_pa.to_numpy(dtype=float)[draws.rows]
    needed = np.fmax(needed, row.difference_pa)
    stations = list(built.network.branch_names[draws.part])
    name = built.network.branch_names[branch]
    if table == "pumps":
        found = speed_for_worst_point(
            built.network, built.fixed_pressure, name, stations, needed, injection, row.speed, held_flow
        )
        speed[branch - first] = found.speed
    else:
        heights = network.junctions.height_m.loc[[row.return_junction, row.supply_junction]].to_numpy(dtype=float)
        static = network.liquid.density * GRAVITY * float(heights[1] - heights[0])
        largest = np.inf if np.isnan(row.max_difference_pa) else row.max_difference_pa
        found = lift_for_worst_point(
            built.network,
            built.fixed_pressure,
            name,
            stations,
            needed,
            injection,
            static,
            static + largest,
            before,
            held_flow,
        )
        lifts[branch] = found.lift_pa
    speed = _own_speeds(network, built, found.state, speed, first)
    worst = names[stations.index(found.worst)]
    return Controlled(found.state, lifts, speed, names, needed, worst, found.margin_pa)


def _own_speeds(network: Network, built: Hydraulics, state: HydraulicState, speed: Array, first: int) -> Array:
    """Speeds with those that pumps of control 'own' need for their difference."""
    rows = built.rows["pumps"]
    for place in np.flatnonzero(network.pumps.control.to_numpy()[rows] == "own").tolist():
        law = pump_law(network, network.pumps.curve.iloc[rows[place]], 1.0)
        flow, lift = state.mass_flow_kg_per_s[first + place], -state.drop_pa[first + place]
        speed[place] = float(law.speed_for(flow, lift)) if flow >= 0.0 else np.nan
    return speed
