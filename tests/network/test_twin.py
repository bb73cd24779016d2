"""Supply and return pipes that feel each other: against the coupled equations' own solutions, in space and in time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from rack2city.errors import InputError
from rack2city.network import Liquid, Network
from rack2city.network.pipes.soil import paired_pipes
from rack2city.network.solvers.radial.run import RadialRun, conditions
from tests.network.street import Told, run, start_of, with_houses
from tests.network.street import street as pairs_of

WATER = Liquid(density=985.0, heat_capacity=4184.0, viscosity=5e-4)
GROUND = 283.15
OWN, BETWEEN = 0.15, 0.1  # W/(m K)
BOTH_WAYS = pytest.mark.parametrize("way", ["radial", "graph"])


def street(pieces: int, length: float = 2000.0, own: float = OWN, wall: float = 0.0, between: Any = BETWEEN) -> Network:
    """One street in equal pieces."""
    parents = list(range(pieces))
    return pairs_of(parents, length / pieces, 0.05, own, liquid=WATER, wall_j_per_m_k=wall, between_w_per_m_k=between)


def house(network: Network, least: float, most: float, **columns: Any) -> Network:
    """The street with a house at its end that cools its flow to 40 degC, whose valve opens further below 5 K."""
    node = len(network.pipes) // 2
    given = {"bypass_kg_per_s": least, "max_flow_kg_per_s": most, "min_difference_k": 5.0, **columns}
    return with_houses(network, [node], **given)


def in_time(network: Network, loads: Any, supply_k: Any, step_s: Any, way: str = "radial", **options: Any) -> Told:
    """Steps of the house's loads; the pipes start at 70 and 40 degC."""
    start = options.pop("start", (343.15, 313.15))
    begin = {"initial": start_of(network, *start), "wall_film": False}
    demand = np.asarray(loads, dtype=float)[:, None]
    return run(network, demand, supply_k, step_s=step_s, mode="dynamic", way=way, **{**begin, **options})


def steady(pieces: int, way: str) -> Told:
    """A street of 2 km whose water passes each piece within a step; the house cools it to 40 degC."""
    return in_time(house(street(pieces), 0.2, 0.2), np.full(6, 1e5), 343.15, 20 * 3600.0, way)


@BOTH_WAYS
def test_the_steady_state_is_that_of_the_coupled_equations_to_second_order(way: str) -> None:
    """m c s' = -U s - G (s - r), -m c r' = -U r + G (s - r): two ends, one exponential of a matrix."""
    units = np.array([[-(OWN + BETWEEN), BETWEEN], [-BETWEEN, OWN + BETWEEN]]) * 2000.0 / (0.2 * WATER.heat_capacity)
    whole = expm(units)
    root = (313.15 - GROUND - whole[1, 0] * 60.0) / whole[1, 1]
    arriving = GROUND + whole[0] @ [60.0, root]
    errors = []
    for pieces in (2, 4, 8, 16):
        told = steady(pieces, way)
        errors.append([abs(told.arriving_k[-1, 0] - arriving), abs(told.root_return_k[-1] - GROUND - root)])
        assert told.stored_w[-1] == pytest.approx(0.0, abs=0.02)
    assert np.max(errors[-1]) < 0.01
    assert np.log2(np.divide(errors[0], errors[-1])) / 3.0 == pytest.approx([2.0, 2.0], abs=0.15)
    # without the exchange the same pipes would be far off
    alone = 60.0 * np.exp(-OWN * 2000.0 / (0.2 * WATER.heat_capacity))
    assert abs(alone + GROUND - arriving) > 2.0
    given = told.exchange_w[-1].sum()
    cooled = 0.2 * WATER.heat_capacity * (343.15 - told.arriving_k[-1, 0])
    assert given == pytest.approx(cooled - told.supply_loss_w[-1].sum(), rel=1e-6)


def standing_error(seconds: float, way: str) -> float:
    """Error (K) of the two pipes after 12 hours at rest, against their modes: the mean and the difference.

    What is stored of each pipe cools by what it lost; its own share of both is told apart.
    """
    network = house(street(1, 100.0, wall=3000.0), 0.0, 1.0)
    told = in_time(network, np.zeros(round(12 * 3600.0 / seconds)), 343.15, seconds, way)
    capacity = 985.0 * 4184.0 * np.pi / 4.0 * 0.05**2 + 3000.0
    mean = 45.0 * np.exp(-OWN * 12 * 3600.0 / capacity)
    half = 15.0 * np.exp(-(OWN + 2.0 * BETWEEN) * 12 * 3600.0 / capacity)
    lost = np.array([told.supply_loss_w + told.exchange_w, told.return_loss_w - told.exchange_w]).sum(axis=(1, 2))
    left = np.array([60.0, 30.0]) - lost * seconds / (100.0 * capacity)
    return float(np.abs(left - [mean + half, mean - half]).max())


@BOTH_WAYS
def test_standing_pipes_cool_together_to_second_order_in_the_step(way: str) -> None:
    errors = [standing_error(seconds, way) for seconds in (3600.0, 1800.0, 900.0, 450.0)]
    assert errors[0] < 0.1
    assert np.log2(errors[0] / errors[-1]) / 3.0 == pytest.approx(2.0, abs=0.15)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_what_supplies_give_returns_take_in_any_history(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = house(street(3, 600.0, wall=2000.0, between=[0.0, 0.05, 0.3]), 1e-3, 1.0)
    loads = 30e3 * random.choice([0.0, 0.01, 0.1, 1.0], 12)
    supply, seconds = random.uniform(328.15, 353.15, 12), random.choice([60.0, 3600.0, 20000.0], 12)
    told = in_time(network, loads, supply, seconds, start=(333.15, 308.15))
    out = told.delivered_w.sum(axis=1) + told.loss_w + told.stored_w
    apart = np.abs(told.root_heat_w - out)
    assert (apart <= 1e-6 * np.maximum(np.abs(told.root_heat_w), np.abs(told.stored_w))).all()
    assert told.balance.max() < 1e-8
    assert (told.exchange_w[:, 0] == 0.0).all()
    assert (told.exchange_w[:, 2] > 0.0).all()


@BOTH_WAYS
def test_pairs_of_wallenten_lose_what_his_formula_says(way: str) -> None:
    """A short pair at 70/40 degC: losses and exchange are those of the symmetric and antisymmetric problems."""
    pair = paired_pipes(0.06, 0.14, 0.8, 0.2, 0.026, 1.5)
    network = house(street(1, 1.0, float(pair.to_ground), between=float(pair.between)), 1.0, 1.0)
    told = in_time(network, np.full(3, 1e9), 343.15, 3600.0, way)
    supply, back = pair.losses(343.15, 313.15, GROUND)
    assert told.supply_loss_w[-1] + told.exchange_w[-1] == pytest.approx(supply, rel=1e-4)
    assert told.return_loss_w[-1] - told.exchange_w[-1] == pytest.approx(back, rel=1e-4)


@BOTH_WAYS
def test_ground_and_exchange_go_through_a_simulated_day(way: str) -> None:
    """Steps x pipes of ground are one ground where all are equal; the exchange takes from supplies and warms returns."""
    ground = GROUND + np.sin(np.arange(24) / 4.0)

    def day(ground_k: np.ndarray, between: float) -> Told:
        network = house(street(2, wall=2000.0, between=between), 1e-3, 1.0)
        return in_time(network, np.full(24, 20e3), 343.15, 3600.0, way, ground_k=ground_k, initial="steady")

    whole, each = day(ground, 0.05), day(np.column_stack([ground, ground]), 0.05)
    assert each.root_heat_w == pytest.approx(whole.root_heat_w, rel=1e-12)
    colder = day(np.column_stack([ground, ground - 5.0]), 0.05)
    more = colder.supply_loss_w - whole.supply_loss_w
    assert np.all(more[:, 1] > 0.5 * 5.0 * OWN * 1000.0)
    alone = day(ground, 0.0)
    assert np.all(alone.exchange_w == 0.0)
    assert np.all(whole.exchange_w > 0.0)
    assert np.all(whole.root_return_k > alone.root_return_k)


@pytest.mark.parametrize("between", [0.0, BETWEEN])
def test_pipes_that_stand_for_months_end_as_cold_as_the_ground(between: float) -> None:
    """Nothing but rounding is left then, which is no fault of the balance."""
    network = house(street(2, 300.0, wall=3000.0, between=between), 0.0, 1.0)
    told = in_time(network, [*np.zeros(1500), 2e4, 2e4, 2e4], 343.15, 3600.0)
    capacity = 300.0 * (985.0 * 4184.0 * np.pi / 4.0 * 0.05**2 + 3000.0)
    assert told.stored_w[:1500].sum() * 3600.0 == pytest.approx(-capacity * (60.0 + 30.0), rel=1e-9)
    assert told.supply_loss_w[1499] == pytest.approx(0.0, abs=1e-6)
    assert told.delivered_w[-1] == pytest.approx(2e4)


def test_a_sweep_that_is_given_up_leaves_the_pipes_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeps step copies of the pipes; only the last becomes the network's."""
    kept: list[Any] = []
    begin = RadialRun._begin

    def noted(self: RadialRun) -> Any:
        kept[:] = [begin(self), conditions(self._radial, self._varying, slice(0, 1))[0]]
        return kept[0]

    monkeypatch.setattr(RadialRun, "_begin", noted)
    in_time(house(street(2, wall=2000.0), 0.2, 0.2), [1e4], 343.15, 3600.0, start=(333.15, 313.15))
    moving, stations = kept
    around = np.full(2, 300.0), np.full(2, GROUND)
    stored = moving.supply.stored_j(GROUND).copy(), moving.back.stored_j(GROUND).copy()
    flow = np.full(2, 0.2)
    line = moving.supply.line(3600.0, flow, around[1])
    moving._sweep(3600.0, stations, 353.15, around, np.full(4, GROUND), None)
    assert np.array_equal(moving.supply.stored_j(GROUND), stored[0])
    assert np.array_equal(moving.back.stored_j(GROUND), stored[1])
    assert np.array_equal(moving.supply.line(3600.0, flow, around[1]).offset_k, line.offset_k)


def test_a_negative_conductance_is_refused() -> None:
    with pytest.raises(InputError, match=r"column pair_w_per_m_k: -0\.1 is out of bounds"):
        in_time(house(street(1, 10.0, between=-0.1), 0.1, 0.1), [1e3], 343.15, 3600.0)
