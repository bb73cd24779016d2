"""Where the plates of a run lie in its folder."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.evidence import load

if TYPE_CHECKING:
    from rack2city.case import PlatesCase
    from rack2city.plate import PlateMap

PLATES, STATISTICS, LOG = "plates", "mesh.json", "solver.log"


def folder_of(name: str) -> str:
    """Folder of a plate in a run folder."""
    return f"{PLATES}/{name}"


def plate_file(name: str) -> str:
    """File of a plate's map in a run folder."""
    return f"{folder_of(name)}/plate.json"


def log_file(name: str) -> str:
    """File in a run folder of what the solvers of a plate tell."""
    return f"{folder_of(name)}/{LOG}"


def read_plates(folder: Path) -> "dict[str, PlateMap]":
    """The maps of all plates of a run, by name, in the order of their names."""
    from rack2city.plate import PlateMap

    return {file.parent.name: load(file, PlateMap) for file in sorted((folder / PLATES).glob("*/plate.json"))}


def drop_other_plates(case: "PlatesCase", out: Path) -> None:
    """Remove what an earlier run had of plates that the case does not have."""
    for earlier in (out / PLATES).glob("*"):
        if earlier.name not in case.plates:
            shutil.rmtree(earlier)
