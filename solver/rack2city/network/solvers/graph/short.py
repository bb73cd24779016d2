"""Substations that the pressure difference leaves short: what flows through their valves, fully open."""

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.hydraulics.graph import BranchGroup, HydraulicNetwork, Mask
from rack2city.network.hydraulics.laws import PrescribedFlow
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics
from rack2city.network.hydraulics.valves import CheckValveLaw

_ROUNDS = 40
_SHORT = 1e-9  # of the wanted flow: less is rounding


def passed(drop_pa: Array, reference: Array, needed_pa: Array) -> Array:
    """Flow through fully open valves (kg/s): the reference flow at the needed difference, as the root of the difference.

    Args:
        drop_pa: difference between the two junctions, without the static head (Pa).
        reference: flow that each valve passes at the needed difference (kg/s).
        needed_pa: that difference (Pa); zero sets no limit.

    Source: `m ~ sqrt(dp)` of a fixed opening; nothing flows backwards.
    """
    limited = needed_pa > 0.0
    share = np.sqrt(np.maximum(drop_pa, 0.0) / np.where(limited, needed_pa, 1.0))
    return np.where(limited, reference * share, np.inf)


def lacking(drop_pa: Array, wanted: Array, reference: Array, needed_pa: Array) -> Mask:
    """Which substations cannot have the flow they want (kg/s); see `passed`."""
    return np.asarray(passed(drop_pa, reference, needed_pa) < (1.0 - _SHORT) * wanted)


def open_fully(
    network: HydraulicNetwork,
    fixed_pressure: dict[str, float],
    injection: Array,
    held_flow: Array,
    held_lift: Array,
    part: slice,
    wanted: Array,
    reference: Array,
    needed_pa: Array,
    density: float,
    state: HydraulicState,
) -> Array:
    """Flows of substations of which some cannot have what they want (kg/s).

    Those that are short become open valves `dp = needed (m / reference)^2` that let nothing back, the others keep their flow;
    solved again until those short are short and the others are not. Less flow leaves more pressure to the others, so a round
    or two is usual.

    Args:
        network: the network; its substations are one group of `PrescribedFlow`.
        fixed_pressure: see `solve_hydraulics`.
        injection: see `solve_hydraulics`.
        held_flow: see `solve_hydraulics`.
        held_lift: see `solve_hydraulics`.
        part: where the substations stand among the branches.
        wanted: flow that each wants (kg/s).
        reference: see `passed`.
        needed_pa: see `passed`.
        density: density (kg/m3).
        state: solution with the wanted flows.

    Raises:
        ConvergenceError: no end of opening and holding.
    """
    place = next(i for i, group in enumerate(network.groups) if list(group.names) == list(network.branch_names[part]))
    group = network.groups[place]
    start, end = np.asarray(group.start), np.asarray(group.end)
    names = np.array(group.names, dtype=object)
    flow = wanted.copy()
    short = lacking(state.drop_pa[part], wanted, reference, needed_pa)
    for _ in range(_ROUNDS):
        order = np.argsort(short, kind="stable")
        kept = int(np.count_nonzero(~short))
        parts = [
            BranchGroup(names[some].tolist(), start[some], end[some], law)
            for some, law in (
                (order[:kept], PrescribedFlow(0.0)),
                (order[kept:], _valves(reference[order[kept:]], needed_pa[order[kept:]], density)),
            )
            if len(some)
        ]
        opened = HydraulicNetwork(network.node_names, [*network.groups[:place], *parts, *network.groups[place + 1 :]])
        flows = held_flow.copy()
        flows[part] = wanted[order]
        solved = solve_hydraulics(opened, fixed_pressure, injection, held_flow=flows, held_lift=held_lift)
        flow[order] = solved.mass_flow_kg_per_s[part]
        drop = np.empty_like(flow)
        drop[order] = solved.drop_pa[part]
        now = np.where(short, flow < wanted, lacking(drop, wanted, reference, needed_pa))
        if np.array_equal(now, short):
            return flow
        short = now
    raise ConvergenceError(
        f"the substations that lack pressure could not be told in {_ROUNDS} rounds; substation "
        f"'{names[int(np.argmax(short))]}' is one of them"
    )


def _valves(reference: Array, needed_pa: Array, density: float) -> CheckValveLaw:
    """Fully open valves by the flow they pass at a difference."""
    # kv is of 1000 kg/m3 at 1 bar: m = kv / 3600 sqrt(1000 density dp / 1e5)
    return CheckValveLaw(3600.0 * reference * np.sqrt(1e5 / (1000.0 * density * needed_pa)), density)
