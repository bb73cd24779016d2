"""The stratified tank: displacement, loss, conduction, buoyancy, and heat through any history."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from rack2city.errors import InputError
from rack2city.network.pipes.tank import StratifiedTank

RHO, CP, HOT, COLD, AIR = 985.0, 4184.0, 353.15, 313.15, 288.15


def tank(initial_k: float | np.ndarray = COLD, **more: float) -> StratifiedTank:
    return StratifiedTank(50.0, 10.0, RHO, CP, initial_k, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_thermocline_arrives_when_the_volume_has_passed(sign: float) -> None:
    store, seconds = tank(conductivity=0.0), 700.0
    if sign < 0.0:
        store = tank(HOT, conductivity=0.0)
    flow, old, new = sign * 3.0, (COLD if sign > 0 else HOT), (HOT if sign > 0 else COLD)
    transit = 50.0 * RHO / 3.0
    for number in range(40):
        line = store.line(seconds, flow)
        left = store.step(seconds, flow, new, AIR).outlet_k
        share = np.clip(((number + 1) * seconds - transit) / seconds, 0.0, 1.0)
        assert left == pytest.approx(old + share * (new - old), abs=1e-9)
        assert left == pytest.approx(line.offset_k + line.slope * new, abs=1e-9)
        assert line.slope == 0.0


def test_a_step_of_several_volumes_lets_the_rest_pass() -> None:
    store = tank(np.linspace(HOT, COLD, 20))
    flow = 2.5 * 50.0 * RHO / 3600.0
    assert store.line(3600.0, flow).slope == pytest.approx(0.6)
    outlet = store.step(3600.0, flow, HOT, AIR).outlet_k
    assert outlet == pytest.approx((0.5 * (HOT + COLD) + 1.5 * HOT) / 2.5, abs=1e-9)
    assert store.layers_k == pytest.approx(HOT, abs=1e-9)


def test_a_mixed_tank_cools_exponentially() -> None:
    """Conduction strong enough to keep it mixed: exp(-UA t / C), UA of side, lid and floor."""
    store = tank(HOT, loss_w_per_m2_k=0.5, conductivity=1e7)
    surface = 10.0 * 2.0 * np.sqrt(np.pi * 5.0) + 2.0 * 5.0
    steps = [store.step(86400.0, 0.0, 300.0, AIR) for _ in range(30)]
    expected = AIR + (HOT - AIR) * np.exp(-0.5 * surface * 30 * 86400.0 / (50.0 * RHO * CP))
    assert store.layers_k == pytest.approx(expected, abs=1e-3)
    assert sum(step.loss_j for step in steps) == pytest.approx(50.0 * RHO * CP * (HOT - expected), rel=1e-4)


def test_side_walls_alone_cool_every_layer_alike() -> None:
    """A tall thin tank has no lid to speak of, and its water cools the same at any length of step."""
    for seconds, steps in ((3600.0, 24), (86400.0, 1)):
        store = StratifiedTank(0.5, 5000.0, RHO, CP, HOT, loss_w_per_m2_k=0.1, conductivity=0.0)
        for _ in range(steps):
            store.step(seconds, 0.0, 300.0, AIR)
        side = 0.1 * 5000.0 * 2.0 * np.sqrt(np.pi * 1e-4)
        expected = AIR + (HOT - AIR) * np.exp(-side * 86400.0 / (0.5 * RHO * CP))
        assert store.layers_k[1:-1] == pytest.approx(expected, abs=1e-4)


def erf_error(layers: int) -> float:
    """Largest error (K) of a conducting thermocline after 20 days against the erf solution, means over layers."""
    store = tank(np.r_[np.full(layers // 2, HOT), np.full(layers // 2, COLD)], conductivity=1.5, layers=layers)
    seconds = 20 * 86400.0
    store.step(seconds, 0.0, 300.0, AIR)
    width = np.sqrt(4.0 * 1.5 / (RHO * CP) * seconds)
    edges = (np.linspace(0.0, 10.0, layers + 1) - 5.0) / width
    antiderivative = edges * erf(edges) + np.exp(-(edges**2)) / np.sqrt(np.pi)
    exact = 0.5 * (HOT + COLD) - 0.5 * (HOT - COLD) * np.diff(antiderivative) / np.diff(edges)
    return float(np.abs(store.layers_k - exact).max())


def test_a_thermocline_conducts_as_the_error_function_to_second_order() -> None:
    errors = [erf_error(layers) for layers in (40, 80, 160)]
    assert errors[0] < 0.5
    assert np.log2(errors[0] / errors[2]) / 2.0 == pytest.approx(2.0, abs=0.15)


def test_an_inverted_tank_mixes_to_its_mean() -> None:
    store = tank(np.r_[np.full(3, COLD), np.full(7, HOT)], conductivity=0.0, layers=10)
    store.step(60.0, 0.0, 300.0, AIR)
    assert store.layers_k == pytest.approx(0.3 * COLD + 0.7 * HOT, abs=1e-9)


def test_cool_water_charged_on_top_sinks_only_as_far_as_it_must() -> None:
    """A fifth of the volume at 60 degC onto four fifths: 80 degC above, then 40 degC; only the warm part mixes with it."""
    store = tank(np.r_[np.full(5, HOT), np.full(5, COLD)], conductivity=0.0, layers=10)
    store.step(1.0, 0.2 * 50.0 * RHO, 333.15, AIR)
    expected = np.r_[np.full(7, (0.2 * 333.15 + 0.5 * HOT) / 0.7), np.full(3, COLD)]
    assert store.layers_k == pytest.approx(expected, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-9.0, 9.0), st.floats(280.0, 370.0), st.floats(10.0, 2e4), st.floats(260.0, 300.0)),
        min_size=1,
        max_size=60,
    )
)
def test_heat_is_conserved_through_any_history(history: list[tuple[float, float, float, float]]) -> None:
    store = tank(np.linspace(HOT, COLD, 7), loss_w_per_m2_k=2.0)
    for flow, inlet, seconds, air in history:
        before = store.stored_j(air)
        step = store.step(seconds, flow, inlet, air)
        assert step.stored_change_j == pytest.approx(store.stored_j(air) - before, abs=1e-3)
        entered = abs(flow) * seconds * CP * (inlet - step.outlet_k)
        scale = (abs(flow) * seconds + 50.0 * RHO) * CP * 300.0
        assert abs(entered - step.loss_j - step.stored_change_j) <= 1e-12 * scale
        assert np.all(np.diff(store.layers_k) < 1e-9)


def width_after(cycles: int, conductivity: float) -> float:
    """Height (m) between the tenth and nine tenths of the jump, after a thermocline went down and up `cycles` times."""
    store, seconds = tank(np.r_[np.full(20, HOT), np.full(20, COLD)], conductivity=conductivity, layers=200), 900.0
    flow = 0.3 * 50.0 * RHO / (12 * seconds)
    for _ in range(cycles):
        for sign in (1.0, -1.0):
            for _ in range(12):
                store.step(seconds, sign * flow, HOT if sign > 0.0 else COLD, AIR)
    height = 10.0 - (np.arange(200) + 0.5) * 0.05
    profile = (store.layers_k[::-1] - COLD) / (HOT - COLD)
    return float(np.diff(np.interp([0.1, 0.9], profile, height[::-1]))[0])


def test_a_thermocline_that_moves_widens_by_conduction_alone() -> None:
    """Figure of merit: no width of the scheme's own however often it moves; with conduction, 3.625 sqrt(a t)."""
    assert width_after(20, 0.0) < 0.05
    diffusivity = 0.64 / (RHO * CP)
    for cycles in (10, 40):
        days = cycles * 24 * 900.0
        assert width_after(cycles, 0.64) == pytest.approx(2 * 0.9062 * np.sqrt(4.0 * diffusivity * days), rel=0.02)


def test_a_year_of_hours_takes_seconds() -> None:
    store, rng = tank(loss_w_per_m2_k=0.3), np.random.default_rng(1)
    begin = time.perf_counter()
    for _ in range(500):
        store.step(3600.0, float(rng.normal(0.0, 2.0)), float(rng.uniform(COLD, HOT)), AIR)
    assert (time.perf_counter() - begin) / 500 < 0.01


@pytest.mark.parametrize(
    ("wrong", "what"),
    [({"volume_m3": 0.0}, "volume"), ({"loss_w_per_m2_k": -1.0}, "loss"), ({"layers": 1}, "layers")],
)
def test_wrong_tanks_are_refused(wrong: dict[str, float], what: str) -> None:
    given = {"volume_m3": 1.0, "height_m": 2.0, "density": RHO, "heat_capacity": CP, "initial_k": 300.0} | wrong
    with pytest.raises(InputError, match=what):
        StratifiedTank(**given)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="step must be positive"):
        tank().step(0.0, 1.0, 300.0, AIR)


def test_room_is_made_where_mixing_loses_least() -> None:
    """Five plugs in a tank of two layers: the two nearest temperatures become one, the top stays as hot as it was."""
    store = tank(np.array([350.0, 330.0, 329.9, 310.0, 290.0]), layers=2, conductivity=0.0)
    tenth = 0.1 * 50.0 * RHO
    assert store.step(1.0, -tenth, 290.0, AIR).outlet_k == pytest.approx(350.0, abs=1e-9)
    assert store.step(1.0, 0.3 * 50.0 * RHO, 360.0, AIR).outlet_k < 291.0
