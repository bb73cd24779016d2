"""ASHRAE's classes: which one is kept, and for how many hours it is not."""

import numpy as np
import pytest

from rack2city.city.classes import COOLANT_CLASSES, FACILITY_CLASSES, class_limit


@pytest.mark.parametrize(
    ("chosen", "classes", "celsius", "name", "highest"),
    [
        (None, COOLANT_CLASSES, 40.0, "S40", 40.0),
        (None, COOLANT_CLASSES, 40.1, "S45", 45.0),
        (None, COOLANT_CLASSES, 20.0, "S30", 30.0),
        (None, FACILITY_CLASSES, 36.97, "W40", 40.0),
        ("S30", COOLANT_CLASSES, 40.0, "S30", 30.0),
        (None, COOLANT_CLASSES, 60.0, "", 60.0),
    ],
)
def test_the_class_of_a_set_point(chosen, classes, celsius, name, highest):
    limit = class_limit(chosen, classes, celsius + 273.15)
    assert (limit.name, limit.highest_k) == (name, pytest.approx(highest + 273.15))


def test_hours_above_the_class_are_counted_and_checked():
    hours = 273.15 + np.array([39.0, 40.0, 40.0 + 1e-9, 40.1, 44.0])
    limit = class_limit("S40", COOLANT_CLASSES, 313.15)
    assert limit.hours_above(hours) == 2
    none, some = (limit.check("coolant", hours, allowed) for allowed in (0, 2))
    assert none.name == "Hours of the year with coolant above class S40"
    assert (none.value, none.limit, none.holds, some.holds) == (2.0, 0.0, False, True)
    assert class_limit(None, COOLANT_CLASSES, 350.0).check("coolant", hours, 0).name.endswith("beyond all classes")
