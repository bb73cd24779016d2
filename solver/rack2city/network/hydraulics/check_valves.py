"""Check valves on a solved network: those that leak are shut, those that are pushed open are opened."""

from collections.abc import Callable

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.hydraulics.graph import HydraulicNetwork
from rack2city.network.hydraulics.newton import REST, TOLERANCE
from rack2city.network.hydraulics.spanning import Layout, lay_out

_CHECK_ROUNDS = 50  # each but the first only mends what the leakage of others, or rounding, had wrong
_OPENINGS = 3  # a valve that asks to be opened more often stands just between open and shut: it stays shut
_PUSHED = 1e-10  # of the largest pressure: a shut valve with more behind it is opened


def settle_check_valves(
    network: HydraulicNetwork,
    layout: Layout,
    total: Array,
    lift: Array,
    pinned: Array,
    solution: tuple[Array, Array, int],
    solve: Callable[..., tuple[Array, Array, int]],
    max_iterations: int,
) -> tuple[Layout, tuple[Array, Array, int]]:
    """Shuts the check valves that leak and solves again, until each is either open or shut.

    Args:
        network: the graph with its laws.
        layout: its structure with all check valves open.
        total: mass flow entering per node, prescribed branch flows included (kg/s).
        lift: prescribed lift per branch (Pa).
        pinned: pressure per pinned node of the layout (Pa).
        solution: flows and drops per edge with all check valves open, and the iterations spent.
        solve: `solve_loops` or `solve_nodes`.
        max_iterations: of one solution.

    Returns:
        The structure with the closed check valves shut, and the solution on it.

    Raises:
        InputError: a flow could only go against a check valve.
        ConvergenceError: no solution, or no end of opening and shutting.
    """
    count, scale = len(network.start), float(np.abs(total).max())
    closed, opened = np.zeros(count, dtype=bool), np.zeros(count, dtype=int)
    current = layout
    for _ in range(_CHECK_ROUNDS):
        flow, drop, iterations = solution
        if float(np.abs(flow).max()) < REST:  # all at rest: what signs there are, are rounding
            return current, solution
        pressure = current.tree_pressure(drop)
        forward = pressure[network.start] - pressure[network.end]
        leaking = network.one_way & ~current.shut & (flow[:count] < 0.0)
        opening = closed & (opened < _OPENINGS) & (forward > _PUSHED * float(np.abs(pressure).max()))
        if not (leaking.any() or opening.any()):
            return current, solution
        closed, opened = (closed | leaking) & ~opening, opened + opening
        current = lay_out(network, layout.fixed, closed, scale if scale > 0.0 else 1.0)
        _refuse_back_flow(current, total, scale)
        # parts that only check valves join to the rest keep the pressure that their last leakage left in them
        pins = np.concatenate([pinned[: len(layout.fixed)], pressure[current.pinned[len(layout.fixed) :]]])
        again = solve(network, current, total, lift, pins, flow[:count], max_iterations)
        solution = (again[0], again[1], iterations + again[2])
    raise ConvergenceError(
        f"the check valves of the hydraulic network did not settle in {_CHECK_ROUNDS} rounds; "
        "look for check valves that work against each other"
    )


def _refuse_back_flow(layout: Layout, total: Array, scale: float) -> None:
    """What enters a part behind closed check valves must also leave it."""
    net = np.bincount(layout.part, total)
    net[layout.ground_part : layout.ground_part + 1] = 0.0
    wrong = np.flatnonzero(np.abs(net) > TOLERANCE * scale)
    if wrong.size:
        node = int(np.argmax(np.where(layout.part == wrong[0], np.abs(total), -1.0)))
        way, against = ("enter", "leave") if net[wrong[0]] > 0.0 else ("leave", "enter")
        raise InputError(
            f"{abs(net[wrong[0]]):.3g} kg/s {way} at node {layout.network.node_names[node]!r}, "
            f"and could only {against} against a check valve"
        )
