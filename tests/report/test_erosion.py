"""How fast coolant may flow past copper."""

import pytest

from rack2city.report.plate.erosion import erosion_limits


def test_copper_erodes_sooner_when_it_is_warm() -> None:
    """At 60 degC half way between 50 and 70: 1.4 m/s for tubes that cannot be replaced (Sweden), 2.75 m/s by BS 6700."""
    by_use = {limit.meant_for: limit.velocity for limit in erosion_limits(333.15)}
    assert by_use["copper tubes that cannot be replaced"] == pytest.approx(1.4)
    assert by_use["copper tubes of buildings"] == pytest.approx(2.75)
    assert by_use["cold plates"] == 1.5
    speeds = [limit.velocity for limit in erosion_limits(353.15)]
    assert speeds == sorted(speeds)
    assert speeds[0] == 0.6
    assert erosion_limits(293.15)[-1].velocity == pytest.approx(3.75)
