"""A temperature space that is broken across contact surfaces and continuous everywhere else.

A contact resistance lets the temperature jump: nodes on its surface exist once for each *group of volumes* that hang
together around them: two volume groups at the node belong together if a facet that is no contact joins them there. So a
surface of contact that ends inside an interface closes at its edge, several may meet at a line, and the mesh, its tags
and its distribution over ranks stay as they are: the copies are further unknowns of the same space.
"""

from collections.abc import Collection

import numpy as np
from dolfinx import common, cpp, fem, mesh
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rack2city.errors import InputError
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import cells_beside, facet_dofs

TAG = 7331  # of the messages that set up the new index map


def broken_space(domain: Domain, contacts: Collection[str], degree: int = 2) -> fem.FunctionSpace:
    """Lagrange space on the whole mesh, broken across contact surfaces between different volume groups (collective).

    Across ranks the mesh needs cells ghosted by facet, as `read_domain` gives them.

    Raises:
        InputError: a contact surface is empty, not interior, or has the same volume group on both sides.
    """
    space = fem.functionspace(domain.mesh, ("Lagrange", degree))
    if not contacts:
        return space
    labels = _cell_labels(domain)
    _check(domain, contacts, labels)
    return _with_copies(space, labels, *_copies(domain, space, contacts, labels))


def _gather(domain: Domain, rows: np.ndarray) -> np.ndarray:
    """Unique rows over all ranks."""
    return np.unique(np.concatenate(domain.comm.allgather(rows)), axis=0)


def _cell_labels(domain: Domain) -> np.ndarray:
    """Volume tag of every cell of this rank, ghosts included."""
    labels = fem.Function(fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0)))
    labels.x.array[domain.cell_tags.indices] = domain.cell_tags.values
    labels.x.scatter_forward()
    return np.rint(labels.x.array).astype(np.int64)


def _check(domain: Domain, contacts: Collection[str], labels: np.ndarray) -> None:
    owned = domain.mesh.topology.index_map(domain.dimensions - 1).size_local
    for name in contacts:
        tagged = domain.facets([name])
        tagged = tagged[tagged < owned]
        sides = cells_beside(domain.mesh, tagged)
        alone = sides[:, 1] < 0
        same = ~alone & (labels[sides[:, 0]] == labels[sides[:, 1]])
        outer = np.isin(tagged, mesh.exterior_facet_indices(domain.mesh.topology))
        counts = [len(tagged), outer.sum(), alone.sum(), same.sum()]
        total, exterior, single, alike = np.sum(domain.comm.allgather(counts), axis=0)
        if total == 0 or exterior or alike:
            raise InputError(
                f"mesh: the contact surface '{name}' must lie between two different volume groups; of its {total} facets "
                f"{exterior} are on the outside and {alike} inside one group"
            )
        if single:
            raise InputError(f"mesh: across ranks the contact surface '{name}' needs cells ghosted by facet")


def _copies(
    domain: Domain, space: fem.FunctionSpace, contacts: Collection[str], labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rows (global dof, label) of all dofs on contacts, sorted, and which copy each sees, the same on every rank."""

    def global_dofs(facets: np.ndarray, cells: np.ndarray) -> np.ndarray:
        local = facet_dofs(space, facets, cells)
        return space.dofmap.index_map.local_to_global(local.ravel()).reshape(local.shape)

    tagged = domain.facets(contacts)
    nodes = _gather(domain, np.unique(global_dofs(tagged, cells_beside(domain.mesh, tagged)[:, 0])))
    numbers = space.dofmap.index_map.local_to_global(space.dofmap.list.ravel()).reshape(space.dofmap.list.shape)
    cells, columns = np.nonzero(np.isin(numbers, nodes))
    seen = _gather(domain, np.column_stack([numbers[cells, columns], labels[cells]]))
    facets = np.arange(domain.mesh.topology.index_map(domain.dimensions - 1).size_local)
    sides = cells_beside(domain.mesh, facets)
    joining = (sides[:, 1] >= 0) & (labels[sides[:, 0]] != labels[sides[:, 1]]) & ~np.isin(facets, tagged)
    shared = global_dofs(facets[joining], sides[joining, 0])
    at_contact = np.isin(shared, nodes)
    pairs = np.broadcast_to(labels[sides[joining]][:, None], (*shared.shape, 2))[at_contact]
    joins = _gather(domain, np.column_stack([shared[at_contact], pairs]))
    ends = [_places(seen, joins[:, [0, side]]) for side in (1, 2)]
    links = coo_array((np.ones(len(joins)), ends), shape=(len(seen), len(seen)))
    # Components are numbered as they are met: dof by dof, in the order of their least labels.
    _, component = connected_components(links, directed=False)
    _, first, of = np.unique(seen[:, 0], return_index=True, return_inverse=True)
    return seen, component - component[first][of]


def _places(rows: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where rows (dof, label) stand among sorted ones that hold them."""
    base = 1 + max(np.max(rows[:, 1], initial=0), np.max(wanted[:, 1], initial=0))
    return np.searchsorted(rows[:, 0] * base + rows[:, 1], wanted[:, 0] * base + wanted[:, 1])


def _with_copies(
    space: fem.FunctionSpace, labels: np.ndarray, seen: np.ndarray, copies: np.ndarray
) -> fem.FunctionSpace:
    """The space with the copies as further dofs, owned by the rank that owns the first."""
    msh, old, size = space.mesh, space.dofmap.index_map, space.dofmap.index_map.size_local
    starts = np.array([*msh.comm.allgather(old.local_range[0]), old.size_global], dtype=np.int64)
    copied = copies > 0
    further, which = np.unique(np.column_stack([seen[:, 0], copies])[copied], axis=0, return_inverse=True)
    owners = np.searchsorted(starts, further[:, 0], side="right") - 1
    shifts = np.searchsorted(owners, np.arange(msh.comm.size + 1))  # how far each rank's range moves up
    numbers = np.full(len(seen), -1, dtype=np.int64)
    numbers[copied] = (starts[owners + 1] + np.arange(len(further)))[which.ravel()]
    first, added = starts[msh.comm.rank] + shifts[msh.comm.rank], np.diff(shifts)[msh.comm.rank]

    dofs = space.dofmap.list
    to_global = old.local_to_global(dofs.ravel()).reshape(dofs.shape)
    moved = np.where(dofs >= size, dofs + added, dofs)
    cells, columns = np.nonzero(np.isin(to_global, seen[:, 0]))
    target = numbers[_places(seen, np.column_stack([to_global[cells, columns], labels[cells]]))]
    cells, columns, target = cells[target >= 0], columns[target >= 0], target[target >= 0]
    here = (first <= target) & (target < first + size + added)
    extra = np.unique(target[~here])
    ghost = size + added + old.num_ghosts + np.searchsorted(extra, target)
    moved[cells, columns] = np.where(here, target - first, ghost)
    ghosts = np.concatenate([old.ghosts + shifts[old.owners], extra])
    ghost_owners = np.concatenate([old.owners, np.searchsorted(starts + shifts, extra, side="right") - 1])
    index_map = common.IndexMap(msh.comm, int(size + added), ghosts, ghost_owners.astype(np.int32), TAG)
    dofmap = cpp.fem.DofMap(
        space.dofmap.dof_layout, index_map, 1, cpp.graph.AdjacencyList_int32(moved.astype(np.int32)), 1
    )
    broken = cpp.fem.FunctionSpace_float64(msh._cpp_object, space.element._cpp_object, dofmap)
    return fem.FunctionSpace(msh, space.ufl_element(), broken)
