"""Plates that come as a file: a mesh of the user's own, or a drawing."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.plates.plate import ComputedPlate
from rack2city.case.table import Faults, File, Name, Number, Table
from rack2city.case.units import fault

Place = tuple[Annotated[float, q.COORDINATE], Annotated[float, q.COORDINATE], Annotated[float, q.COORDINATE]]
Length = Annotated[float, q.LENGTH.within("10 um", "2 m")]


class OwnMesh(ComputedPlate):
    """A mesh whose groups keep the naming contract of meshes/README.md, or are mapped to it."""

    fixed = ("whole",)
    kind: Literal["mesh"] = Field(description="an own mesh")
    model: Literal["whole"] = Field("whole", description="what is computed: what is meshed, in three dimensions")
    file: File = Field(description="the mesh, relative to the case file")
    more: tuple[File, ...] = Field((), description="further files to be joined with it: its faces, or other bodies")
    unit: Literal["m", "cm", "mm", "um", "in", "ft"] = Field(description="unit of its coordinates")
    groups: dict[str, str] = Field(
        default_factory=dict, description="names of the contract by the groups of the file, names or numbers"
    )
    field: str | None = Field(
        None, description="name of the cell data that number the groups, where the file has several"
    )
    copies: Annotated[float, Number, Field(gt=0.0)] = Field(
        1.0, description="the plate is so many times what is meshed: twice its channels for half a channel (-)"
    )


class Pick(Table):
    """Which body or face of a drawing is meant."""

    label: str | None = Field(None, description="name of the part, body or face in the file")
    point: Place | None = Field(None, description="a point in the body or on the face (m)")
    low: Place | None = Field(None, description="lowest corner of a box that holds it, with `high` (m)")
    high: Place | None = Field(None, description="highest corner of that box (m)")
    between: tuple[Name, Name] | None = Field(None, description="the bodies whose common faces are meant")

    def faults(self) -> Faults:
        """Nothing told, or two things, or half a box."""
        if (self.low is None) != (self.high is None):
            yield fault("missing; a box has a lowest and a highest corner", "low" if self.low is None else "high")
        ways = [name for name in ("label", "point", "low", "between") if getattr(self, name) is not None]
        if len(ways) != 1:
            told = f"got {' and '.join(ways)}" if ways else "got none of them"
            yield fault(f"is chosen by one of label, point, low with high, and between; {told}")


class Step(ComputedPlate):
    """A drawing in a STEP file. Zones are counted from the lowest corner of all bodies, along the axes of the heated face."""

    kind: Literal["step"] = Field(description="a drawing in a STEP file")
    model: Literal["whole"] = Field("whole", description="what is computed: what is drawn, in three dimensions")
    file: File = Field(description="the STEP file, relative to the case file")
    overall: tuple[Length, Length, Length] = Field(
        description="overall size of all bodies along x, y and z, which the unit of the file is checked against (m)"
    )
    bodies: Annotated[dict[Name, Pick], Field(min_length=1)] = Field(
        description="the bodies by name; `fluid` is the coolant, filled in from its openings if it is not drawn"
    )
    faces: Annotated[dict[Name, Pick], Field(min_length=2)] = Field(
        description="faces by name: `inlet`, `outlet`, `symmetry`, `contact` and those with an underscore after it"
    )
    heated: Pick = Field(description="the heated face")
    gap: Annotated[float, q.LENGTH.within("1 um", "1 mm")] = Field(
        2e-5, description="bodies that come nearer to each other than this without touching are refused (m)"
    )
    around: Annotated[int, Field(strict=True, ge=6, le=64)] = Field(
        16, description="cells around a full circle where faces are curved, at level medium"
    )
    most_cells: Annotated[int, Field(strict=True, ge=100)] = Field(
        200_000, description="number of cells above which no mesh is made"
    )
