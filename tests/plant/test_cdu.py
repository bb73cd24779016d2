"""The exchanger of the CDU against an independent library, its limits and the log-mean temperature difference."""

import math

import ht
import pytest

from rack2city.network.pipes.decay import mean_decay
from rack2city.plant import cdu_state, counterflow_effectiveness


@pytest.mark.parametrize("ntu", [0.01, 0.5, 1.0, 3.64, 10.0, 40.0])
@pytest.mark.parametrize("ratio", [0.0, 0.25, 0.7, 0.999, 1.0])
def test_effectiveness_against_ht(ntu, ratio):
    expected = ht.effectiveness_from_NTU(ntu, ratio, subtype="counterflow")
    assert counterflow_effectiveness(ntu, ratio) == pytest.approx(expected, rel=1e-9)


def test_effectiveness_in_its_limits():
    assert counterflow_effectiveness(0.0, 0.5) == 0.0
    assert counterflow_effectiveness(2.0, 0.0) == pytest.approx(1.0 - math.exp(-2.0))
    assert counterflow_effectiveness(3.0, 1.0) == pytest.approx(0.75)
    assert counterflow_effectiveness(3.0, 1.0 - 1e-12) == pytest.approx(0.75, rel=1e-9)
    assert counterflow_effectiveness(1e6, 0.9) == pytest.approx(1.0, rel=1e-12)
    assert counterflow_effectiveness(1e6, 1.0) == pytest.approx(1.0, rel=2e-6)


@pytest.mark.parametrize(("ntu", "ratio"), [(-0.1, 0.5), (1.0, -0.1), (1.0, 1.1), (1.0, math.nan)])
def test_an_impossible_exchanger_is_refused(ntu, ratio):
    with pytest.raises(ValueError, match="NTU must not be negative and the capacity ratio lie in"):
        counterflow_effectiveness(ntu, ratio)


@pytest.mark.parametrize("units", [0.0, 1e-9, 0.3, 5.0])
def test_mean_decay_is_the_mean_of_the_exponential(units):
    steps = 20_000
    by_midpoints = sum(math.exp(-units * (i + 0.5) / steps) for i in range(steps)) / steps
    assert mean_decay(units) == pytest.approx(by_midpoints, rel=1e-8)


@pytest.mark.parametrize("facility", [60e3, 89e3, 120e3])
def test_state_satisfies_ua_lmtd_and_both_heat_balances(facility):
    heat, conductance, coolant = 1.05e6, 330e3, 90e3
    state = cdu_state(heat, 313.15, coolant, facility, conductance)
    warm_end = state.coolant_return_k - state.facility_return_k
    cold_end = 313.15 - state.facility_supply_k
    log_mean = (warm_end - cold_end) / math.log(warm_end / cold_end)
    assert conductance * log_mean == pytest.approx(heat, rel=1e-9)
    assert coolant * (state.coolant_return_k - 313.15) == pytest.approx(heat)
    assert facility * (state.facility_return_k - state.facility_supply_k) == pytest.approx(heat)
    assert state.approach_k == pytest.approx(cold_end)


def test_equal_flows_have_equal_differences():
    state = cdu_state(1.05e6, 313.15, 90e3, 90e3, 330e3)
    assert state.approach_k == pytest.approx(1.05e6 / 330e3)  # Q / UA
    assert state.coolant_return_k - state.facility_return_k == pytest.approx(state.approach_k)


def test_the_approach_grows_with_the_load_in_proportion():
    half, full = (cdu_state(heat, 313.15, 90e3, 70e3, 330e3).approach_k for heat in (0.5e6, 1.0e6))
    assert full == pytest.approx(2.0 * half)
    assert full > 0.0
