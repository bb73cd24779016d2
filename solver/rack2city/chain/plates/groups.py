"""What is in a file that a user brings as a plate: the groups of a mesh, the bodies and faces of a drawing."""

from pathlib import Path

from rack2city.errors import InputError
from rackmesh.files import MeshError
from rackmesh.foreign.listing import groups_table, list_groups
from rackmesh.step.listing import is_step, list_drawing


def list_file(file: Path, field: str | None = None) -> str:
    """A table of the groups of any mesh file that is read, or of the bodies and faces of a STEP file.

    Args:
        file: it.
        field: name of the cell data that number the groups, where a mesh has several.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if is_step(file):
            return f"{groups_table(list_drawing(file))}\nsizes in mm, mm2 and mm3; a group is named by its labels in the file"
        return f"{groups_table(list_groups(file, field))}\nsizes in the unit of the file, which it does not tell"
    except MeshError as error:
        raise InputError(f"--groups: {error}") from None
