"""Values against limits, with their uncertainty."""

import math

import pytest

from rack2city.evidence import Check


@pytest.mark.parametrize(
    ("value", "sense", "uncertainty", "margin", "holds"),
    [
        (84.0, "max", 0.0, 1.0, True),
        (85.0, "max", 0.0, 0.0, True),
        (86.0, "max", 0.0, -1.0, False),
        (84.0, "max", 1.5, 1.0, False),
        (86.0, "min", 0.0, 1.0, True),
        (84.0, "min", 0.0, -1.0, False),
        (86.0, "min", 1.5, 1.0, False),
    ],
)
def test_margin_and_verdict(value, sense, uncertainty, margin, holds):
    check = Check("junction", value, 85.0, "K", sense, "temperature", uncertainty)
    assert check.margin == pytest.approx(margin)
    assert check.holds is holds


def test_what_is_known_of_an_unknown_uncertainty_counts():
    def check(at_least):
        return Check("junction", 84.0, 85.0, "K", "max", "temperature", None, ("a",), ("b",), at_least)

    assert check(0.9).holds
    assert not check(1.1).holds


@pytest.mark.parametrize("numbers", [(math.nan, 85.0, 0.0), (80.0, math.nan, 0.0), (80.0, 85.0, math.nan)])
@pytest.mark.parametrize("sense", ["max", "min"])
def test_what_is_not_a_number_does_not_hold(numbers, sense):
    value, limit, uncertainty = numbers
    assert not Check("junction", value, limit, "K", sense, "temperature", uncertainty).holds
