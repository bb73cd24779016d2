"""What a plate's mesh is made of: its bodies, and its surfaces with what they touch."""

from dataclasses import dataclass
from pathlib import Path

import gmsh
import numpy as np

from rackmesh.cells.arrays import Array, Index, MeshArrays
from rackmesh.cells.measures import areas, box_of, volumes
from rackmesh.contract.roles import role_of, zones_of

Place = tuple[float, float, float]
Box = tuple[Place, Place]
FLAT = 1e-4
"""How far the points of a plane surface may lie off their plane, over the surface's extent."""


@dataclass(frozen=True)
class Body:
    """A volume group.

    Attributes:
        name: its name; the material of a solid is given by it.
        cells: number of cells.
        volume: its volume (m3).
        box: lowest and highest corner of the box around it (m).
    """

    name: str
    cells: int
    volume: float
    box: Box

    @property
    def role(self) -> str:
        """`fluid` or `solid`."""
        return role_of(self.name, 3)


@dataclass(frozen=True)
class Surface:
    """A surface group.

    Attributes:
        name: its name.
        faces: number of faces of cells.
        area: its area (m2).
        box: lowest and highest corner of the box around it (m).
        normal: unit mean normal, out of the mesh where the surface is outer; zeros where it is closed.
        off_plane: farthest that one of its points lies off the plane of its mean normal (m).
        outer: number of its faces that have a cell on one side only.
        bodies: names of the bodies that it touches.
    """

    name: str
    faces: int
    area: float
    box: Box
    normal: Place
    off_plane: float
    outer: int
    bodies: tuple[str, ...]

    @property
    def role(self) -> str:
        """`inlet`, `outlet`, `heated`, `symmetry`, `contact` or an empty text."""
        return role_of(self.name, 2)

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones that lie on it, where it is heated."""
        return zones_of(self.name) if self.role == "heated" else ()

    @property
    def flat(self) -> bool:
        """Whether it is plane."""
        return self.off_plane <= FLAT * float(np.linalg.norm(np.subtract(*self.box)))

    @property
    def centre(self) -> Place:
        """Middle of its box (m)."""
        x, y, z = (0.5 * np.add(*self.box)).tolist()
        return x, y, z


@dataclass(frozen=True)
class PlateMesh:
    """A mesh of the naming contract.

    Attributes:
        file: where it stands.
        shape: what its cells are, such as `Tetrahedron 10`.
        order: order of its geometry; 1 is straight.
        points: number of points.
        bodies: its volume groups.
        surfaces: its surface groups.
        notes: what a user should know of it, a sentence each.
    """

    file: Path
    shape: str
    order: int
    points: int
    bodies: tuple[Body, ...]
    surfaces: tuple[Surface, ...]
    notes: tuple[str, ...] = ()

    @property
    def fluids(self) -> tuple[Body, ...]:
        """Bodies of coolant."""
        return tuple(body for body in self.bodies if body.role == "fluid")

    @property
    def solids(self) -> tuple[Body, ...]:
        """All other bodies."""
        return tuple(body for body in self.bodies if body.role == "solid")

    def surfaces_of(self, role: str) -> tuple[Surface, ...]:
        """Surfaces that are `inlet`, `outlet`, `heated`, `symmetry` or `contact`."""
        return tuple(surface for surface in self.surfaces if surface.role == role)

    @property
    def zones(self) -> tuple[str, ...]:
        """Names of all zones on heated surfaces, sorted."""
        return tuple(sorted({zone for surface in self.surfaces for zone in surface.zones}))

    @property
    def cells(self) -> int:
        """Number of cells."""
        return sum(body.cells for body in self.bodies)

    @property
    def box(self) -> Box:
        """Lowest and highest corner of the box around all bodies (m)."""
        low, high = (np.array([body.box[side] for body in self.bodies]) for side in (0, 1))
        return box_of(np.array([low.min(axis=0), high.max(axis=0)]))

    @property
    def size(self) -> Place:
        """Extents along x, y and z (m)."""
        x, y, z = np.subtract(*self.box[::-1]).tolist()
        return x, y, z


def described(file: Path, mesh: MeshArrays) -> PlateMesh:
    """Description of a mesh; a Gmsh session must be open."""
    shape, _, order = gmsh.model.mesh.getElementProperties(mesh.kind)[:3]
    sizes = volumes(mesh.points, mesh.cells, mesh.kind)
    bodies = []
    for number, name in enumerate(mesh.bodies):
        own = mesh.body == number
        box = box_of(mesh.points[mesh.used(mesh.cells[own])])
        bodies.append(Body(name, int(own.sum()), float(sizes[own].sum()), box))
    surfaces = [_surface(mesh, number) for number in range(len(mesh.surfaces))]
    used = mesh.used(mesh.cells).size
    return PlateMesh(file, str(shape), int(order), int(used), tuple(bodies), tuple(surfaces))


def _surface(mesh: MeshArrays, number: int) -> Surface:
    own = mesh.surface == number
    facets, owners = mesh.facets[own], mesh.owners[own]
    area, vectors = areas(mesh.points, facets, mesh.facet_kind)
    places = mesh.points[mesh.used(facets)]
    normal = _outward(mesh, facets, owners[:, 0], vectors).sum(axis=0)
    length = float(np.linalg.norm(normal))
    normal = normal / length if length > 1e-6 * area.sum() else np.zeros(3)
    off = float(np.ptp(places @ normal)) if normal.any() else float("inf")
    x, y, z = normal.tolist()
    touched = np.unique(mesh.body[owners[owners >= 0]])
    names = tuple(mesh.bodies[body] for body in touched)
    outer = int(np.count_nonzero(owners[:, 1] < 0))
    return Surface(mesh.surfaces[number], len(facets), float(area.sum()), box_of(places), (x, y, z), off, outer, names)


def _outward(mesh: MeshArrays, facets: Index, cell: Index, vectors: Array) -> Array:
    """Vectors of faces turned away from their first cell."""
    middle = mesh.points[mesh.corners[cell]].mean(axis=1)
    away = mesh.points[facets].mean(axis=1) - middle
    return np.asarray(vectors * np.where(np.sum(vectors * away, axis=1) < 0.0, -1.0, 1.0)[:, None])
