"""Steady incompressible flow in networks with loops: the global gradient algorithm.

Unknown are the mass flow of every branch and the pressure of every node that is not given. Each branch obeys
`dp(m) = p_start - p_end`, each free node conserves mass. Newton's method on both at once leaves one symmetric sparse
system for the pressures (Todini & Pilati 1988). Pressures are piezometric: `p + rho g z`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from rack2city.errors import ConvergenceError, InputError
from rack2city.network.friction import Array
from rack2city.network.graph import HydraulicNetwork

Mask = npt.NDArray[np.bool_]

TOLERANCE = 1e-10
"""Largest accepted last flow change, and mass imbalance, relative to the largest flow (-)."""
_REST = 1e-12  # kg/s: a network whose largest flow is below stands still
_LEAST_SLOPE = 1e-10  # of the largest slope: keeps the matrix regular where a purely quadratic law is at rest


@dataclass(frozen=True)
class HydraulicState:
    """Solution of `solve_hydraulics`.

    Attributes:
        network: the network it belongs to.
        mass_flow_kg_per_s: mass flow per branch (kg/s), positive from start to end.
        drop_pa: pressure drop per branch (Pa), with the sign of its law.
        pressure_pa: piezometric pressure per node (Pa).
        external_kg_per_s: mass flow entering the network from outside per node (kg/s): what was injected, and what the
            nodes of fixed pressure supply.
        iterations: Newton iterations.
        mass_residual: largest mass imbalance of a free node over the largest flow (-).
    """

    network: HydraulicNetwork
    mass_flow_kg_per_s: Array
    drop_pa: Array
    pressure_pa: Array
    external_kg_per_s: Array
    iterations: int
    mass_residual: float

    def flow(self, branch: str) -> float:
        """Mass flow of one branch (kg/s) by its name."""
        return float(self.mass_flow_kg_per_s[self.network.branch_names.index(branch)])

    def pressure(self, node: str) -> float:
        """Piezometric pressure of one node (Pa) by its name."""
        return float(self.pressure_pa[self.network.node_index(node)])


def solve_hydraulics(
    network: HydraulicNetwork,
    fixed_pressure: Mapping[str, float],
    injection: Array | None = None,
    max_iterations: int = 100,
) -> HydraulicState:
    """Solve mass conservation and branch laws together.

    Args:
        network: the graph with its laws.
        fixed_pressure: piezometric pressure (Pa) of at least one node of every connected part, by node name.
        injection: mass flow entering from outside per node (kg/s), negative where it leaves; zero if not given. It must
            be zero at nodes of fixed pressure, which take what is missing.
        max_iterations: Newton iterations before giving up.

    Returns:
        Flows and pressures; the last Newton step changed no flow by more than 1e-10 of the largest.

    Raises:
        InputError: no fixed pressure, a node that no fixed pressure reaches, or an injection that does not fit.
        ConvergenceError: Newton's method did not converge.

    Source: Todini & Pilati (1988); the step is shortened where the content function would rise (Collins et al. 1978).
    """
    nodes = len(network.node_names)
    inflow = np.zeros(nodes) if injection is None else np.asarray(injection, dtype=float)
    is_fixed, pressure = _boundary(network, fixed_pressure, inflow)
    datum = float(pressure[is_fixed].min())  # only differences matter; without it they would drown in rounding
    pressure = np.where(is_fixed, pressure - datum, 0.0)
    scale = float(np.abs(inflow).max())
    flow = np.full(len(network.start), scale if scale > 0.0 else 1.0)
    free = ~is_fixed
    to_free = network.incidence[:, free].tocsr()
    feasible = False  # whether the flows conserve mass: after the first full step they do
    for iteration in range(1, max_iterations + 1):
        drop, slope = _laws(network, flow)
        conductance = 1.0 / np.maximum(slope, _LEAST_SLOPE * slope.max())
        excess = drop - network.incidence @ pressure
        # solved for increments: rounding is then relative to what is left to correct, not to the pressures
        factors = splu((to_free.T @ sp.diags_array(conductance) @ to_free).tocsc()) if free.any() else None
        change = np.zeros_like(pressure)
        if factors is not None:
            change[free] = factors.solve(inflow[free] - to_free.T @ (flow - conductance * excess))
        pressure = pressure + change
        step = conductance * (network.incidence @ change - excess)
        length = _step_length(network, flow, step, pressure) if feasible else 1.0
        flow = flow + length * step
        feasible = True
        largest = max(float(np.abs(flow).max()), scale)
        if not np.isfinite(largest):
            break
        if float(np.abs(step).max()) <= max(TOLERANCE * largest, 0.1 * _REST):
            if factors is not None:
                for _ in range(2):  # what rounding left of the mass imbalance, spread by the same conductances
                    flow = flow + conductance * (to_free @ factors.solve(inflow[free] - to_free.T @ flow))
            return _state(network, flow, pressure + datum, inflow, is_fixed, iteration)
    raise ConvergenceError(
        f"the flow of the hydraulic network did not converge in {max_iterations} iterations; "
        "check that every branch's pressure drop rises with its flow, and the diameters and lengths of its pipes"
    )


def _boundary(network: HydraulicNetwork, fixed_pressure: Mapping[str, float], inflow: Array) -> tuple[Mask, Array]:
    """Mask of fixed nodes and the pressure vector with their values, checked."""
    names = network.node_names
    if not fixed_pressure:
        raise InputError("the hydraulic network has no node of fixed pressure; fix the pressure of at least one node")
    if inflow.shape != (len(names),):
        raise InputError(f"the injection has shape {inflow.shape}; the hydraulic network needs one value per node")
    is_fixed, pressure = np.zeros(len(names), dtype=bool), np.zeros(len(names))
    for name, value in fixed_pressure.items():
        is_fixed[network.node_index(name)], pressure[network.node_index(name)] = True, value
    parts = network.parts()
    loose = np.flatnonzero(~np.isin(parts, parts[is_fixed]))
    if loose.size:
        raise InputError(f"node {names[loose[0]]!r} is not connected to any node of fixed pressure")
    both = np.flatnonzero(is_fixed & (inflow != 0.0))
    if both.size:
        raise InputError(f"node {names[both[0]]!r} has both a fixed pressure and an injected flow; give one of them")
    return is_fixed, pressure


def _laws(network: HydraulicNetwork, flow: Array) -> tuple[Array, Array]:
    """Drop (Pa) and slope (Pa s/kg) of all branches."""
    drops, slopes, first = [], [], 0
    for group in network.groups:
        last = first + len(group.names)
        drop, slope = group.law.drop_and_slope(flow[first:last])
        drops.append(np.broadcast_to(drop, last - first))
        slopes.append(np.broadcast_to(slope, last - first))
        first = last
    return np.concatenate(drops), np.concatenate(slopes)


def _step_length(network: HydraulicNetwork, flow: Array, step: Array, pressure: Array) -> float:
    """Share of the Newton step to take.

    The solution is the minimum of a convex function, the content, whose slope along the (mass-conserving) step is
    `sum(step (dp - p_start + p_end))`. A share is taken once the slope there is clearly
    smaller in size than at its beginning.
    """
    given = network.incidence @ pressure
    slope_before = float(step @ (_laws(network, flow)[0] - given))
    length = 1.0
    for _ in range(30):
        slope_after = float(step @ (_laws(network, flow + length * step)[0] - given))
        if slope_after <= 0.9 * abs(slope_before):  # a negative slope: the minimum lies beyond, take the whole share
            return length
        length *= 0.5
    return length


def _state(
    network: HydraulicNetwork, flow: Array, pressure: Array, inflow: Array, is_fixed: Mask, iterations: int
) -> HydraulicState:
    """The solution with its mass balance, counted anew."""
    if float(np.abs(flow).max()) < _REST:
        flow = np.zeros_like(flow)
    outflow = network.incidence.T @ flow  # what the branches carry away from each node
    largest = float(np.abs(flow).max())
    imbalance = float(np.abs((outflow - inflow)[~is_fixed]).max(initial=0.0))
    residual = imbalance / largest if largest > 0.0 else 0.0
    if residual > TOLERANCE:
        raise ConvergenceError(
            f"mass is conserved to {residual:.1e} of the largest flow only, {TOLERANCE:.0e} is needed; "
            "the branches' resistances differ too widely, merge the shortest pipes"
        )
    external = np.where(is_fixed, outflow, inflow)
    return HydraulicState(network, flow, _laws(network, flow)[0], pressure, external, iterations, residual)
