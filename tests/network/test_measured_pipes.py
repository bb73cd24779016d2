"""The dynamic pipe against two measured rigs, without a fitted parameter."""

from functools import partial

import numpy as np
import pytest

from tests.network.measured_pipes import ULG_RUNS, by_class, by_tables, replay_schweiger, replay_ulg

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("run", ULG_RUNS)
def test_ulg_steel_pipe(reference, run):
    assert replay_ulg(reference, run).rmse <= 0.7


def test_schweiger_copper_pipe(reference):
    assert replay_schweiger(reference).rmse <= 0.25


@pytest.mark.parametrize("sections", [16, pytest.param(64, marks=pytest.mark.slow)])
def test_gates_do_not_hang_on_the_number_of_sections(reference, sections):
    solve = partial(by_class, sections=sections)
    assert all(replay_ulg(reference, run, solve).rmse <= 0.7 for run in ULG_RUNS)
    assert replay_schweiger(reference, solve).rmse <= 0.36


def test_without_the_walls_capacity_the_gate_is_missed(reference):
    assert all(replay_ulg(reference, run, wall=(0.0, 480.0)).rmse > 1.0 for run in ULG_RUNS)


QUICK, *OTHERS = ULG_RUNS


@pytest.mark.parametrize("run", [QUICK, *(pytest.param(run, marks=pytest.mark.slow) for run in OTHERS)])
def test_ulg_steel_pipe_through_the_tables(reference, run):
    tables, pipe = replay_ulg(reference, run, by_tables), replay_ulg(reference, run)
    assert tables.rmse <= 0.7
    np.testing.assert_allclose(tables.simulated, pipe.simulated, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_schweiger_copper_pipe_through_the_tables(reference):
    tables, pipe = replay_schweiger(reference, by_tables), replay_schweiger(reference)
    assert tables.rmse <= 0.25
    np.testing.assert_allclose(tables.simulated, pipe.simulated, rtol=0, atol=1e-9)
