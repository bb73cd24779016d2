"""The schema of cold plates: one file a family, told apart by their `kind`."""

from typing import Annotated

from pydantic import Field

from rack2city.case.plates.drawn import OwnMesh
from rack2city.case.plates.fins import Skived, Straight
from rack2city.case.plates.heat import Interface, Zone
from rack2city.case.plates.plate import ComputedPlate, Plate

AnyPlate = Annotated[Skived | OwnMesh, Field(discriminator="kind")]

__all__ = ["AnyPlate", "ComputedPlate", "Interface", "OwnMesh", "Plate", "Skived", "Straight", "Zone"]
