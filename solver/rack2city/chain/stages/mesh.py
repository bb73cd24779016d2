"""The mesh stage: the channel of the case, at its level and at the next coarser one, or the user's own mesh."""

from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.chain.stage import Session, Stage, figures, of_case
from rack2city.evidence import load

if TYPE_CHECKING:
    from rack2city.case import Case


@of_case
def _check(case: "Case") -> None:
    """Refuse an own mesh that does not keep the naming contract, or is not of the case's channel."""
    from rack2city.chain.own_mesh import check_own_mesh

    check_own_mesh(case)


def _files(case: "Case") -> tuple[str, ...]:
    from rack2city.chain.channel_mesh import coarser_meshes

    return ("mesh.msh", "mesh.json", *coarser_meshes(case))


def _compute(session: Session) -> None:
    from rack2city.chain.channel_mesh import make_mesh

    make_mesh(session.case, session.folder.path)


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.report.units import PLAIN
    from rack2city.results.plate import MeshFigures

    mesh = load(folder / "mesh.json", MeshFigures)
    groups = (("group " + name, count, PLAIN) for name, count in mesh.groups.items())
    return f"level: {mesh.level}", *figures(("cells", mesh.cells, PLAIN), ("points", mesh.points, PLAIN), *groups)


MESH = Stage(
    name="mesh",
    compute=_compute,
    files=_files,
    parts=("channel", "mesh.level"),
    sources=("mesh.file",),
    check=_check,
    tells=_tells,
)
