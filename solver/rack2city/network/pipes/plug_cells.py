"""Water that moves as plugs through a row of wall sections, for many pipes at once.

A pipe is S wall sections of equal length. Its water is S + 1 cells of one section's mass that travel with the flow: the
first is still filling, the last is leaving. A cell holds two plugs, front and rear, so that a jump of temperature
inside it stays a jump. Nothing mixes while water travels: the cells are renumbered, not interpolated.
"""

from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.network.hydraulics.graph import Index, Mask
from rack2city.network.pipes.wall import Relaxation


@dataclass
class PlugState:
    """Temperatures in P pipes; rows run in the direction of flow. Masses are counted in cells.

    Each of S + 1 cells has a front and a rear plug (K); `front` is the mass of the former, in the last cell including what
    has left (S + 1, P). `fill` is the mass in the first cell, 0..1; the last cell holds `1 - fill` (P). The S wall sections
    have `wall_k` (S, P); `forward` tells whether rows run from the pipe's start to its end (P).
    """

    front_k: Array
    rear_k: Array
    front: Array
    fill: Array
    wall_k: Array
    forward: Mask

    @classmethod
    def uniform(cls, sections: int, water_k: Array) -> "PlugState":
        """Pipes whose water and wall have one temperature each, `water_k` (K), shape (P)."""
        cells, pipes = np.tile(water_k, (sections + 1, 1)), len(water_k)
        front = np.ones(cells.shape)
        front[0] = 0.0
        return cls(cells, cells.copy(), front, np.zeros(pipes), cells[1:].copy(), np.ones(pipes, dtype=bool))

    def take(self, pipes: Index) -> "PlugState":
        """A copy of some pipes."""
        return PlugState(**{name: values[..., pipes] for name, values in vars(self).items()})

    def put(self, pipes: Index, part: "PlugState") -> None:
        """Write some pipes back."""
        for name, values in vars(self).items():
            values[..., pipes] = getattr(part, name)


def _pieces(state: PlugState) -> tuple[Array, Array, Array, Array]:
    """Masses of front and rear plugs in the section ahead, and in the section behind; each of shape (S + 1, P).

    The front `fill` of a cell lies in the section of its own number, the rest in the one behind.
    """
    front_ahead = np.minimum(state.front, state.fill)
    rear_ahead = state.fill - front_ahead
    front_behind = state.front - front_ahead
    rear_behind = np.maximum(1.0 - state.fill - front_behind, 0.0)
    front_ahead[-1] = rear_ahead[-1] = 0.0  # has left the pipe
    front_behind[0] = rear_behind[0] = 0.0  # has not entered yet
    return front_ahead, rear_ahead, front_behind, rear_behind


def _means(state: PlugState, pieces: tuple[Array, Array, Array, Array]) -> Array:
    """Mean temperatures of the sections (K) from the masses of the plugs."""
    front_ahead, rear_ahead, front_behind, rear_behind = pieces
    mean = front_ahead[:-1] * state.front_k[:-1]
    mean += rear_ahead[:-1] * state.rear_k[:-1]
    mean += front_behind[1:] * state.front_k[1:]
    mean += rear_behind[1:] * state.rear_k[1:]
    return mean


def section_means(state: PlugState) -> Array:
    """Mean temperature of the water in each wall section (K), shape (S, P)."""
    return _means(state, _pieces(state))


def exchange(state: PlugState, time: Relaxation, surroundings_k: Array) -> Array:
    """Let standing water, wall and surroundings exchange heat; returns the heat lost (J), shape (P).

    All water in a section sees the same wall, so its mean follows `relax` and its differences shrink at the film's rate:
    both exact for water at rest.
    """
    pieces = _pieces(state)
    mean = _means(state, pieces)
    water, wall = mean - surroundings_k, state.wall_k - surroundings_k
    lost: Array = time.loss_water * water.sum(axis=0) + time.loss_wall * wall.sum(axis=0)
    state.wall_k = surroundings_k + time.wall_water * water + time.wall_wall * wall
    gain = surroundings_k + time.water_water * water + time.water_wall * wall - time.difference * mean
    front_ahead, rear_ahead, front_behind, rear_behind = pieces
    plugs = (state.front_k, front_ahead, front_behind), (state.rear_k, rear_ahead, rear_behind)
    for plug, ahead, behind in plugs:
        mass = np.maximum(ahead + behind, 1e-300)
        ahead[:-1] *= gain
        behind[1:] *= gain
        ahead += behind
        ahead /= mass
        plug *= time.difference
        plug += ahead
    return lost


def advance(state: PlugState, shift: Array, inlet_k: Array) -> Array:
    """Push 0..1 cells of mass in at the first cell and out of the last; returns mass times temperature of that (cells K)."""
    first = np.minimum(shift, 1.0 - state.fill)
    full = (shift >= 1.0 - state.fill) & (shift > 0.0)
    left = _within(state, first, inlet_k)
    if np.any(full):
        for rows in (state.front_k, state.rear_k, state.front):
            rows[1:] = np.where(full, rows[:-1], rows[1:])
        state.front[0, full] = 0.0
        state.fill[full] = 0.0
        left += _within(state, np.where(full, shift - first, 0.0), inlet_k)
    return left


def move(
    state: PlugState, shift: Array, count: int, time: Relaxation, inlet_k: Array, surroundings_k: Array
) -> tuple[Array, Array]:
    """Half a shift, exchange, shift, exchange ..., half a shift: second order in the shift, at most one section.

    `count` exchanges, each over a `time`, with a shift of mass (0..1 cell) between them. Returns mass times temperature of what
    leaves (cells K), and heat lost (J).
    """
    left, lost = advance(state, shift / 2.0, inlet_k), exchange(state, time, surroundings_k)
    for _ in range(count - 1):
        left += advance(state, shift, inlet_k)
        lost += exchange(state, time, surroundings_k)
    return left + advance(state, shift / 2.0, inlet_k), lost


def _within(state: PlugState, mass: Array, inlet_k: Array) -> Array:
    """`advance` as long as no cell gets full: masses up to `1 - fill`."""
    last = state.front[-1]
    from_front = np.minimum(last, state.fill + mass) - np.minimum(last, state.fill)
    left: Array = from_front * state.front_k[-1] + (mass - from_front) * state.rear_k[-1]

    front, front_k, rear_k = state.front[0], state.front_k[0], state.rear_k[0]
    rear = np.maximum(state.fill - front, 0.0)
    enters, empty = mass > 0.0, front <= 0.0
    both = enters & (rear > 0.0)
    # three plugs in a cell for two: those two merge that lose the least variance
    both_old = front * rear / np.maximum(front + rear, 1e-300) * (front_k - rear_k) ** 2
    two_last = rear * mass / np.maximum(rear + mass, 1e-300) * (rear_k - inlet_k) ** 2
    to_rear = both & (two_last <= both_old)
    to_front = both & ~to_rear
    joined_front = (front * front_k + rear * rear_k) / np.maximum(front + rear, 1e-300)
    joined_rear = (rear * rear_k + mass * inlet_k) / np.maximum(rear + mass, 1e-300)
    starts = enters & empty
    state.front_k[0] = np.where(to_front, joined_front, np.where(starts, inlet_k, front_k))
    state.rear_k[0] = np.where(to_rear, joined_rear, np.where(enters, inlet_k, rear_k))
    state.front[0] = np.where(to_front, front + rear, np.where(starts, mass, front))
    state.fill += mass
    return left


def flip(state: PlugState, pipes: Index) -> None:
    """Turn the rows of some pipes round, because their flow has turned."""
    part = state.take(pipes)
    _, rear_ahead, _, rear_behind = _pieces(part)
    rear = rear_ahead + rear_behind
    part.front_k, part.rear_k = part.rear_k[::-1].copy(), part.front_k[::-1].copy()
    part.fill = 1.0 - part.fill
    part.front = rear[::-1].copy()
    part.front[-1] += part.fill  # counted with what has left
    part.wall_k = part.wall_k[::-1].copy()
    part.forward = ~part.forward
    state.put(pipes, part)


def settle(state: PlugState, water_k: Array) -> None:
    """Set the water of all sections to uniform temperatures `water_k` (K), shape (S, P)."""
    state.fill = np.zeros_like(state.fill)
    state.front[0] = 0.0
    state.front[1:] = 1.0
    state.front_k[1:] = state.rear_k[1:] = water_k
    state.front_k[0] = state.rear_k[0] = water_k[0]
