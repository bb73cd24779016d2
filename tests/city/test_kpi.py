"""The indicators by their definitions."""

import pytest

from rack2city.city.kpi import DEFINITIONS, key_indicators
from rack2city.results.city import Electricity

IT_ALONE = Electricity(5.0, 0.0, 0.0, 0.0, 0.0, 0.0, heat_pump=3.0, network_pump=4.0)  # beyond the boundary


def test_indicators_by_hand():
    kpi = key_indicators(Electricity(100.0, 2.0, 1.0, 3.0, 3.0, 1.0, heat_pump=30.0, network_pump=4.0), 55.0)
    assert kpi == pytest.approx({"pue": 1.10, "erf": 0.5, "ere": 0.55})
    assert kpi["ere"] == pytest.approx(kpi["pue"] * (1.0 - kpi["erf"]))


def test_without_overhead_and_reuse():
    assert key_indicators(IT_ALONE, 0.0) == {"pue": 1.0, "erf": 0.0, "ere": 1.0}


def test_every_indicator_is_defined():
    assert set(DEFINITIONS) == set(key_indicators(IT_ALONE, 0.0))
