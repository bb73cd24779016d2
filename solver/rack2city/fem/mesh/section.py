"""Plane sections through any mesh: points and weights on them for means and flows, where the mesh has no such surface.

Each cell, taken as straight, is cut as simplices (a hexahedron as six tetrahedra, a quadrilateral as two triangles). What the
plane cuts from one is a segment, a triangle or a quadrilateral, on which polynomials of degree 6 are integrated exactly, and
with them the triquadratic functions of a brick.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import basix
import numpy as np
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.mesh.domain import Domain, require_on, require_scalar

# Simplices of a cell by its vertices, in DOLFINx's order.
SIMPLICES: dict[Any, list[tuple[int, ...]]] = {
    mesh.CellType.triangle: [(0, 1, 2)],
    mesh.CellType.quadrilateral: [(0, 1, 3), (0, 2, 3)],
    mesh.CellType.tetrahedron: [(0, 1, 2, 3)],
    # six around the diagonal from vertex 0 to vertex 7: each a way along three edges
    mesh.CellType.hexahedron: [(0, a, a + b, 7) for a, b in ((1, 2), (1, 4), (2, 1), (2, 4), (4, 1), (4, 2))],
}

LINE, TRIANGLE = (basix.make_quadrature(kind, 6) for kind in (basix.CellType.interval, basix.CellType.triangle))


@dataclass(frozen=True)
class Section:
    """Quadrature on a plane section, on each rank the part in its own cells.

    Normal: unit, shape (2,) or (3,). Points, shape (n, 3), have weights (areas, m²; lengths in two dimensions) and cells,
    both of shape (n,).
    """

    mesh: mesh.Mesh
    normal: np.ndarray
    points: np.ndarray
    weights: np.ndarray
    cells: np.ndarray

    @property
    def comm(self) -> MPI.Comm:
        """Communicator of the mesh."""
        return self.mesh.comm

    @property
    def area(self) -> float:
        """Area of the section (m²; a length in two dimensions)."""
        return float(self.comm.allreduce(float(np.sum(self.weights)), op=MPI.SUM))

    def between(self, axis: int, low: float, high: float) -> "Section":
        """The part of the section between two coordinates (m) along an axis; exact where neither lies in the domain."""
        here = (self.points[:, axis] > low) & (self.points[:, axis] < high)
        return replace(self, points=self.points[here], weights=self.weights[here], cells=self.cells[here])

    def mean(self, function: fem.Function) -> float:
        """Area mean of a scalar function on the mesh of the section; `InputError` for one of another, as in all of these."""
        return self._integral(self._scalar(function)) / self.area

    def flow(self, velocity: fem.Function) -> float:
        """Volume flow through the section along its normal (m³/s)."""
        return self._integral(self._values(velocity) @ self.normal)

    def gross_flow(self, velocity: fem.Function) -> float:
        """Volume flow through the section, either way counted as positive (m³/s)."""
        return self._integral(np.abs(self._values(velocity) @ self.normal))

    def flow_mean(self, function: fem.Function, velocity: fem.Function) -> float:
        """Mean of a scalar function weighted with the flow: of a temperature, the bulk one. Both on the section's mesh."""
        across = self._values(velocity) @ self.normal
        return self._integral(across * self._scalar(function)) / self._integral(across)

    def _scalar(self, function: fem.Function) -> np.ndarray:
        require_scalar(function, f"the field '{function.name}' of a section")
        return self._values(function)[:, 0]

    def _values(self, function: fem.Function) -> np.ndarray:
        require_on(self.mesh, function, f"the field '{function.name}' of a section")
        if not self.cells.size:
            return np.empty((0, function.function_space.value_size))
        return np.asarray(function.eval(self.points, self.cells)).reshape(self.cells.size, -1)

    def _integral(self, values: np.ndarray) -> float:
        return float(self.comm.allreduce(float(np.sum(self.weights * values)), op=MPI.SUM))


def plane_section(domain: Domain, point: Sequence[float], normal: Sequence[float]) -> Section:
    """Section of a domain by a plane (in two dimensions a line) through a point (m), its normal of any length (collective).

    For the fluid's part take the fluid as domain. Where the plane runs along faces of cells it is moved by 1e-9 of the size of
    the mesh towards its normal.

    Raises:
        InputError: the plane misses the mesh.
    """
    msh, dim = domain.mesh, domain.dimensions
    n = np.asarray(normal, dtype=float)[:dim] / np.linalg.norm(np.asarray(normal, dtype=float)[:dim])
    simplices = SIMPLICES[msh.topology.cell_type]
    count = msh.topology.index_map(dim).size_local
    corners = 2**dim if len(simplices) > 1 else dim + 1
    nodes = msh.geometry.dofmaps[0][:count, :corners]  # of curved cells the vertices, which come first
    x = msh.geometry.x[:, :dim]
    size = domain.comm.allreduce(float(np.max(np.abs(x), initial=0.0)), op=MPI.MAX)
    height = (x - np.asarray(point, dtype=float)[:dim]) @ n - 1e-9 * size
    points, weights, cells = [np.empty((0, dim))], [np.empty(0)], [np.empty(0, dtype=np.int32)]
    for simplex in simplices:
        vertices = nodes[:, simplex]
        above = height[vertices] > 0.0
        for cell in np.flatnonzero(np.any(above, axis=1) & ~np.all(above, axis=1)):
            places, shares = _cut(x[vertices[cell]], height[vertices[cell]])
            points.append(places)
            weights.append(shares)
            cells.append(np.full(len(shares), cell, dtype=np.int32))
    x = np.concatenate(points)
    x = np.column_stack([x, np.zeros((len(x), 3 - dim))])
    section = Section(msh, n, x, np.concatenate(weights), np.concatenate(cells))
    if not section.area > 0.0:
        raise InputError(f"the plane through {tuple(point)} normal to {tuple(normal)} does not meet the mesh")
    return section


def _cut(x: np.ndarray, height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quadrature points and weights of the section of one simplex that has vertices on both sides."""
    above, below = np.flatnonzero(height > 0.0), np.flatnonzero(height <= 0.0)
    # Around the section in order: along one vertex of a side, then back along the other.
    edges = [(a, b) for k, a in enumerate(above) for b in (below if k % 2 == 0 else below[::-1])]
    corner = np.array([x[a] + (x[b] - x[a]) * height[a] / (height[a] - height[b]) for a, b in edges])
    if x.shape[1] == 2:
        start, end = corner
        along, shares = LINE
        return start + along * (end - start), shares * np.linalg.norm(end - start)
    inside, shares = TRIANGLE
    fan = [corner[[0, k, k + 1]] for k in range(1, len(corner) - 1)]
    places = [a + inside @ np.array([b - a, c - a]) for a, b, c in fan]
    areas = [np.linalg.norm(np.cross(b - a, c - a)) for a, b, c in fan]  # twice: the weights add up to a half
    return np.concatenate(places), np.concatenate([shares * area for area in areas])
