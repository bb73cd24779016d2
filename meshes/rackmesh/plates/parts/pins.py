r"""Patches of one quarter of a pin in its box: the pin itself, and the coolant from its edge to the box's sides.

The quarter's middle ray runs from the pin's corner (or 45 degrees of a round pin) to the corner of the box. In the pin lie a
block of m x m cells and a ring around it::

      b +------------------+
        |                / |
        |    octant 1   /  |
        +---._         /   |
        | ring `-.   /     |
        +------.  \/       |
        | block \/ \   octant 0
        |        |  |      |
      0 +--------+--+------+
        0                  a
"""

from typing import Literal

import numpy as np

from rackmesh.plates.parts.plan import Patch, between, with_middles
from rackmesh.tensor import Segment

Shape = Literal["round", "square", "diamond"]
BLOCK = 0.5
"""Half the width of the block in a pin's middle, of the pin's half width."""
_CORNER = 0.62  # where the block's corner is, of the way to the pin's edge
_DENSE: dict[str, tuple[Literal["start", "end"], Literal["start", "end"]]] = {
    "square": ("end", "start"),
    "diamond": ("start", "end"),
}
"""At which end of each octant a pin has its corner, where the flow is singular."""
_RATIO = 4.0  # longest over shortest cell there


def edge(shape: Shape, half: float, octant: int, share: np.ndarray) -> np.ndarray:
    """Points of a pin's edge in the first quarter.

    Args:
        shape: round and diamond pins are as wide and long as the square one.
        half: half its width (m).
        octant: 0 from y = 0 to the middle ray, 1 from there to x = 0.
        share: of the octant (n).

    Returns:
        Points (n, 2).
    """
    if shape == "round":
        angle = 0.25 * np.pi * (octant + share)
        return half * np.column_stack([np.cos(angle), np.sin(angle)])
    ends = {
        "square": [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
        "diamond": [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)],
    }[shape][octant : octant + 2]
    return half * _line(ends[0], ends[1], share)


def quarter(shape: Shape, half: float, box: tuple[float, float], cells: int, out: np.ndarray, ring: int) -> list[Patch]:
    """Patches of a quarter of a pin in its box: regions `pin` and `free`.

    Args:
        shape: the pin's.
        half: half the pin's width (m).
        box: half the box's extents, along and across (m).
        cells: along each octant; denser at a pin's corners, even along the box's sides.
        out: corners of the cells from the pin's edge (0) to the box (1).
        ring: cells from the pin's block to its edge.
    """
    share = with_middles(np.linspace(0.0, 1.0, cells + 1))
    edges = [edge(shape, half, octant, _along(shape, octant, cells)) for octant in (0, 1)]
    a, b = box
    sides = [_line((a, 0.0), (a, b), share), _line((a, b), (0.0, b), share)]
    blocks, block = inner_block(half, edges[0][-1], share)
    way = with_middles(np.linspace(0.0, 1.0, ring + 1))
    patches = [block]
    for inner, pin, side in zip(blocks, edges, sides, strict=True):
        patches += [between("pin", inner, pin, way), between("free", pin, side, with_middles(out))]
    return patches


def _along(shape: Shape, octant: int, cells: int) -> np.ndarray:
    """Corners and middles of the cells along an octant of a pin's edge, a share of it."""
    if shape == "round":
        return with_middles(np.linspace(0.0, 1.0, cells + 1))
    return with_middles(Segment(1.0, cells, _DENSE[shape][octant], _RATIO).points())


def inner_block(
    half: float, corner: np.ndarray, share: np.ndarray, region: str = "pin"
) -> tuple[list[np.ndarray], Patch]:
    """The block of cells in the middle of a quarter of a disc or pin, and its two outer edges, octant by octant.

    Args:
        half: half its width (m).
        corner: of the quarter, on its edge, where the octants meet (2).
        share: corners and middles of the cells of an octant.
        region: what it is.
    """
    axis, corner = BLOCK * half, _CORNER * corner
    right = _line((axis, 0.0), (float(corner[0]), float(corner[1])), share)
    top = _line((float(corner[0]), float(corner[1])), (0.0, axis), share)
    left = np.column_stack([np.zeros(len(share)), axis * share])
    return [right, top], between(region, left, right, share)


def _line(start: tuple[float, float], end: tuple[float, float], share: np.ndarray) -> np.ndarray:
    return np.outer(1.0 - share, start) + np.outer(share, end)


def all_quarters(patches: list[Patch]) -> dict[tuple[int, int], list[Patch]]:
    """The four quarters of a pin in its box by the signs of x and y, from the first."""
    return {(x, y): [_signed(patch, x, y) for patch in patches] for x in (-1, 1) for y in (-1, 1)}


def _signed(patch: Patch, x: int, y: int) -> Patch:
    patch = patch if x > 0 else patch.mirrored(0)
    return patch if y > 0 else patch.mirrored(1)
