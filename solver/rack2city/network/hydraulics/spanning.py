"""The structure of a network for its solver: a spanning tree, the chords that close loops, and parts that are cut off.

All of it depends on which branches are open and which nodes hold a pressure, not on any flow; it is made once and used
for every step. A fixed pressure counts as a branch of prescribed lift from an outer node, `ground`, so that every part
hangs on one tree.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from scipy.sparse.linalg import splu

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import HydraulicNetwork, Index, Mask, incidence, parts


@dataclass(frozen=True)
class Layout:
    """Spanning tree of the open branches, rooted at ground; made by `lay_out`.

    Edges are the branches, followed by one edge from ground to each pinned node. N nodes, B branches, E edges, L loops.
    Nodes of given pressure are `fixed`; `pinned` has them, followed by one node of each part that no fixed pressure
    reaches. Branches without flow are `shut`, check valves found closed among them (B). Open branches of free flow join
    nodes to parts, by number (N), those of fixed pressure to `ground_part`. Edges go from `start` to `end`, N for ground
    (E). `order` has the nodes so that each comes after the one `above` it, which is given by its place in `order`, -1 for
    ground; `tree_edge` is the edge on which each hangs there, and `tree_sign` +1 where that points away from ground (N).
    `chords` are the edges that close a loop (L).
    """

    network: HydraulicNetwork
    fixed: Index
    pinned: Index
    shut: Mask
    part: Index
    ground_part: int
    start: Index
    end: Index
    order: Index
    tree_edge: Index
    tree_sign: Array
    above: Index
    chords: Index

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.start)

    @cached_property
    def _factors(self) -> Any:
        """Triangular factors of the tree's mass balances: x_v less what its children take is what v takes."""
        count = len(self.order)
        below = np.flatnonzero(self.above >= 0)
        onwards = sp.csc_array((np.ones(below.size), (self.above[below], below)), shape=(count, count))
        matrix = (sp.eye_array(count, format="csc") - onwards).tocsc()
        return splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"Equil": False})

    def tree_flow(self, injection: Array) -> Array:
        """Flow of the edges (E or E x H) that carries an injection (N or N x H) to ground through the tree alone."""
        flow = np.zeros((self.edges, *injection.shape[1:]))
        sign = self.tree_sign if injection.ndim == 1 else self.tree_sign[:, None]
        flow[self.tree_edge] = sign * self._factors.solve(np.ascontiguousarray(-injection[self.order]))
        return flow

    def flow(self, injection: Array, chords: Array) -> Array:
        """Flow of the edges (E) for given chord flows (L): the tree carries the rest, mass is conserved to rounding."""
        flow = self.tree_flow(injection + self.injection_of_chords @ chords)
        flow[self.chords] += chords
        return flow

    def tree_pressure(self, drop: Array) -> Array:
        """Pressure of the nodes (N or N x H) by the drops of the edges (E or E x H) along the tree; ground is at zero."""
        pressure = np.empty((len(self.order), *drop.shape[1:]))
        sign = self.tree_sign if drop.ndim == 1 else self.tree_sign[:, None]
        pressure[self.order] = self._factors.solve(np.ascontiguousarray(-sign * drop[self.tree_edge]), "T")
        return pressure

    @cached_property
    def loops(self) -> sp.csr_array:
        """Edges x loops: flow of the edges when one unit goes round each loop along its chord."""
        count, nodes = len(self.chords), len(self.order)
        block = max(1, 4_000_000 // nodes)  # bounds the memory of the dense columns
        pieces = [sp.csc_array((self.edges, 0))]
        for first in range(0, count, block):
            chords = self.chords[first : first + block]
            columns = np.arange(chords.size)
            injection = np.zeros((nodes, chords.size))
            injection[self.start[chords], columns] -= 1.0
            injection[self.end[chords], columns] += 1.0
            flow = self.tree_flow(injection)
            flow[chords, columns] = 1.0
            pieces.append(sp.csc_array(flow))
        return sp.csr_array(sp.hstack(pieces))

    @cached_property
    def injection_of_chords(self) -> sp.csr_array:
        """Nodes x loops: what a unit flow of each chord brings to its ends."""
        return -incidence(self.start[self.chords], self.end[self.chords], len(self.order)).T.tocsr()

    @cached_property
    def islanded(self) -> Mask:
        """Nodes that no open path joins to a fixed pressure."""
        return self.part != self.ground_part


def lay_out(network: HydraulicNetwork, fixed: Index, closed: Mask | None = None, scale: float = 1.0) -> Layout:
    """Structure of a network with nodes of fixed pressure.

    The tree takes the branches that resist least at the mass flow `scale` (kg/s), the loops are closed by those that resist
    most, which keeps the loops' equations apart. `closed` are branches to shut besides those that are, such as check valves.

    Raises:
        InputError: a node is not joined to any fixed pressure though all valves be open, or the pressure difference
            between two nodes is held twice.
    """
    nodes = len(network.node_names)
    shut = network.shut if closed is None else network.shut | closed
    _refuse_loose_nodes(network, fixed)
    lift = np.flatnonzero(network.lift_held & ~shut)
    law = np.flatnonzero(~(network.lift_held | network.flow_held | shut))
    joined = np.concatenate([lift, law])
    start = np.concatenate([network.start[joined], np.full(len(fixed), nodes)])
    end = np.concatenate([network.end[joined], fixed])
    labels = parts(start, end, nodes + 1)
    first_of_part = np.unique(labels, return_index=True)[1]
    pins = first_of_part[labels[first_of_part] != labels[nodes]].astype(np.intp)
    pinned = np.concatenate([np.asarray(fixed, dtype=np.intp), pins])

    edge = np.concatenate([lift, np.arange(len(pinned)) + len(network.start), law])  # in order of preference
    preferred = lift.size + pinned.size
    all_start = np.concatenate([network.start, np.full(len(pinned), nodes, dtype=np.intp)])
    all_end = np.concatenate([network.end, pinned])
    edge[preferred:] = law[np.argsort(_resistance(network, scale)[law], kind="stable")]
    in_tree, order, predecessor = _span(all_start[edge], all_end[edge], nodes)
    chords = edge[~in_tree]
    twice = edge[:preferred][~in_tree[:preferred]]
    if twice.size:
        _refuse_double_hold(network, twice, all_end)

    tree = edge[in_tree]
    hang = np.full(nodes + 1, -1, dtype=np.intp)  # the tree edge on which each node hangs
    away = predecessor[all_end[tree]] == all_start[tree]
    away &= ~((predecessor[all_start[tree]] == all_end[tree]) & (all_start[tree] != nodes))
    hang[np.where(away, all_end[tree], all_start[tree])] = tree
    order = order[1:]
    position = np.full(nodes + 1, -1, dtype=np.intp)
    position[order] = np.arange(nodes)
    tree_edge = hang[order]
    sign = np.where(all_end[tree_edge] == order, 1.0, -1.0)
    above = position[predecessor[order]]
    place = labels[:nodes], int(labels[nodes])
    return Layout(network, fixed, pinned, shut, *place, all_start, all_end, order, tree_edge, sign, above, chords)


def _resistance(network: HydraulicNetwork, scale: float) -> Array:
    """Slope of every law at a flow of either sign, the larger: so closed check valves are the last to join the tree."""
    flow = np.full(len(network.start), scale)
    forward, backward = network.drop_and_slope(flow)[1], network.drop_and_slope(-flow)[1]
    return np.maximum(forward, backward)


def _span(start: Index, end: Index, nodes: int) -> tuple[Mask, Index, Index]:
    """Spanning tree that prefers early edges: mask of its edges, nodes breadth first from ground, and predecessors."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    _, first = np.unique(low * (nodes + 1) + high, return_index=True)  # of parallel edges, the earliest
    low, high = low.astype(np.int32), high.astype(np.int32)  # the only indices that csgraph takes
    shape = (nodes + 1, nodes + 1)
    graph = sp.csr_array((first + 1.0, (low[first], high[first])), shape=shape)  # weight: place in the order
    tree = minimum_spanning_tree(graph)
    in_tree = np.zeros(start.size, dtype=bool)
    in_tree[np.rint(tree.data).astype(np.intp) - 1] = True
    order, predecessor = breadth_first_order(tree, nodes, directed=False)
    return in_tree, order.astype(np.intp), predecessor.astype(np.intp)


def _refuse_loose_nodes(network: HydraulicNetwork, fixed: Index) -> None:
    """Every node is joined to a fixed pressure, by whatever branches."""
    part = parts(network.start, network.end, len(network.node_names))
    loose = np.flatnonzero(~np.isin(part, part[fixed]))
    if loose.size:
        raise InputError(f"node {network.node_names[loose[0]]!r} is not connected to any node of fixed pressure")


def _refuse_double_hold(network: HydraulicNetwork, twice: Index, end: Index) -> None:
    """Names the branch, or the node of fixed pressure, that closes a loop of held pressures."""
    lifts = np.flatnonzero(network.lift_held)
    name = network.branch_names[twice[0]] if twice[0] < len(network.start) else network.branch_names[lifts[0]]
    a, b = (network.node_names[n] for n in (end[twice[0]], network.start[lifts[0]]))
    raise InputError(
        f"branch {name!r} holds a pressure difference that other prescribed pressures hold already "
        f"(between nodes {b!r} and {a!r}); let one of them hold its flow instead"
    )
