"""The mesh stage: the channel of the case, at its level and at the next coarser one, or the user's own mesh."""

from typing import TYPE_CHECKING

from rack2city.chain.stage import Session, Stage, of_case
from rack2city.errors import InputError

if TYPE_CHECKING:
    from rack2city.case import Case


@of_case
def _check(case: "Case") -> None:
    """Refuse a mesh that does not keep the naming contract."""
    from rackmesh.contract import PLATE_CHANNEL, check_contract
    from rackmesh.files import MeshError

    if case.mesh.file is not None:
        try:
            check_contract(case.mesh.file, PLATE_CHANNEL)
        except MeshError as error:
            raise InputError(f"mesh.file: {error}") from None


def _files(case: "Case") -> tuple[str, ...]:
    from rack2city.chain.channel_mesh import coarser_meshes

    return ("mesh.msh", "mesh.json", *coarser_meshes(case))


def _compute(session: Session) -> None:
    from rack2city.chain.channel_mesh import make_mesh

    make_mesh(session.case, session.folder.path)


MESH = Stage(
    name="mesh", compute=_compute, files=_files, parts=("channel", "mesh.level"), sources=("mesh.file",), check=_check
)
