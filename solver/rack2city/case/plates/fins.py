"""Plates with fins or pins between a base and a lid: the finned field and what feeds it."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.plates.heat import zone_faults
from rack2city.case.plates.plate import ComputedPlate
from rack2city.case.table import Faults
from rack2city.case.units import fault

_SMALL = q.LENGTH.within("10 um", "50 mm")
_PITCH = q.LENGTH.within("10 um", "20 mm")


class FinField(ComputedPlate):
    """A finned field on a base: sizes that all such plates have. Zones are counted from the corner of the field."""

    length: Annotated[float, q.LENGTH.within("1 mm", "2 m")] = Field(
        description="length of the finned and heated field, along the flow (m)"
    )
    width: Annotated[float, q.LENGTH.within("1 mm", "1 m")] = Field(
        description="width of the finned and heated field, rounded to whole pitches (m)"
    )
    fin_height: Annotated[float, q.LENGTH.within("50 um", "100 mm")] = Field(
        description="height of fins, pins and channels (m)"
    )
    base_thickness: Annotated[float, _SMALL] = Field(description="thickness of the plate below the channels (m)")
    lid_thickness: Annotated[float | None, _SMALL] = Field(
        None, description="thickness of what covers the channels; without it they are closed by what takes no heat (m)"
    )

    def faults(self) -> Faults:
        """Zones outside the field."""
        yield from super().faults()
        yield from zone_faults(self.zones, self.length, self.width)


class Fed(FinField):
    """A field between two plenums, as far as the whole plate is computed."""

    model: Literal["cell", "whole"] = Field("cell", description="what is computed: what repeats, or the whole plate")
    plenum_length: Annotated[float | None, q.LENGTH.within("0.1 mm", "200 mm")] = Field(
        None, description="length of the plenums before and behind the field, of the whole plate (m)"
    )
    side_wall: Annotated[float | None, q.LENGTH.within("10 um", "50 mm")] = Field(
        None, description="thickness of the walls beside the field, of the whole plate (m)"
    )

    def faults(self) -> Faults:
        """A whole plate without its plenums and walls."""
        yield from super().faults()
        for name in ("plenum_length", "side_wall"):
            if self.model == "whole" and getattr(self, name) is None:
                yield fault('missing; model = "whole" computes the plate with its plenums and walls', name)


class Straight(Fed):
    """Straight fins."""

    pitch: Annotated[float, _PITCH] = Field(description="distance from channel to channel (m)")
    channel_width: Annotated[float, q.LENGTH.within("5 um", "20 mm")] = Field(
        description="width of a channel between two fins, less than the pitch (m)"
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

    fixed = ("cell",)
    kind: Literal["skived"] = Field(description="straight fins, flow from end to end")
    port_width: Annotated[float | None, q.LENGTH.within("0.1 mm", "1 m")] = Field(
        None,
        description="width of the ports in the middle of the plenums' ends, of the whole plate; without it they are open (m)",
    )


class SplitFlow(Straight):
    """Straight fins that are fed through a slot across their middle; the flow parts and leaves at both ends."""

    kind: Literal["split-flow"] = Field(description="straight fins, fed through a slot across their middle")
    slot_width: Annotated[float, q.LENGTH.within("50 um", "100 mm")] = Field(
        description="width of the slot, along the flow (m)"
    )
    slot_height: Annotated[float, q.LENGTH.within("50 um", "100 mm")] = Field(
        description="height of the slot, from the fins' tips to the inlet (m)"
    )

    def faults(self) -> Faults:
        """A slot as wide as the field, or lower than the lid."""
        yield from super().faults()
        if self.slot_width >= self.length:
            yield fault(f"must be less than the length, got {1e3 * self.slot_width:.6g} mm", "slot_width")
        if self.lid_thickness and self.lid_thickness > self.slot_height:
            told = f"must be at least lid_thickness, {1e3 * self.lid_thickness:.6g} mm"
            yield fault(f"{told}, got {1e3 * self.slot_height:.6g} mm", "slot_height")


class PinFin(Fed):
    """Pins in rows."""

    kind: Literal["pin-fin"] = Field(description="pins on a base")
    pin: Literal["round", "square", "diamond"] = Field("round", description="section of the pins")
    arrangement: Literal["inline", "staggered"] = Field(
        "staggered", description="rows in line, or every second one shifted by half a pitch"
    )
    pin_width: Annotated[float, q.LENGTH.within("10 um", "20 mm")] = Field(
        description="diameter of a round pin, side of a square one, diagonal of a diamond along the flow (m)"
    )
    pitch_along: Annotated[float, _PITCH] = Field(description="distance of rows, along the flow (m)")
    pitch_across: Annotated[float, _PITCH] = Field(description="distance of the pins of a row (m)")

    def faults(self) -> Faults:
        """Pins that touch."""
        yield from super().faults()
        for name in ("pitch_along", "pitch_across"):
            if self.pin_width >= getattr(self, name):
                got = f"{1e3 * self.pin_width:.6g} mm in a pitch of {1e3 * getattr(self, name):.6g} mm"
                yield fault(f"must be less than {name}, got {got}", "pin_width")
                return


class OffsetStrip(FinField):
    """Short strips in rows, each row shifted by half a pitch."""

    kind: Literal["offset-strip"] = Field(description="short strips, each row shifted by half a pitch")
    model: Literal["cell"] = Field("cell", description="what is computed: what repeats")
    pitch: Annotated[float, _PITCH] = Field(description="distance of the strips of a row (m)")
    strip_length: Annotated[float, q.LENGTH.within("10 um", "100 mm")] = Field(
        description="length of a strip, along the flow (m)"
    )
    strip_thickness: Annotated[float, q.LENGTH.within("5 um", "10 mm")] = Field(description="thickness of a strip (m)")

    def faults(self) -> Faults:
        """Strips that leave no gap."""
        yield from super().faults()
        if self.strip_thickness >= 0.5 * self.pitch:
            got = f"{1e3 * self.strip_thickness:.6g} mm in a pitch of {1e3 * self.pitch:.6g} mm"
            yield fault(f"must be less than half of the pitch, got {got}", "strip_thickness")
