"""The graph of a hydraulic network: nodes, and groups of branches that share a law."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from rack2city.errors import InputError
from rack2city.network.laws import BranchLaw

Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class BranchGroup:
    """Branches of one law, each from a start node to an end node.

    Attributes:
        names: one name per branch.
        start: node index where each branch starts; its flow is positive from start to end.
        end: node index where each branch ends.
        law: the pressure drop of all of them.
    """

    names: Sequence[str]
    start: npt.ArrayLike
    end: npt.ArrayLike
    law: BranchLaw


@dataclass(frozen=True)
class HydraulicNetwork:
    """Nodes joined by groups of branches; branches are numbered through the groups in their order.

    Attributes:
        node_names: one unique name per node.
        groups: the branches.

    Raises:
        InputError: no branch at all, names that repeat, ends that do not match the names, or a node index that does
            not exist.
    """

    node_names: Sequence[str]
    groups: Sequence[BranchGroup]

    def __post_init__(self) -> None:
        """Check the indices and the names."""
        if not self.branch_names:
            raise InputError("the hydraulic network has no branch; give at least one")
        for what, names in (("node", list(self.node_names)), ("branch", list(self.branch_names))):
            double = sorted({name for name in names if names.count(name) > 1})
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
    def incidence(self) -> sp.csr_array:
        """Branches x nodes: +1 where a branch starts, -1 where it ends."""
        branches = np.arange(len(self.start))
        ones = np.ones(len(self.start))
        rows, columns = np.concatenate([branches, branches]), np.concatenate([self.start, self.end])
        shape = (len(self.start), len(self.node_names))
        return sp.csr_array((np.concatenate([ones, -ones]), (rows, columns)), shape=shape)

    def node_index(self, name: str) -> int:
        """Index of a node by its name.

        Raises:
            InputError: there is no such node.
        """
        try:
            return list(self.node_names).index(name)
        except ValueError:
            raise InputError(f"the hydraulic network has no node {name!r}") from None

    def parts(self) -> npt.NDArray[np.int32]:
        """Number of the connected part that each node belongs to."""
        nodes = len(self.node_names)
        links = sp.coo_array((np.ones(len(self.start)), (self.start, self.end)), shape=(nodes, nodes))
        labels: npt.NDArray[np.int32] = connected_components(links, directed=False)[1]
        return labels
