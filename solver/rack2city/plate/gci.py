"""What a mesh leaves uncertain, from two or three meshes of constant ratio."""

import math
from collections.abc import Sequence
from itertools import pairwise

SAFETY, SAFETY_OF_TWO = 1.25, 3.0
FORMAL_ORDER = 2.0
_LEAST_ORDER, _HIGHEST_ORDER = 0.5, 4.0


def grid_convergence(values: Sequence[float], cells: Sequence[int]) -> float:
    """Grid convergence index of the value on the finest mesh (-), a share of it.

    Three meshes tell the order that is observed; where the value swings, or hardly converges, the larger change counts with the
    safety of two meshes. Two meshes are taken at the formal order with that safety.

    Args:
        values: the value on each mesh, the finest first; two or three.
        cells: cells of each; the ratio of two meshes is the cube root of that of their cells.

    Source: Celik et al. (2008), J. Fluids Eng. 130, 078001; Roache (1994) for the safety factors.
    """
    ratios = [(a / b) ** (1.0 / 3.0) for a, b in pairwise(cells)]
    changes = [b - a for a, b in pairwise(values)]
    size = abs(values[0]) or 1.0
    careful = SAFETY_OF_TWO * max(abs(change) for change in changes) / size / (ratios[0] ** FORMAL_ORDER - 1.0)
    if len(values) == 2 or changes[0] * changes[1] <= 0.0:
        return 0.0 if not any(changes) else careful
    order = FORMAL_ORDER
    for _ in range(100):  # a fixed point; the sign of the changes is the same here
        tail = math.log((ratios[0] ** order - 1.0) / (ratios[1] ** order - 1.0))
        order = abs(math.log(changes[1] / changes[0]) + tail) / math.log(ratios[0])
        order = min(max(order, 1e-3), 10.0)
    if changes[1] / changes[0] < 1.0 or order < _LEAST_ORDER:
        return careful
    return SAFETY * abs(changes[0]) / size / (ratios[0] ** min(order, _HIGHEST_ORDER) - 1.0)
