"""Zones on the underside of a plate whose grid has other things to follow: its straight lines are moved to their edges there.

The nearest line goes to each edge, what lies between is stretched, and the shift fades out upwards through the base, so that
the grid above it stays as it is.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from rackmesh.files import MeshError
from rackmesh.zones import Zone, edges

_LEAST = 0.1  # a stretch of the grid may shrink to that share of its length
Map = Callable[[np.ndarray], np.ndarray]


def imprinted(
    zones: Sequence[Zone],
    lines: tuple[np.ndarray, np.ndarray],
    base_thickness: float,
) -> Map:
    """Where points (n, 3) of the plate lie once the zones' edges are lines of the grid (m).

    Args:
        zones: rectangles on the underside.
        lines: places along x and along y of grid lines that are straight from one end of the plate to the other; the
            first and the last stay where they are.
        base_thickness: of the base, which reaches from z = 0 down to the underside.

    Raises:
        MeshError: there are more edges than lines, or two edges are closer than the grid allows.
    """
    knots = [_knots(_distinct(lines[axis]), places, "xy"[axis]) for axis, places in enumerate(edges(zones))]

    def move(points: np.ndarray) -> np.ndarray:
        share = np.clip(-points[:, 2] / base_thickness, 0.0, 1.0)
        moved = points.copy()
        for axis, (old, new) in enumerate(knots):
            moved[:, axis] += share * (np.interp(points[:, axis], old, new) - points[:, axis])
        return moved

    return move


def _distinct(lines: np.ndarray) -> np.ndarray:
    lines = np.sort(lines)
    return lines[np.append(True, np.diff(lines) > 1e-9 * np.ptp(lines))]


def _knots(lines: np.ndarray, places: Sequence[float], axis: str) -> tuple[np.ndarray, np.ndarray]:
    """Lines that are held, and where: the ends in place, the others on the edges of zones."""
    near = 1e-9 * float(np.ptp(lines))
    stay, free = lines[[0, -1]], lines[1:-1]
    wanted = np.array([place for place in places if np.min(np.abs(stay - place)) > near])
    if len(wanted) > len(free):
        raise MeshError(
            f"the zones have more edges along {axis} ({len(wanted)}) than the grid has lines; use more cells"
        )
    chosen, edge = linear_sum_assignment((free[:, None] - wanted) ** 2)
    old, new = np.append(stay, free[chosen]), np.append(stay, wanted[edge])
    order = np.argsort(old)
    old, new = old[order], new[order]
    for i in np.flatnonzero(np.diff(new) < _LEAST * np.diff(old)):
        raise MeshError(
            f"edges of zones or of the plate at {axis} = {new[i] * 1e3:.6g} mm and {new[i + 1] * 1e3:.6g} mm are too close "
            "for the grid; use more cells, or move them together"
        )
    return old, new
