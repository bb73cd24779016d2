"""Sizes: growth and first cell as asked, and a family whose numbers differ by the ratio."""

import numpy as np
import pytest

from rackmesh.files import MeshError
from rackmesh.plates.parts.sizes import Sizes, family


@pytest.mark.parametrize("dense", ["start", "end", "both"])
@pytest.mark.parametrize("growth", [1.0, 1.5, 2.0])
def test_cells_begin_as_asked_and_grow_no_faster(dense: str, growth: float) -> None:
    stretch = Sizes(growth=growth).graded(20e-3, 0.05e-3, dense)  # type: ignore[arg-type]
    sizes = np.diff(stretch.points())
    assert sizes.min() == pytest.approx(0.05e-3, rel=1e-6 if growth > 1.0 else 0.01)
    steps = np.maximum(sizes[1:] / sizes[:-1], sizes[:-1] / sizes[1:])
    assert steps.max() <= growth * 1.001


def test_a_family_differs_by_its_ratio() -> None:
    coarse, medium, fine = family(Sizes(across=4), 2.0)
    assert [sizes.gap(1e-3).cells for sizes in (coarse, medium, fine)] == [2, 4, 8]
    stretches = [sizes.graded(20e-3, 0.05e-3, "start") for sizes in (coarse, medium, fine)]
    assert stretches[2].cells == pytest.approx(2 * stretches[1].cells, abs=1)
    assert stretches[1].cells == pytest.approx(2 * stretches[0].cells, abs=1)
    assert len({stretch.ratio for stretch in stretches}) == 1


def test_limits() -> None:
    for sizes, message in (
        (Sizes(across=0), "across: there must be a cell"),
        (Sizes(growth=0.9), "growth: neighbouring cells may grow by 1 to 4 times, not by 0.9"),
        (Sizes(factor=100.0), "factor: the number of cells may be multiplied by 0.2 to 8, not by 100"),
    ):
        with pytest.raises(MeshError, match=message):
            sizes.check()
    with pytest.raises(MeshError, match=r"ratio: the meshes of a family differ by 1\.1 to 4 times, not by 1"):
        family(Sizes(), 1.0)
