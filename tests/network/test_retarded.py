"""Plug flow with the wall in equilibrium: exact delay, exact loss, conserved heat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import InputError
from rack2city.network.pipes.plug_flow import PlugFlowPipes
from rack2city.network.pipes.retarded import PARCELS, RetardedPipes

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
        st.tuples(st.floats(-3.0, 3.0), st.floats(280.0, 370.0), st.floats(10.0, 2e4)), min_size=1, max_size=3 * PARCELS
    )
)
def test_heat_is_conserved_through_any_history(history: list[tuple[float, float, float]]) -> None:
    network = pipes(length=300.0, wall=0.3 * WATER, loss=0.5)
    for flow, inlet, seconds in history:
        before = network.stored_j(GROUND)[0]
        step = network.step(seconds, np.array([flow]), np.array([inlet]), GROUND)
        assert step.stored_change_j[0] == pytest.approx(network.stored_j(GROUND)[0] - before, abs=1e-3)
        entered = abs(flow) * CP * seconds * (inlet - step.outlet_k[0])
        scale = max(abs(flow) * CP * seconds * 80.0, abs(before))
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


def test_what_is_turned_round_leaves_where_it_came_in() -> None:
    """Hot water fills 0.4 of a warm pipe and is drawn back: in full, then warm, then what follows from the other end."""
    network = pipes(start=333.15)
    flow = 0.4 * 500.0 * WATER / (CP * 100.0)  # 0.4 of the content in 100 s
    network.step(100.0, np.array([flow]), np.array([353.15]), GROUND)
    assert [end[0] for end in network.ends_k(0.0, GROUND)] == pytest.approx([353.15, 333.15])
    back = [network.step(50.0, np.array([-flow]), np.array([293.15]), GROUND).outlet_k[0] for _ in range(8)]
    assert back == pytest.approx([353.15, 353.15, *[333.15] * 3, *[293.15] * 3], abs=1e-9)


def test_turned_water_has_lost_by_its_age() -> None:
    """In for one time, out again for another: what leaves is on average as old as what has passed twice, second order."""
    errors = []
    for steps in (4, 8, 16):
        network, flow, seconds = pipes(loss=2.0), 0.4 * 500.0 * WATER / (CP * 3600.0), 3600.0 / steps
        decay = network.decay_per_s[0]
        for _ in range(steps):
            network.step(seconds, np.array([flow]), np.array([353.15]), GROUND)
        back = [network.step(seconds, np.array([-flow]), np.array([293.15]), GROUND).outlet_k[0] for _ in range(steps)]
        # what leaves at t after turning came in at t before it, so it is 2 t old
        exact = GROUND + 70.0 * -np.expm1(-2.0 * decay * 3600.0) / (2.0 * decay * 3600.0)
        errors.append(abs(np.mean(back) - exact))
    assert errors[0] < 0.2
    assert np.log2(errors[0] / errors[2]) / 2.0 > 1.7


def test_a_pipe_drawn_backwards_does_the_same() -> None:
    history = [(0.3, 350.0), (0.0, 300.0), (-0.8, 320.0), (-0.05, 330.0), (0.4, 340.0)]
    one, other = (pipes(loss=0.4) for _ in range(2))
    for flow, inlet in history:
        a = one.step(900.0, np.array([flow]), np.array([inlet]), np.array([GROUND]))
        line = other.line(900.0, np.array([-flow]), np.array([GROUND]))
        b = other.step(900.0, np.array([-flow]), np.array([inlet]), np.array([GROUND]))
        assert a.outlet_k == pytest.approx(b.outlet_k, abs=1e-10)
        assert line.offset_k + line.slope * inlet == pytest.approx(b.outlet_k, abs=1e-10)


def test_ground_temperatures_differ_by_pipe() -> None:
    both = RetardedPipes([500.0, 500.0], WATER, 0.0, 0.4, 333.15, CP)
    grounds = np.array([278.15, 288.15])
    for _ in range(3):
        step = both.step(900.0, np.array([0.1, 0.1]), np.array([350.0, 350.0]), grounds)
    for number, ground in enumerate(grounds.tolist()):
        alone = pipes(loss=0.4)
        for _ in range(3):
            single = alone.step(900.0, np.array([0.1]), np.array([350.0]), ground)
        assert step.outlet_k[number] == pytest.approx(single.outlet_k[0], abs=1e-12)
        assert step.loss_j[number] == pytest.approx(single.loss_j[0], rel=1e-12)


def test_a_pipe_does_not_notice_how_many_parcels_others_hold() -> None:
    """Slots that all pipes have empty are left out; a flushed, a slow, a turning and a standing pipe have unlike numbers."""
    random = np.random.default_rng(7)
    flow = np.stack([np.full(90, 2.0), np.full(90, 0.002), random.choice([-0.02, 0.0, 0.02], 90), np.zeros(90)])
    inlet, together = random.uniform(320.0, 350.0, flow.shape), RetardedPipes([200.0] * 4, WATER, 0.0, 0.4, 333.15, CP)
    whole = [together.step(900.0, *now, GROUND) for now in zip(flow.T, inlet.T, strict=True)]
    ends = np.array(together.ends_k(0.0, GROUND))
    for number in range(4):
        alone = pipes(200.0, loss=0.4)
        for step, now in enumerate(zip(flow[number][:, None], inlet[number][:, None], strict=True)):
            single = alone.step(900.0, *now, GROUND)
            assert whole[step].outlet_k[number] == pytest.approx(single.outlet_k[0], abs=1e-11)
            assert whole[step].stored_change_j[number] == pytest.approx(single.stored_change_j[0], rel=1e-9, abs=1e-3)
        assert ends[:, number] == pytest.approx(np.array(alone.ends_k(0.0, GROUND))[:, 0], abs=1e-9)


def test_pipes_are_filled_piece_by_piece() -> None:
    network = pipes()
    network.fill(np.array([[350.0], [340.0], [330.0], [320.0]]))
    quarter = np.array([0.25 * 500.0 * WATER / (CP * 60.0)])
    out = [network.step(60.0, quarter, np.array([360.0]), GROUND).outlet_k[0] for _ in range(5)]
    assert out == pytest.approx([320.0, 330.0, 340.0, 350.0, 360.0])
    with pytest.raises(InputError, match="25 pieces are given, a pipe holds at most 24"):
        network.fill(np.ones((PARCELS + 1, 1)))


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="the step must be positive and flows finite"):
        pipes().step(10.0, np.array([np.nan]), np.array([300.0]), GROUND)
