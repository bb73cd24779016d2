"""Names of the contract for groups of a foreign mesh, as the user says, or as they are."""

from collections.abc import Mapping

from rackmesh.contract.roles import NAME, role_of
from rackmesh.files import MeshError
from rackmesh.foreign.reading import ForeignMesh

_WORDS = {"volume": 3, "surface": 2}


def said_names(mesh: ForeignMesh, groups: Mapping[int | str, str]) -> dict[tuple[int, str], str]:
    """Name in the contract of each group of the file that the user names, by its dimension and its name there.

    Args:
        mesh: the mesh.
        groups: names by the name or number in the file; `volume 10` and `surface 10` tell two of one number apart.

    Raises:
        MeshError: the file has no such group, has two, or a group has the wrong dimension.
    """
    names: dict[tuple[int, str], str] = {}
    for key, name in groups.items():
        if not NAME.fullmatch(name):
            raise MeshError(f"'{name}' cannot be a group's name: letters, digits, '-' and '_' are, a letter first")
        found = _found(mesh, str(key), name)
        if found in names:
            raise MeshError(f"{mesh.file}: the group '{key}' is named twice, '{names[found]}' and '{name}'")
        names[found] = name
    return names


def _found(mesh: ForeignMesh, key: str, name: str) -> tuple[int, str]:
    """The one group of the file that a key means."""
    word, _, rest = key.partition(" ")
    found = [(group.dim, group.name) for group in mesh.groups if group.dim > 1]
    here = [own for own in found if own[1].lower() == key.lower()]
    if word in _WORDS and not here:
        here = [own for own in found if own == (_WORDS[word], rest)]
    if len(here) > 1 and (role_of(name, 2) or role_of(name, 3) == "fluid"):
        dim = 2 if role_of(name, 2) else 3
        here = [own for own in here if own[0] == dim]
    if len(here) > 1:
        raise MeshError(
            f"{mesh.file}: '{key}' is a volume and a surface; say 'volume {key}' or 'surface {key}' for '{name}'"
        )
    if not here:
        listing = ", ".join(f"{dim_word} {own}" for dim_word, d in _WORDS.items() for dim, own in found if dim == d)
        raise MeshError(f"{mesh.file}: there is no group '{key}' to be named '{name}'; it has: {listing or 'none'}")
    wrong = "a surface" if here[0][0] == 2 else "a volume"
    if (here[0][0] == 2) != bool(role_of(name, 2)) and (role_of(name, 2) or role_of(name, 3) == "fluid"):
        raise MeshError(f"{mesh.file}: the group '{key}' is {wrong}, which '{name}' cannot be")
    return here[0]
