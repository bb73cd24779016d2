"""Meshes of a case's channel, at its level and at the next coarser one, or the user's own mesh."""

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from rack2city.case import Case
from rack2city.errors import InputError
from rack2city.evidence import view, write_json
from rackmesh.channel import LEVELS, Cells, HalfChannel, write_half_channel
from rackmesh.files import MeshError
from rackmesh.statistics import mesh_statistics

COARSER = "mesh-coarser.msh"
DIRECTIONS = {"across": ("channel", "fin"), "height": ("height",), "base": ("base", "tim"), "length": ("length",)}
"""The blocks of cells that are coarsened together, for the change on refinement in one direction."""


def coarser_meshes(case: Case) -> dict[str, Cells]:
    """Files of the coarser meshes and their cells: the next coarser level, then the case's level coarser in one direction.

    None below the coarsest level, and for an own mesh.
    """
    below = coarser_level(case)
    if below is None:
        return {}
    level, coarse = LEVELS[case.mesh.level], LEVELS[below]
    single = {
        COARSER.replace(".msh", f"-{direction}.msh"): replace(level, **{name: getattr(coarse, name) for name in blocks})
        for direction, blocks in DIRECTIONS.items()
    }
    return {COARSER: coarse, **single}


def coarser_level(case: Case) -> str | None:
    """The level below that of the case; None below the coarsest, and for an own mesh."""
    below = dict(pairwise(reversed(LEVELS)))
    return below.get(case.mesh.level) if case.mesh.file is None else None


def make_mesh(case: Case, out: Path) -> None:
    """Write `mesh.msh`, its statistics, and the coarser meshes (first rank only).

    Raises:
        InputError: the mesh cannot be made or read.
    """
    target = out / "mesh.msh"
    if case.mesh.file is None:
        write_level(case, case.mesh.level, target)
    elif case.mesh.file != target.resolve():
        shutil.copyfile(case.mesh.file, target)
    for earlier in out.glob(COARSER.replace(".msh", "*.msh")):  # those of a run with another level
        earlier.unlink()
    for name, cells in coarser_meshes(case).items():
        write_cells(case, cells, out / name)
    try:
        statistics = mesh_statistics(target)
    except MeshError as error:
        raise InputError(str(error)) from None
    write_json(out / "mesh.json", {"level": "own" if case.mesh.file else case.mesh.level, **statistics})


def write_level(case: Case, level: str, file: Path) -> None:
    """Write the mesh of the repeating half channel of a case at a level; raises as `write_cells`."""
    write_cells(case, LEVELS[level], file)


def write_cells(case: Case, cells: Cells, file: Path) -> None:
    """Write the mesh of the repeating half channel of a case with a number of cells.

    Raises:
        InputError: the channel cannot be meshed.
    """
    try:
        write_half_channel(view(HalfChannel, case.channel), cells, file)
    except MeshError as error:
        raise InputError(f"channel: {error}") from None
