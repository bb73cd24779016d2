"""Temperatures on solved flows: every node mixes what arrives, and what leaves a branch is a line in what enters it.

`LineMixer` takes any such lines, of steady pipes or of pipes in a step of time; `mix_downstream` is its steady use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.linalg.lapack import dgetrf, dgetrs
from scipy.sparse.linalg import splu

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.solve import HydraulicState
from rack2city.network.pipes.decay import mean_decay

_DENSE = 100  # nodes up to which a dense matrix is solved faster than a sparse one is built
_AT_REST = 1e-12  # of the largest flow: smaller flows are the solver's rounding


def _factored(into: Index, out: Index, share: Array, nodes: int) -> Callable[[Array], Array]:
    """Solver of `T_into - sum share T_out = right`."""
    stuck = InputError("a closed loop has neither entering flow nor loss: its temperature is not determined")
    if nodes <= _DENSE:
        matrix = np.eye(nodes)
        np.subtract.at(matrix, (into, out), share)
        factors, pivots, singular = dgetrf(matrix, overwrite_a=True)
        if singular:
            raise stuck
        return lambda right: np.asarray(dgetrs(factors, pivots, right)[0])
    carried = sp.csc_array((share, (into, out)), shape=(nodes, nodes))
    try:
        solve: Callable[[Array], Array] = splu((sp.eye_array(nodes, format="csc") - carried).tocsc()).solve
    except RuntimeError:  # SuperLU: exactly singular
        raise stuck from None
    return solve


@dataclass(frozen=True)
class HeatState:
    """Solution of `mix_downstream`.

    Attributes:
        node_k: temperature per node (K); nodes without flow are at ambient temperature.
        inlet_k: temperature at the upstream end of each branch (K).
        outlet_k: temperature at the downstream end of each branch (K).
        loss_w: heat lost to ambient per branch (W).
        added_w: heat added to all branches (W).
        carried_out_w: heat the leaving flows carry above what the entering ones brought (W).
        residual: `added - lost - carried out` over the largest of the three (-).
    """

    node_k: Array
    inlet_k: Array
    outlet_k: Array
    loss_w: Array
    added_w: float
    carried_out_w: float
    residual: float


class LineMixer:
    """Upwind mixing where each branch's outlet temperature is `offset + slope * T_in`: one sparse factorisation.

    It is made for given flows; offsets may be changed and mixed again at the cost of a substitution. Temperatures may be
    counted from any datum, if offsets are: `offset - datum * (1 - slope)`. A branch beside another may heed that one's inlet
    too: its outlet is then `offset + slope * T_in + cross * T_in'`.

    Args:
        start: node where each branch starts.
        end: node where it ends.
        flow: mass flow of each branch (kg/s), positive from start to end; zero where it is at rest.
        entering: mass flow that enters each node from outside (kg/s), not negative.
        slope: of each branch's line (-).
        beside: the other branch of each; None where no outlet heeds another branch.
        cross: how each outlet rises with the inlet of the branch beside it (-).

    Raises:
        InputError: a closed loop has neither entering flow nor loss, so that its temperature is not determined.
    """

    def __init__(
        self,
        start: Index,
        end: Index,
        flow: Array,
        entering: Array,
        slope: Array,
        beside: Index | None = None,
        cross: Array | None = None,
    ) -> None:
        nodes = len(entering)
        self.upstream = np.where(flow >= 0.0, start, end)
        self.downstream = np.where(flow >= 0.0, end, start)
        self.amount = np.abs(flow)
        self.entering = entering
        incoming = np.bincount(self.downstream, self.amount, nodes) + entering
        self.still = incoming == 0.0
        moves = self.amount > 0.0
        self._incoming = np.where(self.still, 1.0, incoming)
        # a row per node over what it receives: 1 on the diagonal, so that wide and narrow pipes weigh the same
        into, out, share = self.downstream[moves], self.upstream[moves], (self.amount * slope)[moves]
        if beside is not None and cross is not None:
            heeds = moves & (cross != 0.0)
            into = np.concatenate([into, self.downstream[heeds]])
            out = np.concatenate([out, self.upstream[beside[heeds]]])
            share = np.concatenate([share, (self.amount * cross)[heeds]])
        self._solve = _factored(into, out, share / self._incoming[into], nodes)

    def mix(self, offset: Array, entering_k: Array) -> Array:
        """Node temperatures (K above the datum); zero at nodes that nothing reaches, which `still` tells.

        Args:
            offset: of each branch's line (K).
            entering_k: temperature of what enters each node (K).
        """
        right = np.bincount(self.downstream, self.amount * offset, len(self.entering)) + self.entering * entering_k
        solved: Array = self._solve(right / self._incoming)
        return solved


def mix_downstream(
    state: HydraulicState,
    heat_capacity: float,
    inflow_k: Mapping[str, float],
    heat_w: npt.ArrayLike = 0.0,
    conductance_w_per_k: npt.ArrayLike = 0.0,
    ambient_k: float = 293.15,
) -> HeatState:
    """Temperatures of all nodes by upwind mixing, one sparse linear solve.

    Along a branch of heat capacity flow C, `C dT = q dx/L - UA (T - T_a) dx/L`, solved exactly:
    `T_out = T_in e^-N + T_a (1 - e^-N) + q/C (1 - e^-N)/N`, with `N = UA/C`.

    Args:
        state: solved flows.
        heat_capacity: specific heat capacity (J/(kg K)), constant.
        inflow_k: temperature (K) of what enters from outside, for every node where something does.
        heat_w: heat added uniformly along each branch (W).
        conductance_w_per_k: loss conductance UA of each branch to ambient (W/K).
        ambient_k: ambient temperature (K).

    Returns:
        Temperatures, losses and the energy balance.

    Raises:
        InputError: heat is added to a branch without flow, an entering flow has no temperature, or a closed loop has
            neither entering flow nor loss, so that its temperature is not determined.
    """
    network, flow = state.network, state.mass_flow_kg_per_s
    heat = np.broadcast_to(np.asarray(heat_w, dtype=float), flow.shape)
    conductance = np.broadcast_to(np.asarray(conductance_w_per_k, dtype=float), flow.shape)
    moves = np.abs(flow) > _AT_REST * np.abs(flow).max()
    stuck = np.flatnonzero(~moves & (heat != 0.0))
    if stuck.size:
        raise InputError(f"branch {network.branch_names[stuck[0]]!r} takes up heat but has no flow")
    entering, entering_k = _entering(state, inflow_k, _AT_REST * float(np.abs(flow).max()))

    capacity = np.where(moves, np.abs(flow), 0.0) * heat_capacity
    safe = np.where(moves, capacity, 1.0)
    units = np.where(moves, conductance / safe, 0.0)
    kept, mean = np.exp(-units), mean_decay(units)
    # temperatures are counted from ambient, so that losses need no further term
    gain = heat / safe * mean

    mixer = LineMixer(network.start, network.end, np.where(moves, flow, 0.0), entering, kept)
    excess = mixer.mix(gain, entering_k - ambient_k)
    inlet = excess[mixer.upstream]
    outlet = np.where(moves, inlet * kept + gain, 0.0)
    # heat lost by conductance times mean excess, not by the branch's own balance: so the balance below is a test
    branch_mean = inlet * mean + heat / safe * _mean_rise(units)
    loss = np.where(moves, conductance * branch_mean, 0.0)
    leaving = np.maximum(-state.external_kg_per_s, 0.0) * heat_capacity
    carried_out = float(leaving @ excess - (entering * heat_capacity) @ (entering_k - ambient_k))
    added = float(heat.sum())
    scale = max(abs(added), float(np.abs(loss).sum()), abs(carried_out))
    residual = abs(added - float(loss.sum()) - carried_out) / scale if scale > 0.0 else 0.0
    return HeatState(excess + ambient_k, inlet + ambient_k, outlet + ambient_k, loss, added, carried_out, residual)


def _entering(state: HydraulicState, inflow_k: Mapping[str, float], least: float) -> tuple[Array, Array]:
    """Entering mass flow (kg/s) and its temperature (K) per node."""
    entering = np.where(state.external_kg_per_s > least, state.external_kg_per_s, 0.0)
    entering_k = np.zeros(entering.shape)
    for node in np.flatnonzero(entering).tolist():
        name = state.network.node_names[node]
        if name not in inflow_k:
            raise InputError(f"{entering[node]:.3g} kg/s enter at node {name!r}, but its temperature is not given")
        entering_k[node] = inflow_k[name]
    return entering, entering_k


def _mean_rise(units: Array) -> Array:
    """Mean over the branch of the rise by uniform heat, in q/C: `(1 - (1 - e^-N)/N)/N`; 1/2 at N = 0."""
    large = units > 1e-4
    series = 0.5 - units / 6.0 + units**2 / 24.0  # the closed form cancels for small N
    return np.where(large, (1.0 - mean_decay(units)) / np.where(large, units, 1.0), series)
