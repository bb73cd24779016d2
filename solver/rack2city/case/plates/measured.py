"""A plate whose curves were measured: no finite elements."""

from typing import Literal

from pydantic import Field

from rack2city.case.curve import Curve
from rack2city.case.plates.plate import Plate
from rack2city.case.table import Faults
from rack2city.case.units import fault


class CurvePlate(Plate):
    """A plate of which pressure drop and resistance are known over the flow."""

    kind: Literal["curve"] = Field(description="measured curves, no finite elements")
    model: Literal["measured"] = Field("measured", description="what is known of it: what was measured")
    curve: Curve = Field(description="what was measured")

    def faults(self) -> Faults:
        """An interface material, which is in what was measured."""
        yield from super().faults()
        for name in ("tim_resistance", "tim_thickness"):
            if getattr(self, name) is not None:
                yield fault('has no place with kind = "curve": the interface is in the measured resistance', name)
