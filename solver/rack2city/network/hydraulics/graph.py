"""The graph of a hydraulic network: nodes, and groups of branches that share a law."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.laws import Law, PrescribedFlow, PrescribedLift
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw

Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BranchGroup:
    """Branches of one law, each from a start node to an end node.

    Attributes:
        names: one name per branch.
        start: node index where each branch starts; its flow is positive from start to end.
        end: node index where each branch ends.
        law: the pressure drop of all of them, or what is held in them.
        closed: whether a branch is shut, one value or one per branch; a shut branch has no flow.
    """

    names: Sequence[str]
    start: npt.ArrayLike
    end: npt.ArrayLike
    law: Law
    closed: npt.ArrayLike = False


@dataclass(frozen=True)
class HydraulicNetwork:
    """Nodes, each of a unique name, joined by groups of branches; branches are numbered through the groups in their order.

    Raises:
        InputError: no branch at all, names that repeat, ends that do not match the names, or a node index that does
            not exist.
    """

    node_names: Sequence[str]
    groups: Sequence[BranchGroup]

    def __post_init__(self) -> None:
        if not self.branch_names:
            raise InputError("the hydraulic network has no branch; give at least one")
        for what, names in (("node", list(self.node_names)), ("branch", list(self.branch_names))):
            double = sorted(name for name, count in Counter(names).items() if count > 1)
            if double:
                raise InputError(
                    f"the {what} name {double[0]!r} stands twice in the hydraulic network; names are unique"
                )
        for group in self.groups:
            ends = np.stack([np.asarray(group.start, dtype=int), np.asarray(group.end, dtype=int)])
            if ends.shape != (2, len(group.names)):
                raise InputError(f"the group of branch {group.names[0]!r} needs one start and one end per branch")
            wrong = np.flatnonzero(((ends < 0) | (ends >= len(self.node_names))).any(axis=0) | (ends[0] == ends[1]))
            if wrong.size:
                raise InputError(f"branch {group.names[wrong[0]]!r} must join two different nodes of the network")

    @cached_property
    def branch_names(self) -> tuple[str, ...]:
        """Names of all branches."""
        return tuple(name for group in self.groups for name in group.names)

    @cached_property
    def start(self) -> Index:
        """Start node of every branch."""
        return np.concatenate([np.asarray(group.start, dtype=np.intp) for group in self.groups])

    @cached_property
    def end(self) -> Index:
        """End node of every branch."""
        return np.concatenate([np.asarray(group.end, dtype=np.intp) for group in self.groups])

    @cached_property
    def leaving(self) -> sp.csr_array:
        """Nodes x branches: what branches carry away from each node, +1 where one starts, -1 where it ends."""
        return incidence(self.start, self.end, len(self.node_names)).T.tocsr()

    def node_index(self, name: str) -> int:
        """Index of a node by its name; InputError if there is none."""
        return _place(self._nodes, name, "node")

    def branch_index(self, name: str) -> int:
        """Index of a branch by its name; InputError if there is none."""
        return _place(self._branches, name, "branch")

    @cached_property
    def _nodes(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.node_names)}

    @cached_property
    def _branches(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.branch_names)}

    def _of_kind(self, kind: type | tuple[type, ...]) -> Mask:
        """Branches whose law is of a class."""
        return np.repeat([isinstance(group.law, kind) for group in self.groups], [len(g.names) for g in self.groups])

    def _spread(self, values: Sequence[npt.ArrayLike]) -> npt.NDArray[Any]:
        """Values of each group, one or one per branch, as one array of the branches."""
        spread = [np.broadcast_to(v, len(group.names)) for v, group in zip(values, self.groups, strict=True)]
        return np.concatenate(spread)

    @cached_property
    def shut(self) -> Mask:
        """Branches that are closed, or control valves of no opening."""
        valves = [g.law.shut if isinstance(g.law, ControlValveLaw) else False for g in self.groups]
        return self._spread([g.closed for g in self.groups]).astype(bool) | self._spread(valves)

    @cached_property
    def one_way(self) -> Mask:
        """Check valves."""
        return self._of_kind(CheckValveLaw)

    @cached_property
    def flow_held(self) -> Mask:
        """Branches of prescribed flow, shut ones among them."""
        return self._of_kind(PrescribedFlow)

    @cached_property
    def lift_held(self) -> Mask:
        """Branches of prescribed lift, shut ones among them."""
        return self._of_kind(PrescribedLift)

    def held_flow(self) -> Array:
        """Prescribed mass flow per branch (kg/s); zero where none is prescribed or the branch is shut."""
        laws = (group.law for group in self.groups)
        held = self._spread([law.mass_flow_kg_per_s if isinstance(law, PrescribedFlow) else 0.0 for law in laws])
        return np.where(self.shut, 0.0, held)

    def held_lift(self) -> Array:
        """Prescribed lift per branch (Pa); zero where none is prescribed."""
        laws = (group.law for group in self.groups)
        return self._spread([law.lift_pa if isinstance(law, PrescribedLift) else 0.0 for law in laws]).astype(float)

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """Pressure drop (Pa) and its derivative (Pa s/kg) of all branches; zero slope where flow or lift is held.

        Of the mass flow per branch (kg/s) further axes, such as hours, come before that of the branches.
        """
        drops, slopes, first = [], [], 0
        for group in self.groups:
            count = len(group.names)
            drop, slope = np.zeros(1), np.zeros(1)
            if isinstance(group.law, PrescribedLift):
                drop = -np.asarray(group.law.lift_pa, dtype=float)
            elif not isinstance(group.law, PrescribedFlow):
                drop, slope = group.law.drop_and_slope(mass_flow[..., first : first + count])
            shape = (*mass_flow.shape[:-1], count)
            drops.append(np.broadcast_to(drop, shape))
            slopes.append(np.broadcast_to(slope, shape))
            first += count
        return np.concatenate(drops, axis=-1), np.concatenate(slopes, axis=-1)


def incidence(start: Index, end: Index, nodes: int) -> sp.csr_array:
    """Branches x nodes: +1 where a branch starts, -1 where it ends."""
    branches, ones = np.arange(len(start)), np.ones(len(start))
    at = np.concatenate([branches, branches]), np.concatenate([start, end])
    return sp.csr_array((np.concatenate([ones, -ones]), at), shape=(len(start), nodes))


def parts(start: Index, end: Index, nodes: int) -> Index:
    """Number of the connected part that each node belongs to."""
    links = sp.coo_array((np.ones(len(start)), (start, end)), shape=(nodes, nodes))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


def _place(places: Mapping[str, int], name: str, what: str) -> int:
    try:
        return places[name]
    except KeyError:
        raise InputError(f"the hydraulic network has no {what} {name!r}") from None
