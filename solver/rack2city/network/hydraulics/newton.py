"""Newton's method for the flows of a network, on its loops or on its nodes.

Each open branch obeys `dp(m) = p_start - p_end`, each node conserves mass. Flows that conserve mass are those of a
spanning tree plus one unknown flow around each loop; the drops around every loop must cancel. On the loops there are as
many unknowns as chords, none in a tree; on the nodes there is one sparse system for all pressures. Both take the same
steps (Todini & Pilati 1988; Nielsen 1989).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import splu

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.hydraulics.graph import HydraulicNetwork, Mask, incidence, parts
from rack2city.network.hydraulics.spanning import Layout

TOLERANCE = 1e-10
"""Largest accepted last flow change, and mass imbalance, relative to the largest flow (-)."""
REST = 1e-12
"""A network whose largest flow (kg/s) is below stands still."""
_LEAST_SLOPE = 1e-10  # of largest drop over largest flow: keeps a matrix regular where a quadratic law is at rest
_UNBALANCED = 1e-8  # of the largest drop: accepted before the last step, which leaves its square
_ROUNDING = 1e-13  # of the largest drop: a loop's sum of drops cannot be smaller in double precision
_DENSE_LOOPS = 400  # above it the loops' equations are kept sparse


@dataclass(frozen=True)
class Problem:
    """What flows must fulfil on a layout: injections, laws, and held pressures, which are drops of no slope.

    The injection is the mass flow entering per node, prescribed branch flows included (kg/s), the lift that prescribed per
    branch (Pa), the pressure that of each pinned node of the layout (Pa).
    """

    network: HydraulicNetwork
    layout: Layout
    injection: Array
    lift: Array
    pressure: Array

    @property
    def scale(self) -> float:
        """The largest injection (kg/s)."""
        return float(np.abs(self.injection).max())

    @cached_property
    def free(self) -> Mask:
        """Edges that obey a law."""
        held = self.network.lift_held | self.network.flow_held | self.layout.shut
        return np.append(~held, np.zeros(self.pressure.size, dtype=bool))

    @cached_property
    def constant(self) -> Array:
        """Drops (Pa) of the edges whose pressures are held."""
        held = self.network.lift_held & ~self.layout.shut
        return np.concatenate([np.where(held, -self.lift, 0.0), -self.pressure])

    def drop_and_slope(self, flow: Array) -> tuple[Array, Array]:
        """Drop (Pa) and slope (Pa s/kg) of the edges at a flow (kg/s) of each."""
        drop, slope = self.constant.copy(), np.zeros(flow.size)
        free = np.flatnonzero(self.free)
        of_laws = self.network.drop_and_slope(flow[: len(self.network.start)])
        drop[free], slope[free] = (values[free] for values in of_laws)
        return drop, slope


Solution = tuple[Array, Array, int]
"""Flow (kg/s) and drop (Pa) per edge of a layout, and the iterations."""


def solve_flows(problem: Problem, start: Array | None, by_loops: bool, max_iterations: int) -> Solution:
    """Flows by Newton's method, on the loop flows or on all pressures; `start` has flows (kg/s) per branch to begin with.

    Raises:
        ConvergenceError: no convergence in `max_iterations`.
    """
    layout, scale = problem.layout, problem.scale
    if by_loops and not len(layout.chords):
        flow = layout.tree_flow(problem.injection)
        return flow, problem.drop_and_slope(flow)[0], 0
    way: _Loops | _Nodes = _Loops(problem) if by_loops else _Nodes(problem)
    # from rest there is no start, a quadratic law has no slope there: the laws are linearised at the largest injection
    if start is not None and float(np.abs(start).max(initial=0.0)) > max(1e-3 * scale, REST):
        flow, feasible = layout.flow(problem.injection, np.asarray(start)[layout.chords]), True
    else:
        flow, feasible = way.begin(np.full(layout.edges, scale if scale > 0.0 else 1.0))
    drop, slope = problem.drop_and_slope(flow)
    last = np.inf
    for iteration in range(1, max_iterations + 1):
        step, drive, residual = way.step(flow, drop, slope)
        if feasible:
            flow, drop, slope = _advance(problem, flow, step, drop, drive)
        else:
            flow, feasible = flow + step, True
            drop, slope = problem.drop_and_slope(flow)
        size = float(np.abs(step).max())
        if _settled(size, last, flow, scale, float(np.abs(residual).max(initial=0.0)), drop):
            flow = layout.flow(problem.injection, flow[layout.chords])  # mass to rounding
            return flow, problem.drop_and_slope(flow)[0], iteration
        last = size
        if not np.isfinite(size):
            break
    raise ConvergenceError(
        f"the flow of the hydraulic network did not converge in {max_iterations} iterations; "
        "check that every branch's pressure drop rises with its flow, and the diameters and lengths of its pipes"
    )


class _Loops:
    """Newton's steps on the flows around the loops: their drops must cancel."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._loops = problem, problem.layout.loops
        self._loops_t = self._loops.T.tocsr()

    def begin(self, guess: Array) -> tuple[Array, bool]:
        """Flows to start with, by the laws linearised at a guess; whether they conserve mass."""
        problem, layout = self._problem, self._problem.layout
        drop, slope = problem.drop_and_slope(guess)
        slope = _floored(slope, drop, guess, problem.free)
        missing = np.where(problem.free, layout.tree_flow(problem.injection) - guess, 0.0)
        chords = self._newton(slope, -(self._loops_t @ (drop + slope * missing)))
        return layout.flow(problem.injection, chords), True

    def step(self, flow: Array, drop: Array, slope: Array) -> tuple[Array, Array | float, Array]:
        """Change of the flows (kg/s), the pressure differences that drive them, and what the equations lack (Pa)."""
        residual = self._loops_t @ drop
        return self._loops @ self._newton(_floored(slope, drop, flow, self._problem.free), -residual), 0.0, residual

    def _newton(self, slope: Array, right: Array) -> Array:
        """Solves the loops' symmetric positive definite equations, scaled to a unit diagonal."""
        matrix = self._loops_t @ sp.diags_array(slope) @ self._loops
        scale = 1.0 / np.sqrt(matrix.diagonal())
        if matrix.shape[0] > _DENSE_LOOPS:
            weights = sp.diags_array(scale)
            return np.asarray(scale * _factored(weights @ matrix @ weights).solve(scale * right))
        scaled = scale[:, None] * matrix.toarray() * scale
        try:
            factors = cho_factor(scaled, lower=True, check_finite=False)
        except np.linalg.LinAlgError:  # positive definite but for rounding
            return np.asarray(scale * np.linalg.lstsq(scaled, scale * right, rcond=None)[0])
        return np.asarray(scale * cho_solve(factors, scale * right, check_finite=False))


class _Nodes:
    """Newton's steps on all pressures.

    Nodes whose pressures differ by a prescribed amount count as one, ground and the fixed pressures among them.
    """

    def __init__(self, problem: Problem) -> None:
        layout, nodes = problem.layout, len(problem.layout.order)
        self._problem, self._free = problem, np.flatnonzero(problem.free)
        held = np.flatnonzero(~problem.free)
        held = held[np.isin(held, layout.tree_edge)]
        label = parts(layout.start[held], layout.end[held], nodes + 1)
        start, end, count = layout.start[self._free], layout.end[self._free], int(label.max()) + 1
        unknown = np.arange(count) != label[nodes]
        self._incidence = incidence(label[start], label[end], count)[:, unknown].tocsr()
        self._incidence_t = self._incidence.T.tocsr()
        self._inflow = np.bincount(label[:nodes], problem.injection, count)[unknown]
        offset = layout.tree_pressure(np.where(problem.free, 0.0, problem.constant))
        self._given = offset[start] - offset[end]
        self._shift = np.zeros(int(unknown.sum()))

    def begin(self, guess: Array) -> tuple[Array, bool]:
        """See `_Loops`: the first full step makes the flows conserve mass."""
        return guess, False

    def step(self, flow: Array, drop: Array, slope: Array) -> tuple[Array, Array | float, Array]:
        """See `_Loops`."""
        free, incidence, step, drive = self._free, self._incidence, np.zeros_like(flow), np.zeros_like(flow)
        conductance = 1.0 / _floored(slope, drop, flow, self._problem.free)[free]
        excess = drop[free] - self._given - incidence @ self._shift
        # solved for increments: rounding is then relative to what is left to correct, not to the pressures
        change = np.zeros_like(self._shift)
        if change.size:
            matrix = self._incidence_t @ sp.diags_array(conductance) @ incidence
            lacking = self._inflow - self._incidence_t @ (flow[free] - conductance * excess)
            change = _factored(matrix).solve(lacking)
        self._shift = self._shift + change
        step[free] = conductance * (incidence @ change - excess)
        drive[free] = self._given + incidence @ self._shift
        return step, drive, excess


def _factored(matrix: sp.csr_array) -> Any:
    """Triangular factors of a sparse symmetric positive definite matrix."""
    options = {"SymmetricMode": True}
    return splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)


def _floored(slope: Array, drop: Array, flow: Array, free: Mask) -> Array:
    """Slopes (Pa s/kg) of the free edges, none of them zero."""
    largest = max(float(np.abs(flow).max()), 1e-9)
    floor = max(_LEAST_SLOPE * float(np.abs(drop[free]).max(initial=0.0)) / largest, 1e-9)
    return np.where(free, np.maximum(slope, floor), 0.0)


def _advance(
    problem: Problem, flow: Array, step: Array, drop: Array, drive: Array | float
) -> tuple[Array, Array, Array]:
    """Flows after the Newton step or a share of it, with their drops and slopes.

    The solution is the minimum of a convex function, the content (Collins et al. 1978), whose slope along a step that
    conserves mass is `sum(step (dp - drive))`. The whole step is taken unless the slope at its end says that
    it went clearly too far, as over the kink of a check valve; then the minimum is bracketed.
    """
    before = abs(float(step @ (drop - drive)))
    low, high, share = 0.0, 1.0, 1.0
    for _ in range(60):
        ahead = flow + share * step
        new_drop, new_slope = problem.drop_and_slope(ahead)
        content = float(step @ (new_drop - drive))
        if abs(content) <= 0.5 * before or (share == 1.0 and content < 0.0):
            break
        low, high = (share, high) if content < 0.0 else (low, share)
        share = 0.5 * (low + high)
    return ahead, new_drop, new_slope


def _settled(size: float, last: float, flow: Array, scale: float, residual: float, drop: Array) -> bool:
    """Whether the last step was small enough, or no smaller one is possible in double precision."""
    largest = max(float(np.abs(flow).max()), scale)
    largest_drop = float(np.abs(drop).max())
    if size <= 0.1 * REST or (size <= TOLERANCE * largest and residual <= _UNBALANCED * largest_drop):
        return True
    return size >= 0.25 * last and size <= 1e-4 * largest and residual <= _ROUNDING * largest_drop
