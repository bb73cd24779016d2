"""Control of producers: the pressure that the worst-placed substation needs, and who produces first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.hydraulics.graph import BranchGroup, HydraulicNetwork
from rack2city.network.hydraulics.laws import PrescribedLift
from rack2city.network.hydraulics.pumps import PumpCurveLaw, PumpLaw
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics

_ROUNDS = 60
_CLOSE = 1e-9  # of the lift: accepted excess of the worst point's pressure difference


@dataclass(frozen=True)
class WorstPoint:
    """Result of a control by worst-point differential pressure.

    Attributes:
        state: flows and pressures.
        lift_pa: what the controlled producer or pump adds (Pa).
        worst: name of the substation with the least margin.
        margin_pa: its pressure drop less what it needs (Pa): zero where it sets the lift, more where the lift is at its
            least, negative where the lift is at its largest and does not suffice.
        speed: speed of the pump (-); None for a producer that holds a pressure difference.
    """

    state: HydraulicState
    lift_pa: float
    worst: str
    margin_pa: float
    speed: float | None = None

    @property
    def served(self) -> bool:
        """Whether every substation has what it needs, to 1e-6 of the lift."""
        return self.margin_pa >= -1e-6 * max(abs(self.lift_pa), 1.0)


def lift_for_worst_point(
    network: HydraulicNetwork,
    fixed_pressure: Mapping[str, float],
    producer: str,
    substations: Sequence[str],
    needed_pa: npt.ArrayLike,
    injection: Array | None = None,
    least_pa: float = 0.0,
    largest_pa: float = np.inf,
    before: HydraulicState | None = None,
    held_flow: Array | None = None,
) -> WorstPoint:
    """Smallest pressure difference of a producer that serves the worst-placed substation.

    Where the other flows are prescribed, drops do not depend on the lift and one shift is exact. Where they do, through
    by-passes or valves, the lift is found by a secant kept within a bracket: the margin rises with the lift.

    Args:
        network: the network; its producer is a branch of `PrescribedLift`, whose own value only begins the search.
        fixed_pressure: see `solve_hydraulics`.
        producer: name of that branch, from return to supply.
        substations: names of the branches, from supply to return, that need a pressure drop.
        needed_pa: least drop (Pa), one or one per substation.
        injection: see `solve_hydraulics`.
        least_pa: least lift (Pa).
        largest_pa: largest lift (Pa); substations may stay short at it, see `WorstPoint.served`.
        before: see `solve_hydraulics`.
        held_flow: see `solve_hydraulics`.

    Returns:
        The state at that lift.

    Raises:
        InputError: no substation, a producer that does not hold a lift, limits in the wrong order, or the lift has no
            influence on the worst-placed substation.
        ConvergenceError: no lift was found.
    """
    branch = network.branch_index(producer)
    stations = np.array([network.branch_index(name) for name in substations], dtype=np.intp)
    if not stations.size:
        raise InputError(f"producer {producer!r} has no substation to serve; name at least one")
    if not network.lift_held[branch] or network.shut[branch]:
        raise InputError(f"producer {producer!r} must be an open branch of prescribed lift to control the worst point")
    if not least_pa <= largest_pa:
        raise InputError(f"producer {producer!r}: the least lift {least_pa} Pa is above the largest, {largest_pa} Pa")
    needed = np.broadcast_to(np.asarray(needed_pa, dtype=float), stations.shape)
    lifts = network.held_lift()

    def solve(lift: float, last: HydraulicState | None) -> tuple[HydraulicState, int, float]:
        lifts[branch] = lift
        state = solve_hydraulics(network, fixed_pressure, injection, held_flow=held_flow, held_lift=lifts, before=last)
        margins = state.drop_pa[stations] - needed
        if np.isnan(margins).any():
            name = substations[int(np.argmax(np.isnan(margins)))]
            raise InputError(f"substation {name!r} is cut off from the network by closed branches; leave it out")
        worst = int(np.argmin(margins))
        return state, worst, float(margins[worst])

    low, high = -np.inf, np.inf
    lift = float(np.clip(lifts[branch], least_pa, largest_pa))
    state, worst, margin = solve(lift, before)
    slope, steps = 1.0, 0
    while True:
        accuracy = _CLOSE * max(abs(lift), float(np.abs(needed).max()), 1.0)
        at_limit = (lift <= least_pa and margin >= 0.0) or (lift >= largest_pa and margin <= 0.0)
        if abs(margin) <= accuracy or at_limit:
            return WorstPoint(state, lift, substations[worst], margin)
        low, high = (max(low, lift), high) if margin < 0.0 else (low, min(high, lift))
        steps += 1
        if steps > _ROUNDS:
            raise ConvergenceError(
                f"no lift of producer {producer!r} was found that just serves substation {substations[worst]!r}; "
                "the two may not be joined by open branches"
            )
        following = lift - margin / slope
        if not low < following < high:
            inside = np.isfinite(low) and np.isfinite(high)
            following = 0.5 * (low + high) if inside else lift - 4.0 * margin
        following = float(np.clip(following, least_pa, largest_pa))
        state, worst, after = solve(following, state)
        rise = (after - margin) / (following - lift)
        if abs(after - margin) <= 1e-9 * abs(margin) and abs(following - lift) >= 0.5 * abs(margin):
            raise InputError(
                f"the lift of producer {producer!r} does not reach substation {substations[worst]!r}: its pressure drop "
                "stays as it is"
            )
        slope = rise if rise > 1e-9 else 1.0
        lift, margin = following, after


def speed_for_worst_point(
    network: HydraulicNetwork,
    fixed_pressure: Mapping[str, float],
    pump: str,
    substations: Sequence[str],
    needed_pa: npt.ArrayLike,
    injection: Array | None = None,
    largest_speed: float = 1.0,
    held_flow: Array | None = None,
) -> WorstPoint:
    """Smallest speed of a pump that serves the worst-placed substation.

    The lift the network needs is found first, and then the speed at which the pump's curve gives that lift at that flow.
    If no such speed is allowed the pump runs at its largest, and the margin is what the worst-placed substation lacks.

    Args:
        network: the network; the pump is a group of one branch of `PumpLaw` or `PumpCurveLaw`.
        fixed_pressure: see `solve_hydraulics`.
        pump: name of that branch.
        substations: see `lift_for_worst_point`.
        needed_pa: see `lift_for_worst_point`.
        injection: see `solve_hydraulics`.
        largest_speed: largest speed over the speed of the curve (-).
        held_flow: see `solve_hydraulics`.

    Returns:
        The state at that speed.

    Raises:
        InputError: the branch is no pump of its own group, or see `lift_for_worst_point`.
        ConvergenceError: see `lift_for_worst_point`.
    """
    number = next((i for i, group in enumerate(network.groups) if list(group.names) == [pump]), None)
    law = None if number is None else network.groups[number].law
    if number is None or not isinstance(law, PumpLaw | PumpCurveLaw):
        raise InputError(f"branch {pump!r} must be a pump in a group of its own to have its speed controlled")

    def with_law(new: PumpLaw | PumpCurveLaw | PrescribedLift) -> HydraulicNetwork:
        groups: list[BranchGroup] = list(network.groups)
        groups[number] = replace(groups[number], law=new)
        return HydraulicNetwork(network.node_names, groups)

    full = replace(law, speed=largest_speed)
    state = solve_hydraulics(with_law(full), fixed_pressure, injection, held_flow=held_flow)
    stations = [network.branch_index(name) for name in substations]
    needed = np.broadcast_to(np.asarray(needed_pa, dtype=float), len(stations))
    margins = state.drop_pa[stations] - needed
    if stations and margins.min() <= 0.0:  # a not-a-number falls through and is named below
        worst = int(np.argmin(margins))
        return WorstPoint(state, -state.drop(pump), substations[worst], float(margins[worst]), largest_speed)
    found = lift_for_worst_point(
        with_law(PrescribedLift(-state.drop(pump))),
        fixed_pressure,
        pump,
        substations,
        needed,
        injection,
        held_flow=held_flow,
    )
    flow = found.state.flow(pump)
    speed = float(law.speed_for(max(flow, 0.0), found.lift_pa))
    state = solve_hydraulics(with_law(replace(law, speed=speed)), fixed_pressure, injection, held_flow=held_flow)
    margins = state.drop_pa[stations] - needed
    worst = int(np.argmin(margins))
    return WorstPoint(state, -state.drop(pump), substations[worst], float(margins[worst]), speed)


def share_by_merit(demand: npt.ArrayLike, capacity: npt.ArrayLike, merit: npt.ArrayLike) -> tuple[Array, Array]:
    """Allots a demand to producers in order of merit, each up to its capacity.

    Args:
        demand: what is to be produced, flow or power, one value per hour (H).
        capacity: what each producer can give, (P) or per hour (H x P).
        merit: rank or cost of each producer (P); the lowest produces first, equal ones share in proportion to capacity.

    Returns:
        Share of each producer (H x P) and what no capacity is left for (H); in the unit of the demand.

    Raises:
        InputError: a demand or capacity is negative or not finite, or the shapes do not fit.
    """
    wanted = np.atleast_1d(np.asarray(demand, dtype=float))
    rank = np.asarray(merit, dtype=float)
    able = np.asarray(capacity, dtype=float)
    if wanted.ndim != 1 or rank.ndim != 1 or able.shape not in ((rank.size,), (wanted.size, rank.size)):
        raise InputError(
            "merit order needs one demand per hour, one merit per producer, and a capacity for each of them"
        )
    able = np.broadcast_to(able, (wanted.size, rank.size))
    for what, values in (("demand", wanted), ("capacity", able)):
        if not np.all((values >= 0.0) & np.isfinite(values)):
            raise InputError(f"a {what} in the merit order is negative or not a finite number")
    _, level = np.unique(rank, return_inverse=True)
    share, left = np.zeros(able.shape), wanted.copy()
    for place in range(int(level.max(initial=-1)) + 1):
        group = level == place
        whole = able[:, group].sum(axis=1)
        given = np.minimum(left, whole)
        share[:, group] = able[:, group] * (given / np.where(whole > 0.0, whole, 1.0))[:, None]
        left = left - given
    return share, left
