"""The pump or producer of a network that is controlled at the worst-placed substation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.components.pumps import head_law
from rack2city.network.hydraulics.graph import HydraulicNetwork
from rack2city.network.hydraulics.laws import Law, PrescribedLift
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics
from rack2city.network.solvers.build.compile import Compiled

_ROUNDS = 60
_CLOSE = 1e-9  # of the lift: accepted excess of the worst point's pressure difference


@dataclass(frozen=True)
class Controlled:
    """Flows and pressures under control.

    `lifts` are held per branch (Pa), zero where none is; `speed` is that of each pump that is a branch (-), not a number
    where it has none. Each substation that is a branch needs a pressure difference of the control (Pa); None without one.
    """

    built: Compiled
    state: HydraulicState
    lifts: Array
    speed: Array
    needed_pa: Array | None = None

    @cached_property
    def worst(self) -> int:
        """Place of the substation with the least margin; -1 without a control."""
        return -1 if self.needed_pa is None else int(np.argmin(self._drops_pa - self.needed_pa))

    @property
    def margin_pa(self) -> float:
        """Its pressure difference less what it needs (Pa): zero where it sets the control, NaN without one."""
        return float("nan") if self.needed_pa is None else float((self._drops_pa - self.needed_pa)[self.worst])

    @property
    def _drops_pa(self) -> Array:
        return self.state.drop_pa[self.built.part["substations"]]


def control(built: Compiled, injection: Array, held_flow: Array, before: HydraulicState | None) -> Controlled:
    """Solve the hydraulics at given flows, and set the one pump or producer that looks to the worst point.

    It gives every substation in service at least its `min_difference_pa`, and at least the set-point `difference_pa` of the
    pump or producer if there is one, whether liquid flows there or not; so a network at rest keeps its pressure. A pump goes
    no faster than its `speed`, a producer no higher than its `max_difference_pa`, and neither below zero.

    The other arguments are those of `solve_hydraulics`.

    Raises:
        InputError: no substation is there to be looked at, or the lift does not reach the worst one.
        ConvergenceError: no lift was found.
    """
    graph, lifts = built.network, built.network.held_lift()

    def solve(network: HydraulicNetwork, last: HydraulicState | None = None) -> HydraulicState:
        return solve_hydraulics(
            network, built.fixed_pressure, injection, held_flow=held_flow, held_lift=lifts, before=last
        )

    by_power = ~np.isnan(built.column("pumps", "power_w"))
    speed = np.where(by_power, np.nan, built.column("pumps", "speed"))
    places = {table: np.flatnonzero(built.column(table, "control") == "worst") for table in ("pumps", "producers")}
    table = next((table for table, found in places.items() if found.size), "")
    if not table:
        state = solve(graph, before)
        return Controlled(built, state, lifts, _own_speeds(built, state, speed))
    place = int(places[table][0])
    set_point = float(built.column(table, "difference_pa")[place])
    needed = np.asarray(np.fmax(built.column("substations", "min_difference_pa"), set_point))
    branch, row = built.part[table].start + place, built.rows[table][place]
    if not needed.size:
        name = built.arrays.name(table, int(row))
        raise InputError(f"table {table}, row '{name}': control 'worst' finds no substation to look to")

    def lifted(network: HydraulicNetwork, lift: float, last: HydraulicState | None) -> Controlled:
        lifts[branch] = lift
        return Controlled(built, solve(network, last), lifts, speed, needed)

    if table == "producers":
        largest = built.arrays[table]["max_difference_pa"][row]
        static = float(built.weight_pa[graph.end[branch]] - built.weight_pa[graph.start[branch]])
        limits = static, static + (np.inf if np.isnan(largest) else largest)
        found = _lift(built, branch, lambda lift, last: lifted(graph, lift, last), lifts[branch], limits, before)
    else:
        found = Controlled(built, solve(graph), lifts, speed, needed)  # at its largest speed
        if found.margin_pa > 0.0:
            begin = -float(found.state.drop_pa[branch])
            law = head_law(built.arrays, built.column("pumps", "curve")[place], 1.0)
            held = _with_law(graph, branch, PrescribedLift(begin))
            found = _lift(built, branch, lambda lift, last: lifted(held, lift, last), begin, (0.0, np.inf), None)
            flow = max(float(found.state.mass_flow_kg_per_s[branch]), 0.0)
            speed[place] = law.speed_for(flow, lifts[branch])
            slower = _with_law(graph, branch, replace(law, speed=float(speed[place])))
            found = Controlled(built, solve(slower), lifts, speed, needed)
    return replace(found, speed=_own_speeds(built, found.state, speed))


def _lift(
    built: Compiled,
    branch: int,
    solve: Callable[[float, HydraulicState | None], Controlled],
    lift: float,
    limits: tuple[float, float],
    before: HydraulicState | None,
) -> Controlled:
    """The smallest lift of a branch within limits (Pa) that serves the worst-placed substation.

    Where the other flows are prescribed, drops do not depend on the lift and one shift is exact. Where they do, through
    by-passes or valves, the lift is found by a secant kept within a bracket: the margin rises with the lift.
    """
    name, stations = built.network.branch_names[branch], built.network.branch_names[built.part["substations"]]
    low, high = -np.inf, np.inf
    lift, slope = float(np.clip(lift, *limits)), 1.0
    found = solve(lift, before)
    assert found.needed_pa is not None
    largest = max(float(np.abs(found.needed_pa).max()), 1.0)
    for _ in range(_ROUNDS + 1):
        margin, worst = found.margin_pa, stations[found.worst]
        at_limit = (lift <= limits[0] and margin >= 0.0) or (lift >= limits[1] and margin <= 0.0)
        if abs(margin) <= _CLOSE * max(abs(lift), largest) or at_limit:
            return found
        low, high = (max(low, lift), high) if margin < 0.0 else (low, min(high, lift))
        following = lift - margin / slope
        if not low < following < high:
            inside = np.isfinite(low) and np.isfinite(high)
            following = 0.5 * (low + high) if inside else lift - 4.0 * margin
        following = float(np.clip(following, *limits))
        found = solve(following, found.state)
        gained = found.margin_pa - margin
        if abs(gained) <= 1e-9 * abs(margin) and abs(following - lift) >= 0.5 * abs(margin):
            raise InputError(
                f"the lift of producer {name!r} does not reach substation {worst!r}: its pressure drop stays as it is"
            )
        rise = gained / (following - lift)
        slope, lift = rise if rise > 1e-9 else 1.0, following
    raise ConvergenceError(
        f"no lift of producer {name!r} was found that just serves substation {stations[found.worst]!r}; "
        "the two may not be joined by open branches"
    )


def _with_law(network: HydraulicNetwork, branch: int, law: Law) -> HydraulicNetwork:
    """The same network with another law of a branch that has a group of its own."""
    name = [network.branch_names[branch]]
    groups = [replace(each, law=law) if list(each.names) == name else each for each in network.groups]
    return replace(network, groups=groups)


def _own_speeds(built: Compiled, state: HydraulicState, speed: Array) -> Array:
    """Speeds with those that pumps of control 'own' need for their difference."""
    curves, first = built.column("pumps", "curve"), built.part["pumps"].start
    for place in np.flatnonzero(built.column("pumps", "control") == "own").tolist():
        law = head_law(built.arrays, curves[place], 1.0)
        flow, lift = state.mass_flow_kg_per_s[first + place], -state.drop_pa[first + place]
        speed[place] = float(law.speed_for(flow, lift)) if flow >= 0.0 else np.nan
    return speed
