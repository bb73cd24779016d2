"""A temperature space that is broken across contact surfaces and continuous everywhere else.

A contact resistance lets the temperature jump: nodes on its surface exist once for each side. Which nodes to double is
decided without touching the mesh. A node on a contact surface has one copy for each *group of volumes* that hang
together around it: two volume groups at the node belong together if a facet that is no contact joins them there. So a
surface of contact that ends inside an interface closes at its edge, several may meet at a line, and the mesh, its tags
and its distribution over ranks stay as they are: the copies are further unknowns of the same space, and one matrix holds
everything.
"""

from collections.abc import Collection

import numpy as np
from dolfinx import common, cpp, fem, mesh

from rack2city.errors import InputError
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import facet_dofs

TAG = 7331  # of the messages that set up the new index map


def broken_space(domain: Domain, contacts: Collection[str], degree: int = 2) -> fem.FunctionSpace:
    """Lagrange space on the whole mesh, broken across contact surfaces (collective).

    Args:
        domain: the mesh; needs cells shared across ranks (ghosts by facet), as `read_domain` gives them.
        contacts: names of interior surfaces between different volume groups.
        degree: polynomial degree.

    Raises:
        InputError: a contact surface is empty, not interior, or has the same volume group on both sides.
    """
    space = fem.functionspace(domain.mesh, ("Lagrange", degree))
    if not contacts:
        return space
    labels = _cell_labels(domain)
    _check(domain, contacts, labels)
    nodes = _contact_nodes(domain, space, contacts)
    components = _components(domain, space, contacts, labels, nodes)
    return _with_copies(space, labels, components)


def _gather(domain: Domain, rows: np.ndarray) -> np.ndarray:
    """Unique rows over all ranks."""
    return np.unique(np.concatenate(domain.comm.allgather(rows)), axis=0)


def _cell_labels(domain: Domain) -> np.ndarray:
    """Volume tag of every cell of this rank, ghosts included."""
    labels = fem.Function(fem.functionspace(domain.mesh, ("Discontinuous Lagrange", 0)))
    labels.x.array[domain.cell_tags.indices] = domain.cell_tags.values
    labels.x.scatter_forward()
    return np.rint(labels.x.array).astype(np.int64)


def _facet_cells(domain: Domain) -> tuple[np.ndarray, np.ndarray]:
    """Owned facets with two cells on this rank, and these cells, shape (n, 2)."""
    topology, facet_dim = domain.mesh.topology, domain.mesh.topology.dim - 1
    topology.create_entities(facet_dim)
    topology.create_connectivity(facet_dim, facet_dim + 1)
    topology.create_connectivity(facet_dim + 1, facet_dim)
    links = topology.connectivity(facet_dim, facet_dim + 1)
    owned = topology.index_map(facet_dim).size_local
    facets = np.nonzero(np.diff(links.offsets[: owned + 1]) == 2)[0].astype(np.int32)
    starts = links.offsets[facets]
    return facets, np.column_stack([links.array[starts], links.array[starts + 1]])


def _check(domain: Domain, contacts: Collection[str], labels: np.ndarray) -> None:
    facets, cells = _facet_cells(domain)
    owned = domain.mesh.topology.index_map(domain.mesh.topology.dim - 1).size_local
    outer = mesh.exterior_facet_indices(domain.mesh.topology)
    for name in contacts:
        tagged = domain.facets([name])
        tagged = tagged[tagged < owned]
        here = np.isin(facets, tagged)
        same = int(np.sum(labels[cells[here, 0]] == labels[cells[here, 1]]))
        counts = [len(tagged), int(np.isin(tagged, outer).sum()), len(tagged) - int(here.sum()), same]
        total, exterior, single, alike = np.sum(domain.comm.allgather(counts), axis=0)
        if total == 0 or exterior or alike:
            raise InputError(
                f"mesh: the contact surface '{name}' must lie between two different volume groups; of its {total} facets "
                f"{exterior} are on the outside and {alike} inside one group"
            )
        if single:
            raise InputError(f"mesh: across ranks the contact surface '{name}' needs cells ghosted by facet")


def _facet_dofs(domain: Domain, space: fem.FunctionSpace, facets: np.ndarray) -> list[np.ndarray]:
    """Local dofs of each facet, its edges and vertices included."""
    to_cells = domain.mesh.topology.connectivity(domain.dimensions - 1, domain.dimensions)
    return [facet_dofs(space, facet, to_cells.links(facet)[0]) for facet in facets]


def _contact_nodes(domain: Domain, space: fem.FunctionSpace, contacts: Collection[str]) -> np.ndarray:
    """Global numbers of all dofs on contact surfaces, sorted; the same on every rank."""
    facets = domain.facets(contacts)
    local = np.unique(np.concatenate([*_facet_dofs(domain, space, facets), np.empty(0, dtype=np.int32)]))
    return _gather(domain, space.dofmap.index_map.local_to_global(local.astype(np.int32)))


def _components(
    domain: Domain, space: fem.FunctionSpace, contacts: Collection[str], labels: np.ndarray, nodes: np.ndarray
) -> dict[tuple[int, int], int]:
    """Which copy of a dof a volume group sees: (global dof, label) to the number of the copy, on every rank the same."""
    to_global = space.dofmap.index_map.local_to_global
    dofs = space.dofmap.list
    numbers = to_global(dofs.ravel().astype(np.int32)).reshape(dofs.shape)
    cells, columns = np.nonzero(np.isin(numbers, nodes))
    pairs = _gather(domain, np.column_stack([numbers[cells, columns], labels[cells]]))
    facets, sides = _facet_cells(domain)
    joins = (labels[sides[:, 0]] != labels[sides[:, 1]]) & ~np.isin(facets, domain.facets(contacts))
    rows = [np.empty((0, 3), dtype=np.int64)]
    for local, (a, b) in zip(_facet_dofs(domain, space, facets[joins]), labels[sides[joins]], strict=True):
        shared = np.intersect1d(to_global(local.astype(np.int32)), nodes)
        rows.append(np.column_stack([shared, np.full_like(shared, min(a, b)), np.full_like(shared, max(a, b))]))
    leaders = {(int(n), int(label)): int(label) for n, label in pairs}

    def leader(node: int, label: int) -> int:
        while leaders[node, label] != label:
            label = leaders[node, label]
        return label

    for node, a, b in _gather(domain, np.concatenate(rows)).tolist():
        low, high = sorted((leader(node, a), leader(node, b)))
        leaders[node, high] = low
    roots: dict[int, list[int]] = {}
    for node, label in leaders:
        root = leader(node, label)
        if root not in roots.setdefault(node, []):
            roots[node].append(root)
    return {(node, label): sorted(roots[node]).index(leader(node, label)) for node, label in leaders}


def _with_copies(
    space: fem.FunctionSpace, labels: np.ndarray, components: dict[tuple[int, int], int]
) -> fem.FunctionSpace:
    """The space with the copies as further dofs, owned by the rank that owns the first."""
    msh, old = space.mesh, space.dofmap.index_map
    starts = np.array([*msh.comm.allgather(old.local_range[0]), old.size_global], dtype=np.int64)
    copies = sorted({(node, copy) for (node, _), copy in components.items() if copy > 0})
    owners = np.array([np.searchsorted(starts, node, side="right") - 1 for node, _ in copies], dtype=np.int32)
    counts = np.bincount(owners, minlength=msh.comm.size)
    shifts = np.concatenate([[0], np.cumsum(counts)])  # how far each rank's range moves up
    numbers, taken = {}, np.zeros(msh.comm.size, dtype=np.int64)
    for entry, owner in zip(copies, owners, strict=True):
        numbers[entry] = int(starts[owner + 1] + shifts[owner] + taken[owner])
        taken[owner] += 1
    rank, size = msh.comm.rank, old.size_local
    first = int(starts[rank] + shifts[rank])
    new_size = size + int(counts[rank])

    dofs = space.dofmap.list.copy()
    to_global = old.local_to_global(dofs.ravel().astype(np.int32)).reshape(dofs.shape)
    nodes = np.unique(np.array([node for node, _ in components], dtype=np.int64))
    ghosts = old.ghosts + shifts[old.owners]
    ghost_owners = old.owners.astype(np.int32)
    extra: dict[int, int] = {}
    moved = np.where(dofs >= size, dofs + (new_size - size), dofs)
    for cell, column in zip(*np.nonzero(np.isin(to_global, nodes)), strict=True):
        node = int(to_global[cell, column])
        copy = components[node, int(labels[cell])]
        if copy == 0:
            continue
        number = numbers[node, copy]
        if first <= number < first + new_size:
            moved[cell, column] = number - first
        else:
            moved[cell, column] = extra.setdefault(number, new_size + len(ghosts) + len(extra))
    extra_owners = np.searchsorted(starts + shifts, np.array(list(extra), dtype=np.int64), side="right") - 1
    index_map = common.IndexMap(
        msh.comm,
        new_size,
        np.concatenate([ghosts, np.array(list(extra), dtype=np.int64)]).astype(np.int64),
        np.concatenate([ghost_owners, extra_owners]).astype(np.int32),
        TAG,
    )
    dofmap = cpp.fem.DofMap(
        space.dofmap.dof_layout, index_map, 1, cpp.graph.AdjacencyList_int32(moved.astype(np.int32)), 1
    )
    broken = cpp.fem.FunctionSpace_float64(msh._cpp_object, space.element._cpp_object, dofmap)
    return fem.FunctionSpace(msh, space.ufl_element(), broken)
