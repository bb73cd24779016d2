"""Sums along the ways of a tree, for all hours of a block at once.

Nodes are renumbered level by level from the root (0) outwards, so that the pipe that feeds node i + 1 is pipe i, levels are
slices, and siblings stand together. Few hours: the sums are triangular solves with the tree's incidence matrix, factored
once; it has no fill, and its entries are ±1, so nothing is lost to rounding that a plain sum would keep. Many hours: one
vectorised step per level. No loop runs over pipes.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import SuperLU, splu

from rack2city.arrays import Array
from rack2city.network.hydraulics.graph import Index

_FEW_HOURS = 8  # up to here the triangular solves are faster than the levels


@dataclass(frozen=True)
class TreeSweeps:
    """Sweeps outwards and inwards; arrays are (renumbered nodes or pipes) x hours.

    `parent` is the number of the node at the root's side of each pipe; it never falls.
    """

    parent: Index

    @cached_property
    def levels(self) -> list[tuple[slice, slice, Index]]:
        """Per level: its pipes, its end nodes, and their parents."""
        bounds = [0]
        while bounds[-1] < self.parent.size:  # the pipes of a level hang on the nodes found up to now
            bounds.append(int(np.searchsorted(self.parent, bounds[-1], side="right")))
        return [(slice(a, b), slice(a + 1, b + 1), self.parent[a:b]) for a, b in pairwise(bounds)]

    @cached_property
    def _gathers(self) -> list[tuple[slice, slice, Index, Index | None]]:
        """Per level, farthest first: pipes, end nodes, their distinct parents, and the first of each one's siblings."""
        gathers = []
        for pipes, ends, parents in reversed(self.levels):
            distinct, first = np.unique(parents, return_index=True)
            gathers.append((pipes, ends, distinct, None if distinct.size == parents.size else first))
        return gathers

    @cached_property
    def _incidence(self) -> SuperLU:
        """Factors of the unit lower triangular matrix with -1 where a node hangs on its parent."""
        nodes = self.parent.size + 1
        rows = np.concatenate([np.arange(nodes), np.arange(1, nodes)])
        columns = np.concatenate([np.arange(nodes), self.parent])
        entries = np.concatenate([np.ones(nodes), -np.ones(nodes - 1)])
        matrix = sp.csc_array((entries, (rows, columns)), shape=(nodes, nodes))
        return splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True})

    def along(self, step: Array) -> Array:
        """Sum of a pipe quantity on the way from the root to each node (nodes x hours), 0 at the root."""
        total = np.empty((step.shape[0] + 1, step.shape[1]))
        total[0], total[1:] = 0.0, step
        if step.shape[1] <= _FEW_HOURS:
            return np.asarray(self._incidence.solve(total))
        for _, ends, parents in self.levels:
            total[ends] += total[parents]
        return total

    def beyond(self, own: Array) -> Array:
        """Sum of a node quantity over each node and all beyond it (nodes x hours)."""
        if own.shape[1] <= _FEW_HOURS:
            return np.asarray(self._incidence.solve(own, "T"))
        total = own.copy()
        for _, ends, distinct, first in self._gathers:
            total[distinct] += _summed(total[ends], first)
        return total

    def beyond_decaying(self, own: Array, kept: Array) -> Array:
        """The same where of what leaves a node inwards the pipe keeps a share `kept` (pipes x hours)."""
        total = own.copy()
        for pipes, ends, distinct, first in self._gathers:
            arriving = total[ends] * kept[pipes]
            total[distinct] += _summed(arriving, first)
        return total

    def resist(self, conductance: Array, source: Array, resistance: Array, kept: Array | float = 1.0) -> Array:
        """Potential of each node of a tree of resistors with conductances and sources to the outside (nodes x hours).

        Solves `f_i = sum of f beyond + source_i - conductance_i p_i` and `p_i = kept_i p_parent + resistance_i f_i` for p,
        with p = 0 at the root, by elimination inwards and substitution outwards: exact, and well-posed for any values that
        are not negative. Conductance and source are of the nodes; resistance, and the share of the parent's potential that
        is kept, of the pipes.
        """
        to_ground, injected = conductance.copy(), source.copy()
        keep = np.broadcast_to(np.asarray(kept, dtype=float), resistance.shape)
        for pipes, ends, distinct, first in self._gathers:
            share = 1.0 / (1.0 + resistance[pipes] * to_ground[ends])
            part, flow = keep[pipes] * to_ground[ends] * share, injected[ends] * share
            to_ground[distinct] += _summed(part, first)
            injected[distinct] += _summed(flow, first)
        share = 1.0 / (1.0 + resistance * to_ground[1:])
        gain = resistance * injected[1:] * share
        potential = np.zeros_like(injected)
        for pipes, ends, parents in self.levels:
            potential[ends] = keep[pipes] * potential[parents] * share[pipes] + gain[pipes]
        return potential


def _summed(values: Array, first: Index | None) -> Array:
    """Sums of siblings, which stand together, from the first of each on."""
    return values if first is None else np.asarray(np.add.reduceat(values, first, axis=0))
