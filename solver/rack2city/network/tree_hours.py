"""Many hours at once where flows follow from mass conservation alone, as in a radial network of given substation flows."""

import numpy as np

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import HydraulicNetwork
from rack2city.network.hydraulics.spanning import Layout, lay_out


def flows_of_tree(
    network: HydraulicNetwork, injection: Array | None, reference: str, held_flow: Array | None = None
) -> Array:
    """Flows of many hours at once where they follow from mass conservation alone: no loop but through prescribed flows.

    Args:
        network: the graph; its laws are not asked.
        injection: mass flow entering per hour and node (H x N, kg/s); the reference node takes what is missing. None
            for zero.
        reference: node that holds the pressure.
        held_flow: prescribed flows per hour and branch (H x B, kg/s; only prescribed branches count); the network's own
            if not given.

    Returns:
        Mass flow per hour and branch (H x B, kg/s).

    Raises:
        InputError: the open branches of free flow form a loop or leave a node without a path to the reference.
    """
    layout = _tree_layout(network, reference)
    held = network.held_flow() if held_flow is None else np.where(network.flow_held & ~network.shut, held_flow, 0.0)
    entering = -(network.incidence.T @ np.atleast_2d(held).T)  # nodes x hours
    if injection is not None:
        entering = entering + np.atleast_2d(np.asarray(injection, dtype=float)).T
    return np.asarray(layout.tree_flow(entering)[: len(network.start)].T + held)


def pressures_of_tree(
    network: HydraulicNetwork, flow: Array, reference: str, held_lift: Array | None = None, block: int = 256
) -> Array:
    """Pressures of many hours at once on flows of `flows_of_tree`.

    Args:
        network: the graph with its laws, each of which must take hours x branches.
        flow: mass flow per hour and branch (H x B, kg/s).
        reference: node that holds the pressure.
        held_lift: prescribed lifts per hour and branch (H x B, Pa); the network's own if not given.
        block: hours at a time, which bounds the memory.

    Returns:
        Piezometric pressure per hour and node above that of the reference (H x N, Pa).

    Raises:
        InputError: see `flows_of_tree`; the network has a check valve against which something flows.
    """
    layout = _tree_layout(network, reference)
    back = np.flatnonzero(network.one_way & (flow < 0.0).any(axis=0))
    if back.size:
        raise InputError(f"the flow through check valve {network.branch_names[back[0]]!r} is against its direction")
    count, hours = len(network.start), flow.shape[0]
    pressure = np.empty((hours, len(network.node_names)))
    for first in range(0, hours, block):
        now = slice(first, min(first + block, hours))
        drop = np.zeros((flow[now].shape[0], layout.edges))
        drop[:, :count] = network.drop_and_slope(flow[now])[0]
        if held_lift is not None:
            drop[:, :count] = np.where(network.lift_held, -held_lift[now], drop[:, :count])
        pressure[now] = layout.tree_pressure(drop.T).T
    return pressure


def _tree_layout(network: HydraulicNetwork, reference: str) -> Layout:
    """Structure of a network that must be a tree, of which the reference reaches every node."""
    layout = lay_out(network, np.array([network.node_index(reference)]))
    if len(layout.chords):
        name = network.branch_names[layout.chords[0]]
        raise InputError(f"branch {name!r} closes a loop: its flow does not follow from mass conservation alone")
    if layout.islanded.any():
        name = network.node_names[int(np.argmax(layout.islanded))]
        raise InputError(f"no open branch of free flow joins node {name!r} to the reference {reference!r}")
    return layout
