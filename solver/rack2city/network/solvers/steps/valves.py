"""Flows at which every valve agrees with the temperature that arrives: one loop for all networks, and its ways to go on.

A flow is tried, what arrives with it is found, and each valve says what flow it wants then. `settle_valves` goes on from there
by the ways it is given, one after the other: Newton's method on trees (`TreeNewton`), Anderson's mixing on any graph, bisection
where these fail, and the first again from there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from rack2city.arrays import Array

_MEMORY = 6  # passes that the mixing remembers


class Answer(Protocol):
    """What became of flows that were tried."""

    @property
    def wanted(self) -> Array:
        """Flow that each valve lets through with what arrives (kg/s)."""
        ...

    @property
    def small(self) -> float:
        """Change of a flow that is accepted (kg/s)."""
        ...

    @property
    def agreed(self) -> bool:
        """Whether all else that follows from the flows has settled, too."""
        ...


class Way[A: Answer](ABC):
    """How to go on."""

    @abstractmethod
    def next(self, flow: Array, answer: A) -> Array | None:
        """Flows to try after `flow`; None where this way leads no further."""

    def doubt(self, flow: Array, answer: A) -> Array:
        """How far each flow may be from where it settles (kg/s)."""
        return np.abs(answer.wanted - flow)


@dataclass(frozen=True)
class Outcome[A: Answer]:
    """The flows last tried, what became of them, and whether they settled; `doubt` is that of the last way."""

    flow: Array
    answer: A
    passes: int
    settled: bool
    doubt: Array


def settle_valves[A: Answer](ask: Callable[[Array], A], flow: Array, ways: Sequence[tuple[Way[A], int]]) -> Outcome[A]:
    """Find flows (kg/s) at which all valves are content, by asking what becomes of them; each way has the passes it gets.

    A way may end at a jump, where no flow contents a valve. The ways after it then look from there for flows without one,
    and what the first found stays if they find none.
    """
    passes, found = 0, None
    for way, most in ways:
        for _ in range(most):
            passes += 1
            answer = ask(flow)
            doubt = way.doubt(flow, answer)
            if answer.agreed and float(doubt.max(initial=0.0)) <= answer.small:
                found = Outcome(flow, answer, passes, True, doubt)
                if float(np.abs(answer.wanted - flow).max(initial=0.0)) <= answer.small:
                    return found
                break
            following = way.next(flow, answer)
            if following is None:
                break
            flow = following
    return replace(found, passes=passes) if found else Outcome(flow, answer, passes, False, doubt)


class Anderson(Way[Answer]):
    """Anderson's mixing of the logarithms of flows, which stay between the least and the largest (kg/s).

    More flow arrives hotter, so less is wanted: plain iteration swings, and neighbours on one pipe swing together. No pass
    changes a flow by more than a factor of about four, and less where the last one led away. Flows far off (by more than a
    factor e, as where the supply arrives too cold) stay out of the mixing: each strides by itself, shorter when it turns.

    Source: Anderson (1965); Walker & Ni (2011).
    """

    def __init__(self, least: Array, most: Array) -> None:
        self._least, self._most = least, most
        self.tried: list[Array] = []
        self.missed: list[Array] = []
        self.share = 1.0
        self.stride: Array | float = 1.0

    def next(self, flow: Array, answer: Answer) -> Array:
        """See `Way`."""
        wanted = answer.wanted
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
        return np.asarray(np.clip(proposed, self._least, self._most))


class Bisection(Way[Answer]):
    """Flows between too little and too much, each valve for itself, where nothing else finds a way.

    At a trickle, warm and cold water stand in the pipes behind each other, so that what arrives rises and falls with the flow,
    and valves open wide below their smallest difference. A flow at which a valve is content still lies between one that is too
    small and one that is too large, or a jump does, which then is where the flow settles. The neighbours move as well: a bound
    that they have overtaken is given up.
    """

    def __init__(self) -> None:
        self._low: Array | float = 0.0
        self._high: Array | float = np.inf

    def doubt(self, flow: Array, answer: Answer) -> Array:
        """See `Way`: no more than its bounds are apart, of which `flow` is one now."""
        wanted = answer.wanted
        more, less = wanted > flow, wanted < flow
        overtaken = more & (self._high <= flow * (1.0 + 1e-12))
        self._high = np.where(less, flow, np.where(overtaken, np.inf, self._high))
        fallen = less & (self._low >= flow * (1.0 - 1e-12))
        self._low = np.where(more, flow, np.where(fallen, 0.0, self._low))
        return np.minimum(np.abs(wanted - flow), self._high - self._low)

    def next(self, flow: Array, answer: Answer) -> Array:
        """See `Way`; after `doubt` has noted the bounds."""
        bounded = np.isfinite(self._high) & (np.asarray(self._low) > 0.0)
        middle = 0.5 * (self._low + np.where(bounded, self._high, self._low))
        return np.where(bounded, middle, answer.wanted)
