"""Plane domains for the tests of the flow."""

from collections.abc import Mapping

import numpy as np
from dolfinx import mesh
from mpi4py import MPI

from rack2city.fem.mesh.domain import FluidDomain, Marker, fluid_domain, tagged_domain

QUAD, TRIANGLE = mesh.CellType.quadrilateral, mesh.CellType.triangle
Point = tuple[float, float]


def rectangle(
    corner: Point,
    opposite: Point,
    cells: tuple[int, int],
    kind: mesh.CellType,
    extra: Mapping[str, Marker] | None = None,
    turned: float = 0.0,
    comm: MPI.Comm = MPI.COMM_SELF,
) -> FluidDomain:
    """A rectangle with surfaces left, right, bottom and top, and extra ones that win over them; turned about the origin."""
    (x0, y0), (x1, y1) = corner, opposite
    msh = mesh.create_rectangle(comm, [corner, opposite], list(cells), kind)
    markers: dict[str, Marker] = {
        "left": lambda x: np.isclose(x[0], x0),
        "right": lambda x: np.isclose(x[0], x1),
        "bottom": lambda x: np.isclose(x[1], y0),
        "top": lambda x: np.isclose(x[1], y1),
    }
    domain = tagged_domain(msh, {**markers, **(extra or {})})
    x, y = msh.geometry.x[:, 0].copy(), msh.geometry.x[:, 1].copy()
    msh.geometry.x[:, 0] = np.cos(turned) * x - np.sin(turned) * y
    msh.geometry.x[:, 1] = np.sin(turned) * x + np.cos(turned) * y
    return fluid_domain(domain)
