"""A foreign mesh as points, blocks of elements, and groups of them by name or number."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rackmesh.cells.arrays import Array, Index
from rackmesh.files import MeshError, group_name, opened
from rackmesh.foreign.kinds import foreign_kind
from rackmesh.hdf5 import LARGEST

DIMENSION = {
    15: 0,
    1: 1,
    8: 1,
    2: 2,
    3: 2,
    9: 2,
    10: 2,
    16: 2,
    4: 3,
    5: 3,
    6: 3,
    7: 3,
    11: 3,
    12: 3,
    17: 3,
    18: 3,
    19: 3,
}
"""Dimension of Gmsh's kinds of elements that foreign files have."""
_MESHIO = {
    "vertex": 15,
    "line": 1,
    "line3": 8,
    "triangle": 2,
    "triangle6": 9,
    "quad": 3,
    "quad8": 16,
    "quad9": 10,
    "tetra": 4,
    "tetra10": 11,
    "hexahedron": 5,
    "hexahedron20": 17,
    "hexahedron27": 12,
    "wedge": 6,
    "wedge15": 18,
    "pyramid": 7,
    "pyramid13": 19,
}
# Order of nodes in Gmsh where it differs from that of VTK, Abaqus and Nastran.
_ORDER = {
    "tetra10": [0, 1, 2, 3, 4, 5, 6, 7, 9, 8],
    "hexahedron27": [*range(8), 8, 11, 16, 9, 17, 10, 18, 19, 12, 15, 13, 14, 24, 22, 20, 21, 23, 25, 26],
}
_FIELDS = (
    "gmsh:physical",
    "nastran:ref",
    "medit:ref",
    "cell_tags",
    "CellTags",
    "CellEntityIds",
    "MaterialIds",
    "MaterialID",
)


@dataclass(frozen=True)
class Group:
    """Elements of one dimension that a file holds together.

    Attributes:
        name: its name, or its number as a text.
        dim: their dimension.
        members: elements of each block, by the block's place.
    """

    name: str
    dim: int
    members: dict[int, npt.NDArray[np.int64]]


@dataclass(frozen=True)
class ForeignMesh:
    """A mesh as its file has it, in the file's unit.

    Attributes:
        file: the file.
        points: coordinates (n x 3).
        blocks: Gmsh's number of a kind of elements, and the points of each (elements x nodes).
        groups: the file's groups.
    """

    file: Path
    points: Array
    blocks: tuple[tuple[int, Index], ...]
    groups: tuple[Group, ...]

    def bare(self, dim: int) -> dict[int, npt.NDArray[np.int64]]:
        """Elements of a dimension that are in no group, by block."""
        found = {}
        for number, (kind, elements) in enumerate(self.blocks):
            left = np.full(len(elements), DIMENSION[kind] == dim)
            for group in self.groups:
                left[group.members.get(number, np.zeros(0, dtype=np.int64))] = False
            if left.any():
                found[number] = np.flatnonzero(left)
        return found


def read_foreign(path: Path, field: str | None = None) -> ForeignMesh:
    """Read a mesh of another program.

    Args:
        path: a Gmsh (2 or 4, text or binary), MED, UNV, VTU, XDMF, Abaqus (.inp) or Nastran (.bdf) file; its content decides.
        field: name of the cell data that number the groups, where a VTU or XDMF file has several.

    Raises:
        MeshError: it cannot be read; see `foreign_kind` for what is not opened at all.
    """
    kind = foreign_kind(path)
    if kind in ("msh", "med", "unv"):
        with opened(path) as model:
            return _of_gmsh(path, model)
    import meshio  # slow to import, and needed here alone

    readers = {"vtu": meshio.vtu.read, "xdmf": meshio.xdmf.read, "inp": _read_abaqus, "bdf": _read_nastran}
    try:
        with _bounded():
            mesh = readers[kind](str(path))
    except MeshError as error:
        raise MeshError(f"{path}: {error}") from None
    except Exception as error:  # what its readers raise is of every kind
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise MeshError(f"{path}: not a readable {kind} file: {told}") from None
    return _of_meshio(path, mesh, field)


def _read_abaqus(path: str) -> Any:
    """With the membranes and plane elements of second order, which stand for faces, besides what meshio knows."""
    from meshio.abaqus import _abaqus

    for name in ("CPS6", "CPE6", "M3D6", "CPS6M", "CPE6M"):
        _abaqus.abaqus_to_meshio_type.setdefault(name, "triangle6")
    return _abaqus.read(path)


def _read_nastran(path: str) -> Any:
    """With or without the sections before the bulk data."""
    from meshio.nastran import _nastran

    text = Path(path).read_text(encoding="utf-8", errors="replace")
    if not re.search(r"(?m)^\s*BEGIN\s+BULK", text):
        text = f"BEGIN BULK\n{text}"
    return _nastran.read_buffer(StringIO(text))


def _of_gmsh(path: Path, model: Any) -> ForeignMesh:
    if model.getNumberOfPartitions():
        model.mesh.unpartition()
    tags, points, _ = model.mesh.getNodes()
    order = np.argsort(tags)
    points, tags = np.asarray(points).reshape(-1, 3)[order], tags[order]
    blocks: list[tuple[int, Index]] = []
    groups: dict[tuple[int, str], dict[int, Index]] = {}
    for dim, entity in model.getEntities():
        for kind, nodes in zip(*(model.mesh.getElements(dim, entity)[i] for i in (0, 2)), strict=True):
            if int(kind) not in DIMENSION:
                name = model.mesh.getElementProperties(int(kind))[0]
                raise MeshError(f"{path}: it has elements of the kind '{name}', which are not read")
            count = model.mesh.getElementProperties(int(kind))[3]
            blocks.append((int(kind), np.searchsorted(tags, nodes).reshape(-1, count)))
            for group in model.getPhysicalGroupsForEntity(dim, entity):
                members = groups.setdefault((dim, group_name(dim, int(group)) or str(group)), {})
                members[len(blocks) - 1] = np.arange(len(blocks[-1][1]))
    return ForeignMesh(path, points, tuple(blocks), tuple(Group(name, dim, own) for (dim, name), own in groups.items()))


def _of_meshio(path: Path, mesh: Any, field: str | None) -> ForeignMesh:
    points = np.asarray(mesh.points, dtype=float)
    if points.shape[1] == 2:
        points = np.column_stack([points, np.zeros(len(points))])
    blocks: list[tuple[int, Index]] = []
    for block in mesh.cells:
        if block.type not in _MESHIO:
            raise MeshError(f"{path}: it has elements of the kind '{block.type}', which are not read")
        nodes = np.asarray(block.data, dtype=np.int64)
        if nodes.size and not 0 <= nodes.min() <= nodes.max() < len(points):
            raise MeshError(f"{path}: an element has a point that the file does not hold")
        order = _ORDER.get(block.type)
        blocks.append((_MESHIO[block.type], nodes[:, order] if order else nodes))
    groups: dict[tuple[int, str], dict[int, Index]] = {}
    for name, members in mesh.cell_sets.items():
        for number, own in enumerate(members):
            if own is not None and len(own):
                groups.setdefault((DIMENSION[blocks[number][0]], str(name)), {})[number] = np.asarray(
                    own, dtype=np.int64
                )
    if not groups and (data := _numbers(path, mesh, field)) is not None:
        for number, values in enumerate(data):
            for value in np.unique(values):
                key = DIMENSION[blocks[number][0]], str(int(value))
                groups.setdefault(key, {})[number] = np.flatnonzero(values == value)
    return ForeignMesh(path, points, tuple(blocks), tuple(Group(name, dim, own) for (dim, name), own in groups.items()))


def _numbers(path: Path, mesh: Any, field: str | None) -> list[Any] | None:
    """Numbers of the groups of the elements of each block."""

    def whole(values: Any) -> bool:
        values = np.asarray(values)
        return values.ndim == 1 and bool(np.all(np.isfinite(values)) and np.all(values == np.round(values)))

    found = {name: data for name, data in mesh.cell_data.items() if all(whole(each) for each in data)}
    if field is not None:
        if field not in found:
            raise MeshError(
                f"{path}: it has no whole numbers '{field}' of its cells; it has: {', '.join(found) or 'none'}"
            )
        return [np.asarray(each) for each in found[field]]
    known = [name for name in _FIELDS if name in found] or list(found)
    if len(known) > 1 and known[0] not in _FIELDS:
        raise MeshError(f"{path}: which of its cell data number the groups must be said by `field`: {', '.join(known)}")
    return [np.asarray(each) for each in found[known[0]]] if known else None


class _Bounded:
    """In place of the module `zlib`: unpacks no more than a mesh may take, whatever a file holds."""

    def __init__(self) -> None:
        self.left = LARGEST

    def decompress(self, data: bytes) -> bytes:
        worker = zlib.decompressobj()
        out = worker.decompress(data, self.left)
        self.left -= len(out)
        if worker.unconsumed_tail or not self.left:
            raise MeshError(f"its packed arrays take more than {LARGEST >> 30} GiB")
        return out


@contextmanager
def _bounded() -> Iterator[None]:
    """The VTU reader of meshio, which unpacks without a limit, with one; LZMA is not read."""
    from meshio.vtu import _vtu

    kept = _vtu.zlib, _vtu.lzma
    _vtu.zlib, _vtu.lzma = _Bounded(), None
    try:
        yield
    finally:
        _vtu.zlib, _vtu.lzma = kept
