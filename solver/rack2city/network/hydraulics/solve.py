"""Steady incompressible flow in networks: pipes, valves, pumps, prescribed flows and lifts, loops.

Unknown are the mass flow of every branch and the pressure of every node that is not given. Each branch obeys
`dp(m) = p_start - p_end`, or holds its flow or its lift; each free node conserves mass. Pressures are piezometric:
`p + rho g z`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.hydraulics.check_valves import settle_check_valves
from rack2city.network.hydraulics.graph import HydraulicNetwork, Index, Mask
from rack2city.network.hydraulics.newton import REST, TOLERANCE, Problem, Solution, solve_flows
from rack2city.network.hydraulics.spanning import Layout, lay_out


@dataclass(frozen=True)
class HydraulicState:
    """Solution of `solve_hydraulics`.

    Attributes:
        network: the network.
        mass_flow_kg_per_s: mass flow per branch (kg/s), positive from start to end.
        drop_pa: pressure drop per branch (Pa), with the sign of its law; `p_start - p_end` where a flow is prescribed or
            the branch is shut.
        pressure_pa: piezometric pressure per node (Pa); not a number where closed branches leave it undetermined.
        external_kg_per_s: mass flow entering the network from outside per node (kg/s): what was injected, and what the
            nodes of fixed pressure supply.
        iterations: Newton iterations; none where every flow follows from mass conservation.
        mass_residual: largest mass imbalance of a free node over the largest flow (-).
        islanded: names of the nodes that closed branches cut off from every fixed pressure.
        layout: structure of the network, to be given to the next solution of the same network.
    """

    network: HydraulicNetwork
    mass_flow_kg_per_s: Array
    drop_pa: Array
    pressure_pa: Array
    external_kg_per_s: Array
    iterations: int
    mass_residual: float
    islanded: tuple[str, ...] = ()
    layout: Layout | None = None

    def flow(self, branch: str) -> float:
        """Mass flow of one branch (kg/s) by its name."""
        return float(self.mass_flow_kg_per_s[self.network.branch_index(branch)])

    def drop(self, branch: str) -> float:
        """Pressure drop of one branch (Pa) by its name."""
        return float(self.drop_pa[self.network.branch_index(branch)])

    def pressure(self, node: str) -> float:
        """Piezometric pressure of one node (Pa) by its name."""
        return float(self.pressure_pa[self.network.node_index(node)])


def solve_hydraulics(
    network: HydraulicNetwork,
    fixed_pressure: Mapping[str, float],
    injection: Array | None = None,
    max_iterations: int = 100,
    method: Literal["auto", "loops", "nodes"] = "auto",
    held_flow: Array | None = None,
    held_lift: Array | None = None,
    before: HydraulicState | None = None,
) -> HydraulicState:
    """Solve mass conservation and branch laws together.

    Args:
        network: the graph with its laws.
        fixed_pressure: piezometric pressure (Pa) of at least one node of every connected part, by node name.
        injection: mass flow entering from outside per node (kg/s), negative where it leaves; zero if not given. It must
            be zero at nodes of fixed pressure, which take what is missing.
        max_iterations: Newton iterations before giving up.
        method: "loops" solves for the flows around loops, "nodes" for all pressures at once, "auto" takes the loops
            where they are few. The results agree to rounding.
        held_flow: values (kg/s, one per branch) to take instead of the network's own prescribed flows.
        held_lift: values (Pa, one per branch) to take instead of the network's own prescribed lifts.
        before: a solution of a network with the same nodes, branches, shut branches and fixed nodes; its structure is
            used again and its flows begin the iteration.

    Returns:
        Flows and pressures; the last Newton step changed no flow by more than 1e-10 of the largest.

    Raises:
        InputError: no fixed pressure, a node that no fixed pressure reaches, an injection or a prescribed flow that
            closed branches or check valves leave no way, a pressure difference held twice, or a value that is not finite.
        ConvergenceError: Newton's method did not converge.

    Source: Todini & Pilati (1988); the step is shortened where the content function would rise (Collins et al. 1978).
    """
    nodes = len(network.node_names)
    inflow = np.zeros(nodes) if injection is None else np.asarray(injection, dtype=float)
    fixed, pressure = _boundary(network, fixed_pressure, inflow)
    flow_of_held = network.held_flow() if held_flow is None else np.where(network.flow_held, held_flow, 0.0)
    flow_of_held = np.where(network.shut, 0.0, flow_of_held)
    lift = network.held_lift() if held_lift is None else np.where(network.lift_held, held_lift, 0.0)
    for what, values in (("injection", inflow), ("prescribed flow", flow_of_held), ("prescribed lift", lift)):
        if not np.all(np.isfinite(values)):
            raise InputError(f"a value of the {what} of the hydraulic network is not a finite number")
    total = inflow - network.leaving @ flow_of_held
    scale = max(float(np.abs(total).max()), float(np.abs(flow_of_held).max()))
    total[np.abs(total) <= 1e-15 * scale] = 0.0  # prescribed flows that pass through a node cancel

    layout = before.layout if before is not None else None
    if layout is None or not _fits(layout, network, fixed):
        layout = lay_out(network, fixed, scale=scale if scale > 0.0 else 1.0)
    _refuse_cut_off(layout, inflow, flow_of_held)
    datum = float(pressure.min())  # only differences matter; without it they would drown in rounding
    pinned = np.concatenate([pressure - datum, np.zeros(len(layout.pinned) - len(fixed))])
    start = None if before is None or before.layout is not layout else before.mass_flow_kg_per_s
    by_loops = method == "loops" or (method == "auto" and _few_loops(layout))
    problem = Problem(network, layout, total, lift, pinned)
    final, solution = layout, solve_flows(problem, start, by_loops, max_iterations)
    if network.one_way.any():
        final, solution = settle_check_valves(problem, solution, by_loops, max_iterations)
    pressures = final.tree_pressure(solution[1]) + datum
    pressures[layout.islanded] = np.nan
    return _state(problem, final.shut, solution, flow_of_held, pressures, inflow)


def _boundary(network: HydraulicNetwork, fixed_pressure: Mapping[str, float], inflow: Array) -> tuple[Index, Array]:
    """Nodes of fixed pressure and their values, checked."""
    names = network.node_names
    if not fixed_pressure:
        raise InputError("the hydraulic network has no node of fixed pressure; fix the pressure of at least one node")
    if inflow.shape != (len(names),):
        raise InputError(f"the injection has shape {inflow.shape}; the hydraulic network needs one value per node")
    fixed = np.array([network.node_index(name) for name in fixed_pressure], dtype=np.intp)
    pressure = np.array(list(fixed_pressure.values()), dtype=float)
    if not np.all(np.isfinite(pressure)):
        raise InputError("a fixed pressure of the hydraulic network is not a finite number")
    both = fixed[inflow[fixed] != 0.0]
    if both.size:
        raise InputError(f"node {names[both[0]]!r} has both a fixed pressure and an injected flow; give one of them")
    return fixed, pressure


def _fits(layout: Layout, network: HydraulicNetwork, fixed: Index) -> bool:
    """Whether a layout made for another set of values serves this network too."""
    other, names = layout.network, ("start", "end", "shut", "flow_held", "lift_held")
    if not np.array_equal(layout.fixed, fixed) or len(other.node_names) != len(network.node_names):
        return False
    return other is network or all(np.array_equal(getattr(other, name), getattr(network, name)) for name in names)


def _few_loops(layout: Layout) -> bool:
    """Whether the loops' equations are cheaper than the nodes'."""
    return len(layout.chords) <= 20 + len(layout.order) // 100  # measured: equal cost at one to five in a hundred


def _refuse_cut_off(layout: Layout, inflow: Array, held_flow: Array) -> None:
    """A part that no fixed pressure reaches may neither take nor give anything."""
    cut = layout.islanded
    if not cut.any():
        return
    network = layout.network
    fed = np.flatnonzero(cut & (inflow != 0.0))
    if fed.size:
        verb = "receives" if inflow[fed[0]] > 0.0 else "draws"
        raise InputError(
            f"node {network.node_names[fed[0]]!r} {verb} {abs(inflow[fed[0]]):.3g} kg/s, but closed branches "
            "cut it off from every fixed pressure"
        )
    crossing = np.flatnonzero((layout.part[network.start] != layout.part[network.end]) & (held_flow != 0.0))
    for branch in crossing[cut[network.start[crossing]] | cut[network.end[crossing]]]:
        node = network.start[branch] if cut[network.start[branch]] else network.end[branch]
        raise InputError(
            f"branch {network.branch_names[branch]!r} prescribes {held_flow[branch]:.3g} kg/s at node "
            f"{network.node_names[node]!r}, but no open path of free flow joins that node to a fixed pressure"
        )


def _state(
    problem: Problem, idle: Mask, solution: Solution, held_flow: Array, pressure: Array, inflow: Array
) -> HydraulicState:
    """The solution with its mass balance, counted anew; `idle` branches have no law that gives a drop."""
    network, layout, count = problem.network, problem.layout, len(held_flow)
    flow, drop = solution[0][:count] + held_flow, solution[1][:count]
    if float(np.abs(flow).max()) < REST:
        flow = np.zeros_like(flow)
        drop = np.where(network.lift_held, drop, network.drop_and_slope(flow)[0])
    drop = np.where(idle | network.flow_held, pressure[network.start] - pressure[network.end], drop)
    outflow = network.leaving @ flow  # what the branches carry away from each node
    largest = float(np.abs(flow).max())
    is_fixed = np.zeros(len(network.node_names), dtype=bool)
    is_fixed[layout.fixed] = True
    imbalance = float(np.abs((outflow - inflow)[~is_fixed]).max(initial=0.0))
    residual = imbalance / largest if largest > 0.0 else 0.0
    if residual > TOLERANCE:
        raise ConvergenceError(
            f"mass is conserved to {residual:.1e} of the largest flow only, {TOLERANCE:.0e} is needed; "
            "the branches' resistances differ too widely, merge the shortest pipes"
        )
    external = np.where(is_fixed, outflow, inflow)
    islanded = tuple(network.node_names[node] for node in np.flatnonzero(layout.islanded).tolist())
    return HydraulicState(network, flow, drop, pressure, external, solution[2], residual, islanded, layout)
