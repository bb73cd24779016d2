"""What a drawing holds: the list of bodies and faces from which a user names them."""

from pathlib import Path

import gmsh

from rackmesh.files import MeshError, session
from rackmesh.foreign.listing import GroupSize
from rackmesh.step.bodies import box_of, import_shapes, labels_of
from rackmesh.step.labels import read_text
from rackmesh.step.writing import options_kept


def is_step(file: Path) -> bool:
    """Whether a file says of itself that it is a STEP file.

    Raises:
        MeshError: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return b"ISO-10303-21" in stream.read(64)
    except OSError as error:
        raise MeshError(f"{file}: cannot be read: {error.strerror or error}") from None


def list_drawing(file: Path) -> tuple[GroupSize, ...]:
    """Bodies and faces of a STEP file, each as a group of its own: its labels, its volume or area, its box, in mm.

    Raises:
        MeshError: it cannot be read.
    """
    text = read_text(file)
    with session() as model, options_kept():
        model.add("drawing")
        import_shapes(file)
        return tuple(_listed(dim, tag, ", ".join(dict.fromkeys(labels_of(dim, tag, text)))) for dim, tag in _entities())


def _entities() -> list[tuple[int, int]]:
    return [*gmsh.model.getEntities(3), *gmsh.model.getEntities(2)]


def _listed(dim: int, tag: int, name: str) -> GroupSize:
    (ax, ay, az), (bx, by, bz) = ((end.round(5) + 0.0).tolist() for end in box_of(dim, tag))
    return GroupSize(name, dim, 1, float(gmsh.model.occ.getMass(dim, tag)), ((ax, ay, az), (bx, by, bz)))
