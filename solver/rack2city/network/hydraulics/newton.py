"""Newton's method for the flows of a network, on its loops or on its nodes.

Each open branch obeys `dp(m) = p_start - p_end`, each node conserves mass. Flows that conserve mass are those of a
spanning tree plus one unknown flow around each loop; the drops around every loop must cancel. On the loops there are as
many unknowns as chords, none in a tree; on the nodes there is one sparse system for all pressures. Both take the same
steps (Todini & Pilati 1988; Nielsen 1989).
"""

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError
from rack2city.network.hydraulics.graph import HydraulicNetwork
from rack2city.network.hydraulics.spanning import Layout

TOLERANCE = 1e-10
"""Largest accepted last flow change, and mass imbalance, relative to the largest flow (-)."""
REST = 1e-12
"""A network whose largest flow (kg/s) is below stands still."""
_LEAST_SLOPE = 1e-10  # of largest drop over largest flow: keeps a matrix regular where a quadratic law is at rest
_UNBALANCED = 1e-8  # of the largest drop: accepted before the last step, which leaves its square
_ROUNDING = 1e-13  # of the largest drop: a loop's sum of drops cannot be smaller in double precision
_DENSE_LOOPS = 400  # above it the loops' equations are kept sparse


class _Laws:
    """Drops and slopes of the edges of a layout; prescribed lifts and pressures are drops of no slope."""

    def __init__(self, network: HydraulicNetwork, layout: Layout, lift: Array, pressure: Array) -> None:
        self.network = network
        held = network.lift_held
        self.count = len(network.start)
        self.free = np.zeros(layout.edges, dtype=bool)
        self.free[: self.count] = ~(held | network.flow_held | layout.shut)
        self.constant = np.concatenate([np.where(held & ~layout.shut, -lift, 0.0), -pressure])

    def __call__(self, flow: Array) -> tuple[Array, Array]:
        drop, slope = self.network.drop_and_slope(flow[: self.count])
        full_drop, full_slope = self.constant.copy(), np.zeros(flow.size)
        free = self.free[: self.count]
        full_drop[: self.count][free] = drop[free]
        full_slope[: self.count][free] = slope[free]
        return full_drop, full_slope


def solve_loops(
    network: HydraulicNetwork,
    layout: Layout,
    injection: Array,
    lift: Array,
    pressure: Array,
    start: Array | None,
    max_iterations: int,
) -> tuple[Array, Array, int]:
    """Flows by Newton's method on the loop flows.

    Args:
        network: the graph with its laws.
        layout: its structure.
        injection: mass flow entering per node, prescribed branch flows included (kg/s).
        lift: prescribed lift per branch (Pa).
        pressure: pressure per pinned node (Pa).
        start: flows (kg/s) per branch to begin with, or None.
        max_iterations: Newton iterations before giving up.

    Returns:
        Flow (kg/s) and drop (Pa) per edge, and the iterations.

    Raises:
        ConvergenceError: no convergence.
    """
    laws = _Laws(network, layout, lift, pressure)
    base = layout.tree_flow(injection)
    if not len(layout.chords):
        return base, laws(base)[0], 0
    loops = layout.loops
    loops_t = loops.T.tocsr()

    def newton(slope: Array, residual: Array) -> Array:
        return _solve_positive(loops_t @ sp.diags_array(slope) @ loops, residual)

    scale = float(np.abs(injection).max())
    if _usable(start, scale):
        chords = np.asarray(start)[layout.chords]
    else:
        guess = _guess(layout, scale)
        drop, slope = laws(guess)
        slope = _floored(slope, drop, guess, laws.free)
        residual = loops_t @ (drop + slope * np.where(laws.free, base - guess, 0.0))
        chords = newton(slope, -residual)
    flow = layout.flow(injection, chords)
    drop, slope = laws(flow)
    last = np.inf
    for iteration in range(1, max_iterations + 1):
        residual = loops_t @ drop
        step = loops @ newton(_floored(slope, drop, flow, laws.free), -residual)
        flow, drop, slope = _advance(laws, flow, step, drop)
        size = float(np.abs(step).max())
        if _settled(size, last, flow, scale, float(np.abs(residual).max()), drop):
            flow = layout.flow(injection, flow[layout.chords])  # mass to rounding
            return flow, laws(flow)[0], iteration
        last = size
        if not np.isfinite(size):
            break
    raise _not_converged(max_iterations)


def solve_nodes(
    network: HydraulicNetwork,
    layout: Layout,
    injection: Array,
    lift: Array,
    pressure: Array,
    start: Array | None,
    max_iterations: int,
) -> tuple[Array, Array, int]:
    """Flows by Newton's method on all pressures; arguments and results of `solve_loops`.

    Nodes whose pressures differ by a prescribed amount count as one, ground and the fixed pressures among them.
    """
    laws = _Laws(network, layout, lift, pressure)
    nodes = len(layout.order)
    free = np.flatnonzero(laws.free)
    constant = np.where(laws.free, 0.0, laws.constant)
    offset = layout.tree_pressure(constant)
    held = np.flatnonzero(~laws.free)
    held = held[np.isin(held, layout.tree_edge)]
    links = sp.coo_array((np.ones(held.size), (layout.start[held], layout.end[held])), shape=(nodes + 1, nodes + 1))
    count, label = connected_components(links, directed=False)
    rows, ones = np.arange(free.size), np.ones(free.size)
    incidence = sp.csr_array(
        (
            np.concatenate([ones, -ones]),
            (np.concatenate([rows, rows]), np.concatenate([label[layout.start[free]], label[layout.end[free]]])),
        ),
        shape=(free.size, count),
    )
    unknown = np.arange(count) != label[nodes]
    incidence = incidence[:, unknown].tocsr()
    incidence_t = incidence.T.tocsr()
    inflow = np.bincount(label[:nodes], injection, count)[unknown]
    given = offset[layout.start[free]] - offset[layout.end[free]]
    scale = float(np.abs(injection).max())
    feasible = _usable(start, scale)  # whether the flows conserve mass; the first full step makes them do
    flow = layout.flow(injection, np.asarray(start)[layout.chords]) if feasible else _guess(layout, scale)
    shift = np.zeros(int(unknown.sum()))
    drop, slope = laws(flow)
    last = np.inf
    for iteration in range(1, max_iterations + 1):
        conductance = 1.0 / _floored(slope, drop, flow, laws.free)[free]
        excess = drop[free] - given - incidence @ shift
        # solved for increments: rounding is then relative to what is left to correct, not to the pressures
        change = np.zeros_like(shift)
        if shift.size:
            matrix = (incidence_t @ sp.diags_array(conductance) @ incidence).tocsc()
            factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
            change = factors.solve(inflow - incidence_t @ (flow[free] - conductance * excess))
        shift = shift + change
        step = np.zeros_like(flow)
        step[free] = conductance * (incidence @ change - excess)
        drive = np.zeros_like(flow)
        drive[free] = given + incidence @ shift
        if feasible:
            flow, drop, slope = _advance(laws, flow, step, drop, drive)
        else:
            flow, feasible = flow + step, True
            drop, slope = laws(flow)
        size = float(np.abs(step).max())
        if _settled(size, last, flow, scale, float(np.abs(excess).max(initial=0.0)), drop):
            flow = layout.flow(injection, flow[layout.chords])  # mass to rounding
            return flow, laws(flow)[0], iteration
        last = size
        if not np.isfinite(size):
            break
    raise _not_converged(max_iterations)


def _usable(start: Array | None, scale: float) -> bool:
    """Whether given flows are a start; from rest they are not, a quadratic law has no slope there."""
    return start is not None and float(np.abs(start).max(initial=0.0)) > max(1e-3 * scale, REST)


def _guess(layout: Layout, scale: float) -> Array:
    """Flows to linearise the laws at: the largest injection everywhere."""
    return np.full(layout.edges, scale if scale > 0.0 else 1.0)


def _floored(slope: Array, drop: Array, flow: Array, free: Array) -> Array:
    """Slopes (Pa s/kg) of the free edges, none of them zero."""
    largest = max(float(np.abs(flow).max()), 1e-9)
    floor = max(_LEAST_SLOPE * float(np.abs(drop[free]).max(initial=0.0)) / largest, 1e-9)
    return np.where(free, np.maximum(slope, floor), 0.0)


def _solve_positive(matrix: sp.csr_array, right: Array) -> Array:
    """Solves a symmetric positive definite system, scaled to a unit diagonal."""
    scale = 1.0 / np.sqrt(matrix.diagonal())
    if matrix.shape[0] <= _DENSE_LOOPS:
        scaled = scale[:, None] * matrix.toarray() * scale
        try:
            factors = cho_factor(scaled, lower=True, check_finite=False)
        except np.linalg.LinAlgError:  # positive definite but for rounding
            return np.asarray(scale * np.linalg.lstsq(scaled, scale * right, rcond=None)[0])
        return np.asarray(scale * cho_solve(factors, scale * right, check_finite=False))
    weights = sp.diags_array(scale)
    factors = splu(
        (weights @ matrix @ weights).tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return np.asarray(scale * factors.solve(scale * right))


def _advance(
    laws: _Laws, flow: Array, step: Array, drop: Array, drive: Array | float = 0.0
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
        new_drop, new_slope = laws(ahead)
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


def _not_converged(iterations: int) -> ConvergenceError:
    return ConvergenceError(
        f"the flow of the hydraulic network did not converge in {iterations} iterations; "
        "check that every branch's pressure drop rises with its flow, and the diameters and lengths of its pipes"
    )
