"""Supply and return pipes that feel each other: against the coupled equations' own solutions, in space and in time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rack2city.network.dynamic import DynamicRadial, DynamicStep
from rack2city.network.offtake import Duty
from rack2city.network.simulate import DynamicResult, simulate_radial
from rack2city.network.tree import RadialTree, Substations
from rack2city.network.twin import PipePairs
from scipy.linalg import expm

from rack2city.errors import InputError
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.pipes.soil import paired_pipes

WATER = Liquid(density=985.0, heat_capacity=4184.0, viscosity=5e-4)
GROUND = 283.15
OWN, BETWEEN = 0.15, 0.1  # W/(m K)


def street(pieces: int, length: float = 2000.0, own: float = OWN) -> RadialTree:
    """One street in equal pieces."""
    each = np.ones(pieces)
    return RadialTree(
        [str(i) for i in range(pieces + 1)],
        [str(i) for i in range(pieces)],
        np.arange(pieces),
        np.arange(pieces) + 1,
        length / pieces * each,
        0.05 * each,
        1e-5 * each,
        own * each,
        own * each,
    )


def house(node: int, least: float, most: float) -> Substations:
    """A house that cools its flow to 40 degC."""
    return Substations(np.array([node]), np.array([313.15]), np.array([least]), np.array([most]))


def steady(pieces: int) -> DynamicStep:
    """A street of 2 km whose water passes each piece within a step; the house cools it to 40 degC."""
    network = DynamicRadial(street(pieces), house(pieces, 0.2, 0.2), WATER, 0.0, 343.15, 313.15, BETWEEN)
    for _ in range(6):
        step = network.step(20 * 3600.0, Duty(np.array([[1e9]])), 343.15, GROUND)
    return step


def test_the_steady_state_is_that_of_the_coupled_equations_to_second_order() -> None:
    """m c s' = -U s - G (s - r), -m c r' = -U r + G (s - r): two ends, one exponential of a matrix."""
    units = np.array([[-(OWN + BETWEEN), BETWEEN], [-BETWEEN, OWN + BETWEEN]]) * 2000.0 / (0.2 * WATER.heat_capacity)
    whole = expm(units)
    root = (313.15 - GROUND - whole[1, 0] * 60.0) / whole[1, 1]
    arriving = GROUND + whole[0] @ [60.0, root]
    errors = []
    for pieces in (2, 4, 8, 16):
        step = steady(pieces)
        errors.append([abs(step.arriving_k[0] - arriving), abs(step.root_return_k - GROUND - root)])
        assert step.stored_w == pytest.approx(0.0, abs=0.02)
    assert np.max(errors[-1]) < 0.01
    assert np.log2(np.divide(errors[0], errors[-1])) / 3.0 == pytest.approx([2.0, 2.0], abs=0.15)
    # without the exchange the same pipes would be far off
    alone = 60.0 * np.exp(-OWN * 2000.0 / (0.2 * WATER.heat_capacity))
    assert abs(alone + GROUND - arriving) > 2.0
    given = step.exchange_w.sum()
    assert given == pytest.approx(
        0.2 * WATER.heat_capacity * (343.15 - step.arriving_k[0]) - step.supply_loss_w.sum(), rel=1e-6
    )


def standing_error(seconds: float) -> float:
    """Error (K) of the two pipes after 12 hours at rest, against their modes: the mean and the difference."""
    network = DynamicRadial(street(1, 100.0), house(1, 0.0, 1.0), WATER, 3000.0, 343.15, 313.15, BETWEEN)
    for _ in range(round(12 * 3600.0 / seconds)):
        network.step(seconds, Duty(np.zeros((1, 1))), 343.15, GROUND)
    capacity = 985.0 * 4184.0 * np.pi / 4.0 * 0.05**2 + 3000.0
    mean = 45.0 * np.exp(-OWN * 12 * 3600.0 / capacity)
    half = 15.0 * np.exp(-(OWN + 2.0 * BETWEEN) * 12 * 3600.0 / capacity)
    stored = [pipes.stored_j(GROUND)[0] / (100.0 * capacity) for pipes in (network.supply, network.back)]
    return float(np.abs(np.array(stored) - [mean + half, mean - half]).max())


def test_standing_pipes_cool_together_to_second_order_in_the_step() -> None:
    errors = [standing_error(seconds) for seconds in (3600.0, 1800.0, 900.0, 450.0)]
    assert errors[0] < 0.1
    assert np.log2(errors[0] / errors[-1]) / 3.0 == pytest.approx(2.0, abs=0.15)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_what_supplies_give_returns_take_in_any_history(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = DynamicRadial(street(3, 600.0), house(3, 1e-3, 1.0), WATER, 2000.0, 333.15, 308.15, [0.0, 0.05, 0.3])
    for _ in range(12):
        load, supply = 30e3 * random.choice([0.0, 0.01, 0.1, 1.0]), float(random.uniform(328.15, 353.15))
        before = network.supply.stored_j(GROUND).sum() + network.back.stored_j(GROUND).sum()
        seconds = float(random.choice([60.0, 3600.0, 20000.0]))
        step = network.step(seconds, Duty(np.array([[load]])), supply, GROUND)
        stored = (network.supply.stored_j(GROUND).sum() + network.back.stored_j(GROUND).sum() - before) / seconds
        out = step.delivered_w.sum() + step.supply_loss_w.sum() + step.return_loss_w.sum() + stored
        assert step.root_heat_w == pytest.approx(out, abs=1e-6 * max(abs(step.root_heat_w), abs(stored)))
        assert step.balance_residual < 1e-8
        assert step.exchange_w[0] == 0.0
        assert step.exchange_w[2] > 0.0


def test_pairs_of_wallenten_lose_what_his_formula_says() -> None:
    """A short pair at 70/40 degC: losses and exchange are those of the symmetric and antisymmetric problems."""
    pair = paired_pipes(0.06, 0.14, 0.8, 0.2, 0.026, 1.5)
    tree = street(1, 1.0, float(pair.to_ground))
    network = DynamicRadial(tree, house(1, 1.0, 1.0), WATER, 0.0, 343.15, 313.15, pair.between)
    for _ in range(3):
        step = network.step(3600.0, Duty(np.array([[1e9]])), 343.15, GROUND)
    supply, back = pair.losses(343.15, 313.15, GROUND)
    assert step.supply_loss_w + step.exchange_w == pytest.approx(supply, rel=1e-4)
    assert step.return_loss_w - step.exchange_w == pytest.approx(back, rel=1e-4)


def test_ground_and_exchange_go_through_a_simulated_day() -> None:
    """Steps x pipes of ground are one ground where all are equal; the exchange takes from supplies and warms returns."""
    demand, hours = np.full((24, 1), 20e3), np.arange(24)
    ground = GROUND + np.sin(hours / 4.0)
    station = house(2, 1e-3, 1.0)

    def run(ground_k: np.ndarray, between: float) -> DynamicResult:
        return simulate_radial(street(2), station, WATER, 2000.0, demand, 343.15, ground_k, between_w_per_m_k=between)

    whole, each = run(ground, 0.05), run(np.column_stack([ground, ground]), 0.05)
    assert each.result.root_heat_w == pytest.approx(whole.result.root_heat_w, rel=1e-12)
    colder = run(np.column_stack([ground, ground - 5.0]), 0.05)
    more = colder.result.supply_loss_w - whole.result.supply_loss_w
    assert np.all(more[:, 1] > 0.5 * 5.0 * OWN * 1000.0)
    alone = run(ground, 0.0)
    assert np.all(alone.exchange_w == 0.0)
    assert np.all(whole.exchange_w > 0.0)
    assert np.all(whole.result.root_return_k > alone.result.root_return_k)


@pytest.mark.parametrize("between", [0.0, BETWEEN])
def test_pipes_that_stand_for_months_end_as_cold_as_the_ground(between: float) -> None:
    """Nothing but rounding is left then, which is no fault of the balance."""
    network = DynamicRadial(street(2, 300.0), house(2, 0.0, 1.0), WATER, 3000.0, 343.15, 313.15, between)
    for _ in range(1500):
        step = network.step(3600.0, Duty(np.zeros((1, 1))), 343.15, GROUND)
    assert network.supply.stored_j(GROUND) == pytest.approx(0.0, abs=1e-3)
    assert step.supply_loss_w == pytest.approx(0.0, abs=1e-6)
    warm = [network.step(3600.0, Duty(np.full((1, 1), 2e4)), 343.15, GROUND) for _ in range(3)]
    assert warm[-1].delivered_w == pytest.approx(2e4)


def test_a_sweep_that_is_given_up_leaves_the_pipes_as_they_were() -> None:
    """The sweeps step copies of the pipes; only the last becomes the network's."""
    network = DynamicRadial(street(2), house(2, 0.2, 0.2), WATER, 2000.0, 333.15, 313.15, BETWEEN)
    network.step(3600.0, Duty(np.array([[1e4]])), 343.15, GROUND)
    ground, asked = np.full(2, GROUND), Duty(np.array([[1e4]])).transposed(1)
    stored = network.supply.stored_j(GROUND).copy(), network.back.stored_j(GROUND).copy()
    flow = np.full(2, 0.2)
    line = network.supply.line(3600.0, flow, ground)
    network._sweep(3600.0, asked, 353.15, ground, np.full(2, 300.0), None)
    assert np.array_equal(network.supply.stored_j(GROUND), stored[0])
    assert np.array_equal(network.back.stored_j(GROUND), stored[1])
    assert np.array_equal(network.supply.line(3600.0, flow, ground).offset_k, line.offset_k)


def test_a_negative_conductance_is_refused() -> None:
    with pytest.raises(InputError, match="between the pipes must not be negative"):
        PipePairs.of([10.0], 0.1, 0.1, -0.1)
