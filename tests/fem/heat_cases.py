"""Small meshes for the tests of heat."""

from collections.abc import Callable
from itertools import pairwise
from math import log, sqrt

import numpy as np
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.fem.mesh.domain import Domain, Marker, tagged_domain

CELLS = {
    "triangle": mesh.CellType.triangle,
    "quadrilateral": mesh.CellType.quadrilateral,
    "tetrahedron": mesh.CellType.tetrahedron,
    "hexahedron": mesh.CellType.hexahedron,
}


def at(axis: int, value: float) -> Marker:
    """The plane where a coordinate has a value."""
    return lambda x: np.isclose(x[axis], value)


def between(axis: int, low: float, high: float) -> Marker:
    """The slab between two values of a coordinate."""
    return lambda x: (x[axis] > low - 1e-9) & (x[axis] < high + 1e-9)


def all_of(*markers: Marker) -> Marker:
    """Where all markers hold."""
    return lambda x: np.all([marker(x) for marker in markers], axis=0)


def box(
    cell: str,
    upper: tuple[float, ...],
    n: tuple[int, ...],
    surfaces: dict[str, Marker],
    volumes: dict[str, Marker] | None = None,
    comm: MPI.Comm = MPI.COMM_SELF,
    grade: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Domain:
    """A box from the origin, in two or three dimensions, its points moved by `grade`."""
    ghosts = mesh.GhostMode.shared_facet
    if len(n) == 2:
        msh = mesh.create_rectangle(comm, [(0.0, 0.0), upper], n, CELLS[cell], ghost_mode=ghosts)
    else:
        msh = mesh.create_box(comm, [(0.0, 0.0, 0.0), upper], n, CELLS[cell], ghost_mode=ghosts)
    if grade is not None:
        msh.geometry.x[:] = grade(msh.geometry.x.copy())
    return tagged_domain(msh, surfaces, volumes)


def l2_error(domain: Domain, temperature: fem.Function, exact: dict[str, ufl.core.expr.Expr]) -> float:
    """Error in the mean square against an expression on each volume."""
    dx = domain.dx(metadata={"quadrature_degree": 8})
    squares = sum((temperature - exact[name]) ** 2 * dx(tag) for name, tag in domain.volumes.items())
    return sqrt(domain.integral(squares))


def orders(errors: list[float], ratio: float = 2.0) -> list[float]:
    """Orders of convergence between meshes or steps refined by a ratio."""
    return [log(coarse / fine) / log(ratio) for coarse, fine in pairwise(errors)]
