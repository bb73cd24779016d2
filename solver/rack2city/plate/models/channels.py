"""Channels with straight fins under zones: the strips of the plate that are alike, and the heat along their channels."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from rack2city.case import Straight, Zone
from rack2city.plate.models.model import Piece, Strip, interface

HALVES = 2  # what is meshed is half a channel
_EDGE = 1e-9  # m

type Stretch = Callable[[Zone], tuple[float, float]]
"""Where a zone begins and ends along the mesh (m); the end is not after the start where it does not lie there at all."""


def breaks(zones: Sequence[Zone], parts: Sequence[Stretch], length: float) -> tuple[float, ...]:
    """Places along the mesh of a length (m) where the heat changes, without the ends."""
    ends = {edge for part in parts for zone in zones for edge in part(zone) if part(zone)[1] > part(zone)[0]}
    inside = sorted(x for x in ends if _EDGE < x < length - _EDGE)
    return tuple(
        x for before, x in pairwise((0.0, *inside)) if x - before > _EDGE
    )  # each place once, whatever its last digit


def strips(plate: Straight, power: float, parts: Sequence[Stretch], length: float) -> tuple[Strip, ...]:
    """Channels with the same zones along them, and the heat of each segment of their heated face.

    Args:
        plate: the plate.
        power: its heat (W).
        parts: what the mesh stands for, one after the other along the plate, by where zones lie there.
        length: of the mesh (m).
    """
    if not plate.zones:
        flux = power / (plate.channels * plate.pitch * plate.length)
        piece = Piece("heated", flux, (), plate.area_resistance or 0.0)
        return (Strip(float(HALVES * plate.channels * len(parts)), (piece,)),)
    starts = (0.0, *breaks(plate.zones, parts, length))
    ends = (*starts[1:], length)
    names = ["heated"] if len(starts) == 1 else [f"heated_{number}" for number in range(1, len(starts) + 1)]
    over = {zone.name: channels_over(plate, zone) for zone in plate.zones}
    share = power / sum(zone.heat for zone in plate.zones)
    kinds: dict[frozenset[str], int] = {}
    for channel in range(plate.channels):
        here = frozenset(name for name, numbers in over.items() if channel in numbers)
        kinds[here] = kinds.get(here, 0) + 1
    found = []
    for here, count in kinds.items():
        for part in parts:
            pieces = []
            for name, start, end in zip(names, starts, ends, strict=True):
                middle = 0.5 * (start + end)
                zones = [z for z in plate.zones if z.name in here and part(z)[0] < middle < part(z)[1]]
                flux = sum(share * z.heat / (len(over[z.name]) * plate.pitch * z.length) for z in zones)
                pieces.append(Piece(name, flux, tuple(z.name for z in zones), interface(plate, zones)))
            on = {name for piece in pieces for name in piece.zones}
            places = {z.name: 0.5 * sum(part(z)) for z in plate.zones if z.name in on}
            found.append(Strip(float(HALVES * count), tuple(pieces), places))
    return tuple(found)


def channels_over(plate: Straight, zone: Zone) -> range:
    """Numbers of the channels over a zone: those whose middle lies in it, at least one."""
    low = max(0, round(zone.y / plate.pitch))
    high = min(plate.channels, round((zone.y + zone.width) / plate.pitch))
    low = min(low, plate.channels - 1)
    return range(low, max(high, low + 1))
