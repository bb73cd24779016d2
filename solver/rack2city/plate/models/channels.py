"""Columns of a field under zones: the strips of the plate that are alike, and the heat along them.

A column is what repeats across the plate: a channel with its fin, or a row of pins behind each other. Half of it is meshed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rack2city.case import ComputedPlate, FinField, Zone
from rack2city.plate.models.model import Piece, Strip, interface

HALVES = 2  # what is meshed is half a column
TOLD = 0.02  # of a width: a change by rounding that is told
_EDGE = 1e-9  # m

type Stretch = Callable[[Zone], tuple[float, float]]
"""Where a zone begins and ends along the mesh (m); the end is not after the start where it does not lie there at all."""


@dataclass(frozen=True)
class Columns:
    """The columns of a plate.

    Attributes:
        plate: its table.
        count: how many there are.
        pitch: from one to the next (m).
        length: of the heated face along them (m).
    """

    plate: ComputedPlate
    count: int
    pitch: float
    length: float

    def over(self, zone: Zone) -> range:
        """Numbers of the columns over a zone: those whose middle lies in it, at least one."""
        low = min(max(0, round(zone.y / self.pitch)), self.count - 1)
        high = min(self.count, round((zone.y + zone.width) / self.pitch))
        return range(low, max(high, low + 1))


def rounded(columns: Columns) -> tuple[str, ...]:
    """What counting in whole columns does to the width of a plate and of its zones, a sentence each if any."""
    plate, pitch = columns.plate, columns.pitch
    assert isinstance(plate, FinField)
    widths = [("the field", plate.width, columns.count)]
    widths += [(f"zone '{zone.name}'", zone.width, len(columns.over(zone))) for zone in plate.zones]
    return tuple(
        f"the width of {what} beyond whole pitches: {1e3 * width:.4g} mm count as {1e3 * count * pitch:.4g} mm, "
        "and its flux is that of this width"
        for what, width, count in widths
        if abs(count * pitch - width) > TOLD * width
    )


def along(zone: Zone) -> tuple[float, float]:
    """Where a zone begins and ends along the plate (m)."""
    return zone.x, zone.x + zone.length


def breaks(zones: Sequence[Zone], parts: Sequence[Stretch], length: float) -> tuple[float, ...]:
    """Places along the mesh of a length (m) where the heat changes, without the ends."""
    ends = {edge for part in parts for zone in zones for edge in part(zone) if part(zone)[1] > part(zone)[0]}
    inside = sorted(x for x in ends if _EDGE < x < length - _EDGE)
    # each place once, whatever its last digit
    return tuple(x for before, x in pairwise((0.0, *inside)) if x - before > _EDGE)


def strips(columns: Columns, power: float, parts: Sequence[Stretch], length: float) -> tuple[Strip, ...]:
    """Columns with the same zones along them, and the heat of each segment of their heated face.

    Args:
        columns: the columns of the plate.
        power: its heat (W).
        parts: what the mesh stands for, one after the other along the plate, by where zones lie there.
        length: of the mesh (m).
    """
    plate = columns.plate
    if not plate.zones:
        flux = power / (columns.count * columns.pitch * columns.length)
        piece = Piece("heated", flux, (), plate.area_resistance or 0.0, (0.0, length))
        return (Strip(float(HALVES * columns.count * len(parts)), (piece,)),)
    starts = (0.0, *breaks(plate.zones, parts, length))
    ends = (*starts[1:], length)
    names = ["heated"] if len(starts) == 1 else [f"heated_{number}" for number in range(1, len(starts) + 1)]
    over = {zone.name: columns.over(zone) for zone in plate.zones}
    share = power / sum(zone.heat for zone in plate.zones)
    flux_of = {z.name: share * z.heat / (len(over[z.name]) * columns.pitch * z.length) for z in plate.zones}
    alike: dict[tuple[Piece, ...], tuple[float, dict[str, float]]] = {}
    for column in range(columns.count):
        here = [zone for zone in plate.zones if column in over[zone.name]]
        for part in parts:
            pieces = []
            for name, start, end in zip(names, starts, ends, strict=True):
                zones = [z for z in here if part(z)[0] < 0.5 * (start + end) < part(z)[1]]
                flux = sum(flux_of[z.name] for z in zones)
                told = tuple(z.name for z in zones)
                pieces.append(Piece(name, flux, told, interface(plate, zones), (start, end)))
            on = {name for piece in pieces for name in piece.zones}
            places = {z.name: 0.5 * sum(part(z)) for z in here if z.name in on}
            copies = alike.get(tuple(pieces), (0.0, places))[0]
            alike[tuple(pieces)] = copies + HALVES, places
    return tuple(Strip(copies, pieces, places) for pieces, (copies, places) in alike.items())
