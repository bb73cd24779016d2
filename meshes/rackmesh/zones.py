"""Zones of the heated face: chips and their hot spots, as rectangles with names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rackmesh.files import MeshError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
LONGEST_GROUP = 127
"""Letters of a group's name that a mesh file of Gmsh keeps."""
_INSIDE = 1e-9  # of a plate's extent: what lies that little outside is on the edge


@dataclass(frozen=True)
class Zone:
    """A rectangle on the heated face.

    Attributes:
        name: letters, digits, - and _, a letter first.
        x: its lowest corner along the plate (m).
        y: its lowest corner across (m).
        length: its extent along x (m).
        width: its extent along y (m).
    """

    name: str
    x: float
    y: float
    length: float
    width: float

    def covers(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x < x < self.x + self.length and self.y < y < self.y + self.width


def heated_name(names: Iterable[str]) -> str:
    """Surface group of the part of the heated face that lies in the zones of these names, and in no other.

    Raises:
        MeshError: the name is longer than that of a group may be; a mesh file would cut it off, and zones be lost.
    """
    names = sorted(names)
    joined = "+".join(names)
    if len(joined) > LONGEST_GROUP - len("heated_"):
        raise MeshError(
            f"{len(names)} zones overlap at one place, '{names[0]}' and others, and their names together are longer than the "
            f"{LONGEST_GROUP} letters of a group; give them shorter names"
        )
    return f"heated_{joined}" if joined else "heated"


def _check_names(zones: Sequence[Zone]) -> None:
    """Name every part of the heated face, as `heated_name` does."""
    along, across = edges(zones)
    for west, east in pairwise(along):
        here = [zone for zone in zones if zone.x < 0.5 * (west + east) < zone.x + zone.length]
        if sum(len(zone.name) + 1 for zone in here) <= LONGEST_GROUP - len("heated_"):
            continue  # however they lie across
        for low, high in pairwise(across):
            heated_name(zones_at(here, 0.5 * (west + east), 0.5 * (low + high)))


def zones_at(zones: Iterable[Zone], x: float, y: float) -> list[str]:
    """Names of the zones in which a point of the heated face lies (m)."""
    return [zone.name for zone in zones if zone.covers(x, y)]


def edges(zones: Iterable[Zone]) -> tuple[list[float], list[float]]:
    """Places along x and along y where a zone begins or ends (m)."""
    zones = list(zones)
    along = {place for zone in zones for place in (zone.x, zone.x + zone.length)}
    across = {place for zone in zones for place in (zone.y, zone.y + zone.width)}
    return sorted(along), sorted(across)


def check_zones(zones: Sequence[Zone], length: float, width: float) -> None:
    """Check that zones lie on a plate and have names of their own.

    Args:
        zones: the zones.
        length: extent of the plate's heated face along x, from 0 (m).
        width: extent across, from 0 (m).

    Raises:
        MeshError: a zone has no size, lies outside, has a name that cannot be one or stands twice, or too many overlap.
    """
    seen = set()
    for zone in zones:
        if not _NAME.fullmatch(zone.name):
            raise MeshError(f"'{zone.name}' cannot be a zone's name: letters, digits, '-' and '_' are, a letter first")
        if zone.name in seen:
            raise MeshError(f"two zones are named '{zone.name}'")
        seen.add(zone.name)
        if not (zone.length > 0.0 and zone.width > 0.0):
            raise MeshError(f"zone '{zone.name}' needs a length and a width")
        for axis, start, size, limit in (("x", zone.x, zone.length, length), ("y", zone.y, zone.width, width)):
            if start < -_INSIDE * limit or start + size > limit * (1.0 + _INSIDE):
                raise MeshError(
                    f"zone '{zone.name}' lies outside the plate: along {axis} from {start * 1e3:g} to "
                    f"{(start + size) * 1e3:g} mm, the plate goes from 0 to {limit * 1e3:g} mm"
                )
    _check_names(zones)
