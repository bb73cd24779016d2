"""Meshes of a case's channel, at its level and at the next coarser one, or the user's own mesh."""

import shutil
from itertools import pairwise
from pathlib import Path

from rack2city.case import Case
from rack2city.errors import InputError
from rack2city.evidence import view, write_json
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from rackmesh.files import MeshError
from rackmesh.statistics import mesh_statistics

COARSER = "mesh-coarser.msh"


def coarser_level(case: Case) -> str | None:
    """The level below that of the case; None below the coarsest, and for an own mesh."""
    below = dict(pairwise(reversed(LEVELS)))
    return below.get(case.mesh.level) if case.mesh.file is None else None


def make_mesh(case: Case, out: Path) -> None:
    """Write `mesh.msh`, its statistics, and the coarser mesh (first rank only).

    Raises:
        InputError: the mesh cannot be made or read.
    """
    target = out / "mesh.msh"
    if case.mesh.file is None:
        write_level(case, case.mesh.level, target)
    elif case.mesh.file != target.resolve():
        shutil.copyfile(case.mesh.file, target)
    (out / COARSER).unlink(missing_ok=True)  # one of an earlier run with another level
    if coarser := coarser_level(case):
        write_level(case, coarser, out / COARSER)
    try:
        statistics = mesh_statistics(target)
    except MeshError as error:
        raise InputError(str(error)) from None
    write_json(out / "mesh.json", {"level": "own" if case.mesh.file else case.mesh.level, **statistics})


def write_level(case: Case, level: str, file: Path) -> None:
    """Write the mesh of the repeating half channel of a case at a level.

    Raises:
        InputError: the channel cannot be meshed.
    """
    try:
        write_half_channel(view(HalfChannel, case.channel), LEVELS[level], file)
    except MeshError as error:
        raise InputError(f"channel: {error}") from None
