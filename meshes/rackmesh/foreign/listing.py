"""What groups a foreign mesh has: the list from which a user names them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rackmesh.cells.measures import areas, box_of, lengths, volumes
from rackmesh.contract.description import Box
from rackmesh.files import session
from rackmesh.foreign.reading import DIMENSION, ForeignMesh, read_foreign


@dataclass(frozen=True)
class GroupSize:
    """A group of a file.

    Attributes:
        name: its name, or its number as a text; empty for elements in no group.
        dimension: 0 to 3.
        elements: number of its elements.
        size: length, area or volume, in powers of the file's unit; the number of points in dimension 0.
        box: lowest and highest corner of the box around it, in the file's unit.
    """

    name: str
    dimension: int
    elements: int
    size: float
    box: Box


def list_groups(path: Path, field: str | None = None) -> tuple[GroupSize, ...]:
    """Groups of any mesh file that is read, volumes first, and a line for elements that are in none.

    Args:
        path: the file.
        field: as in `read_foreign`.

    Raises:
        MeshError: it cannot be read.
    """
    mesh = read_foreign(path, field)
    named = [(group.name, group.dim, group.members) for group in mesh.groups]
    bare = [("", dim, members) for dim in (3, 2) if (members := mesh.bare(dim))]
    with session() as model:
        model.add("sizes")
        found = [_sized(mesh, *each) for each in [*named, *bare]]
    return tuple(sorted(found, key=lambda group: (-group.dimension, not group.name, group.name)))


def _sized(mesh: ForeignMesh, name: str, dim: int, members: dict[int, np.ndarray]) -> GroupSize:
    size, count, places = 0.0, 0, []
    for number, own in members.items():
        kind, elements = mesh.blocks[number][0], mesh.blocks[number][1][own]
        count += len(elements)
        places.append(np.unique(elements))
        if DIMENSION[kind] == 3:
            size += float(volumes(mesh.points, elements, kind).sum())
        elif DIMENSION[kind] == 2:
            size += float(areas(mesh.points, elements, kind)[0].sum())
        else:
            size += float(lengths(mesh.points, elements, kind).sum()) if DIMENSION[kind] else len(elements)
    return GroupSize(name, dim, count, size, box_of(mesh.points[np.concatenate(places)]))


def groups_table(groups: Iterable[GroupSize]) -> str:
    """The list as a table of text, sizes and places as they are."""
    words = {0: "points", 1: "curve", 2: "surface", 3: "volume"}
    rows: list[tuple[str, ...]] = [("group", "is a", "elements", "size", "from", "to")]
    for group in groups:
        ends = ("({:.6g}, {:.6g}, {:.6g})".format(*corner) for corner in group.box)
        rows.append((group.name or "(none)", words[group.dimension], str(group.elements), f"{group.size:.6g}", *ends))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
