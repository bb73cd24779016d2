"""Axes of block-structured plates: stretches with labels, cut where zones and windows begin and end; checks of parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rackmesh.files import MeshError
from rackmesh.tensor import Stretch, cut

Part = tuple[str, Stretch]


@dataclass(frozen=True)
class Axis:
    """Stretches of an axis in their order.

    Attributes:
        start: where the first begins (m).
        labels: what each stretch is.
        parts: the stretches.
    """

    start: float
    labels: tuple[str, ...]
    parts: tuple[Stretch, ...]

    def middle(self, number: int) -> float:
        """Middle of a stretch (m)."""
        return self.start + sum(part.length for part in self.parts[:number]) + 0.5 * self.parts[number].length

    @property
    def last(self) -> int:
        """Number of the last stretch."""
        return len(self.parts) - 1


def axis(parts: Iterable[Part], start: float = 0.0, at: Sequence[float] = ()) -> Axis:
    """An axis of stretches, cut at places (m); the parts of a stretch keep its label."""
    labels: list[str] = []
    pieces: list[Stretch] = []
    begin = start
    for label, stretch in parts:
        cuts = cut(stretch, [place - begin for place in at])
        labels += [label] * len(cuts)
        pieces += cuts
        begin += stretch.length
    return Axis(start, tuple(labels), tuple(pieces))


def positive(geometry: Any, *names: str) -> None:
    """Check that lengths are positive.

    Raises:
        MeshError: names the first that is not.
    """
    for name in names:
        if not getattr(geometry, name) > 0.0:
            raise MeshError(f"{name} must be positive, not {getattr(geometry, name) * 1e3:g} mm")


def not_negative(geometry: Any, *names: str) -> None:
    """Check that lengths are not negative.

    Raises:
        MeshError: names the first that is.
    """
    for name in names:
        if not getattr(geometry, name) >= 0.0:
            raise MeshError(f"{name} cannot be negative, as {getattr(geometry, name) * 1e3:g} mm is")


def below(geometry: Any, small: str, large: str, limit: float | None = None) -> None:
    """Check that one length is smaller than another, or than a limit that is called so.

    Raises:
        MeshError: names both.
    """
    value, limit = getattr(geometry, small), getattr(geometry, large) if limit is None else limit
    if not value < limit:
        raise MeshError(f"{small} ({value * 1e3:g} mm) must be smaller than {large} ({limit * 1e3:g} mm)")


def repeats(total: float, pitch: float, name: str) -> int:
    """Number of pitches in a length.

    Raises:
        MeshError: it is not a whole number; tells the nearest lengths that are.
    """
    number = round(total / pitch)
    if number < 1 or abs(total / pitch - number) > 1e-6:
        low = max(1, int(total / pitch))
        raise MeshError(
            f"{name} ({total * 1e3:g} mm) is not a whole number of pitches of {pitch * 1e3:g} mm; "
            f"{low * pitch * 1e3:g} mm and {(low + 1) * pitch * 1e3:g} mm are"
        )
    return number
