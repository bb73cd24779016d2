"""A radial network in time: against the steady solution, against plug flow by hand, and its balance."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import ConvergenceError
from rack2city.network import Liquid, Network, RetardedPipes
from rack2city.network.solvers.graph.run import GraphRun
from rack2city.network.solvers.radial.in_time import RadialInTime
from rack2city.network.solvers.radial.run import RadialRun
from rack2city.network.solvers.radial.step import RadialSteps
from tests.network.street import GROUND_K, run, start_of, street, with_houses

WATER = Liquid(density=985.0, heat_capacity=4184.0, viscosity=5e-4)
BOTH_WAYS = pytest.mark.parametrize("way", ["radial", "graph"])
LOADS = np.array([20e3, 8e3, 15e3, 30e3])


def comb(length: float = 60.0, loss: float = 0.3, wall: float = 2000.0, between: object = None) -> Network:
    """Three street pieces in a row, a house on each and one more beside the last."""
    return street(
        [0, 1, 2, 1, 2, 3, 3],
        np.array([length, length, length, 15.0, 15.0, 15.0, 0.1]),
        np.array([0.07, 0.054, 0.043, 0.0285, 0.0285, 0.0285, 0.0285]),
        loss,
        liquid=WATER,
        names=["plant", "a", "b", "c", "ha", "hb", "hc", "hd"],
        wall_j_per_m_k=wall,
        between_w_per_m_k=between,
    )


def houses(network: Network, least: float = 1e-3, most: float = 1.0) -> Network:
    """Houses that cool their flow to 40 degC, whose valves open further below 5 K."""
    columns = {"bypass_kg_per_s": least, "max_flow_kg_per_s": most, "min_difference_k": 5.0}
    return with_houses(network, [4, 5, 6, 7], **columns)


@BOTH_WAYS
def test_constant_conditions_end_in_the_steady_solution(way: str) -> None:
    network = houses(comb())
    steady = run(network, LOADS[None], way=way)
    start = start_of(network, 333.15, 303.15)
    told = run(network, np.tile(LOADS, (48, 1)), step_s=900.0, mode="dynamic", way=way, initial=start)
    assert told.root_heat_w[-1] == pytest.approx(steady.root_heat_w[0], rel=2e-4)
    assert told.arriving_k[-1] == pytest.approx(steady.arriving_k[0], abs=0.01)
    assert told.root_return_k[-1] == pytest.approx(steady.root_return_k[0], abs=0.01)
    assert abs(told.stored_w[-1]) < 1e-4 * told.root_heat_w[-1]
    assert told.delivered_w[-1] == pytest.approx(LOADS, rel=1e-5)


@BOTH_WAYS
def test_a_warmer_supply_arrives_when_the_water_does(way: str) -> None:
    """One house at the end of one long pipe without wall or loss: what arrives steps after L/v, within one time step."""
    network = street([0], 600.0, 0.05, 0.0, liquid=WATER)
    with_houses(network, [1], bypass_kg_per_s=0.5, max_flow_kg_per_s=0.5)
    speed, start = 0.5 / (985.0 * np.pi / 4 * 0.05**2), start_of(network, 333.15, 313.15)
    options = {"mode": "dynamic", "initial": start, "wall_film": False}
    arrivals = run(network, np.zeros((40, 1)), 353.15, step_s=60.0, way=way, **options).arriving_k[:, 0]
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


def stored_in_pipes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """Asks, after a run, for the heat above the ground's that its pipes hold (J)."""
    pipes: list[Callable[[], list[RetardedPipes]]] = []
    begin_tree, begin_graph = RadialRun._begin, GraphRun._begin

    def tree(self: RadialRun) -> RadialInTime:
        moving = begin_tree(self)
        pipes.append(lambda: [moving.supply, moving.back])
        return moving

    def graph(self: GraphRun, time_s: float) -> None:
        begin_graph(self, time_s)
        pipes.append(lambda: [self._pipes])

    monkeypatch.setattr(RadialRun, "_begin", tree)
    monkeypatch.setattr(GraphRun, "_begin", graph)
    return lambda: float(sum(part.stored_j(GROUND_K).sum() for part in pipes[-1]()))


@BOTH_WAYS
def test_every_step_balances_through_a_cold_start_and_a_night(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored_j = stored_in_pipes(monkeypatch)
    part = np.array([0.0 if hour in (2, 3) else 0.1 if hour < 6 else 1.0 for hour in range(24)])
    told = run(houses(comb()), part[:, None] * LOADS, mode="dynamic", way=way, initial=GROUND_K)
    assert told.balance.max() < 1e-9
    assert told.stored_w.sum() * 3600.0 == pytest.approx(stored_j(), rel=1e-9)
    assert stored_j() > 0.0


@BOTH_WAYS
def test_cold_pipes_leave_heat_unmet_first_and_then_not(way: str) -> None:
    options = {"mode": "dynamic", "initial": 293.15, "wall_film": False}
    told = run(houses(comb()), np.tile(LOADS, (30, 1)), step_s=60.0, way=way, **options)
    assert told.unmet_w[0].sum() > 0.5 * LOADS.sum()
    assert told.unmet_w[-1].sum() == 0.0
    assert told.delivered_w[-1] == pytest.approx(LOADS, rel=1e-5)


@BOTH_WAYS
def test_walls_slow_the_front_down(way: str) -> None:
    """The heat a wall keeps delays the arrival: the water's own transit times 1 + Cw / (rho c A)."""
    arrivals = []
    for wall in (0.0, 8000.0):
        network = houses(comb(loss=0.0, wall=wall))
        options = {"mode": "dynamic", "initial": start_of(network, 318.15, 313.15), "wall_film": False}
        told = run(network, np.full((60, 4), 40e3), step_s=10.0, way=way, **options)
        half = int(np.argmax(told.arriving_k[:, 2] > 0.5 * (318.15 + 343.15)))
        arrivals.append(half)
    assert arrivals[0] > 0
    assert arrivals[1] > 1.3 * arrivals[0]


@BOTH_WAYS
def test_a_simulated_day_is_close_to_the_steady_one_and_its_sums_agree(way: str) -> None:
    """Over a day the walls' heat comes back: heat and losses are the steady ones within the change of storage."""
    demand = LOADS * (1.0 + 0.5 * np.sin(np.arange(48) * np.pi / 12))[:, None]
    supply = 343.15 + 3.0 * np.cos(np.arange(48) * np.pi / 12)
    network = houses(comb())
    steady = run(network, demand, supply)
    told = run(network, demand, supply, mode="dynamic", way=way)
    assert told.delivered_w == pytest.approx(demand, rel=1e-5)
    assert told.root_heat_w.sum() == pytest.approx(steady.root_heat_w.sum(), rel=2e-3)
    assert told.root_heat_w == pytest.approx(told.delivered_w.sum(axis=1) + told.loss_w + told.stored_w, rel=1e-6)
    assert told.loss_w.sum() == pytest.approx(steady.loss_w.sum(), rel=0.01)
    assert told.difference_pa == pytest.approx(steady.difference_pa, rel=0.05)  # water on its way is colder


def test_a_step_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, done = RadialInTime.step, []

    def third_fails(self: RadialInTime, *arguments: Any) -> RadialSteps:
        done.append(1)
        if len(done) == 3:
            raise ConvergenceError("heat network: no flow")
        return whole(self, *arguments)

    monkeypatch.setattr(RadialInTime, "step", third_fails)
    with pytest.raises(ConvergenceError, match=r"^step 2 \(2\): heat network: no flow$"):
        run(houses(comb()), np.tile(LOADS, (4, 1)), mode="dynamic")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_any_history_of_loads_settles_and_balances(seed: int) -> None:
    """Nights without load, trickles and sudden peaks: cold and warm water stand in the pipes behind each other."""
    random = np.random.default_rng(seed)
    network = houses(comb(length=300.0))
    load = LOADS * random.choice([0.0, 0.01, 0.1, 1.0], size=(24, 4))
    supply = random.uniform(328.15, 353.15, 24)
    told = run(network, load, supply, mode="dynamic", initial=start_of(network, 333.15, 308.15))
    assert told.balance.max() < 1e-9
    assert told.delivered_w + told.unmet_w == pytest.approx(load, abs=1e-6)
