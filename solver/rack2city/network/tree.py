"""A radial network of pipe pairs: the tree, its substations and its liquid."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rack2city.errors import InputError
from rack2city.network.friction import Array
from rack2city.network.graph import Index


@dataclass(frozen=True)
class Liquid:
    """Constant properties of the liquid, taken at the network's mean temperature.

    Attributes:
        density: density (kg/m3).
        heat_capacity: specific heat capacity (J/(kg K)).
        viscosity: dynamic viscosity (Pa s).
    """

    density: float
    heat_capacity: float
    viscosity: float


@dataclass(frozen=True)
class RadialTree:
    """Pipe pairs (supply and return alike) from one root outwards; pipe fields hold one value per pair.

    Attributes:
        node_names: one unique name per node.
        pipe_names: one name per pipe pair.
        start: node index at the root's side of each pair.
        end: node index at the far side; every node but the root is the end of exactly one pair.
        length_m: trench length (m).
        diameter_m: inner diameter (m).
        roughness_m: wall roughness (m).
        supply_loss_w_per_m_k: heat loss coefficient of the supply pipe to the ground (W/(m K)).
        return_loss_w_per_m_k: the same of the return pipe (W/(m K)).
        minor_loss: local loss coefficients of one pipe (-).

    Raises:
        InputError: the pairs are not a tree.
    """

    node_names: Sequence[str]
    pipe_names: Sequence[str]
    start: Index
    end: Index
    length_m: Array
    diameter_m: Array
    roughness_m: Array
    supply_loss_w_per_m_k: Array
    return_loss_w_per_m_k: Array
    minor_loss: Array | float = 0.0

    def __post_init__(self) -> None:
        """Check that the pairs are a tree; the order of `downstream_order` does it."""
        _ = self.downstream_order

    @cached_property
    def root(self) -> int:
        """Node index of the root, the only node where no pair ends."""
        fed = np.bincount(np.asarray(self.end, dtype=np.intp), minlength=len(self.node_names))
        if np.any(fed > 1):
            node = int(np.argmax(fed > 1))
            raise InputError(
                f"node {self.node_names[node]!r} is the end of {fed[node]} pipes; a radial network has one"
            )
        roots = np.flatnonzero(fed == 0)
        if roots.size != 1:
            names = ", ".join(repr(self.node_names[node]) for node in roots[:5]) or "none"
            raise InputError(f"a radial network has one node that no pipe feeds, its root; here: {names}")
        return int(roots[0])

    @cached_property
    def feeding_pipe(self) -> Index:
        """Pipe that ends at each node; -1 at the root."""
        pipe = np.full(len(self.node_names), -1, dtype=np.intp)
        pipe[self.end] = np.arange(len(self.end))
        return pipe

    @cached_property
    def downstream_order(self) -> Index:
        """Pipes in an order that meets every pipe after the one that feeds it."""
        children: list[list[int]] = [[] for _ in self.node_names]
        for pipe, node in enumerate(np.asarray(self.start, dtype=np.intp)):
            children[node].append(pipe)
        order, front = [], [self.root]
        while front:
            pipes = [pipe for node in front for pipe in children[node]]
            order += pipes
            front = [int(self.end[pipe]) for pipe in pipes]
        if len(order) != len(self.end):
            missing = next(pipe for pipe in range(len(self.end)) if pipe not in set(order))
            raise InputError(f"pipe {self.pipe_names[missing]!r} is not connected to {self.node_names[self.root]!r}")
        return np.array(order, dtype=np.intp)


@dataclass(frozen=True)
class Substations:
    """Where heat is taken from the network; fields hold one value per substation.

    Attributes:
        node: node index.
        return_k: temperature the substation cools its flow down to (K).
        bypass_kg_per_s: least flow, kept up by a thermostatic by-pass (kg/s).
        max_flow_kg_per_s: largest flow its valve lets through (kg/s).
        min_difference_k: least difference of arriving supply and return its exchanger is made for (K), one for all.
        drop_pa: pressure drop over exchanger and valve (Pa), one for all.

    Raises:
        InputError: a by-pass flow exceeds the largest flow, or a value is not positive where it must be.
    """

    node: Index
    return_k: Array
    bypass_kg_per_s: Array
    max_flow_kg_per_s: Array
    min_difference_k: float = 5.0
    drop_pa: float = 0.0

    def __post_init__(self) -> None:
        """Check the limits of the flow."""
        bypass, largest = np.asarray(self.bypass_kg_per_s), np.asarray(self.max_flow_kg_per_s)
        if not (np.all(bypass >= 0.0) and np.all(largest > 0.0) and np.all(bypass <= largest)):
            raise InputError("every substation needs 0 <= by-pass flow <= largest flow, and a largest flow above zero")
        if not self.min_difference_k > 0.0:
            raise InputError(
                f"the least temperature difference of a substation is {self.min_difference_k} K; it must be positive"
            )
