"""The dynamic pipe against two measured rigs, without a fitted parameter."""

import pytest

from tests.network.measured_pipes import ULG_RUNS, replay_schweiger, replay_ulg

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("run", ULG_RUNS)
def test_ulg_steel_pipe(reference, run):
    assert replay_ulg(reference, run).rmse <= 0.7


def test_schweiger_copper_pipe(reference):
    assert replay_schweiger(reference).rmse <= 0.25


@pytest.mark.parametrize("sections", [16, pytest.param(64, marks=pytest.mark.slow)])
def test_gates_do_not_hang_on_the_number_of_sections(reference, sections):
    assert all(replay_ulg(reference, run, sections).rmse <= 0.7 for run in ULG_RUNS)
    assert replay_schweiger(reference, sections).rmse <= 0.36


def test_without_the_walls_capacity_the_gate_is_missed(reference):
    assert all(replay_ulg(reference, run, wall=(0.0, 480.0)).rmse > 1.0 for run in ULG_RUNS)
