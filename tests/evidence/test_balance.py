"""Balances close, or the run ends; nothing that is not a number passes."""

import math

import pytest

from rack2city.errors import BalanceError
from rack2city.evidence import Balance


def balance(entering, leaving, tolerance=1e-6, scale=None):
    return Balance("rack", "heat into the coolant", entering, leaving, "W", tolerance, scale)


def test_the_residual_is_relative_to_the_larger_side():
    assert balance(90.0, 100.0).relative == pytest.approx(0.1)
    assert balance(-100.0, -90.0).relative == pytest.approx(0.1)
    assert balance(1.0, 0.0, scale=1e6).relative == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("sides", "holds"),
    [
        ((100.0, 100.0), True),
        ((100.0, 100.00009), True),
        ((100.0, 100.00011), False),
        ((100.0, -100.0), False),
        ((0.0, 0.0), True),
        ((0.0, 1e-30), False),
        ((math.nan, 100.0), False),
        ((100.0, math.nan), False),
        ((math.nan, math.nan), False),
        ((math.inf, 100.0), False),
        ((math.inf, math.inf), False),
    ],
)
def test_what_holds(sides, holds):
    assert balance(*sides).holds is holds


@pytest.mark.parametrize(("scale", "holds"), [(0.0, False), (math.nan, False), (1e9, True)])
def test_a_given_scale(scale, holds):
    assert balance(1.0, 2.0, scale=scale).holds is holds


def test_a_broken_balance_ends_the_run():
    sound = balance(100.0, 100.0)
    assert sound.require() is sound
    with pytest.raises(BalanceError) as caught:
        balance(100.0, 99.0).require()
    assert caught.value.exit_code == 1
    assert str(caught.value) == (
        "rack: the balance of heat into the coolant does not close: 100 W enter, 99 W leave "
        "(relative residual 1.00e-02, allowed 1e-06); the results of this run must not be used"
    )
    with pytest.raises(BalanceError):
        balance(math.nan, 99.0).require()
