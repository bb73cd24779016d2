"""What engineers read off the fields: pressure drop, flow rates, bulk, mean and extreme temperatures."""

from collections.abc import Sequence

import numpy as np
import ufl
from dolfinx import fem, geometry
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.mesh.domain import Domain, FluidDomain, require_on, require_scalar
from rack2city.fem.mesh.peaks import peak_on_surface


def mean_over_surface(domain: Domain, value: fem.Function | ufl.core.expr.Expr, surface: str) -> float:
    """Area mean over an exterior surface (unit of `value`); `InputError` if it is none, or `value` is of another mesh."""
    _require(domain, value)
    return domain.mean(value, domain.ds(domain.surface(surface)), f"the surface '{surface}', as an exterior one,")


def values_at(function: fem.Function, points: np.ndarray) -> np.ndarray:
    """Values of a function at points (m, shape (n, 2) or (n, 3)), the same on all ranks, shape (n, components) (collective).

    Where a function jumps from cell to cell, as a discontinuous pressure does, it is the mean of the cells that meet there.

    Raises:
        InputError: a point lies outside the mesh.
    """
    msh, points = function.function_space.mesh, np.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise InputError(f"points have shape {points.shape}; needed is (n, 2) or (n, 3)")
    points = np.column_stack([points, np.zeros((len(points), 3 - points.shape[1]))])
    tree = geometry.bb_tree(msh, msh.topology.dim, padding=1e-10)
    found = geometry.compute_colliding_cells(msh, geometry.compute_collisions_points(tree, points), points)
    owned = msh.topology.index_map(msh.topology.dim).size_local
    places = np.repeat(np.arange(len(points)), np.diff(found.offsets))
    mine = found.array < owned  # each cell speaks once
    places, cells = places[mine], found.array[mine]
    count, values = np.zeros(len(points)), np.zeros((len(points), function.function_space.value_size))
    if len(cells):
        np.add.at(count, places, 1.0)
        np.add.at(values, places, function.eval(points[places], cells).reshape(len(cells), -1))
    for each in (count, values):
        msh.comm.Allreduce(MPI.IN_PLACE, each, op=MPI.SUM)
    if np.any(count == 0.0):
        raise InputError(f"the point {points[int(np.argmin(count))]} lies outside the mesh")
    return values / count[:, None]


def flow_through(
    fluid: FluidDomain, velocity: fem.Function, surface: str, along: Sequence[float] | None = None
) -> float:
    """Volume flow out of the fluid through an exterior surface (m³/s), or through a plane one inside it.

    For a surface inside, `along` is its unit normal, towards which flow counts as positive.
    """
    tag = fluid.surface(surface)
    require_on(fluid.mesh, velocity, "the velocity")
    if along is None:
        return fluid.integral(ufl.dot(velocity, ufl.FacetNormal(fluid.mesh)) * fluid.ds(tag))
    return fluid.integral(ufl.avg(ufl.dot(velocity, ufl.as_vector([float(a) for a in along]))) * fluid.dS(tag))


def mean_over_interface(domain: Domain, value: fem.Function, surface: str) -> float:
    """Mean over an interior surface (unit of `value`); `InputError` if it is none, or `value` is of another mesh."""
    _require(domain, value)
    return domain.mean(
        ufl.avg(value), domain.dS(domain.surface(surface)), f"the surface '{surface}', as an interior one,"
    )


def _require(domain: Domain, value: fem.Function | ufl.core.expr.Expr) -> None:
    if isinstance(value, fem.Function):
        require_scalar(value, f"the field '{value.name}'")
        require_on(domain.mesh, value, f"the field '{value.name}'")


def bulk_temperature(
    fluid: FluidDomain, velocity: fem.Function, temperature: fem.Function, along: Sequence[float] | np.ndarray
) -> float:
    """Flow-weighted mean temperature of all of a fluid along a unit vector of the stream (K).

    The velocity (m/s) is on the mesh of the fluid, the temperature (K) on the whole mesh. It is a mean over the volume: beside
    a mean of a wall over its area it belongs only where both are of the same stretch of the stream, weighted alike along it.

    Raises:
        InputError: a field is of another mesh.
    """
    require_on(fluid.mesh, velocity, "the velocity")
    require_on(fluid.parent.mesh, temperature, "the temperature")
    dx = fluid.parent.dx(metadata={"quadrature_degree": 8})(tuple(fluid.volumes.values()))
    stream, maps = ufl.dot(velocity, ufl.as_vector([float(a) for a in along])), [fluid.cell_map]
    return fluid.parent.integral(stream * temperature * dx, maps) / fluid.parent.integral(stream * dx, maps)


def surface_maximum(domain: Domain, temperature: fem.Function, surface: str) -> float:
    """Largest nodal value on a surface (K)."""
    return peak_on_surface(domain, temperature, surface).value
