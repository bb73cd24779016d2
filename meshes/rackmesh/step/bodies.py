"""Bodies of a STEP file in Gmsh: closed, of the stated size, each with one name, none too near to another."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import gmsh
import numpy as np

from rackmesh.files import MeshError
from rackmesh.step.labels import Corners, StepText, corner
from rackmesh.step.plate import Pick, StepPlate

Tag = tuple[int, int]
NEAR = 1e-4
"""Places of a drawing that are nearer than this are one (mm)."""
_OVERALL = 0.01  # of the stated size
_HINTS = {
    1e3: "millimetres for metres",
    1e-3: "metres for millimetres",
    25.4: "inches",
    1 / 25.4: "inches",
    10.0: "centimetres",
}


def load(plate: StepPlate, text: StepText) -> list[int]:
    """Read the file into Gmsh's current model, in millimetres; tags of its bodies.

    Raises:
        MeshError: the file cannot be read, has no closed body, or not the stated size.
    """
    import_shapes(plate.file)
    for fault in _open(plate):
        raise MeshError(f"{plate.file}: {fault}")
    _compare(plate, text)
    return [tag for _, tag in gmsh.model.getEntities(3)]


def import_shapes(file: Path) -> None:
    """Read a file into Gmsh's current model, in millimetres.

    Raises:
        MeshError: the geometry kernel cannot.
    """
    gmsh.option.setString("Geometry.OCCTargetUnit", "MM")
    gmsh.option.setNumber("Geometry.OCCImportLabels", 1)
    gmsh.option.setNumber("Geometry.ToleranceBoolean", NEAR)
    gmsh.option.setNumber("Geometry.OCCBoundsUseStl", 1)  # splines reach less far than their control points
    with TemporaryDirectory(prefix="rack2city-") as empty:
        alone = Path(empty) / "plate.step"
        alone.symlink_to(file.resolve())
        try:
            gmsh.model.occ.importShapes(str(alone), highestDimOnly=False)
            gmsh.model.occ.synchronize()
        except Exception as error:  # gmsh raises bare Exception
            raise MeshError(f"{file}: not a readable STEP file: {str(error).replace(str(alone), '')}") from None


def _open(plate: StepPlate) -> Iterator[str]:
    """What is not closed."""
    faces = [tag for _, tag in gmsh.model.getEntities(2)]
    bodies = [tag for _, tag in gmsh.model.getEntities(3)]
    if not faces:
        yield "it holds no body and no face"
    shells = [[tag for _, tag in gmsh.model.getBoundary([(3, body)], oriented=False)] for body in bodies]
    free = sorted(set(faces) - {tag for shell in shells for tag in shell})
    for shell in [*shells, *([free] if free else [])]:
        used = Counter(tag for face in shell for _, tag in gmsh.model.getBoundary([(2, face)], False, False))
        loose = [tag for tag, count in used.items() if count == 1 and gmsh.model.occ.getMass(1, tag) > NEAR]
        if loose:
            yield (
                f"it is not watertight: {len(loose)} edges belong to one face only, the first, "
                f"{gmsh.model.occ.getMass(1, loose[0]):.4g} mm long, {place(1, loose[0])}; close the body in the drawing"
            )
    if free:
        yield f"{len(free)} of its faces bound no body, the first {place(2, free[0])}; save it as solid bodies"


def _compare(plate: StepPlate, text: StepText) -> None:
    """Refuse a drawing that is not of the stated size."""
    low, high = box_of(-1, -1)
    found, stated = (high - low) * 1e-3, np.array(plate.overall)
    if np.all(np.abs(found / stated - 1.0) <= _OVERALL):
        return
    ratio = float(np.exp(np.mean(np.log(found / stated))))
    hint = next(
        (f"; it seems that someone took {words}" for value, words in _HINTS.items() if abs(ratio / value - 1) < 0.02),
        "",
    )
    told, wanted = (" x ".join(f"{extent * 1e3:.4g}" for extent in size) for size in (found, stated))
    raise MeshError(
        f"{plate.file}: it is {told} mm large by its own unit of {text.unit * 1e3:g} mm, where {wanted} mm is stated{hint}"
    )


def named_bodies(plate: StepPlate, text: StepText, bodies: list[int]) -> dict[int, str]:
    """Name of each body, by its tag.

    Raises:
        MeshError: a pick finds nothing, two find the same, or a body has no name.
    """
    names: dict[int, str] = {}
    for name, pick in plate.bodies.items():
        found = picked(pick, 3, bodies, text)
        if not found:
            labels = sorted({label for body in bodies for label in labels_of(3, body, text)})
            raise MeshError(
                f"{plate.file}: no body is found for '{name}' by {pick}; labels of its {len(bodies)} bodies: "
                f"{', '.join(labels) or 'none'}"
            )
        for body in found:
            if body in names:
                raise MeshError(f"{plate.file}: the body {place(3, body)} is named twice, '{names[body]}' and '{name}'")
            names[body] = name
    for body in bodies:
        if body not in names:
            told = ", ".join(labels_of(3, body, text)) or "nothing"
            raise MeshError(
                f"{plate.file}: the body of {gmsh.model.occ.getMass(3, body):.4g} mm3 {place(3, body)}, labelled {told}, has "
                "no name in the case; every body needs one"
            )
    return names


def picked(pick: Pick, dim: int, tags: list[int], text: StepText) -> list[int]:
    """Those of the bodies (dimension 3) or faces (2) of Gmsh's model that a pick finds."""
    if pick.label is not None:
        return [tag for tag in tags if pick.label in labels_of(dim, tag, text)]
    if pick.box is not None:
        low, high = (np.array(end) * 1e3 for end in pick.box)
        boxes = {tag: box_of(dim, tag) for tag in tags}
        return [tag for tag, (a, b) in boxes.items() if np.all(a >= low - NEAR) and np.all(b <= high + NEAR)]
    if pick.point is None:
        return []
    at = [value * 1e3 for value in pick.point]
    point = gmsh.model.occ.addPoint(*at)
    found = [tag for tag in tags if gmsh.model.occ.getDistance(0, point, dim, tag)[0] <= 10 * NEAR]
    gmsh.model.occ.remove([(0, point)])
    if len(found) > 1 and (dim == 3 or not _coplanar(found, at)):
        raise MeshError(
            f"{pick} lies on the border of {len(found)} {'bodies' if dim == 3 else 'faces'}; pick one inside"
        )
    return found


def _coplanar(faces: list[int], at: list[float]) -> bool:
    """Whether faces that meet in a point have one plane there, as the two sides of a joint have."""
    normals = [gmsh.model.getNormal(face, gmsh.model.getParametrization(2, face, at)) for face in faces]
    return all(abs(np.dot(normal, normals[0])) > 1.0 - 1e-6 for normal in normals)


def labels_of(dim: int, tag: int, text: StepText) -> list[str]:
    """Names that a body or a face bears in the file: its own, and its part's."""
    part = gmsh.model.getEntityName(dim, tag).split("/")[-1]
    own: Corners = frozenset(
        corner(*gmsh.model.getValue(0, point, []))
        for _, point in gmsh.model.getBoundary([(dim, tag)], False, False, True)
    )
    return [*([part] if part else []), *(name for name, d, corners in text.named if d == dim and corners == own)]


def refuse_gaps(plate: StepPlate, names: dict[int, str]) -> None:
    """Refuse bodies that come near to each other somewhere without touching there.

    Raises:
        MeshError: says which, where and how near.
    """
    faces = {body: [t for _, t in gmsh.model.getBoundary([(3, body)], oriented=False)] for body in names}
    boxes = {face: box_of(2, face) for every in faces.values() for face in every}
    limit = plate.gap * 1e3
    for one, other in combinations(names, 2):
        for a in faces[one]:
            for b in faces[other]:
                apart = np.maximum(boxes[a][0] - boxes[b][1], boxes[b][0] - boxes[a][1])
                if a == b or np.any(apart > limit):
                    continue
                distance, *where = gmsh.model.occ.getDistance(2, a, 2, b)
                if NEAR < distance < limit:
                    raise MeshError(
                        f"{plate.file}: between '{names[one]}' and '{names[other]}' there is a gap of {distance:.3g} mm at "
                        "({:.6g}, {:.6g}, {:.6g}) m; close it in the drawing".format(*np.array(where[:3]) * 1e-3)
                    )


def box_of(dim: int, tag: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of the box around an entity (mm)."""
    box = np.array(gmsh.model.getBoundingBox(dim, tag))
    return box[:3] + 1e-7, box[3:] - 1e-7


def place(dim: int, tag: int) -> str:
    """Where an entity is, in words: the middle of its box (m)."""
    low, high = box_of(dim, tag)
    return "at ({:.6g}, {:.6g}, {:.6g}) m".format(*(low + high) * 0.5e-3)
