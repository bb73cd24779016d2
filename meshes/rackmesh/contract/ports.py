"""Round ports: how much of its circle a port that is meshed with straight edges lacks.

A port's flow resistance goes with the fourth power of its diameter, so that 2.5 % less area (sixteen
straight edges) cost 4 % of a pipe's pressure drop, and 3.3 % in a plate with turns as much as 14 %.
"""

from collections.abc import Iterator

import numpy as np

from rackmesh.cells.arrays import CORNERS, Array, Index, MeshArrays
from rackmesh.cells.measures import areas

_TOLD = 1e-3  # of the circle's area: less is not worth a word
_CORNER = np.radians(61.0)  # of a turn: more is a corner, not a piece of an arc; a hexagon is still taken for a circle
_SAME = 0.02  # of the radius: two arcs whose centres are that near have one


def port_notes(mesh: MeshArrays, ports: tuple[int, ...]) -> Iterator[str]:
    """A sentence for each port of these numbers that is round but has straight edges; a Gmsh session must be open."""
    for number in ports:
        facets = mesh.facets[mesh.surface == number]
        polygon, circle, radius = 0.0, 0.0, 0.0
        for loop in _loops(facets[:, : CORNERS[mesh.facet_kind]]):
            lacking, largest = _segments(mesh.points[loop])
            circle, radius = circle + lacking, max(radius, largest)
        if not circle:
            continue
        polygon = float(np.abs(_straight_area(mesh, facets)))
        whole, area = polygon + circle, float(areas(mesh.points, facets, mesh.facet_kind)[0].sum())
        if abs(lack := 1.0 - area / whole) > _TOLD:
            yield (
                f"'{mesh.surfaces[number]}' is round, of {2e3 * radius:.3g} mm, but its faces are straight: its area is "
                f"{area * 1e6:.4g} mm2, {100 * lack:.2g} % less than the circle's {whole * 1e6:.4g} mm2, and the pressure "
                "drop of a round channel comes out too high by more than that; save the mesh with curved cells of order 2"
            )


def _straight_area(mesh: MeshArrays, facets: Index) -> float:
    """Area of faces between their corners alone (m2)."""
    place = mesh.points[facets[:, : CORNERS[mesh.facet_kind]]]
    fan = [np.cross(place[:, i] - place[:, 0], place[:, i + 1] - place[:, 0]) for i in range(1, place.shape[1] - 1)]
    return float(sum(np.linalg.norm(0.5 * each, axis=1).sum() for each in fan))


def _loops(corners: Index) -> Iterator[Index]:
    """Closed rims of faces, as corners in order."""
    edges = np.concatenate(
        [np.stack([corners[:, i], np.roll(corners, -1, axis=1)[:, i]], axis=1) for i in range(corners.shape[1])]
    )
    ordered = np.sort(edges, axis=1)
    _, first, count = np.unique(ordered, axis=0, return_index=True, return_counts=True)
    beside: dict[int, list[int]] = {}
    for one, other in edges[first[count == 1]].tolist():
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    left = {corner for corner, others in beside.items() if len(others) == 2}
    while left:
        loop = [min(left)]
        while after := [corner for corner in beside[loop[-1]] if corner in left and corner not in loop[-2:]]:
            left.discard(loop[-1])
            loop.append(after[0])
        left -= set(loop)
        yield np.array(loop)


def _segments(rim: Array) -> tuple[float, float]:
    """Area between the straight edges of a plane rim and the arcs that they stand for (m2), and the largest radius (m)."""
    if len(rim) < 6:
        return 0.0, 0.0
    before, after = np.roll(rim, 1, axis=0), np.roll(rim, -1, axis=0)
    a, b = rim - before, after - rim
    normal = np.cross(a, b)
    chord = a + b
    size = np.linalg.norm(normal, axis=1)
    lengths = [np.linalg.norm(each, axis=1) for each in (a, b, chord)]
    turn = np.arctan2(size, np.sum(a * b, axis=1))
    bent = (turn > 1e-3) & (turn < _CORNER)
    size = np.maximum(size, np.finfo(float).tiny ** 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = np.where(bent, lengths[0] * lengths[1] * lengths[2] / (2.0 * size), np.inf)
        # centre of the circle through a point and its two neighbours
        side = np.cross(normal, a) * (lengths[1] ** 2)[:, None] + np.cross(normal, b) * (lengths[0] ** 2)[:, None]
        centre = rim + side / (2.0 * size**2)[:, None]
    same = np.linalg.norm(centre - np.roll(centre, -1, axis=0), axis=1) < _SAME * np.minimum(
        radius, np.roll(radius, -1)
    )
    inner = bent & np.roll(bent, -1) & same
    ends = (bent & np.roll(turn > _CORNER, -1)) | ((turn > _CORNER) & np.roll(bent, -1))  # where a plane cuts the arc
    if not inner.any():
        return 0.0, 0.0
    arc = inner | ends
    radius = np.where(bent, radius, np.roll(radius, -1))
    angle = 2.0 * np.arcsin(np.minimum(1.0, lengths[1][arc] / (2.0 * radius[arc])))
    return float(np.sum(0.5 * radius[arc] ** 2 * (angle - np.sin(angle)))), float(radius[arc].max())
