"""Plates with straight fins: the coolant flows through them from end to end."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.plates.heat import zone_faults
from rack2city.case.plates.plate import ComputedPlate
from rack2city.case.table import Faults
from rack2city.case.units import fault


class FinField(ComputedPlate):
    """A finned field on a base: sizes that all such plates have."""

    length: Annotated[float, q.LENGTH.within("1 mm", "2 m")] = Field(
        description="length of the finned and heated field, along the flow (m)"
    )
    width: Annotated[float, q.LENGTH.within("1 mm", "1 m")] = Field(
        description="width of the finned and heated field, rounded to whole pitches (m)"
    )
    base_thickness: Annotated[float, q.LENGTH.within("10 um", "50 mm")] = Field(
        description="thickness of the plate below the channels (m)"
    )
    lid_thickness: Annotated[float | None, q.LENGTH.within("10 um", "50 mm")] = Field(
        None, description="thickness of what covers the channels; without it they are closed by what takes no heat (m)"
    )

    def faults(self) -> Faults:
        """Zones outside the field."""
        yield from super().faults()
        yield from zone_faults(self.zones, self.length, self.width)


class Straight(FinField):
    """Straight fins."""

    pitch: Annotated[float, q.LENGTH.within("10 um", "20 mm")] = Field(
        description="distance from channel to channel (m)"
    )
    channel_width: Annotated[float, q.LENGTH.within("5 um", "20 mm")] = Field(
        description="width of a channel between two fins, less than the pitch (m)"
    )
    fin_height: Annotated[float, q.LENGTH.within("50 um", "100 mm")] = Field(
        description="height of fins and channels (m)"
    )

    @property
    def channels(self) -> int:
        """Number of its channels."""
        return max(1, round(self.width / self.pitch))

    def faults(self) -> Faults:
        """A channel as wide as its pitch."""
        yield from super().faults()
        if self.channel_width >= self.pitch:
            got = f"{1e3 * self.channel_width:.6g} mm in a pitch of {1e3 * self.pitch:.6g} mm"
            yield fault(f"must be less than the pitch, got {got}", "channel_width")


class Skived(Straight):
    """Straight fins, through which the coolant flows from one end to the other."""

    kind: Literal["skived"] = Field(description="straight fins, flow from end to end")
    model: Literal["cell"] = Field("cell", description="what is computed: one channel")
