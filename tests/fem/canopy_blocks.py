"""The upper half of the coolant of canopy in swept blocks: lattices of hexahedra with 27 nodes, in millimetres.

A trunk is a slab of blocks along x from wall to wall, on whose pattern in (y, z) the mouths of the branches are drawn, and a
roof above it; a branch goes on with the pattern inside its mouth. Cells are long in pipes and short at mouths.
"""

from dataclasses import dataclass

import basix
import numpy as np
from scipy.spatial import cKDTree

RADIUS, END = 3.0, 125.0  # of trunks, and y of their flat ends
TRUNKS = {25.0: 1.0, 125.0: -1.0}  # x of the axis, and the way to the branches
BRANCHES = {25.0: 1.55, 58.333: 1.85, 91.667: 2.2, END: 2.45}  # radius by y
SLAB, AT_WALL, RISE = 2.6, 2.75, 2.45  # height of the slab in the middle and at the wall, and from where it rises
INNER = 0.55  # of a half width: the middle of a slab, the square inside a mouth
_HEXAHEDRON = basix.create_element(
    basix.ElementFamily.P, basix.CellType.hexahedron, 2, basix.LagrangeVariant.gll_warped
)
PLACES = np.rint(2 * _HEXAHEDRON.points).astype(int)
"""Place of each node of a hexahedron in its lattice of 3 x 3 x 3."""


@dataclass(frozen=True)
class Size:
    """Cells over 45 degrees of a mouth, inside and around it, at the wall of a trunk and over half its middle; lengths (mm)."""

    turn: int
    ring: int
    around: int
    wall: int
    middle: int
    first: float  # beside mouths
    growth: float
    longest: float


COARSE = Size(2, 1, 1, 2, 1, 1.2, 1.7, 6.0)
MEDIUM = Size(3, 1, 2, 2, 1, 0.9, 1.5, 5.0)


def coolant(size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3) and cells (m, 27), the middle of the height at z = 0."""
    lattices = list[np.ndarray]()
    for axis, side in TRUNKS.items():
        wall = INNER + (1.0 - INNER) * _graded(size.wall, 0.75)
        middle = INNER * np.linspace(-1.0, 1.0, 4 * size.middle + 1)
        columns = [-wall[::-1], middle, wall]
        begin = 0.0
        for y, radius in BRANCHES.items():
            reach = radius + 1.75
            along = _lengths(begin, y - reach, 4.0 if begin == 0.0 else size.first, size)
            pipe = np.stack(np.meshgrid(along, _heights(_upwards(size)), indexing="ij"), -1)
            across = _across(size)[: 2 * size.turn + 1] if y == END else _across(size)
            around = [*_disc(size, across, radius), *_around(size, across, radius, reach)]
            mouth = [
                np.add(patch, [y, 0.0]) for patch in (around[:2] + around[3:5] + around[6:] if y == END else around)
            ]
            lattices += [_column(p, xi, axis, side) for p in (pipe, *mouth) for xi in columns]
            lattices += [_roof(ys, wall, middle / INNER, axis, side) for ys in (along, y + reach * across)]
            begin = y + reach
        beyond = _disc(size, _across(size)[2 * size.turn :], BRANCHES[END])[:3]  # half of the last mouth
        inside = [middle[2 * size.middle :], wall]
        lattices += [_column(np.add(p, [END, 0.0]), xi, axis, side) for p in beyond for xi in inside]
    for y, radius in BRANCHES.items():
        share = _lengths(0.0, 94.0, size.first, size)[:, None, None] / 94.0
        for patch in _disc(size, _across(size), radius):
            ends = [axis + side * _width(patch[..., 1]) for axis, side in TRUNKS.items()]
            x = (1.0 - share) * ends[0] + share * ends[1]
            lattices.append(
                np.stack([x, *(np.broadcast_to(c, x.shape) for c in (y + patch[..., 0], patch[..., 1]))], -1)
            )
    return _joined(lattices)


def _with_middles(ends: np.ndarray) -> np.ndarray:
    places = np.empty(2 * len(ends) - 1)
    places[::2], places[1::2] = ends, 0.5 * (ends[1:] + ends[:-1])
    return places


def _graded(n: int, ratio: float) -> np.ndarray:
    """Lattice from 0 to 1 of n cells, each `ratio` times as long as the one before."""
    sizes = ratio ** np.arange(n)
    return _with_middles(np.concatenate([[0.0], np.cumsum(sizes) / sizes.sum()]))


def _lengths(start: float, end: float, first: float, size: Size) -> np.ndarray:
    """Lattice along a pipe, whose cells grow from both ends: from `first` and from `size.first`."""
    low, high, left = [first], [size.first], end - start - first - size.first
    while left > 0.0:
        shorter = low if low[-1] <= high[-1] else high
        shorter.append(min(shorter[-1] * size.growth, size.longest))
        left -= shorter[-1]
    sizes = np.array(low + high[::-1])
    return _with_middles(start + (end - start) * np.concatenate([[0.0], np.cumsum(sizes) / sizes.sum()]))


def _across(size: Size) -> np.ndarray:
    return np.linspace(-1.0, 1.0, 4 * size.turn + 1)


def _upwards(size: Size) -> np.ndarray:
    return np.linspace(0.0, 1.0, 2 * size.turn + 1)


def _width(z: np.ndarray) -> np.ndarray:
    """From the axis of a trunk to its wall."""
    return np.sqrt(RADIUS**2 - z**2)


def _heights(share: np.ndarray) -> np.ndarray:
    return RADIUS * np.sin(share * np.arcsin(SLAB / RADIUS))


def _between(low: np.ndarray, high: np.ndarray, share: np.ndarray) -> np.ndarray:
    return low[:, None] + share[None, :, None] * (high - low)[:, None]


def _arcs(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of a unit circle within 45 degrees of its top, and from 0 to 45 degrees on its right."""
    over, up = 0.25 * np.pi * u, 0.25 * np.pi * v
    return np.stack([np.sin(over), np.cos(over)], -1), np.stack([np.cos(up), np.sin(up)], -1)


def _disc(size: Size, u: np.ndarray, radius: float) -> list[np.ndarray]:
    """Upper half of a disc in (y, z): square, ring above it, on its right and on its left."""
    v, share = _upwards(size), _graded(size.ring, 0.8)
    top, right = (radius * arc for arc in _arcs(u, v))
    square = radius * INNER * np.stack(np.meshgrid(u, v, indexing="ij"), -1)
    sides = _between(radius * INNER * np.stack([np.ones_like(v), v], -1), right, share)
    return [
        square,
        _between(radius * INNER * np.stack([u, np.ones_like(u)], -1), top, share),
        sides,
        sides * [-1.0, 1.0],
    ]


def _around(size: Size, u: np.ndarray, radius: float, reach: float) -> list[np.ndarray]:
    """What is above a half disc, on its right and on its left, up to a rectangle."""
    v, share = _upwards(size), _graded(size.around, 1.5)
    top, right = (radius * arc for arc in _arcs(u, v))
    sides = _between(right, np.stack([np.full_like(v, reach), _heights(v)], -1), share)
    return [_between(top, np.stack([reach * u, np.full_like(u, SLAB)], -1), share), sides, sides * [-1.0, 1.0]]


def _column(patch: np.ndarray, xi: np.ndarray, axis: float, side: float) -> np.ndarray:
    """A patch in (y, z) swept along x, from wall (-1) to wall (1)."""
    rise = np.maximum(0.0, patch[..., 1] - RISE) / (SLAB - RISE) * (AT_WALL - SLAB)
    outwards = np.maximum(0.0, np.abs(xi) - INNER)[:, None, None] / (1.0 - INNER)
    z = patch[None, ..., 1] + outwards * rise
    return np.stack([axis + side * xi[:, None, None] * _width(z), np.broadcast_to(patch[..., 0], z.shape), z], -1)


def _roof(y: np.ndarray, wall: np.ndarray, s: np.ndarray, axis: float, side: float) -> np.ndarray:
    """Between slab and top of a trunk: transfinite between slab, arc and the two sides, which the slab's columns share."""
    eta = (wall - INNER) / (1.0 - INNER)
    z = SLAB + eta * (AT_WALL - SLAB)
    flank = np.stack([wall * _width(z), z], -1)[None]
    angle = s * np.arccos(AT_WALL / RADIUS)
    low = np.stack([s * flank[0, 0, 0], np.full_like(s, SLAB)], -1)[:, None]
    high = RADIUS * np.stack([np.sin(angle), np.cos(angle)], -1)[:, None]
    e, t = eta[None, :, None], s[:, None, None]
    section = (1.0 - e) * low + e * high
    for sign, corner in ((-1.0, 0), (1.0, -1)):
        section = section + 0.5 * (1.0 + sign * t) * (flank * [sign, 1.0] - (1.0 - e) * low[corner] - e * high[corner])
    section = np.broadcast_to(section[:, :, None], (*section.shape[:2], len(y), 2))
    return np.stack([axis + side * section[..., 0], np.broadcast_to(y, section.shape[:3]), section[..., 1]], -1)


def _joined(lattices: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Points of all lattices, those at one place made one, and their cells."""
    cells, count = list[np.ndarray](), 0
    for lattice in lattices:
        ids = count + np.arange(lattice[..., 0].size).reshape(lattice.shape[:3])
        first = np.stack(np.meshgrid(*(np.arange(0, n - 1, 2) for n in ids.shape), indexing="ij"), -1).reshape(-1, 1, 3)
        cells.append(ids[tuple(np.moveaxis(first + PLACES, -1, 0))])
        count += ids.size
    points = np.concatenate([lattice.reshape(-1, 3) for lattice in lattices])
    pairs = cKDTree(points).query_pairs(1e-5, output_type="ndarray")
    least = np.arange(count)
    while not np.array_equal(least[pairs[:, 0]], least[pairs[:, 1]]):
        for i, j in ((0, 1), (1, 0)):
            np.minimum.at(least, pairs[:, i], least[pairs[:, j]])
    _, first_of, number = np.unique(least, return_index=True, return_inverse=True)
    return points[first_of], number[np.concatenate(cells)]
