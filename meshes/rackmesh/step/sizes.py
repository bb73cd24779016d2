"""Sizes of tetrahedra by target: so many across each gap of the coolant, growing from there, finer where faces curve.

The gap at a wall is how far a ray into the coolant goes to the wall opposite. A coarse mesh carries the sizes that Gmsh then
meets; they grow with distance by no more than the growth allows. That mesh is the same for all of a family, and the factor
scales what it carries, so that sizes differ by one ratio everywhere.
"""

from collections.abc import Iterable

import gmsh
import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rackmesh.cells.faces import faces_of
from rackmesh.files import MeshError
from rackmesh.plates.parts.sizes import Sizes

Array = npt.NDArray[np.float64]
_RAYS = 4000  # are sent at most, but one from each triangle
_CLASSES = 24  # of sizes
_STEEPEST = 0.7  # growth of size over distance that Gmsh still follows
_OPPOSITE = -0.5  # cosine of the angle between two walls' normals: beyond it they face each other


def set_sizes(fluids: Iterable[int], ports: Iterable[int], symmetry: Iterable[int], sizes: Sizes, around: int) -> float:
    """Set the sizes of Gmsh's current model, in its unit; the narrowest gap of the coolant.

    Args:
        fluids: the coolant's bodies.
        ports: its inlets and outlets, which are no walls.
        symmetry: its planes of symmetry, behind which a gap goes on.
        sizes: cells across a gap, their growth, and the factor.
        around: cells around a full circle at factor 1.
    """
    option = gmsh.option.setNumber
    extent = float(np.max(np.subtract(*np.array(gmsh.model.getBoundingBox(-1, -1)).reshape(2, 3)[::-1])))
    largest = extent / 10.0
    option("Mesh.MeshSizeExtendFromBoundary", 0)
    option("Mesh.MeshSizeFromPoints", 0)
    option("Mesh.MeshSizeFromCurvature", around)
    option("Mesh.MeshSizeMax", largest)
    gmsh.model.mesh.generate(3)
    places, gaps = _gaps(list(fluids), set(ports), set(symmetry))
    target = gaps / sizes.across
    slope = min(sizes.growth - 1.0, _STEEPEST)
    nodes, points, _ = gmsh.model.mesh.getNodes()
    points = np.asarray(points).reshape(-1, 3)
    wanted = _spread(points, places, target, slope, largest) / sizes.factor
    cells = np.searchsorted(np.sort(nodes), gmsh.model.mesh.getElementsByType(4)[1]).reshape(-1, 4)
    order = np.argsort(nodes)
    values = np.concatenate([points[order][cells].transpose(0, 2, 1).reshape(-1, 12), wanted[order][cells]], axis=1)
    view = gmsh.view.add("sizes")
    gmsh.view.addListData(view, "SS", len(cells), values.ravel())
    background = gmsh.model.mesh.field.add("PostView")
    gmsh.model.mesh.field.setNumber(background, "ViewTag", view)
    gmsh.model.mesh.field.setAsBackgroundMesh(background)
    option("Mesh.MeshSizeFromCurvature", max(6, around * sizes.factor))
    option("Mesh.MeshSizeMax", largest / sizes.factor)
    return float(gaps.min())


def expected_cells() -> float:
    """How many tetrahedra the sizes that were set ask for."""
    views = gmsh.view.getTags()
    _, counts, data = gmsh.view.getListData(views[-1])
    values = np.asarray(data[0]).reshape(int(counts[0]), 16)
    corners = values[:, :12].reshape(-1, 3, 4)
    edges = corners[:, :, 1:] - corners[:, :, :1]
    volume = np.abs(np.linalg.det(edges)) / 6.0
    return float(np.sum(volume / (np.mean(values[:, 12:], axis=1) ** 3 / (6.0 * np.sqrt(2.0)))))


def _spread(points: Array, places: Array, target: Array, slope: float, largest: float) -> Array:
    """Size at points: the least of each target size plus what it may grow on the way, in classes of sizes."""
    edges = np.geomspace(target.min() * 0.999, target.max() * 1.001, _CLASSES + 1)
    number = np.digitize(target, edges)
    size = np.full(len(points), largest)
    for each in np.unique(number):
        own = number == each
        away, _ = KDTree(places[own]).query(points)
        size = np.minimum(size, np.median(target[own]) + slope * away)
    return size


def _gaps(fluids: list[int], ports: set[int], symmetry: set[int]) -> tuple[Array, Array]:
    """Places along rays from the walls into the coolant (n x 3), and the gap there (n)."""
    corners, inward, kind = _boundary(fluids, ports, symmetry)
    wall = np.flatnonzero(kind == 0)
    shares = np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [1, 1, 4]]) / np.array([[3], [6], [6], [6]])
    shares = shares if len(shares) * len(wall) <= _RAYS else shares[:1]
    start = np.einsum("sc,fcx->fsx", shares, corners[wall]).reshape(-1, 3)
    way, rim = (np.repeat(each[wall], len(shares), axis=0) for each in (inward, corners))
    places, gaps = [], []
    for chunk in range(0, len(start), 100):
        one, along = start[chunk : chunk + 100], way[chunk : chunk + 100]
        distance, hit = _nearest(one, along, corners, inward)
        met = np.isfinite(distance) & (kind[hit] != 1)
        gap = np.where(kind[hit] == 2, 2.0, 1.0)[met] * distance[met]
        on_ray = [one[met] + share * distance[met, None] * along[met] for share in (0.0, 0.5, 1.0)]
        for place in (*on_ray, *rim[chunk : chunk + 100][met].swapaxes(0, 1)):
            places.append(place)
            gaps.append(gap)
    every = np.concatenate(gaps)
    if not every.size:
        raise MeshError("the coolant has no two walls that face each other")
    return np.concatenate(places), np.maximum(every, 0.2 * np.quantile(every, 0.05))


def _boundary(fluids: list[int], ports: set[int], symmetry: set[int]) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Corners of the triangles around the coolant, their normals into it, and their kind: 0 wall, 1 port, 2 symmetry."""
    tags, points, _ = gmsh.model.mesh.getNodes()
    order = np.argsort(tags)
    points, tags = np.asarray(points).reshape(-1, 3)[order], tags[order]
    walls = [tag for _, tag in gmsh.model.getBoundary([(3, fluid) for fluid in fluids], combined=True, oriented=False)]

    def corners_of(kind: int, entity: int) -> npt.NDArray[np.int64]:
        nodes = gmsh.model.mesh.getElementsByType(kind, entity)[1]
        return np.searchsorted(tags, nodes).reshape(-1, {4: 4, 2: 3}[kind])

    cells = np.concatenate([corners_of(4, fluid) for fluid in fluids])
    of_face = [corners_of(2, face) for face in walls]
    facets = np.concatenate(of_face)
    faces = faces_of(cells)
    behind = points[cells[faces.owners[faces.find(facets), 0]]].mean(axis=1)
    corners = points[facets]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal *= np.sign(np.sum((behind - corners.mean(axis=1)) * normal, axis=1))[:, None]
    kinds = [1 if face in ports else 2 if face in symmetry else 0 for face in walls]
    kind = np.repeat(kinds, [len(each) for each in of_face])
    return corners, normal / np.linalg.norm(normal, axis=1, keepdims=True), kind


def _nearest(start: Array, way: Array, corners: Array, inward: Array) -> tuple[Array, npt.NDArray[np.int64]]:
    """Distance along each ray to the first triangle that faces it, and which; infinite for none.

    A ray passes a triangle inside where the edges turn about it all one way (Plücker coordinates).
    """
    facing = way @ inward.T
    moment = np.cross(start, way)
    sides = [
        way @ np.cross(corners[:, i], corners[:, j]).T + moment @ (corners[:, j] - corners[:, i]).T
        for i, j in ((0, 1), (1, 2), (2, 0))
    ]
    hit = np.maximum(np.maximum(*sides[:2]), sides[2]) <= 0.0
    hit |= np.minimum(np.minimum(*sides[:2]), sides[2]) >= 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (np.sum(corners[:, 0] * inward, axis=1) - start @ inward.T) / facing
    distance = np.where(hit & (distance > 1e-6) & (facing < _OPPOSITE), distance, np.inf)
    first = np.argmin(distance, axis=1)
    return distance[np.arange(len(start)), first], first
