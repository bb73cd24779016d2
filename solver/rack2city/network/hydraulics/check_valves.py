"""Check valves on a solved network: those that leak are shut, those that are pushed open are opened."""

from dataclasses import replace

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.hydraulics.newton import REST, TOLERANCE, Problem, Solution, solve_flows
from rack2city.network.hydraulics.spanning import Layout, lay_out

_CHECK_ROUNDS = 50  # each but the first only mends what the leakage of others, or rounding, had wrong
_OPENINGS = 3  # a valve that asks to be opened more often stands just between open and shut: it stays shut
_PUSHED = 1e-10  # of the largest pressure: a shut valve with more behind it is opened


def settle_check_valves(
    problem: Problem, solution: Solution, by_loops: bool, max_iterations: int
) -> tuple[Layout, Solution]:
    """Shuts the check valves that leak and solves again, until each is either open or shut; arguments of `solve_flows`.

    `problem` and `solution` have all check valves open; the structure returned has the closed ones shut.

    Raises:
        InputError: a flow could only go against a check valve.
        ConvergenceError: no solution, or no end of opening and shutting.
    """
    network, layout, scale = problem.network, problem.layout, problem.scale
    count, fixed = len(network.start), len(layout.fixed)
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
        _refuse_back_flow(current, problem.injection, scale)
        # parts that only check valves join to the rest keep the pressure that their last leakage left in them
        pins = np.concatenate([problem.pressure[:fixed], pressure[current.pinned[fixed:]]])
        again = solve_flows(replace(problem, layout=current, pressure=pins), flow[:count], by_loops, max_iterations)
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
