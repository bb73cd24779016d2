"""The coolant of a drawing that holds the plate alone: what its solids enclose when their openings are capped."""

from collections.abc import Iterable

import gmsh
import numpy as np

from rackmesh.contract.roles import role_of
from rackmesh.files import MeshError
from rackmesh.step.bodies import NEAR, Tag, picked
from rackmesh.step.labels import StepText
from rackmesh.step.plate import StepPlate


def capped(plate: StepPlate, text: StepText, bodies: Iterable[int]) -> dict[str, list[int]]:
    """Plane faces over the openings of the solids, by the names of their ports.

    An opening is a hole in a plane outer face of all solids together.

    Raises:
        MeshError: there is none where a port was named.
    """
    occ = gmsh.model.occ
    copies = occ.copy([(3, body) for body in bodies])
    whole = occ.fuse(copies[:1], copies[1:])[0] if len(copies) > 1 else copies
    occ.synchronize()
    caps = [cap for _, face in gmsh.model.getBoundary(whole, oriented=False) for cap in _holes(face)]
    occ.remove(whole, recursive=True)
    occ.synchronize()
    found: dict[str, list[int]] = {}
    for name, pick in plate.faces.items():
        if role_of(name, 2) not in ("inlet", "outlet"):
            continue
        found[name] = picked(pick, 2, caps, text)
        if not found[name]:
            raise MeshError(
                f"{plate.file}: no opening is found for '{name}' by {pick}; an opening is a hole in a plane outer face, and "
                f"there are {len(caps)} of them"
            )
    unused = set(caps) - {cap for every in found.values() for cap in every}
    occ.remove([(2, cap) for cap in unused], recursive=True)
    occ.synchronize()
    return found


def _holes(face: int) -> list[int]:
    """New plane faces over the holes of a face, copies of their rims included."""
    occ = gmsh.model.occ
    rims = occ.getCurveLoops(face)[1]
    if len(rims) < 2 or not _plane(face):
        return []
    caps = []
    for rim in rims:
        edges = [tag for _, tag in occ.copy([(1, int(curve)) for curve in rim])]
        caps.append(occ.addPlaneSurface([occ.addCurveLoop(edges)]))
    caps.sort(key=lambda cap: float(occ.getMass(2, cap)))
    occ.remove([(2, caps[-1])], recursive=True)  # the outer rim
    return caps[:-1]


def _plane(face: int) -> bool:
    """Whether a face is plane; a spline may be."""
    low, high = gmsh.model.getParametrizationBounds(2, face)
    u, v = np.meshgrid(*(np.linspace(a, b, 4) for a, b in zip(low, high, strict=True)))
    normals = np.asarray(gmsh.model.getNormal(face, np.column_stack([u.ravel(), v.ravel()]).ravel())).reshape(-1, 3)
    return bool(np.all(normals @ normals[0] > 1.0 - 1e-9))


def surroundings() -> Tag:
    """A box around everything, with room on all sides."""
    low, high = (gmsh.model.getBoundingBox(-1, -1)[at : at + 3] for at in (0, 3))
    room = 0.1 * max(b - a for a, b in zip(low, high, strict=True))
    sizes = (b - a + 2 * room for a, b in zip(low, high, strict=True))
    return 3, gmsh.model.occ.addBox(*(a - room for a in low), *sizes)


def enclosed(plate: StepPlate, spaces: list[int], solids: Iterable[int], caps: dict[str, list[int]]) -> list[int]:
    """Those of the spaces around the solids that are coolant; the others are taken away.

    Args:
        plate: the plate.
        spaces: bodies that fill the box around the solids.
        solids: the solids.
        caps: faces over each port.

    Raises:
        MeshError: a port leads into the open, as a channel is not closed, or nowhere.
    """
    around = {
        body: {tag for _, tag in gmsh.model.getBoundary([(3, body)], oriented=False)} for body in [*spaces, *solids]
    }
    outside = max(spaces, key=lambda body: _extent(body))
    coolant = set()
    for name, faces in caps.items():
        behind = [body for body in spaces if body != outside and around[body] & set(faces)]
        if not behind:
            raise MeshError(
                f"{plate.file}: there is no coolant behind '{name}': its channel is open to the outside somewhere, or ends in "
                "the opening itself; close the solids, name all openings, or draw the coolant as a body"
            )
        coolant.update(behind)
    gmsh.model.occ.remove([(3, body) for body in spaces if body not in coolant], recursive=True)
    gmsh.model.occ.synchronize()
    return sorted(coolant)


def _extent(body: int) -> float:
    box = gmsh.model.getBoundingBox(3, body)
    return sum(box[axis + 3] - box[axis] for axis in range(3)) + NEAR
