"""Substations that the pressure difference leaves short: what flows through their valves, fully open."""

from dataclasses import replace

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.hydraulics.graph import BranchGroup, HydraulicNetwork, Mask
from rack2city.network.hydraulics.laws import PrescribedFlow
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics
from rack2city.network.hydraulics.valves import CheckValveLaw
from rack2city.network.solvers.graph.worst_point import Controlled

_ROUNDS = 40
_SHORT = 1e-9  # of the wanted flow: less is rounding


def passed(drop_pa: Array, reference: Array, needed_pa: Array) -> Array:
    """Flow through fully open valves (kg/s) at a difference (Pa, not the static head); infinite where none is needed.

    A valve passes the `reference` flow (kg/s) at the needed difference (Pa); nothing flows backwards.

    Source: `m ~ sqrt(dp)` of a fixed opening.
    """
    limited = needed_pa > 0.0
    share = np.sqrt(np.maximum(drop_pa, 0.0) / np.where(limited, needed_pa, 1.0))
    return np.where(limited, reference * share, np.inf)


def lacking(drop_pa: Array, wanted: Array, reference: Array, needed_pa: Array) -> Mask:
    """Which substations cannot have the flow they want (kg/s); see `passed`."""
    return np.asarray(passed(drop_pa, reference, needed_pa) < (1.0 - _SHORT) * wanted)


def open_fully(controlled: Controlled, injection: Array, held_flow: Array, reference: Array) -> Controlled:
    """The same where substations of which some cannot have what they want take what they can.

    Those that are short become open valves `dp = needed (m / reference)^2` that let nothing back, the others keep their
    flow; solved again until those short are short and the others are not. Less flow leaves more pressure to the others, so
    a round or two is usual. `controlled` has the flows that are wanted, which are those in `held_flow`; see
    `solve_hydraulics` and `passed`.

    Raises:
        ConvergenceError: no end of opening and holding.
    """
    built, network = controlled.built, controlled.state.network
    part = built.part["substations"]
    wanted, needed = held_flow[part], built.column("substations", "min_difference_pa")
    short = lacking(controlled.state.drop_pa[part], wanted, reference, needed)
    if not short.any():
        return controlled

    def solve(on: HydraulicNetwork, flow: Array, before: HydraulicState | None = None) -> HydraulicState:
        flows = held_flow.copy()
        flows[part] = flow
        return solve_hydraulics(
            on, built.fixed_pressure, injection, held_flow=flows, held_lift=controlled.lifts, before=before
        )

    names = network.branch_names[part]
    place = next(i for i, group in enumerate(network.groups) if tuple(group.names) == names)
    start, end = network.start[part], network.end[part]
    flow, drop = wanted.copy(), np.empty_like(wanted)
    for _ in range(_ROUNDS):
        order = np.argsort(short, kind="stable")
        keep, opened = np.split(order, [np.count_nonzero(~short)])
        laws = (
            (keep, PrescribedFlow(0.0)),
            (opened, _valves(reference[opened], needed[opened], built.arrays.liquid.density)),
        )
        parts = [BranchGroup([names[i] for i in some], start[some], end[some], law) for some, law in laws if some.size]
        groups = [*network.groups[:place], *parts, *network.groups[place + 1 :]]
        solved = solve(HydraulicNetwork(network.node_names, groups), wanted[order])
        flow[order], drop[order] = solved.mass_flow_kg_per_s[part], solved.drop_pa[part]
        now = np.where(short, flow < wanted, lacking(drop, wanted, reference, needed))
        if np.array_equal(now, short):
            return replace(controlled, state=solve(network, flow, controlled.state))
        short = now
    raise ConvergenceError(
        f"the substations that lack pressure could not be told in {_ROUNDS} rounds; substation "
        f"'{names[int(np.argmax(short))]}' is one of them"
    )


def _valves(reference: Array, needed_pa: Array, density: float) -> CheckValveLaw:
    """Fully open valves by the flow they pass at a difference."""
    # kv is of 1000 kg/m3 at 1 bar: m = kv / 3600 sqrt(1000 density dp / 1e5)
    return CheckValveLaw(3600.0 * reference * np.sqrt(1e5 / (1000.0 * density * needed_pa)), density)
