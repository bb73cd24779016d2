"""Which name each cell and each face of a foreign mesh gets: what the user says first, the file's own names for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rackmesh.cells.arrays import Index
from rackmesh.contract.roles import NAME, role_of
from rackmesh.files import MeshError
from rackmesh.foreign.reading import DIMENSION, ForeignMesh, Group

KINDS = {2: "triangles", 3: "quadrilaterals", 4: "tetrahedra", 5: "hexahedra", 6: "prisms", 7: "pyramids"}
KINDS |= {9: "triangles of 6 points", 10: "quadrilaterals of 9 points", 16: "quadrilaterals of 8 points"}
KINDS |= {11: "tetrahedra of 10 points", 12: "hexahedra of 27 points", 17: "hexahedra of 20 points"}
KINDS |= {18: "prisms of 15 points", 19: "pyramids of 13 points"}
"""What Gmsh's kinds of elements are called here."""
_WORDS = {2: ("face", "surface"), 3: ("cell", "volume")}


@dataclass(frozen=True)
class Labels:
    """Elements of one dimension.

    Attributes:
        kind: Gmsh's number of their kind, 0 where there are none.
        elements: their points (elements x nodes).
        label: number of the name of each, -1 for none.
        names: the names.
    """

    kind: int
    elements: Index
    label: Index
    names: tuple[str, ...]


def labelled(mesh: ForeignMesh, said: Mapping[tuple[int, str], str], dim: int) -> Labels:
    """All cells (dimension 3) or faces (2) with their names.

    Args:
        mesh: the mesh.
        said: names by dimension and name in the file, as the user says.
        dim: the dimension.

    Raises:
        MeshError: an element is in two groups, a volume group can have no name, or cells or named faces are of several kinds.
    """
    blocks = [number for number, (kind, elements) in enumerate(mesh.blocks) if DIMENSION[kind] == dim and len(elements)]
    labels = {number: np.full(len(mesh.blocks[number][1]), -1, dtype=np.int64) for number in blocks}
    names: list[str] = []
    own = [group for group in mesh.groups if group.dim == dim]
    for group in own:
        if (dim, group.name) in said:
            _label(mesh, labels, names, group, said[dim, group.name], {})
    left = {number: label < 0 for number, label in labels.items()}
    for group in own:
        if (dim, group.name) in said or not any(
            left[number][members].any() for number, members in group.members.items()
        ):
            continue
        if NAME.fullmatch(name := _own_name(group)):
            _label(mesh, labels, names, group, name, left)
        elif dim == 3:
            raise MeshError(
                f"{mesh.file}: the volume group '{group.name}' has no name in `groups`, and cannot keep its own"
            )
    if dim == 2:
        blocks = [number for number in blocks if (labels[number] >= 0).any()]
    kinds = sorted({mesh.blocks[number][0] for number in blocks})
    if len(kinds) > 1:
        told = " and ".join(KINDS[kind] for kind in kinds)
        raise MeshError(f"{mesh.file}: its {_WORDS[dim][0]}s are {told}; one kind is read")
    if not blocks:
        return Labels(0, np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64), ())
    elements = np.concatenate([mesh.blocks[number][1] for number in blocks])
    return Labels(kinds[0], elements, np.concatenate([labels[number] for number in blocks]), tuple(names))


def _own_name(group: Group) -> str:
    """A group's name in the file; its first word in small letters where that says what it is: some programs write capitals."""
    first, line, rest = group.name.partition("_")
    small = first.lower()
    means = role_of(small, 3) == "fluid" if group.dim == 3 else bool(role_of(small, 2))
    return f"{small}{line}{rest}" if means else group.name


def _label(
    mesh: ForeignMesh,
    labels: dict[int, Index],
    names: list[str],
    group: Group,
    name: str,
    left: Mapping[int, np.ndarray],
) -> None:
    """Give a group's elements its name, those alone that are left where that is said."""
    if name not in names:
        names.append(name)
    new = names.index(name)
    for number, members in group.members.items():
        chosen = members[left[number][members]] if left else members
        other = labels[number][chosen]
        if (twice := (other >= 0) & (other != new)).any():
            first = int(np.argmax(twice))
            x, y, z = mesh.points[mesh.blocks[number][1][chosen[first]]].mean(axis=0)
            raise MeshError(
                f"{mesh.file}: a {_WORDS[group.dim][0]} is in two groups, '{names[other[first]]}' and '{name}', at "
                f"({x:.6g}, {y:.6g}, {z:.6g}) in the file's unit; say in `groups` which of them counts"
            )
        labels[number][chosen] = new
