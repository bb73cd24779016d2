"""The indicators by their definitions."""

import pytest

from rack2city.city.kpi import DEFINITIONS, key_indicators


def test_indicators_by_hand():
    kpi = key_indicators(100.0, {"ups_loss": 2.0, "tcs_pump": 1.0, "air_cooling": 7.0}, 55.0)
    assert kpi == pytest.approx({"pue": 1.10, "erf": 0.5, "ere": 0.55})
    assert kpi["ere"] == pytest.approx(kpi["pue"] * (1.0 - kpi["erf"]))


def test_without_overhead_and_reuse():
    assert key_indicators(5.0, {}, 0.0) == {"pue": 1.0, "erf": 0.0, "ere": 1.0}


def test_every_indicator_is_defined():
    assert set(DEFINITIONS) == set(key_indicators(1.0, {}, 0.0))
