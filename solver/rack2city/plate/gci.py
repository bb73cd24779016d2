"""What a mesh leaves uncertain, from two or three meshes of constant ratio."""

import math

SAFETY, SAFETY_OF_TWO = 1.25, 3.0
FORMAL_ORDER = 2.0
_LEAST_ORDER, _HIGHEST_ORDER = 0.5, 4.0


def grid_convergence(fine: float, medium: float, coarse: float | None, ratio: float) -> float:
    """Grid convergence index of the value on the finest mesh (-), a share of it.

    Three meshes tell the order that is observed; where the value swings, or the order is beyond what these elements can have,
    the larger change counts with the safety of two meshes. Two meshes are taken at the formal order with that safety.

    Args:
        fine: the value on the finest mesh.
        medium: that on the next coarser one.
        coarse: that on the coarsest; None for no third one.
        ratio: cells along an edge of each mesh over those of the next coarser one (-), more than one.

    Source: Celik et al. (2008), J. Fluids Eng. 130, 078001; Roache (1994) for the safety factors.
    """
    change = fine - medium
    if coarse is None:
        return SAFETY_OF_TWO * abs(change / fine) / (ratio**FORMAL_ORDER - 1.0)
    before = medium - coarse
    if change == 0.0:
        return SAFETY * abs(before / fine) / (ratio ** (2.0 * FORMAL_ORDER) - 1.0)
    fall = before / change
    order = math.log(fall) / math.log(ratio) if fall > 1.0 else 0.0
    if not order >= _LEAST_ORDER:
        return SAFETY_OF_TWO * max(abs(change), abs(before)) / abs(fine) / (ratio**FORMAL_ORDER - 1.0)
    order = min(order, _HIGHEST_ORDER)
    return SAFETY * abs(change / fine) / (ratio**order - 1.0)
