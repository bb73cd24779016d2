"""The mesh stage: the channel of the case, at its level and at the next coarser one, or the user's own mesh."""

import shutil
from pathlib import Path

from rack2city.case import Case
from rack2city.errors import InputError
from rack2city.evidence.storage import write_json
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from rackmesh.contract import MeshError
from rackmesh.statistics import mesh_statistics

MESH_FILES = ("mesh.msh", "mesh.json")
COARSER = "mesh-coarser.msh"


def half_channel(case: Case) -> HalfChannel:
    """Geometry of the repeating half channel of a case."""
    channel = case.channel
    return HalfChannel(
        pitch=channel.pitch,
        width=channel.width,
        fin_height=channel.fin_height,
        base_thickness=channel.base_thickness,
        length=channel.length,
        tim_thickness=channel.tim_thickness,
    )


def coarser_level(case: Case) -> str | None:
    """The level below that of the case; None below the coarsest, and for an own mesh."""
    levels = list(LEVELS)
    rank = levels.index(case.mesh.level)
    return levels[rank - 1] if rank > 0 and case.mesh.file is None else None


def coarser_mesh(case: Case, out: Path) -> Path | None:
    """File of the next coarser mesh in a run folder; None if there is none."""
    return out / COARSER if coarser_level(case) is not None else None


def make_mesh(case: Case, out: Path) -> None:
    """Write `mesh.msh`, its statistics, and the coarser mesh (first rank only).

    Raises:
        InputError: the mesh cannot be made or copied.
    """
    target = out / "mesh.msh"
    try:
        if case.mesh.file is not None:
            shutil.copyfile(case.mesh.file, target)
        else:
            write_half_channel(half_channel(case), LEVELS[case.mesh.level], target)
            coarse = coarser_level(case)
            if coarse is not None:
                write_half_channel(half_channel(case), LEVELS[coarse], out / COARSER)
        statistics = mesh_statistics(target)
    except MeshError as error:
        raise InputError(str(error)) from None
    write_json(out / "mesh.json", {"level": "own" if case.mesh.file else case.mesh.level, **statistics})
