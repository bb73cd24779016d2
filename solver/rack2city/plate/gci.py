"""What a mesh leaves uncertain, from two or three meshes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SAFETY, SAFETY_OF_TWO = 1.25, 3.0
FORMAL_ORDER = 2.0
"""Of the pressure and of fields near edges that stick out into the flow. A higher one, observed on meshes of which the coarsest
is hardly fine enough, is not believed."""
_LEAST_ORDER = 0.5


@dataclass(frozen=True)
class Refinement:
    """What three meshes tell of a value.

    Attributes:
        order: the order of convergence that is observed (-).
        extrapolated: the value on a mesh without end, in its own unit.
        change: of the value from the second mesh to the finest, a share of it (-).
        error: of the finest mesh against the extrapolated value, a share of that (-).
        index: the grid convergence index of the finest mesh, a share of its value (-).
    """

    order: float
    extrapolated: float
    change: float
    error: float
    index: float


def refinement(values: Sequence[float], ratios: Sequence[float]) -> Refinement:
    """Observed order, extrapolated value and grid convergence index of a value that differs from mesh to mesh.

    Args:
        values: the value on three meshes, the finest first; a value that swings counts as one that converges by turns.
        ratios: how much larger the cells of the second mesh are than those of the first, and of the third than of the second.

    Raises:
        ValueError: two meshes give the same value, so that no order can be observed.

    Source: Celik et al. (2008), J. Fluids Eng. 130, 078001, whose three examples it reproduces.
    """
    fine, middle, coarse = values
    if middle == fine or coarse == middle:
        raise ValueError("two meshes give the same value: no order of convergence can be observed")
    change = (coarse - middle) / (middle - fine)
    sign = math.copysign(1.0, change)
    order = FORMAL_ORDER
    for _ in range(100):  # a fixed point
        tail = math.log((ratios[0] ** order - sign) / (ratios[1] ** order - sign))
        order = abs(math.log(abs(change)) + tail) / math.log(ratios[0])
        order = min(max(order, 1e-3), 10.0)
    gain = ratios[0] ** order - 1.0
    extrapolated = fine + (fine - middle) / gain
    relative = abs(middle - fine) / (abs(fine) or 1.0)
    return Refinement(
        order, extrapolated, relative, abs(extrapolated - fine) / (abs(extrapolated) or 1.0), SAFETY * relative / gain
    )


def grid_convergence(values: Sequence[float], cells: Sequence[int], dimensions: int = 3) -> float:
    """Grid convergence index of the value on the finest mesh (-), a share of it.

    Three meshes tell the order that is observed; where the value hardly converges, or moves away, the larger change counts with
    the safety of two meshes. Two meshes are taken at the formal order with that safety.

    Args:
        values: the value on each mesh, the finest first; two or three.
        cells: cells of each; the ratio of two meshes is the root of that of their cells.
        dimensions: how many directions they were refined in: which root that is.

    Source: Celik et al. (2008), J. Fluids Eng. 130, 078001; Roache (1994) for the safety factors.
    """
    ratios = [(a / b) ** (1.0 / dimensions) for a, b in pairwise(cells)]
    changes = [b - a for a, b in pairwise(values)]
    size = abs(values[0]) or 1.0
    careful = SAFETY_OF_TWO * max(abs(change) for change in changes) / size / (ratios[0] ** FORMAL_ORDER - 1.0)
    if len(values) == 2 or not all(changes) or abs(changes[1]) < abs(changes[0]):
        return careful
    found = refinement(values, ratios)
    if found.order < _LEAST_ORDER:
        return careful
    return SAFETY * found.change / (ratios[0] ** min(found.order, FORMAL_ORDER) - 1.0)
