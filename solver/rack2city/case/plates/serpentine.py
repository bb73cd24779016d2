"""A plate with one channel that winds through a block."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.plates.heat import zone_faults
from rack2city.case.plates.plate import ComputedPlate
from rack2city.case.table import Count, Faults
from rack2city.case.units import fault


class Serpentine(ComputedPlate):
    """A channel in parallel passes through a solid block. Zones are counted from the corner of the block."""

    kind: Literal["serpentine"] = Field(description="one channel that winds through a block")
    model: Literal["whole"] = Field("whole", description="what is computed: the whole block")
    length: Annotated[float, q.LENGTH.within("1 mm", "2 m")] = Field(
        description="length of the block, along the passes (m)"
    )
    passes: Annotated[Count, Field(le=500)] = Field(description="number of passes")
    channel_width: Annotated[float, q.LENGTH.within("50 um", "50 mm")] = Field(description="width of the channel (m)")
    channel_height: Annotated[float, q.LENGTH.within("50 um", "50 mm")] = Field(description="its height (m)")
    pitch: Annotated[float, q.LENGTH.within("100 um", "200 mm")] = Field(
        description="distance from pass to pass, more than the channel's width (m)"
    )
    wall: Annotated[float, q.LENGTH.within("50 um", "50 mm")] = Field(
        description="thickness of the walls around the channel's passes and bends (m)"
    )
    base_thickness: Annotated[float, q.LENGTH.within("10 um", "50 mm")] = Field(
        description="thickness of the block below the channel (m)"
    )
    lid_thickness: Annotated[float | None, q.LENGTH.within("10 um", "50 mm")] = Field(
        None, description="thickness above the channel; without it it is closed by what takes no heat (m)"
    )
    bends: Literal["round", "mitred"] = Field(
        "round", description="round bends, or sharp corners, where the flow is unsteady much earlier"
    )

    @property
    def width(self) -> float:
        """Width of the block (m)."""
        return (self.passes - 1) * self.pitch + self.channel_width + 2.0 * self.wall

    def faults(self) -> Faults:
        """Passes that touch, and zones outside the block."""
        yield from super().faults()
        if self.channel_width >= self.pitch:
            got = f"{1e3 * self.channel_width:.6g} mm in a pitch of {1e3 * self.pitch:.6g} mm"
            yield fault(f"must be less than the pitch, got {got}", "channel_width")
        yield from zone_faults(self.zones, self.length, self.width)
