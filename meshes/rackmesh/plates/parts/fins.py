"""What plates of straight fins have in common: rows of fins and gaps across, layers of base, channels and lid."""

from typing import Protocol

from rackmesh.plates.parts.axes import Part, below, not_negative, positive, repeats
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.tensor import Segment

MOUTH = 0.6
"""Length of the cell at a channel's mouth, of the gap over the number of cells across it.

Where it is longer, the flow around the fins' edges is not resolved, and no method finds a steady flow easily.
"""
_FLOOR, _BASE = 2.3, 2.5  # heights of the cells above and below the floor, likewise


class Layered(Protocol):
    """A base, channels on it, a lid on them; lengths in m."""

    @property
    def fin_height(self) -> float:
        """Of fins and channels."""

    @property
    def base_thickness(self) -> float:
        """Under the fins."""

    @property
    def lid_thickness(self) -> float:
        """Above them, 0 for none."""


class FinField(Layered, Protocol):
    """Straight fins on a base; lengths in m, as the generators name them."""

    @property
    def length(self) -> float:
        """Along the flow."""

    @property
    def width(self) -> float:
        """Of the field, a whole number of pitches."""

    @property
    def pitch(self) -> float:
        """From channel to channel."""

    @property
    def channel_width(self) -> float:
        """Between two fins."""

    @property
    def side_wall(self) -> float:
        """Beside the field."""


def check_field(field: FinField) -> int:
    """Check the limits of a fin field; gives the number of its channels.

    Raises:
        MeshError: names the parameter.
    """
    positive(field, "length", "width", "pitch", "channel_width", "fin_height", "base_thickness", "side_wall")
    not_negative(field, "lid_thickness")
    below(field, "channel_width", "pitch")
    return repeats(field.width, field.pitch, "width")


def mouth(field: FinField, sizes: Sizes) -> float:
    """Length of the cells at the channels' mouths, before refinement (m)."""
    return MOUTH * field.channel_width / sizes.across


def rows(field: FinField, sizes: Sizes) -> list[Part]:
    """Across the plate: side wall, half a fin (`edge`), gaps with fins between, half a fin, side wall."""
    fin = field.pitch - field.channel_width
    wall = ("wall", Segment(field.side_wall, sizes.count(1)))
    edge = ("edge", Segment(0.5 * fin, sizes.count(1)))
    gap, between = ("gap", sizes.gap(field.channel_width)), ("fin", Segment(fin, sizes.count(2)))
    channels = repeats(field.width, field.pitch, "width")
    return [wall, edge, gap, *[part for _ in range(channels - 1) for part in (between, gap)], edge, wall]


def layers(field: FinField, sizes: Sizes) -> list[Part]:
    """From below: base, channels, and a lid if there is one; denser at the channels' floor and top."""
    return plain_layers(field, field.channel_width / sizes.across, sizes)


def plain_layers(layered: Layered, size: float, sizes: Sizes) -> list[Part]:
    """The same for any plate, by the size of its cells across a channel (m)."""
    parts: list[Part] = [
        ("base", sizes.graded(layered.base_thickness, _BASE * size, "end")),
        ("channel", sizes.graded(layered.fin_height, _FLOOR * size, "both")),
    ]
    if layered.lid_thickness:
        parts.append(("lid", sizes.graded(layered.lid_thickness, _BASE * size, "start")))
    return parts
