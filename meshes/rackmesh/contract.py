"""The naming contract: how a mesh tells the solver what is fluid, what is solid and where heat and coolant enter.

The contract is written for people in `meshes/README.md`; this module is the same in code.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rackmesh.files import MeshError, group_name, opened
from rackmesh.inspection import inspect


@dataclass(frozen=True)
class Contract:
    """The physical groups a kind of mesh must have.

    Attributes:
        name: what the mesh is of, for messages.
        volumes: names of the required volume groups (dimension 3).
        surfaces: names of the required surface groups (dimension 2).
    """

    name: str
    volumes: tuple[str, ...]
    surfaces: tuple[str, ...]


PLATE_CHANNEL = Contract(
    name="cold-plate channel",
    volumes=("fluid", "fin", "base", "tim"),
    surfaces=("inlet", "outlet", "heated", "base_bottom", "wetted", "symmetry"),
)


def physical_groups(path: Path) -> dict[str, int]:
    """Dimension (0-3) of each named physical group of a Gmsh file.

    Raises:
        MeshError: the file cannot be read.
    """
    with opened(path) as model:
        return _names(model)


def _names(model: Any) -> dict[str, int]:
    return {group_name(dim, tag): dim for dim, tag in model.getPhysicalGroups()}


def check_contract(path: Path, contract: Contract) -> None:
    """Check that a mesh has every group that its kind requires, and can be trusted (see `inspect`).

    Raises:
        MeshError: a group is missing, or stands for the wrong dimension, and names what was found; or what `inspect` says.
    """
    wanted = {**dict.fromkeys(contract.volumes, 3), **dict.fromkeys(contract.surfaces, 2)}
    words = {2: "surface", 3: "volume"}
    with opened(path) as model:
        found = _names(model)
        for name, dim in wanted.items():
            if found.get(name) != dim:
                listing = ", ".join(sorted(found)) or "none"
                raise MeshError(
                    f"{path}: a {contract.name} mesh needs the {words[dim]} group '{name}'; groups found: {listing} "
                    "(the naming contract is in meshes/README.md)"
                )
        inspect(path)
