"""Next flows of substations whose valves answer to the temperature that arrives: Anderson's mixing, and bisection."""

import numpy as np

from rack2city.network.hydraulics.friction import Array
from rack2city.network.solvers.draws import Draws

_MEMORY = 6  # passes that the mixing remembers


class Anderson:
    """Next flows from those tried: Anderson's mixing of their logarithms.

    More flow arrives hotter, so less is wanted: plain iteration swings, and neighbours on one pipe swing together. No pass
    changes a flow by more than a factor of about four, and less where the last one led away. Flows far off (by more than a
    factor e, as where the supply arrives too cold) stay out of the mixing: each strides by itself, shorter when it turns.

    Source: Anderson (1965); Walker & Ni (2011).
    """

    def __init__(self) -> None:
        self.tried: list[Array] = []
        self.missed: list[Array] = []
        self.share = 1.0
        self.stride: Array | float = 1.0

    def next(self, flow: Array, wanted: Array, draws: Draws) -> Array:
        """Flows to try after `flow`, at which `wanted` was wanted."""
        moves = (flow > 0.0) & (wanted > 0.0)
        place = np.log(np.where(moves, flow, 1.0))
        ratio = np.where(moves, wanted, 1.0) / np.where(moves, flow, 1.0)
        # too little flow: the share of the demand not met, which has no pole where the supply gets as cold as the return
        miss = np.where(ratio > 1.0, 1.0 - 1.0 / np.maximum(ratio, 1.0), np.maximum(np.log(ratio), -1.0))
        far = (miss > 0.95) | (miss <= -1.0)
        if self.tried and np.array_equal(place, self.tried[-1]):  # what was tried keeps all at their limits: begin anew
            self.tried, self.missed = [], []
        if self.missed and np.linalg.norm(miss) > np.linalg.norm(self.missed[-1]):
            self.share = max(0.5 * self.share, 0.05)
            self.tried, self.missed = self.tried[-2:], self.missed[-2:]
        else:
            self.share = min(1.5 * self.share, 1.0)
        if self.missed:
            turned = miss * self.missed[-1] < 0.0
            self.stride = np.where(turned, 0.4 * self.stride, np.minimum(1.2 * self.stride, 1.0))
        self.tried, self.missed = [*self.tried[-_MEMORY:], place], [*self.missed[-_MEMORY:], miss]
        step = self.share * miss
        if len(self.tried) > 1:
            moved, gained = (np.diff(np.array(past), axis=0).T for past in (self.tried, self.missed))
            weights = np.linalg.lstsq(gained[~far], miss[~far], rcond=1e-10)[0]
            step = step - (moved + self.share * gained) @ weights
        # a flow that keeps turning bounds what the mixing may do to it
        step = np.where(far, miss * self.stride, np.clip(step, -2.0 * self.stride, 2.0 * self.stride))
        proposed = np.where(moves, flow * np.exp(np.clip(step, -1.4, 1.4)), wanted)
        return np.asarray(np.clip(proposed, draws.least, draws.most))


class Bisection:
    """Flows between too little and too much, each valve for itself, where Anderson's mixing finds no way.

    At a trickle, warm and cold water stand in the pipes behind each other, so that what arrives rises and falls with the flow.
    A flow at which a valve is content still lies between one that is too small and one that is too large, or a jump does,
    which then is where the flow settles.
    """

    def __init__(self, flow: Array, wanted: Array) -> None:
        self._low, self._high = np.zeros_like(flow), np.full_like(flow, np.inf)
        self._note(flow, wanted)

    def _note(self, flow: Array, wanted: Array) -> None:
        """Narrow the bounds; those that the neighbours have overtaken are given up."""
        more, less = wanted > flow, wanted < flow
        overtaken = more & (self._high <= flow * (1.0 + 1e-12))
        self._high = np.where(less, flow, np.where(overtaken, np.inf, self._high))
        fallen = less & (self._low >= flow * (1.0 - 1e-12))
        self._low = np.where(more, flow, np.where(fallen, 0.0, self._low))

    def width(self, flow: Array, wanted: Array) -> Array:
        """How far apart the bounds are (kg/s), `flow` being one of them now."""
        self._note(flow, wanted)
        return self._high - self._low

    def next(self, flow: Array, wanted: Array) -> Array:
        """Flows to try after `flow`, at which `wanted` was wanted."""
        self._note(flow, wanted)
        bounded = np.isfinite(self._high) & (self._low > 0.0)
        middle = 0.5 * (self._low + np.where(bounded, self._high, self._low))
        return np.where(bounded, middle, wanted)
