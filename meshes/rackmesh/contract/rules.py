"""The rules of the naming contract, each a sentence that says what a mesh breaks, where and by how much."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rackmesh.cells.arrays import Array, MeshArrays
from rackmesh.contract.description import PlateMesh, Surface
from rackmesh.contract.roles import NAME, role_of

SMALLEST, LARGEST = 1e-4, 2.0
"""Extents between which a cold plate, or a cell of one, is believed (m)."""
_USUAL = (5e-3, 2.0)  # of a whole plate, to guess the unit that was meant (m)
_UNITS = {"inches": 0.0254, "centimetres": 1e-2, "millimetres": 1e-3, "micrometres": 1e-6}


def faults(mesh: MeshArrays, plate: PlateMesh) -> Iterator[str]:
    """What is wrong with a mesh as a plate's, the first things first."""
    yield from size_faults(plate.size)
    yield from _of_names(plate)
    yield from _of_cells(mesh)
    yield from _of_surfaces(mesh, plate)
    yield from _of_coolant(mesh, plate)
    yield from _of_parts(mesh)


def size_faults(size: tuple[float, float, float]) -> Iterator[str]:
    """Whether extents (m) can be those of a cold plate, and which unit was likely meant."""
    most = max(size)
    told = " x ".join(f"{extent:.4g}" for extent in size)
    if most > LARGEST:
        fits = [unit for unit, metre in _UNITS.items() if _USUAL[0] <= most * metre <= _USUAL[1]]
        likely = "millimetres" if "millimetres" in fits or not fits else fits[0]
        yield f"it is {told} m large, which no cold plate is; its numbers seem to be {likely}, not metres"
    elif most < SMALLEST:
        unit = "millimetres" if most * 1e3 >= _USUAL[0] else "micrometres"
        yield f"it is {told} m large, which no cold plate is; metres seem to have been taken for {unit}"


def _of_names(plate: PlateMesh) -> Iterator[str]:
    for name in [*(body.name for body in plate.bodies), *(surface.name for surface in plate.surfaces)]:
        if not NAME.fullmatch(name):
            yield f"'{name}' cannot be a group's name: letters, digits, '-' and '_' are, a letter first"
    if not plate.fluids:
        yield (
            "it has no coolant: no volume group is named 'fluid' or 'fluid_<name>'; volume groups found: "
            f"{', '.join(body.name for body in plate.bodies)}"
        )
    for role in ("inlet", "outlet"):
        if not plate.surfaces_of(role):
            others = ", ".join(surface.name for surface in plate.surfaces) or "none"
            yield f"it has no {role}: no surface group is named '{role}' or '{role}_<name>'; surface groups found: {others}"


def _of_cells(mesh: MeshArrays) -> Iterator[str]:
    """Cells that lie in each other, and faces that stand in two groups."""
    ordered = np.sort(mesh.corners, axis=1)
    order = np.lexsort(ordered.T)
    same = np.flatnonzero(np.all(ordered[order[1:]] == ordered[order[:-1]], axis=1))
    if same.size:
        one, other = (int(order[same[0] + step]) for step in (0, 1))
        names = sorted({mesh.bodies[mesh.body[cell]] for cell in (one, other)})
        bodies = f"in two bodies, '{names[0]}' and '{names[1]}'" if len(names) > 1 else f"twice in '{names[0]}'"
        yield f"{same.size} of its cells stand {bodies}, the first {at(mesh.points[mesh.corners[one]])}"
    if mesh.faces.crowded.size:
        first = mesh.points[mesh.faces.corners[mesh.faces.crowded[0]]]
        yield f"{mesh.faces.crowded.size} of its faces belong to three cells or more, the first {at(first)}"
    if (folded := _folded(mesh)).any():
        first = mesh.points[mesh.faces.corners[int(np.argmax(folded))]]
        yield (
            f"{int(folded.sum())} of its faces have both their cells on one side, so that a cell is turned inside out or lies "
            f"in another, the first {at(first)}"
        )
    corners = mesh.faces.find(mesh.facets[:, : mesh.faces.corners.shape[1]])
    if (corners < 0).any():
        first = int(np.argmax(corners < 0))
        name = mesh.surfaces[mesh.surface[first]]
        yield f"'{name}' has a face that is no cell's, {at(mesh.points[mesh.facets[first]])}"
    order = np.argsort(corners, kind="stable")
    twice = np.flatnonzero(corners[order[1:]] == corners[order[:-1]])
    for one, other in zip(order[twice], order[twice + 1], strict=True):
        names = sorted({mesh.surfaces[mesh.surface[one]], mesh.surfaces[mesh.surface[other]]})
        if len(names) > 1:
            yield f"a face stands in two groups, '{names[0]}' and '{names[1]}', {at(mesh.points[mesh.facets[one]])}"
        yield f"a face stands twice in the group '{names[0]}', {at(mesh.points[mesh.facets[one]])}"


def _folded(mesh: MeshArrays) -> npt.NDArray[np.bool_]:
    """Whether the two cells of a face lie on the same side of it."""
    corner, owners = mesh.points[mesh.faces.corners], mesh.faces.owners
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    middle = mesh.points[mesh.corners].mean(axis=1)
    one, other = (np.sum((middle[owners[:, i]] - corner.mean(axis=1)) * normal, axis=1) for i in (0, 1))
    return np.asarray((owners[:, 1] >= 0) & (one * other > 0.0))


def _of_surfaces(mesh: MeshArrays, plate: PlateMesh) -> Iterator[str]:
    for number, surface in enumerate(plate.surfaces):
        own = mesh.owners[mesh.surface == number]
        inner = own[:, 1] >= 0
        fluid = np.array([role_of(name, 3) == "fluid" for name in mesh.bodies])[mesh.body[own]] & (own >= 0)
        where = mesh.points[mesh.facets[mesh.surface == number]]
        wrong = None
        if surface.role in ("inlet", "outlet"):
            wrong = inner | ~fluid[:, 0], "lie on the outside of the coolant"
        elif surface.role == "symmetry":
            wrong = inner, "lie on the outside"
        elif surface.role == "heated":
            wrong = inner | fluid[:, 0], "lie on the outside of a solid"
        elif surface.role == "contact":
            wrong = ~inner | (mesh.body[own[:, 0]] == mesh.body[own[:, 1]]), "lie between two bodies"
        if wrong is not None and wrong[0].any():
            count, first = int(wrong[0].sum()), where[int(np.argmax(wrong[0]))]
            yield f"'{surface.name}' must {wrong[1]}; {count} of its {surface.faces} faces do not, the first {at(first)}"
        if surface.role in ("inlet", "outlet", "symmetry") and not surface.flat:
            yield _bent(surface)


def _bent(surface: Surface) -> str:
    off = f"{surface.off_plane * 1e3:.3g} mm" if np.isfinite(surface.off_plane) else "all the way round"
    why = "" if surface.role == "symmetry" else f"; a port of its own is named '{surface.role}_<name>'"
    return f"'{surface.name}' is not plane: it goes {off} off its plane, {at(np.array([surface.centre]))}{why}"


def _of_coolant(mesh: MeshArrays, plate: PlateMesh) -> Iterator[str]:
    """Each part of the coolant that hangs together has an inlet and an outlet."""
    fluid = np.array([role_of(name, 3) == "fluid" for name in mesh.bodies])[mesh.body]
    part = mesh.faces.parts(fluid)
    for number in range(int(part.max(initial=-1)) + 1):
        own = part == number
        for role in ("inlet", "outlet"):
            ports = [number for number, surface in enumerate(plate.surfaces) if surface.role == role]
            if not own[mesh.owners[np.isin(mesh.surface, ports)][:, 0]].any():
                name = mesh.bodies[mesh.body[int(np.argmax(own))]]
                yield f"a part of '{name}' of {int(own.sum())} cells has no {role}, {at(mesh.points[mesh.corners[own]])}"


def _of_parts(mesh: MeshArrays) -> Iterator[str]:
    """Heat of each solid finds its way to coolant, and where there are solids the coolant touches one."""
    fluid = np.array([role_of(name, 3) == "fluid" for name in mesh.bodies])[mesh.body]
    part = mesh.faces.parts(np.ones_like(fluid))
    for number in range(int(part.max()) + 1 if not fluid.all() else 0):
        own = part == number
        if not fluid[own].any() or fluid[own].all():
            name = mesh.bodies[mesh.body[int(np.argmax(own))]]
            other = "any solid" if fluid[own].all() else "anything that reaches the coolant"
            where = at(mesh.points[mesh.corners[own]])
            yield f"{int(own.sum())} cells of '{name}' share no face with {other}, {where}; join the bodies before meshing"


def at(points: Array) -> str:
    """Where points are: the middle of them all, in words (m)."""
    x, y, z = points.reshape(-1, 3).mean(axis=0)
    return f"at ({x:.6g}, {y:.6g}, {z:.6g}) m"
