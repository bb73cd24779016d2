"""The largest of many values and where it is, the same on any number of ranks."""

from dataclasses import dataclass

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from rack2city.fem.mesh.domain import Domain, require_scalar

_EQUAL = 1e-6  # of the largest value: rounding does not choose between places
_DIGITS = 9  # of a place in metres


@dataclass(frozen=True)
class Peak:
    """A largest value, and the place where it is: x, y, z (m)."""

    value: float
    place: tuple[float, float, float]


def peak_of(comm: MPI.Comm, values: np.ndarray, points: np.ndarray) -> Peak:
    """Largest of values, shape (n,), at points (m), shape (n, 3), of all ranks (collective).

    Of places with the same value to 1e-6 of it, the one of the lowest x is told, then of the lowest y and z: a plane of
    symmetry or an even field has many, and which of them is the largest by rounding differs with the number of ranks.
    """
    top = float(comm.allreduce(float(np.max(values, initial=-np.inf)), op=MPI.MAX))
    near = points[values >= top - _EQUAL * abs(top)]
    first = min(tuple(round(float(x), _DIGITS) + 0.0 for x in point) for point in near) if len(near) else None
    x, y, z = min(place for place in comm.allgather(first) if place is not None)
    return Peak(top, (x, y, z))


def peak_on_surface(domain: Domain, function: fem.Function, surface: str) -> Peak:
    """Largest nodal value of a scalar function on a surface (collective)."""
    require_scalar(function, f"the field '{function.name}'")
    space = function.function_space
    dofs = fem.locate_dofs_topological(space, domain.dimensions - 1, domain.facets([surface]))
    return peak_of(domain.comm, function.x.array[dofs], space.tabulate_dof_coordinates()[dofs])


def peak_speed(velocity: fem.Function) -> Peak:
    """Largest nodal magnitude of a vector function (collective)."""
    space = velocity.function_space
    speeds = np.linalg.norm(velocity.x.array.reshape(-1, space.dofmap.index_map_bs), axis=1)
    return peak_of(space.mesh.comm, speeds, space.tabulate_dof_coordinates())
