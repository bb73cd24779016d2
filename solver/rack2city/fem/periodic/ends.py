"""Which nodes at the end of a cell are those at its beginning, one length further along x."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from dolfinx import fem, mesh
from mpi4py import MPI
from scipy.spatial import cKDTree

from rack2city.errors import InputError
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import cells_beside, facet_dofs

BEGIN, END = ("inlet", "solid_inlet"), ("outlet", "solid_outlet")
NEAR = 1e-6  # of the length: how exactly a face must lie where the other one is shifted to


@dataclass(frozen=True)
class Ends:
    """Surfaces of a cell that are one: the first becomes the second by a shift of `length` (m) along x, from `start` (m)."""

    begin: tuple[str, ...]
    end: tuple[str, ...]
    start: float
    length: float


def ends_of(domain: Domain) -> Ends:
    """The ends of a cell by the names of its surfaces (collective).

    Raises:
        InputError: an end has no other, or faces at the ends of the cell are in none of its surfaces.
    """
    pairs = [pair for pair in zip(BEGIN, END, strict=True) if set(pair) & set(domain.surfaces)]
    for pair in (BEGIN[0], END[0]), *pairs:
        for name in pair:
            if name not in domain.surfaces:
                raise InputError(f"periodic: the cell has no surface '{name}'; it needs {' and '.join(pair)}")
    begin, end = (tuple(pair[side] for pair in pairs) for side in (0, 1))
    low, high = (_mean_x(domain, names[:1]) for names in (begin, end))
    if not high > low:
        raise InputError(f"periodic: 'outlet' lies at x = {high:g} m, not behind 'inlet' at {low:g} m")
    found = Ends(begin, end, low, high - low)
    _check_complete(domain, found)
    return found


def _mean_x(domain: Domain, names: Sequence[str]) -> float:
    """Place along x of surfaces (m): the middle of their extent, the same on any number of ranks."""
    facets = domain.facets(names)
    x = domain.mesh.geometry.x[mesh.entities_to_geometry(domain.mesh, domain.dimensions - 1, facets)][..., 0]
    low = domain.comm.allreduce(float(np.min(x, initial=np.inf)), op=MPI.MIN)
    high = domain.comm.allreduce(float(np.max(x, initial=-np.inf)), op=MPI.MAX)
    return 0.5 * (low + high)


def _check_complete(domain: Domain, ends: Ends) -> None:
    """Refuse a solid that goes on beyond the cell by faces without a name, which would be adiabatic."""
    outside = mesh.exterior_facet_indices(domain.mesh.topology)
    bare = np.setdiff1d(outside, domain.facets([*ends.begin, *ends.end])).astype(np.int32)
    x = domain.mesh.geometry.x[mesh.entities_to_geometry(domain.mesh, domain.dimensions - 1, bare)][..., 0]
    all_x = domain.mesh.geometry.x[:, 0]
    low = domain.comm.allreduce(float(np.min(all_x, initial=np.inf)), op=MPI.MIN)
    high = domain.comm.allreduce(float(np.max(all_x, initial=-np.inf)), op=MPI.MAX)
    at_end = (np.abs(x - low) < NEAR * ends.length).all(axis=1) | (np.abs(x - high) < NEAR * ends.length).all(axis=1)
    if count := domain.comm.allreduce(int(np.count_nonzero(at_end))):
        raise InputError(
            f"periodic: {count} faces at the ends of the cell are in none of its surfaces {', '.join((*BEGIN, *END))}"
        )


def same_nodes(domain: Domain, space: fem.FunctionSpace, ends: Ends) -> tuple[np.ndarray, np.ndarray]:
    """Global numbers of the nodes of a space at the end of the cell, and of those at its beginning that they are.

    Faces are matched first, then the nodes of each, so that nodes which lie on one place, on both sides of a contact, keep
    apart. Shape (nodes,) each, sorted by the first, the same on every rank (collective).

    Raises:
        InputError: a face has no counterpart.
    """
    if not space.dofmap.dof_layout.entity_closure_dofs(domain.dimensions - 1, 0):  # a pressure of its own in each cell
        return np.empty(0, np.int64), np.empty(0, np.int64)
    (first, here), (last, there) = (_faces(domain, space, names) for names in (ends.begin, ends.end))
    shift, near = np.array([ends.length, 0.0, 0.0]), NEAR * ends.length
    far, partner = cKDTree(first.mean(axis=1)).query(last.mean(axis=1) - shift)
    lost = int(np.count_nonzero(far > near))
    if lost or len(first) != len(last):
        raise InputError(
            f"periodic: {' and '.join(ends.begin)} ({len(first)} faces) and {' and '.join(ends.end)} ({len(last)} faces) do "
            f"not match by a shift of {ends.length:g} m along x: {lost} faces have no counterpart; mesh the one as a copy of "
            "the other"
        )
    apart = np.linalg.norm(last[:, :, None] - shift - first[partner][:, None], axis=3)
    slaves, masters = there.ravel(), np.take_along_axis(here[partner], np.argmin(apart, axis=2), axis=1).ravel()
    slaves, where = np.unique(slaves, return_index=True)
    return slaves, masters[where]


def _faces(domain: Domain, space: fem.FunctionSpace, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of each face of some surfaces over all ranks: places (m), shape (faces, nodes, 3), and global numbers."""
    facets = domain.facets(names)
    facets = facets[np.isin(facets, mesh.exterior_facet_indices(domain.mesh.topology))]
    nodes = facet_dofs(space, facets, cells_beside(domain.mesh, facets)[:, 0])
    places = coordinates(space)[nodes]
    numbers = space.dofmap.index_map.local_to_global(nodes.ravel().astype(np.int32)).reshape(nodes.shape)
    gathered = domain.comm.allgather((places, numbers))
    places, numbers = (np.concatenate(parts) for parts in zip(*gathered, strict=True))
    _, once = np.unique(np.sort(numbers, axis=1), axis=0, return_index=True)  # a face may be seen by more than one rank
    return places[once], numbers[once]


def coordinates(space: fem.FunctionSpace) -> np.ndarray:
    """Places of the nodes of a Lagrange space (m), shape (nodes with ghosts, 3)."""
    return np.asarray(space.tabulate_dof_coordinates())
