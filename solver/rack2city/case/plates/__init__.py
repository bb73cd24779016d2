"""The schema of cold plates: one file a family, told apart by their `kind`."""

from typing import Annotated

from pydantic import Field

from rack2city.case.plates.drawn import OwnMesh, Pick, Step
from rack2city.case.plates.fins import Fed, FinField, OffsetStrip, PinFin, Skived, SplitFlow, Straight
from rack2city.case.plates.heat import Interface, Zone
from rack2city.case.plates.measured import CurvePlate
from rack2city.case.plates.plate import ComputedPlate, Plate
from rack2city.case.plates.serpentine import Serpentine

AnyPlate = Annotated[
    Skived | SplitFlow | PinFin | OffsetStrip | Serpentine | Step | OwnMesh | CurvePlate, Field(discriminator="kind")
]

__all__ = [
    "AnyPlate",
    "ComputedPlate",
    "CurvePlate",
    "Fed",
    "FinField",
    "Interface",
    "OffsetStrip",
    "OwnMesh",
    "Pick",
    "PinFin",
    "Plate",
    "Serpentine",
    "Skived",
    "SplitFlow",
    "Step",
    "Straight",
    "Zone",
]
