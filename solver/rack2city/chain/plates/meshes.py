"""The meshes of a case's plates in the run folder, each in the folder of its plate."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from rack2city.case import ComputedPlate, PlatesCase
from rack2city.chain.plates.files import LOG, STATISTICS, folder_of
from rack2city.chain.stage import figures
from rack2city.evidence import store
from rack2city.plate import MESH, PlateModel, plate_models, told_of
from rack2city.report.units import PLAIN
from rack2city.results.plate import MeshFigures
from rackmesh.cells.statistics import mesh_statistics


def mesh_files(case: PlatesCase) -> Iterator[str]:
    """The files of all meshes of a case, and their statistics."""
    for name, model in plate_models(case).items():
        for file in (MESH, STATISTICS, *model.coarser):
            yield f"{folder_of(name)}/{file}"


def make_meshes(case: PlatesCase, out: Path) -> None:
    """Write the meshes of all plates and their statistics; what an earlier run had of them goes (first rank only).

    Raises:
        InputError: a mesh cannot be made or read.
    """
    for name, plate in case.plates.items():
        if not isinstance(plate, ComputedPlate):
            _drop_mesh(out / folder_of(name))
    for name, model in plate_models(case).items():
        folder = out / folder_of(name)
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("mesh*.msh"):
            if stale.name not in (MESH, *model.coarser):
                stale.unlink()
        store(folder / STATISTICS, write_mesh(model, folder / MESH))
        with told_of(name):
            for file, write in model.coarser.items():
                write(folder / file)


def _drop_mesh(folder: Path) -> None:
    """Remove what an earlier run computed of a plate that is measured now, so that no one reads it as of this."""
    for stale in (*folder.glob("mesh*.msh"), folder / STATISTICS, folder / LOG):
        stale.unlink(missing_ok=True)
    shutil.rmtree(folder / "fields", ignore_errors=True)


def mesh_lines(mesh: MeshFigures) -> Iterator[str]:
    """What is in a mesh and how good its cells are, a line each."""
    yield from figures(("cells", mesh.cells, PLAIN), ("points", mesh.points, PLAIN))
    yield from figures(*((f"group {name}", count, PLAIN) for name, count in mesh.groups.items()))
    yield from quality_lines(mesh)


def quality_lines(mesh: MeshFigures) -> Iterator[str]:
    """How good the cells of a mesh are, and what a user should know of it, a line each."""
    yield from figures(*((f"cells across {name}", count, PLAIN) for name, count in mesh.across.items()))
    if mesh.scaled_jacobian is not None and mesh.aspect_ratio is not None:
        yield f"smallest scaled Jacobian: {mesh.scaled_jacobian:.3g}, largest aspect ratio: {mesh.aspect_ratio:.3g}"
    yield from mesh.notes


def write_mesh(model: PlateModel, file: Path) -> MeshFigures:
    """Write the mesh that a plate's curves come from; gives its statistics.

    Raises:
        InputError: it cannot be made or read.
    """
    with told_of(model.design.name):
        quality = model.write(file)
        return MeshFigures(
            level=model.plate.level,
            **mesh_statistics(file),
            scaled_jacobian=quality.scaled_jacobian,
            aspect_ratio=quality.aspect_ratio,
            across=quality.across,
            notes=quality.notes,
        )
