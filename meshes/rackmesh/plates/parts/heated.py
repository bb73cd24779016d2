"""Names of the faces on the underside of a plate, after the zones that lie there."""

from collections.abc import Sequence
from dataclasses import dataclass

from rackmesh.plates.parts.axes import Axis
from rackmesh.tensor import Face
from rackmesh.zones import Zone, heated_name, zones_at


def heated_at(x: float, y: float, zones: Sequence[Zone], field: tuple[float, float, float, float]) -> str | None:
    """Group of a face of the underside, by its middle (m).

    Args:
        x: along the plate.
        y: across.
        zones: rectangles there.
        field: start and extent along x, start and extent along y of the part that is `heated` if there are no zones.

    Returns:
        The name, None outside the zones, or outside the field if there are none.
    """
    if zones:
        names = zones_at(zones, x, y)
        return heated_name(names) if names else None
    inside = field[0] < x < field[0] + field[1] and field[2] < y < field[2] + field[3]
    return heated_name(()) if inside else None


@dataclass(frozen=True)
class HeatedFace:
    """The underside of a plate of blocks.

    Attributes:
        x: its axis along.
        y: its axis across.
        zones: rectangles on it.
        field: as in `heated_at`.
    """

    x: Axis
    y: Axis
    zones: Sequence[Zone]
    field: tuple[float, float, float, float]

    def name(self, face: Face) -> str | None:
        """Group of a face of a solid, None if it is not of the underside or not heated."""
        if (face.axis, face.side, face.block[2], face.beyond) != (2, -1, 0, None):
            return None
        return heated_at(self.x.middle(face.block[0]), self.y.middle(face.block[1]), self.zones, self.field)
