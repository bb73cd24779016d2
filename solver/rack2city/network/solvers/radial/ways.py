"""Flows of a steady radial network at which every valve agrees with what arrives, for many steps at once."""

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.consumers.stations import Stations
from rack2city.network.solvers.radial.find import STANDING, Side

TOLERANCE = 1e-10
"""Largest accepted last change of a substation's flow, relative to the root's in that step (-)."""
MAX_ITERATIONS = 500
_TEMPERATURE_K = 1e-7  # largest accepted difference of the arriving temperatures taken and found
_EXACT_K = 1e-10
_ROUNDING_K = 1e-12
_NEAR_K = 1e-4  # closer than this, the test of a step is rounding, and Newton's method needs none
_PATIENCE = 60  # iterations with the lax test of a step
_REACH = 2.0  # growth of the share of Newton's step that is tried after a shortened one
_TINY = float(np.finfo(float).tiny)


def settle_ways(side: Side, stations: Stations, supply: Array, ground: Array, first_step: int = 0) -> tuple[Array, int]:
    """Find the substation flows at which valves and arriving temperatures agree, each step for itself.

    The unknown is the transfer units w on the way to each substation, which set the temperature that arrives; the valves
    answer with flows m(w), the flows with ways W(m) = sum of UL / (cp M) over the pipes. W nearly is a line in w for valves
    that are not at a limit, as their flow goes with one over a temperature difference. Newton's method on w = W(m(w)): its
    matrix is that of a tree of resistors, solved exactly in two sweeps. The residual w - W is the gradient, to the flows,
    of the convex function `sum of the integrals of w_i(m_i) - sum of UL/cp ln M`: so there is one solution, and a step that
    climbs out of this function's valley (residual times flow change, against that at its start) is shortened, and what is
    tried after that grows again from there.

    Of H steps, numbered from `first_step` on in messages, `stations` are asked for (S x H), and temperatures are those of
    the supply at the root and of the ground around all pipes (H, K). Returns flows (S x H, kg/s) and the iterations of the
    slowest step.

    Raises:
        ConvergenceError: a step did not settle.
    """
    shape = (len(side.station), len(supply))
    flow = np.empty(shape)
    steps = np.arange(shape[1])  # those that have not settled
    way, base, step, base_residual = (np.zeros(shape) for _ in range(4))
    base_flow = np.full(shape, np.inf)
    share, turns = np.ones(shape[1]), np.zeros(shape[1])
    first, change = True, np.zeros(0)
    for iteration in range(1, MAX_ITERATIONS + 1):
        excess = (supply - ground) * np.exp(-way)
        now, fall = stations.draw(ground + excess)
        pipe_flow = side.through(now)[1:]
        units = np.minimum(side.units(pipe_flow), STANDING)
        found = side.sweeps.along(units)[side.station]
        apart = np.abs(excess - (supply - ground) * np.exp(-found)).max(axis=0, initial=0.0)
        moved = now - base_flow
        change = np.abs(moved).max(axis=0, initial=0.0) / np.maximum(now.sum(axis=0), _TINY)
        # a steep valve answers to the rounding of temperatures
        least = TOLERANCE + _ROUNDING_K * fall.max(axis=0, initial=0.0) / np.maximum(now.sum(axis=0), _TINY)
        settled = (apart <= _EXACT_K) | ((apart <= _TEMPERATURE_K) & (change <= least))
        if np.any(settled):
            flow[:, steps[settled]] = now[:, settled]
            keep = np.flatnonzero(~settled)
            if keep.size == 0:
                return flow, iteration
            steps, supply, ground, stations = steps[keep], supply[keep], ground[keep], stations.at(keep)
            apart, change, share, turns = apart[keep], change[keep], share[keep], turns[keep]
            way, base, step, base_residual, base_flow = (
                v[:, keep] for v in (way, base, step, base_residual, base_flow)
            )
            found, now, excess, moved, fall = (v[:, keep] for v in (found, now, excess, moved, fall))
            units, pipe_flow = units[:, keep], pipe_flow[:, keep]
        residual = way - found
        following = _newton_step(side, fall * np.maximum(excess, 0.0), residual, units, pipe_flow)
        shorter, again, uphill = np.ones(steps.size), np.zeros(steps.size, dtype=bool), np.zeros(steps.size, dtype=bool)
        if not first:
            gained, lost = -(base_residual * moved).sum(axis=0), (residual * moved).sum(axis=0)
            # the sure sign of descent is lost <= 0; a lax test is quicker, but may go in circles
            lax = 0.5 if iteration <= _PATIENCE else 0.02
            again = (lost > lax * np.maximum(gained, 0.0)) & (apart > _NEAR_K)
            shorter = np.where(again, np.clip(gained / np.maximum(gained + lost, _TINY), 0.25, 0.5), 1.0)
            # At a kink of the valves, slopes of the wrong side may point uphill however short the step is. Those of the
            # other side are tried from there, and every other time the plain pass, which never points uphill.
            uphill = again & (gained <= 0.0) & (share < 0.5)
            turns = np.where(uphill, turns + 1, turns)
        first = False
        plain = uphill & (turns % 2 == 0)
        again &= ~uphill | plain
        # a far target stays out of reach for a while: where valves stand at a limit, the test of a step sees nothing
        share = np.where(again, shorter * share, np.minimum(1.0, _REACH * share))
        base, base_flow = np.where(again, base, way), np.where(again, base_flow, now)
        base_residual = np.where(again, base_residual, residual)
        step = np.where(again, shorter * step, share * following)
        if plain.any():
            size = np.abs(step).max(axis=0) / np.maximum(np.abs(base_residual).max(axis=0), _TINY)
            step = np.where(plain, -size * base_residual, step)
        way = np.maximum(base + step, 0.0)
    raise ConvergenceError(
        f"the flows of {steps.size} steps of the radial network did not settle in {MAX_ITERATIONS} iterations "
        f"(worst: step {first_step + steps[np.argmax(change)]}, change {change.max():.1e} of the root flow); "
        "raise the by-pass flow or lower the largest flow of the substations"
    )


def _newton_step(side: Side, rise: Array, residual: Array, units: Array, pipe_flow: Array) -> Array:
    """Newton's step of the ways (S x H), by the growth `rise` of each flow with its way (kg/s) and what ways miss (-)."""
    fall = np.zeros_like(units)  # of a pipe's units per mass flow
    np.divide(units, pipe_flow, out=fall, where=pipe_flow > 0.0)
    potential = side.sweeps.resist(side.on_nodes(rise), side.on_nodes(-rise * residual), fall)
    return -residual - potential[side.station]
