"""Curved tetrahedra from the hexahedra of `canopy_blocks`: ten nodes in Basix's order, all of them nodes of the hexahedra."""

import basix
import basix.ufl
import numpy as np
from dolfinx import mesh
from mpi4py import MPI

from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, tagged_domain
from tests.fem.canopy_blocks import BRANCHES, END, PLACES, RADIUS, TRUNKS, Size, coolant

EDGES = ((2, 3), (1, 3), (1, 2), (0, 3), (0, 2), (0, 1))
"""Corners of the edge of each node after the fourth."""
_NODE = np.empty((3, 3, 3), dtype=int)
_NODE[tuple(PLACES.T)] = np.arange(27)
ON = 1e-4  # a wall (mm)


def split(cells: np.ndarray) -> np.ndarray:
    """Six tetrahedra of each hexahedron, from its least corner to the faces that this is none of: faces agree on both sides."""
    found = list[np.ndarray]()
    least = np.argmin(cells[:, :8], axis=1)
    for corner in range(8):
        mine, mirror = cells[least == corner], PLACES[corner] > 0
        for axis in range(3):
            square = np.insert([[0, 0], [2, 0], [2, 2], [0, 2]], axis, 2, axis=1)
            ids = _NODE[tuple(np.where(mirror, 2 - square, square).T)]
            odd = np.argmin(mine[:, ids], axis=1) % 2
            for shift in (0, 1):
                a, b, c, d = np.roll(square, -shift, axis=0)
                for triangle in ((a, b, c), (a, c, d)):
                    corners = np.array([np.zeros(3, dtype=int), *triangle])
                    place = np.concatenate([corners, [(corners[i] + corners[j]) // 2 for i, j in EDGES]])
                    found.append(mine[odd == shift][:, _NODE[tuple(np.where(mirror, 2 - place, place).T)]])
    return np.concatenate(found)


def straightened(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Nodes of edges at the middle between their corners, but on a wall: there brought back to it."""
    x, corner = points.copy(), np.zeros(len(points), dtype=bool)
    corner[cells[:, :4]] = True
    for k, (i, j) in enumerate(EDGES, start=4):
        x[cells[:, k]] = 0.5 * (points[cells[:, i]] + points[cells[:, j]])
    straight, walls = x.copy(), np.zeros(len(points), dtype=int)
    outside = np.min([np.abs(points[:, 0] - axis) for axis in TRUNKS], axis=0)
    outside = outside > np.sqrt(np.maximum(0.0, RADIUS**2 - points[:, 2] ** 2)) - ON
    cylinders = [([0, 2], axis, RADIUS, points[:, 1] < END + ON) for axis in TRUNKS]
    cylinders += [([1, 2], y, r, outside | (points[:, 1] > max(END, y))) for y, r in BRANCHES.items()]
    for axes, middle, radius, there in cylinders:
        centre = np.array([middle, 0.0])
        at = ~corner & there & (np.abs(np.linalg.norm(points[:, axes] - centre, axis=1) - radius) < ON)
        arm = straight[np.ix_(at, axes)] - centre
        x[np.ix_(at, axes)] = centre + radius * arm / np.linalg.norm(arm, axis=1, keepdims=True)
        walls += at
    x[walls > 1] = points[walls > 1]  # edges of mouths
    return x


def half_coolant(size: Size) -> FluidDomain:
    """The upper half of the coolant of curved tetrahedra, with the surfaces `inlet`, `outlet` and `symmetry`."""
    points, cells = coolant(size)
    tetrahedra = split(cells)
    element = basix.ufl.element("Lagrange", "tetrahedron", 2, shape=(3,))
    ghosts = mesh.create_cell_partitioner(mesh.GhostMode.shared_facet, 2)
    metres = 1e-3 * straightened(points, tetrahedra)
    msh = mesh.create_mesh(MPI.COMM_SELF, tetrahedra.astype(np.int64), element, metres, partitioner=ghosts)
    return fluid_domain(
        tagged_domain(
            msh,
            {
                "inlet": lambda x: (np.abs(x[1]) < 1e-7) & (x[0] > 0.075),
                "outlet": lambda x: (np.abs(x[1]) < 1e-7) & (x[0] < 0.075),
                "symmetry": lambda x: np.abs(x[2]) < 1e-7,
            },
        )
    )
