"""A mesh with named regions and surfaces, and the submesh of its fluid."""

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
from rack2city.fem.compilation import jit_options


@dataclass(frozen=True)
class Domain:
    """A mesh in metres whose cells and facets carry the names of the physical groups.

    Attributes:
        mesh: the whole mesh, solids and fluid.
        cell_tags: tag of each cell (volume groups).
        facet_tags: tag of each tagged facet (surface groups).
        volumes: tag of each volume group by name.
        surfaces: tag of each surface group by name.
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

    def integral(self, expression: ufl.Form, entity_maps: list[mesh.EntityMap] | None = None) -> float:
        """Value of a scalar integral over all ranks; the same on each of them."""
        form = fem.form(expression, entity_maps=entity_maps, jit_options=jit_options())
        return float(self.comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM))


@dataclass(frozen=True)
class FluidDomain(Domain):
    """The fluid part of a domain: a submesh with the tags it inherits.

    Attributes:
        parent: the whole domain.
        cell_map: which cells of the parent the fluid cells are.
    """

    parent: Domain
    cell_map: mesh.EntityMap

    def walls(self) -> np.ndarray:
        """Exterior facets of the fluid that are neither inlet, outlet nor symmetry: no-slip."""
        tdim = self.mesh.topology.dim
        self.mesh.topology.create_connectivity(tdim - 1, tdim)
        exterior = mesh.exterior_facet_indices(self.mesh.topology)
        open_facets = [
            self.facet_tags.find(self.surfaces[n]) for n in ("inlet", "outlet", "symmetry") if n in self.surfaces
        ]
        return np.setdiff1d(exterior, np.concatenate(open_facets)).astype(np.int32)


def read_domain(path: Path, comm: MPI.Comm) -> Domain:
    """Read a Gmsh mesh (rank 0 reads, all ranks share).

    Args:
        path: a `.msh` file in metres with named physical groups.
        comm: communicator over which the mesh is distributed.

    Raises:
        InputError: the file cannot be read.
    """
    problem = None
    if comm.rank == 0:
        gmsh.initialize(interruptible=False)
        gmsh.option.setNumber("General.Terminal", 0)
        try:
            gmsh.open(str(path))
        except Exception as error:  # gmsh raises bare Exception
            problem = str(error)
    problem = comm.bcast(problem)
    if problem:
        raise InputError(f"{path}: not a readable Gmsh mesh: {problem}")
    # Interior-facet integrals need both cells of a facet on the rank that owns it; by default Gmsh meshes have no ghosts.
    partitioner = mesh.create_cell_partitioner(mesh.GhostMode.shared_facet, 2)
    data = dolfinx.io.gmsh.model_to_mesh(gmsh.model, comm, 0, gdim=3, partitioner=partitioner)
    if comm.rank == 0:
        gmsh.finalize()
    groups = data.physical_groups
    return Domain(
        mesh=data.mesh,
        cell_tags=data.cell_tags,
        facet_tags=data.facet_tags,
        volumes={name: group.tag for name, group in groups.items() if group.dim == 3},
        surfaces={name: group.tag for name, group in groups.items() if group.dim == 2},
    )


def fluid_domain(domain: Domain, volume: str = "fluid") -> FluidDomain:
    """Submesh of the fluid with the surface tags of the whole mesh.

    Args:
        domain: the whole mesh.
        volume: name of the fluid's volume group.
    """
    dim = domain.mesh.topology.dim
    submesh, cell_map, vertex_map, _ = mesh.create_submesh(
        domain.mesh, dim, domain.cell_tags.find(domain.volumes[volume])
    )
    submesh.topology.create_entities(dim - 1)
    submesh.topology.create_connectivity(dim - 1, dim)
    facets = mesh.transfer_meshtags_to_submesh(domain.facet_tags, submesh, vertex_map, cell_map)
    cells = mesh.transfer_meshtags_to_submesh(domain.cell_tags, submesh, vertex_map, cell_map)
    return FluidDomain(submesh, cells, facets, {volume: domain.volumes[volume]}, domain.surfaces, domain, cell_map)
