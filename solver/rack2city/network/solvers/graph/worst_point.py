"""The pump or producer of a network that is controlled at the worst-placed substation."""

from dataclasses import dataclass, field, replace

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.pumps import head_law
from rack2city.network.hydraulics.control import lift_for_worst_point, speed_for_worst_point
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics
from rack2city.network.solvers.build.compile import Compiled


@dataclass(frozen=True)
class Controlled:
    """Flows and pressures under control.

    Attributes:
        state: them.
        lifts: lift held per branch (Pa); zero where none is.
        speed: speed of each pump that is a branch (-); not a number where it has none.
        needed_pa: pressure difference that each substation that is a branch needs of the control (Pa); None without one.
        worst: place of the one with the least margin; -1 without a control.
        margin_pa: its margin (Pa).
    """

    state: HydraulicState
    lifts: Array
    speed: Array
    needed_pa: Array | None = field(default=None)
    worst: int = -1
    margin_pa: float = float("nan")

    def looked_at(self, built: Compiled) -> "Controlled":
        """The same with the worst point of its state."""
        if self.needed_pa is None:
            return self
        margin = self.state.drop_pa[built.part["substations"]] - self.needed_pa
        least = int(np.argmin(margin))
        return replace(self, worst=least, margin_pa=float(margin[least]))


def control(built: Compiled, injection: Array, held_flow: Array, before: HydraulicState | None) -> Controlled:
    """Solve the hydraulics at given flows, and set the one pump or producer that looks to the worst point.

    It gives every substation in service at least its `min_difference_pa`, and at least the set-point `difference_pa` of the
    pump or producer if there is one, whether liquid flows there or not; so a network at rest keeps its pressure. A pump goes
    no faster than its `speed`, a producer no higher than its `max_difference_pa`, and neither below zero.

    Args:
        built: what is solved.
        injection: see `solve_hydraulics`.
        held_flow: see `solve_hydraulics`.
        before: see `solve_hydraulics`.

    Raises:
        InputError: no substation is there to be looked at, or the lift does not reach the worst one.
        ConvergenceError: see `lift_for_worst_point`.
    """
    lifts = built.network.held_lift()
    by_power = ~np.isnan(built.column("pumps", "power_w"))
    speed = np.where(by_power, np.nan, built.column("pumps", "speed"))
    looking = looks_to_the_worst(built)
    if looking is None:
        state = solve_hydraulics(built.network, built.fixed_pressure, injection, held_flow=held_flow, before=before)
        return Controlled(state, lifts, _own_speeds(built, state, speed))
    table, place = looking
    needed = needed_of_control(built, table, place)
    branch = built.part[table].start + place
    names = built.network.branch_names
    stations = list(names[built.part["substations"]])
    row = int(built.rows[table][place])
    given = {name: values[row] for name, values in built.arrays[table].items()}
    if not stations:
        name = built.arrays.name(table, row)
        raise InputError(f"table {table}, row '{name}': control 'worst' finds no substation to look to")
    if table == "pumps":
        largest = given["speed"]
        found = speed_for_worst_point(
            built.network, built.fixed_pressure, names[branch], stations, needed, injection, largest, held_flow
        )
        speed[place] = float("nan") if found.speed is None else found.speed
    else:
        graph = built.network
        static = float(built.weight_pa[graph.end[branch]] - built.weight_pa[graph.start[branch]])
        most = np.inf if np.isnan(given["max_difference_pa"]) else given["max_difference_pa"]
        limits = (static, static + most)
        found = lift_for_worst_point(
            graph, built.fixed_pressure, names[branch], stations, needed, injection, *limits, before, held_flow
        )
        lifts[branch] = found.lift_pa
    speed = _own_speeds(built, found.state, speed)
    return Controlled(found.state, lifts, speed, needed, stations.index(found.worst), found.margin_pa)


def looks_to_the_worst(built: Compiled) -> tuple[str, int] | None:
    """Table and place among its branches of the pump or producer of control 'worst', if there is one."""
    for table in ("pumps", "producers"):
        places = np.flatnonzero(built.column(table, "control") == "worst")
        if places.size:
            return table, int(places[0])
    return None


def needed_of_control(built: Compiled, table: str, place: int) -> Array:
    """Difference that each substation that is a branch needs of the pump or producer that looks to the worst (Pa)."""
    set_point = float(built.column(table, "difference_pa")[place])
    return np.asarray(np.fmax(built.column("substations", "min_difference_pa"), set_point))


def _own_speeds(built: Compiled, state: HydraulicState, speed: Array) -> Array:
    """Speeds with those that pumps of control 'own' need for their difference."""
    curves, first = built.column("pumps", "curve"), built.part["pumps"].start
    for place in np.flatnonzero(built.column("pumps", "control") == "own").tolist():
        law = head_law(built.arrays, curves[place], 1.0)
        flow, lift = state.mass_flow_kg_per_s[first + place], -state.drop_pa[first + place]
        speed[place] = float(law.speed_for(flow, lift)) if flow >= 0.0 else np.nan
    return speed
