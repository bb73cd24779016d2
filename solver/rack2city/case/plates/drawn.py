"""Plates that come as a file: a mesh of the user's own."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case.plates.plate import ComputedPlate
from rack2city.case.table import File, Number


class OwnMesh(ComputedPlate):
    """A mesh whose groups keep the naming contract of meshes/README.md."""

    kind: Literal["mesh"] = Field(description="an own mesh")
    model: Literal["whole"] = Field("whole", description="what is computed: what is meshed, in three dimensions")
    file: File = Field(description="the mesh, relative to the case file")
    unit: Literal["m", "cm", "mm", "um", "in"] = Field(description="unit of its coordinates")
    groups: dict[str, str] = Field(
        default_factory=dict, description="names of the contract by the groups of the file, names or numbers"
    )
    copies: Annotated[float, Number] = Field(
        1.0, description="the plate is so many times what is meshed: twice its channels for half a channel (-)"
    )
