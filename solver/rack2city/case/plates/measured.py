"""A plate whose curves were measured: no finite elements."""

from typing import Literal

from pydantic import Field

from rack2city.case.curve import Curve
from rack2city.case.plates.plate import Plate


class CurvePlate(Plate):
    """A plate of which pressure drop and resistance are known over the flow."""

    kind: Literal["curve"] = Field(description="measured curves, no finite elements")
    curve: Curve = Field(description="what was measured")
