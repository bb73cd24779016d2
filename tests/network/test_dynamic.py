"""The radial network in time: against the steady solution, against plug flow by hand, and its balance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rack2city.network.dynamic import DynamicRadial
from rack2city.network.offtake import Duty
from rack2city.network.radial import solve_radial
from rack2city.network.simulate import simulate_radial
from rack2city.network.tree import RadialTree, Substations

from rack2city.errors import Rack2CityError
from rack2city.network.hydraulics.liquid import Liquid

WATER = Liquid(density=985.0, heat_capacity=4184.0, viscosity=5e-4)
GROUND_K = 283.15


def comb(length: float = 60.0, loss: float = 0.3) -> RadialTree:
    """Three street pieces in a row, a house on each and one more beside the last."""
    return RadialTree(
        node_names=["plant", "a", "b", "c", "ha", "hb", "hc", "hd"],
        pipe_names=[str(i) for i in range(7)],
        start=np.array([0, 1, 2, 1, 2, 3, 3]),
        end=np.array([1, 2, 3, 4, 5, 6, 7]),
        length_m=np.array([length, length, length, 15.0, 15.0, 15.0, 0.1]),
        diameter_m=np.array([0.07, 0.054, 0.043, 0.0285, 0.0285, 0.0285, 0.0285]),
        roughness_m=np.full(7, 1e-5),
        supply_loss_w_per_m_k=np.full(7, loss),
        return_loss_w_per_m_k=np.full(7, loss),
    )


def houses(return_k: float = 313.15) -> Substations:
    n = 4
    return Substations(
        node=np.array([4, 5, 6, 7]),
        return_k=np.full(n, return_k),
        bypass_kg_per_s=np.full(n, 1e-3),
        max_flow_kg_per_s=np.full(n, 1.0),
    )


def test_constant_conditions_end_in_the_steady_solution() -> None:
    demand = np.array([[20e3, 8e3, 15e3, 30e3]])
    steady = solve_radial(comb(), houses(), WATER, demand, 343.15, GROUND_K)
    network = DynamicRadial(comb(), houses(), WATER, 2000.0, 333.15, 303.15)
    for _ in range(48):
        step = network.step(900.0, Duty(demand), 343.15, GROUND_K)
    assert step.root_heat_w == pytest.approx(steady.root_heat_w[0], rel=2e-4)
    assert step.arriving_k == pytest.approx(steady.arriving_k[0], abs=0.01)
    assert step.root_return_k == pytest.approx(steady.root_return_k[0], abs=0.01)
    assert abs(step.stored_w) < 1e-4 * step.root_heat_w
    assert step.delivered_w == pytest.approx(demand[0], rel=1e-5)


def test_a_warmer_supply_arrives_when_the_water_does() -> None:
    """One house at the end of one long pipe without wall or loss: what arrives steps after L/v, within one time step."""
    tree = RadialTree(
        ["plant", "house"],
        ["street"],
        np.array([0]),
        np.array([1]),
        np.array([600.0]),
        np.array([0.05]),
        np.array([1e-5]),
        np.zeros(1),
        np.zeros(1),
    )
    house = Substations(np.array([1]), np.array([313.15]), np.array([0.5]), np.array([0.5]))
    network = DynamicRadial(tree, house, WATER, 0.0, 333.15, 313.15)
    demand, speed = np.zeros((1, 1)), 0.5 / (985.0 * np.pi / 4 * 0.05**2)
    arrivals = [network.step(60.0, Duty(demand), 353.15, GROUND_K).arriving_k[0] for _ in range(40)]
    transit = 600.0 / speed
    for number, arrived in enumerate(arrivals):
        begin, end = 60.0 * number, 60.0 * (number + 1)
        if end < transit:
            assert arrived == pytest.approx(333.15, abs=1e-6)
        elif begin > transit:
            assert arrived == pytest.approx(353.15, abs=1e-6)
        else:
            expected = 333.15 + 20.0 * (end - transit) / 60.0
            assert arrived == pytest.approx(expected, abs=0.5)


def test_every_step_balances_through_a_cold_start_and_a_night() -> None:
    network = DynamicRadial(comb(), houses(), WATER, 2000.0, 283.15, 283.15)
    load = np.array([[20e3, 8e3, 15e3, 30e3]])
    stored = 0.0
    before = network.supply.stored_j(GROUND_K).sum() + network.back.stored_j(GROUND_K).sum()
    for hour in range(24):
        part = 0.0 if hour in (2, 3) else 0.1 if hour < 6 else 1.0
        step = network.step(3600.0, Duty(part * load), 343.15, GROUND_K)
        assert step.balance_residual < 1e-9
        stored += step.stored_w * 3600.0
    after = network.supply.stored_j(GROUND_K).sum() + network.back.stored_j(GROUND_K).sum()
    assert stored == pytest.approx(after - before, rel=1e-9)
    assert stored > 0.0


def test_cold_pipes_leave_heat_unmet_first_and_then_not() -> None:
    network = DynamicRadial(comb(), houses(), WATER, 2000.0, 293.15, 293.15)
    load = np.array([[20e3, 8e3, 15e3, 30e3]])
    steps = [network.step(60.0, Duty(load), 343.15, GROUND_K) for _ in range(30)]
    assert steps[0].unmet_w.sum() > 0.5 * load.sum()
    assert steps[-1].unmet_w.sum() == 0.0
    assert steps[-1].delivered_w == pytest.approx(load[0], rel=1e-5)


def test_walls_slow_the_front_down() -> None:
    """The heat a wall keeps delays the arrival: the water's own transit times 1 + Cw / (rho c A)."""
    arrivals = []
    for wall in (0.0, 8000.0):
        network = DynamicRadial(comb(loss=0.0), houses(), WATER, wall, 318.15, 313.15)
        steps = [network.step(10.0, Duty(np.full((1, 4), 40e3)), 343.15, GROUND_K) for _ in range(60)]
        half = next(i for i, s in enumerate(steps) if s.arriving_k[2] > 0.5 * (318.15 + 343.15))
        arrivals.append(half)
    assert arrivals[1] > 1.3 * arrivals[0]


def test_a_simulated_day_is_close_to_the_steady_one_and_its_sums_agree() -> None:
    """Over a day the walls' heat comes back: heat and losses are the steady ones within the change of storage."""
    demand = np.array([[20e3, 8e3, 15e3, 30e3]]) * (1.0 + 0.5 * np.sin(np.arange(48) * np.pi / 12))[:, None]
    supply = 343.15 + 3.0 * np.cos(np.arange(48) * np.pi / 12)
    steady = solve_radial(comb(), houses(), WATER, demand, supply, GROUND_K)
    moved = simulate_radial(comb(), houses(), WATER, 2000.0, demand, supply, GROUND_K)
    result = moved.result
    assert result.delivered_w == pytest.approx(demand, rel=1e-5)
    assert result.root_heat_w.sum() == pytest.approx(steady.root_heat_w.sum(), rel=2e-3)
    losses = (result.supply_loss_w + result.return_loss_w).sum(axis=1)
    assert result.root_heat_w == pytest.approx(demand.sum(axis=1) + losses + moved.stored_w, rel=1e-6)
    assert losses.sum() == pytest.approx((steady.supply_loss_w + steady.return_loss_w).sum(), rel=0.01)
    assert result.root_difference_pa == pytest.approx(steady.root_difference_pa, rel=0.05)  # water on its way is colder


def test_a_step_that_fails_is_named() -> None:
    demand = np.full((3, 4), 1e3)
    supply = np.array([343.15, 343.15, np.nan])
    with pytest.raises(Rack2CityError, match=r"^step 2: "):
        simulate_radial(comb(), houses(), WATER, 2000.0, demand, supply, GROUND_K)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_any_history_of_loads_settles_and_balances(seed: int) -> None:
    """Nights without load, trickles and sudden peaks: cold and warm water stand in the pipes behind each other."""
    random = np.random.default_rng(seed)
    network = DynamicRadial(comb(length=300.0), houses(), WATER, 2000.0, 333.15, 308.15)
    for _ in range(24):
        load = np.array([[20e3, 8e3, 15e3, 30e3]]) * random.choice([0.0, 0.01, 0.1, 1.0], size=(1, 4))
        step = network.step(3600.0, Duty(load), float(random.uniform(328.15, 353.15)), GROUND_K)
        assert step.balance_residual < 1e-9
        assert step.delivered_w + step.unmet_w == pytest.approx(load[0], abs=1e-6)
