"""The mesh stage: what is computed of each plate, on the mesh of its level and on coarser ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rack2city.chain.stage import Session, Stage, of_case
from rack2city.evidence import load

if TYPE_CHECKING:
    from rack2city.case import Case

WHERE_IT_WORKS = {"power", "flow", "inlet_temperature", "flow_factors", "tim_resistance"}


@of_case
def _check(case: "Case") -> None:
    """Refuse plates that cannot be meshed, and own meshes that cannot be trusted."""
    from rack2city.plate import plate_models

    for model in plate_models(case).values():
        model.check()


def _files(case: "Case") -> tuple[str, ...]:
    from rack2city.chain.plates.meshes import mesh_files

    return tuple(mesh_files(case))


def _compute(session: Session) -> None:
    from rack2city.chain.plates.files import drop_other_plates
    from rack2city.chain.plates.meshes import make_meshes

    drop_other_plates(session.case, session.folder.path)
    make_meshes(session.case, session.folder.path)


def _shapes(case: "Case") -> dict[str, Any]:
    """The plates without what no mesh depends on."""
    return {name: plate.model_dump(mode="json", exclude=WHERE_IT_WORKS) for name, plate in case.plates.items()}


def _drawn(case: "Case") -> list[Path]:
    from rack2city.case import OwnMesh, Step

    plates = case.plates.values()
    files = [plate.file for plate in plates if isinstance(plate, OwnMesh | Step)]
    return [*files, *(file for plate in plates if isinstance(plate, OwnMesh) for file in plate.more)]


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.chain.plates.files import PLATES, STATISTICS
    from rack2city.chain.plates.meshes import mesh_lines
    from rack2city.results.plate import MeshFigures

    lines: list[str] = []
    for file in sorted((folder / PLATES).glob(f"*/{STATISTICS}")):
        mesh = load(file, MeshFigures)
        lines += (f"plate {file.parent.name}, level {mesh.level}", *(f"  {line}" for line in mesh_lines(mesh)))
    return tuple(lines)


MESH = Stage(
    name="mesh",
    compute=_compute,
    files=_files,
    derived=_shapes,
    read=_drawn,
    check=_check,
    tells=_tells,
)
