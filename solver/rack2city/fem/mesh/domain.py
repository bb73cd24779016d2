"""A mesh with named regions and surfaces, and the submesh of its fluid."""

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dolfinx.io.gmsh
import gmsh
import numpy as np
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.mesh.compilation import compiled
from rackmesh.contract.inspection import inspect
from rackmesh.files import MeshError, opened

CELLS = (mesh.CellType.triangle, mesh.CellType.quadrilateral, mesh.CellType.tetrahedron, mesh.CellType.hexahedron)
"""Cells that the finite elements here know."""
Marker = Callable[[np.ndarray], np.ndarray]
"""Whether points of shape (3, n) belong to a region or surface, shape (n,)."""


@dataclass(frozen=True)
class Domain:
    """A mesh in metres, in two or three dimensions, whose cells and facets carry the names of the physical groups.

    In two dimensions "volumes" are areas and "surfaces" lines, and every quantity is one per metre of depth.

    Attributes:
        mesh: the whole mesh, solids and fluid.
        cell_tags, facet_tags: tag of each cell (volume groups) and of each tagged facet (surface groups).
        volumes, surfaces: tag of each group by name.
    """

    mesh: mesh.Mesh
    cell_tags: mesh.MeshTags
    facet_tags: mesh.MeshTags
    volumes: dict[str, int]
    surfaces: dict[str, int]

    @property
    def comm(self) -> MPI.Comm:
        """Communicator of the mesh."""
        return self.mesh.comm

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.mesh.topology.dim)

    @cached_property
    def cells(self) -> np.ndarray:
        """Cells seen from this rank, ghosts included."""
        index_map = self.mesh.topology.index_map(self.dimensions)
        return np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)

    @cached_property
    def dx(self) -> ufl.Measure:
        """Volume measure; call it with a tag of `volumes`."""
        return ufl.Measure("dx", domain=self.mesh, subdomain_data=self.cell_tags)

    @cached_property
    def ds(self) -> ufl.Measure:
        """Measure of exterior surfaces; call it with a tag of `surfaces`."""
        return ufl.Measure("ds", domain=self.mesh, subdomain_data=self.facet_tags)

    @cached_property
    def dS(self) -> ufl.Measure:  # noqa: N802  (UFL's own name)
        """Measure of interior surfaces; call it with a tag of `surfaces`."""
        return ufl.Measure("dS", domain=self.mesh, subdomain_data=self.facet_tags)

    def facets(self, surfaces: Collection[str]) -> np.ndarray:
        """Facets of this rank that belong to any of the named surfaces, sorted."""
        return _found(self.facet_tags, [self.surface(name) for name in surfaces])

    def cells_in(self, volumes: Collection[str]) -> np.ndarray:
        """Cells of this rank, ghosts included, that belong to any of the named volumes, sorted."""
        return _found(self.cell_tags, [self.volume(name) for name in volumes])

    def surface(self, name: str) -> int:
        """Tag of a surface group; `InputError` if there is none of that name."""
        return _tag(self.surfaces, name, "surface")

    def volume(self, name: str) -> int:
        """Tag of a volume group; `InputError` if there is none of that name."""
        return _tag(self.volumes, name, "volume")

    def is_exterior(self, surface: str) -> bool:
        """Whether a surface has facets on the outside of the mesh (collective)."""
        self.mesh.topology.create_connectivity(self.dimensions - 1, self.dimensions)
        outside = np.isin(self.facets([surface]), mesh.exterior_facet_indices(self.mesh.topology)).any()
        return bool(self.comm.allreduce(bool(outside), op=MPI.LOR))

    def integral(self, expression: ufl.Form, entity_maps: list[mesh.EntityMap] | None = None) -> float:
        """Value of a scalar integral over all ranks; the same on each of them."""
        return self.total(compiled(expression, entity_maps))

    def size(self, measure: ufl.Measure) -> float:
        """Volume (m³) or area (m²) that a measure covers; one dimension less in two."""
        return self.integral(fem.Constant(self.mesh, 1.0) * measure)

    def mean(self, value: ufl.core.expr.Expr, measure: ufl.Measure, what: str = "it") -> float:
        """Mean of a scalar over what a measure covers (unit of `value`); `InputError` if that is nothing."""
        if not (size := self.size(measure)) > 0.0:
            raise InputError(f"mesh: {what} covers nothing, so there is no mean over it")
        return self.integral(value * measure) / size

    def total(self, form: fem.Form) -> float:
        """Value of a compiled scalar form over all ranks (collective)."""
        return float(self.comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM))


def _tag(groups: Mapping[str, int], name: str, kind: str) -> int:
    if name not in groups:
        raise InputError(f"mesh: there is no {kind} group '{name}'; it has: {', '.join(sorted(groups)) or 'none'}")
    return groups[name]


def require_scalar(function: fem.Function, what: str) -> None:
    """Refuse a vector where one number a point is meant; an `InputError`."""
    if (size := function.function_space.value_size) != 1:
        raise InputError(f"mesh: {what} has {size} components, needed is a scalar")


def require_on(msh: mesh.Mesh, function: fem.Function, what: str) -> None:
    """Refuse a function that lives on another mesh than the one meant, such as the whole one's in place of the fluid's.

    Raises:
        InputError: says what the function is taken for, and how many cells the two meshes have.
    """
    own = function.function_space.mesh
    if own.topology._cpp_object is not msh.topology._cpp_object:
        counts = (each.topology.index_map(each.topology.dim).size_global for each in (own, msh))
        raise InputError(
            "mesh: {} lives on a mesh of {} cells, needed is one on the mesh of {} cells".format(what, *counts)
        )


def _found(tags: mesh.MeshTags, wanted: list[int]) -> np.ndarray:
    return np.asarray(tags.indices[np.isin(tags.values, wanted)])


@dataclass(frozen=True)
class FluidDomain(Domain):
    """The fluid part of a domain `parent`: a submesh with the tags it inherits; `cell_map` tells its cells in the parent."""

    parent: Domain
    cell_map: mesh.EntityMap


def read_domain(path: str | Path, comm: MPI.Comm) -> Domain:
    """Read a mesh file in metres, of two dimensions (in the plane z = 0) or three, with named physical groups.

    Rank 0 reads and inspects it (see `rackmesh.contract.inspection`), and distributes the mesh over all ranks. Gmsh's files
    are read, MED and UNV.

    Raises:
        InputError: the file is no mesh, or not one that can be trusted; the sentence says why.
    """
    path, problem, dim = Path(path), "", 3
    with ExitStack() as session:
        if comm.rank == 0:
            try:
                session.enter_context(opened(path))
                dim = inspect(path)
                _drop_strays(dim)
            except MeshError as error:
                problem = str(error)
        problem, dim = comm.bcast((problem, dim))
        if problem:
            raise InputError(problem)
        # Interior-facet integrals need both cells of a facet on the rank that owns it; by default Gmsh meshes have no ghosts.
        partitioner = mesh.create_cell_partitioner(mesh.GhostMode.shared_facet, 2)
        data = dolfinx.io.gmsh.model_to_mesh(gmsh.model, comm, 0, gdim=dim, partitioner=partitioner)
    volumes, surfaces = (
        {name.strip(): group.tag for name, group in data.physical_groups.items() if group.dim == d}
        for d in (dim, dim - 1)
    )
    return Domain(data.mesh, data.cell_tags, data.facet_tags, volumes, surfaces)


def _drop_strays(dim: int) -> None:
    """Make the open Gmsh model one that DOLFINx reads: nodes of cells numbered from one, those of no cell after them.

    Imported meshes have nodes of no cell and gaps in the numbers; groups of points, and in space of curves, may hold such.
    """
    for group in gmsh.model.getPhysicalGroups():
        if group[0] < dim - 1:
            gmsh.model.removePhysicalGroups([group])
    nodes = gmsh.model.mesh.getNodes()[0]
    used = np.unique(np.concatenate([np.empty(0, nodes.dtype), *gmsh.model.mesh.getElements(dim)[2]]))
    if used.size and not (used.size == nodes.size and int(used[-1]) == used.size):
        order = np.concatenate([used, np.setdiff1d(nodes, used)])
        gmsh.model.mesh.renumberNodes(order, np.arange(1, order.size + 1))


def tagged_domain(
    msh: mesh.Mesh, surfaces: Mapping[str, Marker], volumes: Mapping[str, Marker] | None = None
) -> Domain:
    """A domain from a mesh of DOLFINx and markers of its surfaces and volumes by name (collective).

    Facets all of whose vertices a marker takes belong to it, those of the boundary if there are any, else those inside; cells
    likewise. Of two that take the same the later wins. Without markers of volumes all is `fluid`.

    Raises:
        InputError: a group is empty, a cell is in no volume group, or the cells are of a kind that the elements do not know.
    """
    dim = msh.topology.dim
    if msh.topology.cell_type not in CELLS:
        raise InputError(
            f"mesh: cells are {msh.topology.cell_type.name}s; known are {', '.join(c.name for c in CELLS)}"
        )
    msh.topology.create_entities(dim - 1)
    msh.topology.create_connectivity(dim - 1, dim)
    volumes = volumes or {"fluid": lambda x: np.full(x.shape[1], True)}

    def tags(dimension: int, markers: Mapping[str, Marker]) -> mesh.MeshTags:
        index_map = msh.topology.index_map(dimension)
        values = np.zeros(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
        for tag, marker in enumerate(markers.values(), start=1):
            found = mesh.locate_entities(msh, dimension, marker)
            if dimension < dim:
                outer = mesh.locate_entities_boundary(msh, dimension, marker)
                found = outer if msh.comm.allreduce(outer.size) else found
            values[found] = tag
        for tag, name in enumerate(markers, start=1):
            if not msh.comm.allreduce(int(np.count_nonzero(values == tag))):
                kind = "volume" if dimension == dim else "surface"
                raise InputError(
                    f"mesh: the {kind} '{name}' is empty: its marker takes nothing, or later ones take all of it"
                )
        if dimension == dim and (
            bare := msh.comm.allreduce(int(np.count_nonzero(values[: index_map.size_local] == 0)))
        ):
            raise InputError(f"mesh: {bare} cells are in no volume group; every cell belongs to exactly one")
        tagged = np.flatnonzero(values).astype(np.int32)
        return mesh.meshtags(msh, dimension, tagged, values[tagged])

    numbers = ({name: tag for tag, name in enumerate(markers, start=1)} for markers in (volumes, surfaces))
    return Domain(msh, tags(dim, volumes), tags(dim - 1, surfaces), *numbers)


def fluid_domain(domain: Domain, volume: str | Collection[str] = "fluid") -> FluidDomain:
    """Submesh of the fluid, one volume group or several, with the tags of the whole mesh.

    Raises:
        InputError: there is no such volume group.
    """
    names = [volume] if isinstance(volume, str) else list(volume)
    for name in names:
        domain.volume(name)
    dim = domain.mesh.topology.dim
    submesh, cell_map, vertex_map, _ = mesh.create_submesh(domain.mesh, dim, domain.cells_in(names))
    submesh.topology.create_entities(dim - 1)
    submesh.topology.create_connectivity(dim - 1, dim)
    facets = mesh.transfer_meshtags_to_submesh(domain.facet_tags, submesh, vertex_map, cell_map)
    tags = mesh.transfer_meshtags_to_submesh(domain.cell_tags, submesh, vertex_map, cell_map)
    volumes = {name: domain.volumes[name] for name in names}
    return FluidDomain(submesh, tags, facets, volumes, domain.surfaces, domain, cell_map)
