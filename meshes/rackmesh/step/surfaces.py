"""Faces of a plate after its bodies were joined: which of them are what the drawing's faces were."""

from collections.abc import Mapping

import gmsh
import numpy as np

from rackmesh.contract.roles import role_of
from rackmesh.files import MeshError
from rackmesh.step.bodies import NEAR, picked, place
from rackmesh.step.labels import StepText
from rackmesh.step.plate import StepPlate
from rackmesh.zones import Zone, check_zones, heated_name


def chosen(plate: StepPlate, text: StepText, capped: bool) -> dict[str, list[int]]:
    """Copies of the drawing's faces for each name, `heated` among them, out of reach of what is done to the bodies.

    Args:
        plate: the plate.
        text: names in the file.
        capped: whether ports are openings, to be left out here.

    Raises:
        MeshError: a pick finds nothing.
    """
    faces = [tag for _, tag in gmsh.model.getEntities(2)]
    found: dict[str, list[int]] = {}
    for name, pick in [*plate.faces.items(), *([("heated", plate.heated)] if plate.heated else [])]:
        if pick.between is not None or (capped and role_of(name, 2) in ("inlet", "outlet")):
            continue
        own = picked(pick, 2, faces, text)
        if not own:
            raise MeshError(f"{plate.file}: no face is found for '{name}' by {pick}")
        found[name] = own
    return {name: [tag for _, tag in gmsh.model.occ.copy([(2, face) for face in own])] for name, own in found.items()}


def rectangles(plate: StepPlate, heated: list[int]) -> dict[str, int]:
    """A face for each zone, in the plane of the heated face.

    Raises:
        MeshError: the heated face is not plane and normal to an axis, or a zone lies outside the plate.
    """
    if not plate.zones:
        return {}
    low, high = (np.array(gmsh.model.getBoundingBox(-1, -1)[at : at + 3]) for at in (0, 3))
    boxes = np.array([gmsh.model.occ.getBoundingBox(2, face) for face in heated])
    spread = boxes[:, 3:].max(axis=0) - boxes[:, :3].min(axis=0)
    normal = int(np.argmin(spread))
    if spread[normal] > 10 * NEAR:
        raise MeshError(f"{plate.file}: zones lie on a plane heated face normal to x, y or z, which this one is not")
    one, other = (axis for axis in range(3) if axis != normal)
    check_zones(plate.zones, (high[one] - low[one]) * 1e-3, (high[other] - low[other]) * 1e-3)
    level = boxes[:, normal].mean() + 1e-7
    return {zone.name: _rectangle(zone, normal, level, low) for zone in plate.zones}


def _rectangle(zone: Zone, normal: int, level: float, low: np.ndarray) -> int:
    occ = gmsh.model.occ
    one, other = (axis for axis in range(3) if axis != normal)
    points = []
    for along, across in ((0, 0), (1, 0), (1, 1), (0, 1)):
        at = np.zeros(3)
        at[normal] = level
        at[one] = low[one] + (zone.x + along * zone.length) * 1e3
        at[other] = low[other] + (zone.y + across * zone.width) * 1e3
        points.append(occ.addPoint(*at))
    lines = [occ.addLine(points[i], points[(i + 1) % 4]) for i in range(4)]
    return int(occ.addPlaneSurface([occ.addCurveLoop(lines)]))


def named_faces(
    plate: StepPlate,
    bodies: Mapping[int, str],
    picks: Mapping[str, list[int]],
    zones: Mapping[str, list[int]],
) -> dict[str, list[int]]:
    """Faces of the joined bodies by the names of their groups; walls of the coolant without another name are `wetted`.

    Args:
        plate: the plate.
        bodies: name of each body by its tag.
        picks: copies of the drawing's faces for each name.
        zones: faces that each zone's rectangle became.

    Raises:
        MeshError: a name has no face left, a face two names, or a zone leaves the heated face.
    """
    faces = [tag for _, tag in gmsh.model.getBoundary([(3, body) for body in bodies], combined=False, oriented=False)]
    beside: dict[int, list[str]] = {}
    for body, name in bodies.items():
        for _, face in gmsh.model.getBoundary([(3, body)], oriented=False):
            beside.setdefault(face, []).append(name)
    names: dict[int, str] = {}
    for name, pick in plate.faces.items():
        if pick.between is not None:
            own = [face for face, of in beside.items() if sorted(of) == sorted(pick.between)]
            _give(plate, names, name, own)
    for name, originals in picks.items():
        _give(plate, names, name, [face for face in dict.fromkeys(faces) if _lies_on(face, originals)])
    heated = [face for face, name in names.items() if name == "heated"]
    for zone, own in zones.items():
        if stray := [face for face in own if face not in heated]:
            raise MeshError(f"{plate.file}: zone '{zone}' leaves the heated face, {place(2, stray[0])}")
    for face in heated if zones else ():
        if above := [zone for zone, pieces in zones.items() if face in pieces]:
            names[face] = heated_name(above)
        else:  # with zones, only they are heated
            del names[face]
    for face, of in beside.items():
        if face not in names and sum(role_of(name, 3) == "fluid" for name in of) == 1:
            names[face] = "wetted"
    groups: dict[str, list[int]] = {}
    for face, name in names.items():
        groups.setdefault(name, []).append(face)
    return groups


def _give(plate: StepPlate, names: dict[int, str], name: str, faces: list[int]) -> None:
    if not faces:
        raise MeshError(f"{plate.file}: no face is left for '{name}' after the bodies were joined")
    for face in faces:
        if face in names:
            raise MeshError(f"{plate.file}: the face {place(2, face)} is in two groups, '{names[face]}' and '{name}'")
        names[face] = name


def _lies_on(face: int, originals: list[int]) -> bool:
    """Whether a face is a piece of one of the faces of the drawing: a point inside it lies on that."""
    box = np.array(gmsh.model.getBoundingBox(2, face))
    for original in originals:
        other = np.array(gmsh.model.occ.getBoundingBox(2, original))
        room = 0.1 * float(np.max(other[3:] - other[:3]))
        if np.any(box[:3] < other[:3] - room) or np.any(box[3:] > other[3:] + room):
            continue
        point = gmsh.model.occ.addPoint(*_inside(face))
        distance = gmsh.model.occ.getDistance(0, point, 2, original)[0]
        gmsh.model.occ.remove([(0, point)])
        if distance <= 10 * NEAR:
            return True
    return False


def _inside(face: int) -> np.ndarray:
    """A point inside a face (mm)."""
    low, high = gmsh.model.getParametrizationBounds(2, face)
    for count in (3, 7, 17, 49, 149):
        steps = (np.arange(count) + 0.5 + 0.01 / count) / count
        u, v = np.meshgrid(*(a + steps * (b - a) for a, b in zip(low, high, strict=True)))
        for pair in np.column_stack([u.ravel(), v.ravel()]):
            if gmsh.model.isInside(2, face, pair, parametric=True):
                return np.asarray(gmsh.model.getValue(2, face, pair))
    raise MeshError(f"the face {place(2, face)} is too thin to find a point in it")
