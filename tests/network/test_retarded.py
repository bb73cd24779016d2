"""Plug flow with the wall in equilibrium: exact delay, exact loss, conserved heat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import InputError
from rack2city.network.plug_flow import PlugFlowPipes
from rack2city.network.retarded import PARCELS, RetardedPipes

CP, GROUND = 4184.0, 283.15
WATER = 985.0 * CP * np.pi / 4.0 * 0.05**2


def pipes(length: float = 500.0, wall: float = 0.0, loss: float = 0.0, start: float = 333.15) -> RetardedPipes:
    return RetardedPipes([length], WATER, wall, loss, start, CP)


def test_a_step_of_temperature_arrives_after_the_retarded_transit() -> None:
    wall, flow = 0.4 * WATER, 0.5
    network = pipes(wall=wall)
    transit = 500.0 * (WATER + wall) / (flow * CP)
    seconds, arrivals = 100.0, []
    for _ in range(int(2 * transit / seconds)):
        arrivals.append(network.step(seconds, np.array([flow]), np.array([353.15]), GROUND).outlet_k[0])
    for number, arrived in enumerate(arrivals):
        share = np.clip(((number + 1) * seconds - transit) / seconds, 0.0, 1.0)
        assert arrived == pytest.approx(333.15 + 20.0 * share, abs=1e-9)


def steady_error(seconds: float) -> float:
    """Error (K) of the mean outlet temperature after days of constant flow, against the exponential loss."""
    network, flow = pipes(loss=0.4, wall=0.3 * WATER), 0.3
    steps = [
        network.step(seconds, np.array([flow]), np.array([353.15]), GROUND) for _ in range(int(4 * 86400 / seconds))
    ]
    outlet = np.mean([step.outlet_k[0] for step in steps[len(steps) // 2 :]])
    expected = GROUND + 70.0 * np.exp(-0.4 * 500.0 / (flow * CP))
    loss = np.mean([step.loss_j[0] for step in steps[len(steps) // 2 :]]) / seconds
    assert loss == pytest.approx(flow * CP * (353.15 - outlet), rel=1e-6, abs=5.0)
    return abs(outlet - expected)


def test_steady_loss_is_second_order_in_the_step() -> None:
    errors = [steady_error(seconds) for seconds in (1800.0, 900.0, 450.0)]
    assert errors[0] < 0.05
    assert np.log2(errors[0] / errors[2]) / 2.0 > 1.7
    assert steady_error(86400.0) < 0.01


def test_standing_water_cools_exponentially() -> None:
    network = pipes(loss=0.4, wall=0.3 * WATER)
    for _ in range(10):
        step = network.step(3600.0, np.zeros(1), np.array([300.0]), GROUND)
    expected = GROUND + 50.0 * np.exp(-0.4 * 36000.0 / (1.3 * WATER))
    assert step.outlet_k[0] == pytest.approx(expected, abs=1e-9)


def test_the_line_is_what_the_step_does() -> None:
    network = pipes(loss=0.4)
    for flow, inlet in ((0.1, 350.0), (2.0, 320.0), (0.0, 300.0), (0.7, 345.0)):
        line = network.line(1800.0, np.array([flow]), GROUND)
        step = network.step(1800.0, np.array([flow]), np.array([inlet]), GROUND)
        assert step.outlet_k == pytest.approx(line.offset_k + line.slope * inlet, abs=1e-10)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.0, 3.0), st.floats(280.0, 370.0), st.floats(10.0, 2e4)), min_size=1, max_size=3 * PARCELS
    )
)
def test_heat_is_conserved_through_any_history(history: list[tuple[float, float, float]]) -> None:
    network = pipes(length=300.0, wall=0.3 * WATER, loss=0.5)
    for flow, inlet, seconds in history:
        before = network.stored_j(GROUND)[0]
        step = network.step(seconds, np.array([flow]), np.array([inlet]), GROUND)
        assert step.stored_change_j[0] == pytest.approx(network.stored_j(GROUND)[0] - before, abs=1e-3)
        entered = flow * CP * seconds * (inlet - step.outlet_k[0])
        scale = max(flow * CP * seconds * 80.0, abs(before))
        assert entered - step.loss_j[0] - step.stored_change_j[0] == pytest.approx(0.0, abs=1e-10 * scale + 1e-6)


def test_agrees_with_the_film_coupled_pipe_in_long_steps() -> None:
    """Hours are long for a wall: both models give the same hourly means, within what the film still does."""
    rng = np.random.default_rng(3)
    length, diameter, wall, loss = 400.0, 0.05, 2000.0, 0.3
    fine = PlugFlowPipes([length], [diameter], loss, wall, 333.15, sections=64, density=985.0, heat_capacity=CP)
    coarse = RetardedPipes([length], WATER, wall, loss, 333.15, CP)
    differences = []
    for _ in range(72):
        flow, inlet = np.array([rng.uniform(0.2, 1.0)]), np.array([rng.uniform(333.15, 353.15)])
        a = fine.step(3600.0, flow, inlet, GROUND).outlet_k[0]
        b = coarse.step(3600.0, flow, inlet, GROUND).outlet_k[0]
        differences.append(a - b)
    assert np.sqrt(np.mean(np.square(differences))) < 0.1


def test_backward_flow_is_refused() -> None:
    with pytest.raises(InputError, match="flows not negative; turn the pipe round"):
        pipes().step(10.0, np.array([-0.1]), np.array([300.0]), GROUND)
