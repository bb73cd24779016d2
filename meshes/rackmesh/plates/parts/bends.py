"""Patches of a serpentine channel and the solid around it: straight strips, and the ends of the block with bends.

A bend and what is around it, seen from above; it turns from one pass to the next, H is the middle of the wall beyond, or the
edge of the block::

      H   +-----------------+ end
          |  around      /  |
      R   +--------.   /    |      R: outer radius
          |  bend     `.    |
      r   +---.        |    |      r: inner radius, half the wall between the passes
          | wall`.     |    |
      0   +------+-----+----+
          0      r     R   end
"""

from dataclasses import dataclass

import numpy as np

from rackmesh.plates.parts.pins import BLOCK, inner_block
from rackmesh.plates.parts.plan import Patch, between, rectangle, with_middles


@dataclass(frozen=True)
class Divisions:
    """How a serpentine is divided into cells.

    Attributes:
        bend: cells along an eighth of a full turn, at least one.
        ring: cells of the wall beside the channel, outside the block of `bend` cells in its middle.
        across: corners of the cells across the channel, from 0 to 1.
    """

    bend: int
    ring: int
    across: np.ndarray

    def wall(self) -> np.ndarray:
        """Corners of the cells of a wall, from the channel (0) to the wall's middle or the edge (1)."""
        near = np.linspace(0.0, 1.0 - BLOCK, self.ring + 1)
        return np.concatenate([near, np.linspace(1.0 - BLOCK, 1.0, self.bend + 1)[1:]])


def round_bend(
    divisions: Divisions, radii: tuple[float, float], end: float, halves: tuple[float, float]
) -> list[Patch]:
    """Patches of a round bend to the right of x = 0 with its middle in the origin, and of the solid around it.

    Args:
        divisions: numbers of cells.
        radii: inner and outer (m).
        end: where the block ends along x (m).
        halves: where the patches end across, below (y = -halves[0]) and above (m).

    Returns:
        Patches of the regions `channel` and `wall`.
    """
    below = [patch.mirrored(1) for patch in _quarter(divisions, radii, end, halves[0])]
    return below + _quarter(divisions, radii, end, halves[1])


def _quarter(divisions: Divisions, radii: tuple[float, float], end: float, half: float) -> list[Patch]:
    share = with_middles(np.linspace(0.0, 1.0, divisions.bend + 1))
    # The middle ray goes to the corner, but no further from 45 degrees than curved cells like.
    corner = float(np.clip(np.arctan2(half, end), np.pi / 6.0, np.pi / 3.0))
    angles = corner * share, corner + (0.5 * np.pi - corner) * share
    turns = [np.column_stack([np.cos(angle), np.sin(angle)]) for angle in angles]
    inner, outer = radii
    sides = [
        np.column_stack([np.full(len(share), end), half * share]),
        np.column_stack([end * (1.0 - share), np.full(len(share), half)]),
    ]
    blocks, block = inner_block(inner, inner * turns[0][-1], share, "wall")
    ring = with_middles(np.linspace(0.0, 1.0, divisions.ring + 1))
    across, wall = with_middles(divisions.across), with_middles(divisions.wall())
    patches = [block]
    for core, turn, side in zip(blocks, turns, sides, strict=True):
        patches += [
            between("wall", core, inner * turn, ring),
            between("channel", inner * turn, outer * turn, across),
            between("wall", outer * turn, side, wall),
        ]
    return patches


def mitred_bend(
    divisions: Divisions, radii: tuple[float, float], end: float, halves: tuple[float, float]
) -> list[Patch]:
    """The same with sharp corners: the channel goes straight across from one pass to the next."""
    inner, outer = radii
    y = across_two_passes(divisions, inner, outer - inner, halves)
    deep = with_middles((outer - inner) * divisions.across)
    rest = with_middles(outer - inner + (end - outer + inner) * divisions.wall())
    turn = [rectangle("wall" if name == "beyond" else "channel", deep, points) for name, points in y]
    return turn + [rectangle("wall", rest, points) for _, points in y]


def across_two_passes(
    divisions: Divisions, inner: float, width: float, halves: tuple[float, float]
) -> list[tuple[str, np.ndarray]]:
    """Stretches across a pair of passes with the wall between them, from below: `beyond`, `channel`, `wall` and so on."""
    wall, outer = divisions.wall(), inner + width
    above = [
        ("wall", inner * (1.0 - wall[::-1])),
        ("channel", inner + width * divisions.across),
    ]
    low = [(name, -points[::-1]) for name, points in above[::-1]]
    ends = [np.flip(-outer - (halves[0] - outer) * wall), outer + (halves[1] - outer) * wall]
    stretches = [("beyond", ends[0]), *low, *above, ("beyond", ends[1])]
    return [(name, with_middles(points)) for name, points in stretches]
