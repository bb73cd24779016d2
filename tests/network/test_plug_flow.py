"""The dynamic pipes against closed forms, and their heat balance on any history of flow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ncx2

from rack2city.errors import InputError
from rack2city.network.pipes.plug_flow import PlugFlowPipes, perfect_film
from rack2city.network.pipes.wall import (
    pipe_nusselt,
    relax,
    wall_capacity,
    water_conductivity,
    water_film,
    water_viscosity,
)

RHO, CP = 985.0, 4184.0
COLD, HOT = 290.0, 350.0


def flow_at(velocity, diameter):
    return np.asarray(velocity) * RHO * np.pi / 4.0 * np.asarray(diameter) ** 2


def constant_film(conductance):
    return lambda flow, diameter, water_k: np.full(diameter.shape, conductance)


def test_a_step_without_wall_leaves_after_the_exact_delay():
    # 100 m at 0.5 m/s: 200 s; the change of inlet falls inside a cell, at a step of 7 s
    pipe = PlugFlowPipes(100.0, 0.05, 0.0, 0.0, COLD, sections=16)
    flow = flow_at(0.5, 0.05)
    for _ in range(3):
        pipe.step(7.0, flow, COLD, COLD)
    outlets = [pipe.step(7.0, flow, HOT, COLD).outlet_k[0] for _ in range(32)]
    # 28 steps of 7 s are 196 s; in the 29th, 4 s of cold and 3 s of hot water leave
    np.testing.assert_allclose(outlets[:28], COLD, atol=1e-9)
    assert outlets[28] == pytest.approx(COLD + (HOT - COLD) * 3.0 / 7.0, abs=1e-9)
    np.testing.assert_allclose(outlets[29:], HOT, atol=1e-9)


@pytest.mark.parametrize(("time_s", "steps"), [(3.0, 1500), (60.0, 400), (3600.0, 30)])
def test_steady_loss_is_exponential(time_s, steps):
    length, diameter = np.array([0.1, 15.0, 300.0, 5000.0]), np.array([0.02, 0.03, 0.1, 0.3])
    if time_s < 60.0:  # the longest takes two hours to fill
        length, diameter = length[:3], diameter[:3]
    loss, film, flow = 0.4, 150.0, flow_at(0.7, diameter)
    pipes = PlugFlowPipes(length, diameter, loss, 1500.0, HOT, film=constant_film(film))
    results = [pipes.step(time_s, flow, HOT, COLD) for _ in range(steps)][-steps // 3 :]
    # a cell leaves with one temperature, so that only the mean over many cells is that of the closed form
    cooled = HOT - np.mean([result.outlet_k for result in results], axis=0)
    exact = (HOT - COLD) * -np.expm1(-loss * film / (loss + film) * length / (flow * CP))
    np.testing.assert_allclose(cooled, exact, rtol=2e-3)
    lost = np.mean([result.loss_j for result in results], axis=0)
    np.testing.assert_allclose(lost, flow * CP * time_s * exact, rtol=2e-3)


def anzelius(place, time):
    """Water temperature behind a unit step: `1 - int_0^place e^(-time-x) I0(2 sqrt(time x)) dx`, zero before it."""
    return np.where(time >= 0.0, ncx2.sf(2.0 * place, 2, 2.0 * np.maximum(time, 0.0)), 0.0)


def outlet_error(sections, steps_per_cell):
    """RMS distance (K) to Anzelius (1926) and Schumann (1929) behind a step of 1 K, with film units Gx/(mc) of 4.

    Of means over 8 s, the passage of a cell on the coarsest grid: what leaves is resolved to cells.
    """
    length, velocity, diameter, wall, window = 40.0, 0.5, 0.05, 3000.0, 8.0
    flow = flow_at(velocity, diameter)
    film = 4.0 * flow * CP / length
    pipe = PlugFlowPipes(length, diameter, 0.0, wall, COLD, sections=sections, film=constant_film(film))
    time_s = length / sections / velocity / steps_per_cell
    outlets = [pipe.step(time_s, flow, COLD + 1.0, COLD).outlet_k[0] - COLD for _ in range(round(240.0 / time_s))]
    fine = 400
    times = (np.arange(30 * fine) + 0.5) * window / fine
    exact = anzelius(4.0, film * (times - length / velocity) / wall).reshape(30, fine).mean(axis=1)
    return np.sqrt(np.mean((np.reshape(outlets, (30, -1)).mean(axis=1) - exact) ** 2))


@pytest.mark.parametrize("steps_per_cell", [1, 4])
def test_wall_coupled_step_converges_to_anzelius_with_second_order(steps_per_cell):
    errors = np.array([outlet_error(sections, steps_per_cell) for sections in (10, 20, 40, 80)])
    rates = np.log2(errors[:-1] / errors[1:])
    assert errors[-1] < 5e-4
    assert np.all((rates > 1.7) & (rates < 2.5)), (errors, rates)


def test_result_hardly_depends_on_the_time_step():
    inlets = np.where(np.arange(12) % 5 < 2, HOT, 325.0)
    parts, delivered = (1, 10, 60), []
    for part in parts:
        pipe = PlugFlowPipes([40.0, 200.0, 10.0], [0.04, 0.1, 0.03], 0.3, 900.0, 325.0, sections=24)
        flow = flow_at([0.2, 0.5, 0.1], [0.04, 0.1, 0.03])
        delivered.append(
            [
                sum(pipe.step(600.0 / part, flow, t, 283.15).leaving_j for _ in range(part)) / (flow * CP * 600.0)
                for t in inlets
            ]
        )
    spread = np.sqrt(np.mean((np.array(delivered[:2]) - np.array(delivered[2])) ** 2, axis=1))
    assert np.all(spread < 0.005), spread  # K, with 25 K jumps at the inlet


def test_reversal_returns_the_same_water():
    pipe = PlugFlowPipes(100.0, 0.05, 0.0, 0.0, COLD, sections=20)
    flow = flow_at(0.5, 0.05)
    for _ in range(10):
        pipe.step(6.0, flow, HOT, COLD)
    assert pipe.stored_j()[0] == pytest.approx(RHO * CP * np.pi / 4 * 0.05**2 * (70.0 * COLD + 30.0 * HOT), rel=1e-12)
    back = [pipe.step(6.0, -flow, COLD, COLD, end_k=310.0).outlet_k[0] for _ in range(40)]
    np.testing.assert_allclose(back[:10], HOT, atol=1e-9)
    np.testing.assert_allclose(back[10:33], COLD, atol=1e-9)
    np.testing.assert_allclose(back[34:], 310.0, atol=1e-9)


def test_both_directions_are_mirror_images():
    forth = PlugFlowPipes(30.0, 0.04, 0.5, 800.0, COLD)
    back = PlugFlowPipes(30.0, 0.04, 0.5, 800.0, COLD)
    flow = flow_at(0.3, 0.04)
    for i in range(30):
        one = forth.step(5.0, flow, HOT + i, COLD)
        two = back.step(5.0, -flow, np.nan, COLD, end_k=HOT + i)
        assert two.outlet_k[0] == pytest.approx(one.outlet_k[0], abs=1e-10)
    np.testing.assert_allclose(forth.profiles_k()[0], back.profiles_k()[0][::-1], atol=1e-10)


@pytest.mark.parametrize("time_s", [10.0, 3600.0, 36000.0])
def test_standing_water_cools_with_its_wall(time_s):
    diameter, wall, loss = 0.05, 2000.0, 0.5
    pipe = PlugFlowPipes(20.0, diameter, loss, wall, HOT, film=perfect_film)
    total = RHO * CP * np.pi / 4 * diameter**2 + wall
    for _ in range(5):
        result = pipe.step(time_s, 0.0, np.nan, COLD)
    exact = COLD + (HOT - COLD) * np.exp(-loss * 5.0 * time_s / total)
    assert result.outlet_k[0] == pytest.approx(exact, abs=1e-4)
    assert result.entering_j[0] == result.leaving_j[0] == 0.0


histories = st.lists(
    st.tuples(
        st.sampled_from([0.5, 3.0, 60.0, 900.0, 3600.0, 40000.0]),
        st.lists(st.sampled_from([0.0, 1e-6, 1e-3, 0.02, 0.3, 1.0, 2.5, -1e-4, -0.05, -1.0]), min_size=5, max_size=5),
        st.floats(275.0, 390.0),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 20))
def test_any_history_conserves_heat_and_stays_within_its_extremes(history, sections):
    length, diameter = np.array([0.1, 12.0, 90.0, 700.0, 5000.0]), np.array([0.8, 0.015, 0.05, 0.1, 0.3])
    pipes = PlugFlowPipes(
        length, diameter, [0.0, 0.3, 0.5, 1.0, 0.4], [9000.0, 0.0, 2500.0, 3000.0, 12000.0], 320.0, sections=sections
    )
    low = high = 320.0
    for time_s, velocities, inlet in history:
        low, high = min(low, inlet, 280.0), max(high, inlet)
        before = pipes.stored_j()
        result = pipes.step(time_s, flow_at(velocities, diameter), inlet, 280.0, end_k=low)
        throughput = np.maximum(np.abs(result.entering_j), before)
        assert np.all(np.abs(result.residual_j) <= 1e-10 * throughput)
        water, wall = pipes.profiles_k()
        for temperature in (result.outlet_k, water, wall):
            margin = 0.02 * (high - low)  # a sweep conserves heat before it is monotone; 0.5 % seen
            assert np.all(temperature >= low - margin)
            assert np.all(temperature <= high + margin)


def test_a_trial_leaves_the_pipes_as_they_are():
    pipes = PlugFlowPipes([10.0, 200.0], 0.05, 0.3, 2000.0, COLD)
    flow = flow_at(0.4, [0.05, 0.05])
    pipes.step(30.0, flow, HOT, COLD)
    trial = pipes.trial()
    first = trial.step(30.0, -flow, 300.0, COLD)
    trial.step(3600.0, flow, 300.0, COLD)
    again = pipes.trial().step(30.0, -flow, 300.0, COLD)
    np.testing.assert_array_equal(first.outlet_k, again.outlet_k)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"length_m": 0.0}, "length_m must be positive"),
        ({"diameter_m": [0.1, np.nan]}, "diameter_m must be positive"),
        ({"loss_w_per_m_k": -0.1}, "loss_w_per_m_k must be zero or more"),
        ({"sections": 0}, "sections must be positive"),
    ],
)
def test_impossible_pipes_are_refused(change, said):
    good = {"length_m": [1.0, 2.0], "diameter_m": 0.1, "loss_w_per_m_k": 0.2, "wall_j_per_m_k": 0.0, "initial_k": 300.0}
    with pytest.raises(InputError, match=said):
        PlugFlowPipes(**(good | change))


def test_an_inlet_that_is_needed_must_be_given():
    pipe = PlugFlowPipes(10.0, 0.05, 0.3, 0.0, COLD)
    with pytest.raises(InputError, match="inlet temperatures in use"):
        pipe.step(3.0, -0.1, HOT, COLD, end_k=np.nan)
    with pytest.raises(InputError, match="time step must be positive"):
        pipe.step(0.0, 0.1, HOT, COLD)


def test_relaxation_is_the_matrix_exponential():
    from scipy.linalg import expm

    water, wall, film, loss, time = 8000.0, 2600.0, 400.0, 3.0, 25.0
    matrix = np.array([[-film / water, film / water, 0], [film / wall, -(film + loss) / wall, 0], [0, loss, 0]])
    exact = expm(matrix * time)
    ours = relax(time, *(np.array(v) for v in (water, wall, film, loss)))
    np.testing.assert_allclose(
        [ours.water_water, ours.water_wall, ours.wall_water, ours.wall_wall, ours.loss_water, ours.loss_wall],
        [*exact[0, :2], *exact[1, :2], *exact[2, :2]],
        rtol=1e-10,
    )


def test_water_film_against_independent_properties():
    from CoolProp.CoolProp import PropsSI

    for kelvin in (280.0, 310.0, 365.0):
        assert water_viscosity(kelvin) == pytest.approx(PropsSI("V", "T", kelvin, "P", 1e5, "Water"), rel=2e-3)
        assert water_conductivity(kelvin) == pytest.approx(PropsSI("L", "T", kelvin, "P", 1e5, "Water"), rel=1e-2)
    ht = pytest.importorskip("ht")
    friction = (0.79 * np.log(3e4) - 1.64) ** -2
    assert pipe_nusselt(3e4, 4.0) == pytest.approx(ht.conv_internal.turbulent_Gnielinski(3e4, 4.0, friction), rel=1e-9)
    assert pipe_nusselt(0.0, 4.0) == pipe_nusselt(2300.0, 4.0) == 3.66
    assert water_film(0.0, 0.05, 300.0) == pytest.approx(np.pi * 3.66 * water_conductivity(300.0))
    assert wall_capacity(0.05248, 0.0603, 7800.0, 480.0) == pytest.approx(2593.3, rel=1e-3)
