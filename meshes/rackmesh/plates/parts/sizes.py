"""How fine a plate is meshed, and families of meshes whose refinement is the same from each to the next."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from rackmesh.files import MeshError
from rackmesh.tensor import Segment


@dataclass(frozen=True)
class Sizes:
    """Target size of cells, for elements of second order.

    Attributes:
        across: cells across the narrowest gap of the coolant.
        growth: largest ratio of the sizes of two neighbouring cells where cells grow away from walls and mouths.
        factor: multiplies the number of cells in every direction; the grading from smallest to largest is kept.
        multiple: numbers of cells at factor 1 are rounded up to multiples of it, the grading kept, so that factors of that
            denominator give whole numbers in every direction: meshes that are similar, not only nearly so.
    """

    across: int = 3
    growth: float = 2.0
    factor: float = 1.0
    multiple: int = 1

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter.
        """
        if self.across < 1:
            raise MeshError(f"across: there must be a cell across a gap at least, not {self.across}")
        if not 1.0 <= self.growth <= 4.0:
            raise MeshError(f"growth: neighbouring cells may grow by 1 to 4 times, not by {self.growth:g}")
        if self.multiple < 1:
            raise MeshError(f"multiple: numbers of cells are multiples of 1 or more, not of {self.multiple}")
        if not 0.2 <= self.factor <= 8.0:
            raise MeshError(f"factor: the number of cells may be multiplied by 0.2 to 8, not by {self.factor:g}")

    def count(self, cells: float) -> int:
        """Number of cells where there are so many at factor 1."""
        return max(1, round(self._whole(cells) * self.factor))

    def _whole(self, cells: float) -> float:
        return self.multiple * math.ceil(cells / self.multiple) if self.multiple > 1 else cells

    def gap(self, width: float, share: float = 1.0) -> Segment:
        """Cells across a channel between two walls, or across a share of it."""
        return Segment(width, self.count(self.across * share), "both", self.wall_ratio)

    @property
    def wall_ratio(self) -> float:
        """Longest over shortest cell across a channel."""
        return min(self.growth, 2.0) if self.across > 2 else 1.0

    def graded(self, length: float, first: float, dense: Literal["start", "end", "both"]) -> Segment:
        """A stretch whose cells grow from a size at its dense ends (m) as fast as they may.

        Source: sum of a geometric series.
        """
        ends = 2 if dense == "both" else 1
        if self.growth == 1.0 or length <= ends * first:
            return Segment(length, self.count(length / first), dense)
        series = math.log1p(length / ends * (self.growth - 1.0) / first) / math.log(self.growth)
        cells = max(2, math.ceil(ends * series))

        def smallest(ratio: float) -> float:
            return float(np.diff(Segment(length, cells, dense, ratio).points()).min())

        ratio = 1.0 if smallest(1.0) <= first else brentq(lambda r: smallest(r) - first, 1.0, 10.0 * length / first)
        return Segment(length, self.count(cells), dense, float(ratio))


def family(sizes: Sizes, ratio: float = 1.5) -> tuple[Sizes, Sizes, Sizes]:
    """Coarse, medium and fine: the number of cells in every direction differs by the ratio, to whole cells.

    Where few cells lie across a gap, rounding changes the ratio of a direction: estimates of the error take the cube root of
    the numbers of cells. With the ratio 2, numbers of the coarse mesh that are whole are whole on all three.

    Raises:
        MeshError: the ratio is not between 1.1 and 4.
    """
    if not 1.1 <= ratio <= 4.0:
        raise MeshError(f"ratio: the meshes of a family differ by 1.1 to 4 times, not by {ratio:g}")
    return replace(sizes, factor=sizes.factor / ratio), sizes, replace(sizes, factor=sizes.factor * ratio)
