"""From files of other programs to a mesh of the naming contract, in metres; it is written only if it keeps the contract."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from rackmesh.cells.arrays import MeshArrays, write_arrays
from rackmesh.contract.description import PlateMesh
from rackmesh.contract.read import checked
from rackmesh.files import MeshError
from rackmesh.foreign.joining import joined
from rackmesh.foreign.labels import KINDS, labelled
from rackmesh.foreign.names import said_names
from rackmesh.foreign.reading import ForeignMesh, read_foreign

UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "in": 0.0254, "inch": 0.0254, "ft": 0.3048}
"""Metres in a unit that a user may declare."""
_FACES = {4: 2, 11: 9, 5: 3, 12: 10}  # kind of the faces of a kind of cells


def import_mesh(
    files: Path | Sequence[Path],
    unit: str,
    path: Path,
    groups: Mapping[int | str, str] | None = None,
    field: str | None = None,
) -> PlateMesh:
    """Make a mesh of the naming contract from one of another program.

    Args:
        files: the file; or several that are joined, such as cells and faces, or one body a file.
        unit: unit of length of the files: m, cm, mm, um, in or ft. It is not in the files and never guessed.
        path: the `.msh` file to write.
        groups: name in the contract of groups of the files, by their name or number; `volume 10` or `surface 10` where both
            have it. What these groups leave keeps the names of its own groups; surfaces whose name is a number are left out.
        field: name of the cell data that number the groups, where a file has several.

    Raises:
        MeshError: the first thing that is wrong, in a sentence; nothing is written then.
        OSError: the file cannot be written.
    """
    if unit not in UNITS:
        raise MeshError(f"the unit of the mesh must be one of {', '.join(UNITS)}, not '{unit}'")
    sources = [files] if isinstance(files, Path) else list(files)
    if not sources:
        raise MeshError("no mesh file is named")
    mesh = joined([read_foreign(source, field) for source in sources])
    arrays = _arrays(mesh, said_names(mesh, groups or {})).scaled(UNITS[unit])
    with TemporaryDirectory(prefix="rack2city-") as folder:
        made = Path(folder) / "plate.msh"
        write_arrays(arrays, made)
        return checked(made, sources[0], path)


def _arrays(mesh: ForeignMesh, said: Mapping[tuple[int, str], str]) -> MeshArrays:
    """Cells and faces with their new names."""
    cells, faces = labelled(mesh, said, 3), labelled(mesh, said, 2)
    if not len(cells.elements):
        raise MeshError(f"{mesh.file}: it is two-dimensional, or holds surfaces only; a cold plate is meshed in space")
    if cells.kind not in _FACES:
        raise MeshError(
            f"{mesh.file}: its cells are {KINDS[cells.kind]}; read are tetrahedra and hexahedra, of 4, 10, 8 or 27 points"
        )
    if (bare := cells.label < 0).any():
        x, y, z = mesh.points[cells.elements[int(np.argmax(bare))]].mean(axis=0)
        raise MeshError(
            f"{mesh.file}: {int(bare.sum())} of its cells are in no group, the first at ({x:.6g}, {y:.6g}, {z:.6g}) in the "
            "file's unit; every cell belongs to exactly one"
        )
    keep = faces.label >= 0
    if keep.any() and _FACES[cells.kind] != faces.kind:
        told = f"its faces are {KINDS[faces.kind]} where its cells are {KINDS[cells.kind]}"
        raise MeshError(f"{mesh.file}: {told}; save them together, in one order")
    wanted, surface = np.unique(faces.label[keep], return_inverse=True)
    bodies, body = np.unique(cells.label, return_inverse=True)
    return MeshArrays(
        mesh.points,
        cells.kind,
        cells.elements,
        body,
        tuple(cells.names[number] for number in bodies),
        _FACES[cells.kind],
        faces.elements[keep] if keep.any() else np.zeros((0, 3), dtype=np.int64),
        surface,
        tuple(faces.names[number] for number in wanted),
    )
