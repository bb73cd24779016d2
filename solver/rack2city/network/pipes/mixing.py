"""Temperatures on solved flows: every node mixes what arrives, and what leaves a branch is a line in what enters it."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dgetrf, dgetrs
from scipy.sparse.linalg import splu

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import Index

_DENSE = 100  # nodes up to which a dense matrix is solved faster than a sparse one is built


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


class LineMixer:
    """Upwind mixing where each branch's outlet temperature is `offset + slope * T_in`: one sparse factorisation.

    It is made for given flows (kg/s, positive from start to end; zero at rest) and what enters each node from outside
    (kg/s, not negative); offsets may be changed and mixed again at the cost of a substitution. Temperatures may be counted
    from any datum, if offsets are: `offset - datum * (1 - slope)`. A branch `beside` another may heed that one's inlet too:
    its outlet is then `offset + slope * T_in + cross * T_in'`.

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
        """Node temperatures (K above the datum) for these offsets and for what enters (K); zero at nodes that are `still`."""
        right = np.bincount(self.downstream, self.amount * offset, len(self.entering)) + self.entering * entering_k
        return self._solve(right / self._incoming)
