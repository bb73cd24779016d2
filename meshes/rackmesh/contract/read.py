"""The naming contract: how a mesh tells the solver what is fluid, what is solid and where heat and coolant enter.

The contract is written for people in `meshes/README.md`; this module is the same in code.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rackmesh.cells.arrays import arrays_of
from rackmesh.contract.description import PlateMesh, described
from rackmesh.contract.inspection import inspect
from rackmesh.contract.ports import port_notes
from rackmesh.contract.rules import faults
from rackmesh.files import MeshError, group_name, opened


@dataclass(frozen=True)
class Contract:
    """The physical groups that one kind of plate must have besides what every plate must.

    Attributes:
        name: what the mesh is of, for messages.
        volumes: names of the required volume groups (dimension 3).
        surfaces: names of the required surface groups (dimension 2).
    """

    name: str
    volumes: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()


ANY_PLATE = Contract("cold-plate")
"""Any plate: coolant between an inlet and an outlet; solids, heated faces and contacts as they come."""

PLATE_CHANNEL = Contract(
    name="cold-plate channel",
    volumes=("fluid", "fins", "base"),
    surfaces=("inlet", "outlet", "wetted", "symmetry"),
)
"""Half a channel with half a fin and base, as `rackmesh.channel` writes it."""


def read_plate(path: Path, contract: Contract = ANY_PLATE) -> PlateMesh:
    """What a mesh file is made of, after it has been checked as a plate's.

    Args:
        path: a mesh in metres, with the contract's names.
        contract: groups that it must have besides.

    Raises:
        MeshError: the file cannot be read; or the first thing that is wrong: a required group is missing, the cells cannot be
            trusted (see `inspect`), or a rule of the contract is broken, with place and number.
    """
    with opened(path) as model:
        _require(path, contract, _names(model))
        if inspect(path) != 3:
            raise MeshError(f"{path}: it is two-dimensional; a cold plate is meshed in space")
        try:
            mesh = arrays_of(model)
        except MeshError as error:
            raise MeshError(f"{path}: {error}") from None
        plate = described(path, mesh)
        for fault in faults(mesh, plate):
            raise MeshError(f"{path}: {fault}")
        ports = tuple(i for i, surface in enumerate(plate.surfaces) if surface.role in ("inlet", "outlet"))
        return replace(plate, notes=tuple(port_notes(mesh, ports)))


def checked(made: Path, source: Path, path: Path) -> PlateMesh:
    """Put a mesh that was made from a file of a user's where it belongs, if it keeps the contract.

    Args:
        made: the mesh.
        source: what it was made from; a fault is told of it.
        path: where it goes.

    Raises:
        MeshError: as `read_plate`; nothing is written then.
        OSError: the file cannot be written.
    """
    try:
        plate = read_plate(made)
    except MeshError as error:
        raise MeshError(str(error).replace(str(made), str(source))) from None
    path.write_bytes(made.read_bytes())
    return replace(plate, file=path)


def physical_groups(path: Path) -> dict[str, int]:
    """Dimension (0-3) of each named physical group of a Gmsh file.

    Raises:
        MeshError: the file cannot be read.
    """
    with opened(path) as model:
        return _names(model)


def _names(model: Any) -> dict[str, int]:
    return {group_name(dim, tag): dim for dim, tag in model.getPhysicalGroups()}


def _require(path: Path, contract: Contract, found: dict[str, int]) -> None:
    wanted = {**dict.fromkeys(contract.volumes, 3), **dict.fromkeys(contract.surfaces, 2)}
    words = {2: "surface", 3: "volume"}
    for name, dim in wanted.items():
        if found.get(name) != dim:
            listing = ", ".join(sorted(found)) or "none"
            raise MeshError(
                f"{path}: a {contract.name} mesh needs the {words[dim]} group '{name}'; groups found: {listing} "
                "(the naming contract is in meshes/README.md)"
            )
