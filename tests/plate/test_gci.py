"""The grid convergence index against the worked examples of its source, and where it is not to be had."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from rack2city.plate.gci import FORMAL_ORDER, SAFETY_OF_TWO, grid_convergence, refinement

EXAMPLES = {  # meshes, values, and order, extrapolated value, change, error and index (%) as printed
    "reattachment length (monotone)": ((18000, 8000, 4500), (6.063, 5.972, 5.863), (1.53, 6.1685, 1.5, 1.7, 2.2)),
    "axial velocity p<1": ((18000, 4500, 980), (10.788, 10.725, 10.605), (0.75, 10.8801, 0.6, 0.9, 1.1)),
    "axial velocity oscillatory": ((18000, 4500, 980), (6.0042, 5.9624, 6.0909), (1.51, 6.0269, 0.7, 0.4, 0.5)),
}


def check(cells: tuple[int, ...], values: tuple[float, ...], printed: tuple[float, ...]) -> None:
    """To the last digit that is printed; 0.8465 % of error stands there as 0.9, rounded twice."""
    ratios = [(a / b) ** 0.5 for a, b in pairwise(cells)]
    found = refinement(values, ratios)
    order, extrapolated, change, error, index = printed
    assert found.order == pytest.approx(order, abs=0.005)
    assert found.extrapolated == pytest.approx(extrapolated, abs=1e-4)
    assert 100.0 * found.change == pytest.approx(change, abs=0.05)
    assert 100.0 * found.error == pytest.approx(error, abs=0.054)
    assert 100.0 * found.index == pytest.approx(index, abs=0.05)
    assert grid_convergence(values, cells, dimensions=2) == pytest.approx(found.index, rel=1e-12)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_source(example: str) -> None:
    """Table 1 of Celik et al. (2008): two values that converge, one of them slowly, and one that swings."""
    check(*EXAMPLES[example])


@pytest.mark.reference
def test_examples_as_they_are_filed(reference: Path) -> None:
    lines = (reference / "report" / "celik2008_gci_examples.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert {row["example"] for row in rows} == set(EXAMPLES)
    for row in rows:
        printed = [float(row[key]) for key in ("p", "phi_ext21", "ea21_pct", "eext21_pct", "GCI21_pct")]
        check(
            tuple(int(row[f"N{mesh}"]) for mesh in (1, 2, 3)),
            tuple(float(row[f"phi{mesh}"]) for mesh in (1, 2, 3)),
            tuple(printed),
        )


def test_an_exact_power_is_found() -> None:
    """1 + h^2.3 / 100 on cells of 1, 1.5 and 2.5; the error is the index without its safety."""
    values = [1.0 + 0.01 * h**2.3 for h in (1.0, 1.5, 2.5)]
    found = refinement(values, (1.5, 2.5 / 1.5))
    assert found.order == pytest.approx(2.3, rel=1e-9)
    assert found.extrapolated == pytest.approx(1.0, rel=1e-9)
    assert found.error == pytest.approx(0.01, rel=1e-9)
    assert found.index == pytest.approx(1.25 * 0.01 / 1.01, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "largest"),
    [
        ((1.0, 1.01, 1.012), 0.01),  # moves away
        ((1.0, 1.01, 1.0201), 0.0101),  # hardly converges
        ((1.0, 1.0, 1.02), 0.02),  # two alike
        ((1.0, 0.98), 0.02),  # two meshes
        ((1.0, 1.0, 1.0), 0.0),
    ],
)
def test_without_an_order_the_larger_change_counts(values: tuple[float, ...], largest: float) -> None:
    cells = (8000, 1000, 125)[: len(values)]
    assert grid_convergence(values, cells) == pytest.approx(SAFETY_OF_TWO * largest / (2.0**FORMAL_ORDER - 1.0))


def test_an_order_that_is_too_good_is_not_believed() -> None:
    """Order ten is counted as two."""
    values = [1.0 + 1e-6 * h**10 for h in (1.0, 2.0, 4.0)]
    expected = 1.25 * abs(values[1] / values[0] - 1.0) / (2.0**FORMAL_ORDER - 1.0)
    assert grid_convergence(values, (64, 8, 1)) == pytest.approx(expected, rel=1e-9)
