"""The list of what breaks heat networks, each item put to every solver it concerns.

Solvers: `solve_steady` and `simulate`, by the sweeps of radial networks and as any graph. Hydraulics alone, with pumps, check
valves and held flows, and by both of its methods: test_robustness_hydraulics.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import InputError
from rack2city.network import (
    Liquid,
    create_boundaries,
    create_junctions,
    create_producers,
    create_valves,
    solve_hydraulics,
    solve_steady,
)
from tests.network.nets import balanced, looped_network
from tests.network.street import GROUND_K, RETURN_K, SUPPLY_K, Told, run, with_houses
from tests.network.street import steady as solve
from tests.network.street import street as pairs_of

WATER = Liquid(density=985.0, heat_capacity=4184.0, viscosity=5e-4)
LARGEST, WALL_J_PER_M_K = 1.0, 1500.0
LOADS = np.array([20e3, 8e3, 15e3, 30e3])


@dataclass(frozen=True)
class Answer:
    """What a solver says of each house, and its balance."""

    flow: np.ndarray
    arriving_k: np.ndarray
    delivered_w: np.ndarray
    unmet_w: np.ndarray
    balance: float

    def keeps(self, loads):
        """What always holds: numbers, heat delivered or reported, a balance that closes."""
        assert self.balance < 1e-9
        assert np.isfinite(self.flow).all()
        assert (self.unmet_w >= 0.0).all()
        np.testing.assert_allclose(self.delivered_w + self.unmet_w, loads, rtol=1e-7, atol=1e-6)


@dataclass(frozen=True)
class Tree:
    """Pipe pairs whose node i + 1 hangs on node parents[i]; the nodes without children are houses."""

    parents: list[int]
    length: Any
    diameter: Any = 0.05
    loss: float = 0.3

    @property
    def houses(self):
        return np.setdiff1d(np.arange(1, len(self.parents) + 1), self.parents)

    def tables(self, bypass=0.0, largest=LARGEST, wall=WALL_J_PER_M_K, houses=None, **columns):
        """The tree with substations that cool to 40 degC and whose valves open further below 5 K."""
        network = pairs_of(
            self.parents, self.length, self.diameter, self.loss, liquid=WATER, wall_j_per_m_k=wall, control="own"
        )
        valves = {"bypass_kg_per_s": bypass, "max_flow_kg_per_s": largest, "min_difference_k": 5.0}
        return with_houses(network, self.houses if houses is None else houses, **{**valves, **columns})


def street():
    """Three pieces of street in a row, a house on each and one more beside the last."""
    return Tree([0, 1, 2, 1, 2, 3, 3], [60.0, 60.0, 60.0, 15.0, 15.0, 15.0, 0.1])


def last(told: Told, way: str) -> Answer:
    """The last step, solved on the way that was meant."""
    assert way in told.method, told.method
    columns = (told.flow, told.arriving_k, told.delivered_w, told.unmet_w)
    return Answer(*(column[-1] for column in columns), float(told.balance.max()))


def steady_graph(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """Steady, as any graph: a boundary of no flow changes nothing, but is no part of a radial network."""
    network = tree.tables(bypass, largest)
    create_boundaries(network, "none", junction="r 0", mass_flow_kg_per_s=0.0, supply_k=300.0)
    return last(solve(network, loads, supply_k), "flows given at boundaries")


def steady_radial(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """Steady, by sweeps."""
    return last(solve(tree.tables(bypass, largest), loads, supply_k), "radial")


def steps_radial(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """Steady, many steps at once."""
    return last(run(tree.tables(bypass, largest), np.tile(loads, (3, 1)), supply_k), "radial")


def radial_in_time(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """The last of some hours of constant conditions, by sweeps."""
    return last(history(tree, np.tile(loads, (6, 1)), supply_k, bypass, largest), "radial")


def history(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST, way="radial"):
    """Hours in time (steps x houses)."""
    return run(tree.tables(bypass, largest), loads, supply_k, mode="dynamic", way=way, warm_up_steps=48)


def graph_in_time(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """The last of some hours of constant conditions, as any graph; pipes start warm, without walls."""
    network = tree.tables(bypass, largest, wall=0.0)
    told = run(network, np.tile(loads, (12, 1)), supply_k, mode="dynamic", way="graph", initial=supply_k)
    return last(told, "graph")


SOLVERS: list[Callable[..., Answer]] = [steady_graph, steady_radial, steps_radial, radial_in_time, graph_in_time]
every_solver = pytest.mark.parametrize("solve", SOLVERS)


@every_solver
def test_all_loads_zero(solve):
    rest = solve(street(), 0.0 * LOADS)
    rest.keeps(0.0 * LOADS)
    np.testing.assert_array_equal(rest.flow, 0.0)
    trickle = solve(street(), 0.0 * LOADS, bypass=2e-3)
    trickle.keeps(0.0 * LOADS)
    np.testing.assert_allclose(trickle.flow, 2e-3, rtol=1e-12)
    assert ((trickle.arriving_k > GROUND_K) & (trickle.arriving_k < SUPPLY_K)).all()


@every_solver
@pytest.mark.parametrize("idle", range(4))
def test_one_load_zero(solve, idle):
    loads = np.where(np.arange(4) == idle, 0.0, LOADS)
    answer = solve(street(), loads)
    answer.keeps(loads)
    assert answer.flow[idle] == 0.0
    busy = loads > 0.0
    np.testing.assert_allclose(answer.delivered_w[busy], loads[busy], rtol=1e-7)
    drawn = answer.flow * WATER.heat_capacity * (answer.arriving_k - RETURN_K)
    np.testing.assert_allclose(drawn[busy], loads[busy], rtol=1e-5)


@pytest.mark.parametrize("way", ["radial", "graph"])
def test_a_load_step_from_zero_to_full(way):
    loads = np.concatenate([np.zeros((12, 4)), np.repeat(LOADS[None], 12, axis=0), np.zeros((2, 4))])
    steady = run(street().tables(), loads, way=way)
    moved = history(street(), loads, way=way)
    for result in (steady, moved):
        assert result.balance.max() < 1e-9
        close = 1e-9 if way == "radial" else 1e-8  # what the graph's valves are resolved to
        np.testing.assert_allclose(result.delivered_w + result.unmet_w, loads, rtol=close, atol=1e-6)
        np.testing.assert_array_equal(result.flow[[5, -1]], 0.0)
    at_full = steady_graph(street(), LOADS).flow
    np.testing.assert_allclose(steady.flow[12:-2], np.repeat(at_full[None], 12, axis=0), rtol=1e-6)
    np.testing.assert_allclose(moved.flow[-3], at_full, rtol=2e-3)
    # pipes have cooled down for sixty hours: the first full hour fills them again
    assert moved.stored_w[12] > 0.05 * LOADS.sum()
    np.testing.assert_allclose(moved.delivered_w[13:-2], loads[13:-2], rtol=1e-6)


@every_solver
@pytest.mark.parametrize("supply_k", [RETURN_K - 10.0, GROUND_K - 5.0], ids=["below the return", "below the ground"])
def test_supply_colder_than_the_return_set_point(solve, supply_k):
    answer = solve(street(), LOADS, supply_k=supply_k)
    answer.keeps(LOADS)
    np.testing.assert_array_equal(answer.delivered_w, 0.0)
    assert (answer.flow <= LARGEST * (1 + 1e-12)).all()
    assert np.isfinite(answer.arriving_k).all()
    assert (answer.arriving_k < RETURN_K).all()


@pytest.mark.parametrize("way", ["radial", "graph"])
def test_supply_that_falls_below_the_return_set_point_and_recovers(way):
    hours = np.arange(24)
    supply = np.where((hours >= 8) & (hours < 16), RETURN_K - 10.0, SUPPLY_K)
    moved = history(street(), np.repeat(LOADS[None], 24, axis=0), supply, way=way)
    assert moved.balance.max() < 1e-9
    np.testing.assert_allclose(moved.delivered_w[[7, 23]], [LOADS, LOADS], rtol=1e-6)
    np.testing.assert_array_equal(moved.delivered_w[15], 0.0)
    np.testing.assert_allclose(moved.unmet_w[15], LOADS)


def test_a_closed_valve_islands_part_of_the_net():
    def with_valve(opening):
        network = street().tables(demand_w=LOADS)
        create_junctions(network, ["s cut", "r cut"])
        for side, end in (("s", "from_junction"), ("r", "to_junction")):
            network.pipes.loc[f"{side} p3", end] = f"{side} cut"  # p3 leads from node 2 to the last two houses
        columns = {"kv_m3_per_h": 40.0, "opening": opening}
        create_valves(network, 2, from_junction=["s 2", "r cut"], to_junction=["s cut", "r 2"], **columns)
        return solve_steady(network)

    opened, closed = with_valve(1.0), with_valve(0.0)
    np.testing.assert_allclose(opened.res_substations.heat_w, LOADS, rtol=1e-7)
    np.testing.assert_allclose(closed.res_substations.heat_w, [*LOADS[:2], 0.0, 0.0], rtol=1e-7)
    np.testing.assert_allclose(closed.res_substations.unmet_w, [0.0, 0.0, *LOADS[2:]], rtol=1e-7)
    assert closed.res_junctions.p_pa[["s cut", "s 3", "r 3"]].isna().all()
    assert closed.res_junctions.p_pa[["s 2", "r 2"]].notna().all()
    without = steady_radial(street(), np.where(np.arange(4) < 2, LOADS, 0.0))
    np.testing.assert_allclose(closed.res_substations.mdot_kg_per_s, without.flow, rtol=1e-6)
    assert closed.energy.relative < 1e-9


def test_two_producers_meet():
    # three houses between equal producers at equal distance: the middle house takes half from each, at its own temperature
    flow, loss, length = 0.5, 0.3, 200.0
    line = Tree([0, 1, 2, 3], length, 0.06, loss)
    network = line.tables(houses=[1, 2, 3], mass_flow_kg_per_s=flow, demand_w=1e4)
    network.producers["supply_k"] = 350.0
    columns = {"mode": "pressure", "difference_pa": 2e5, "supply_k": 330.0}
    create_producers(network, "other", return_junction="r 4", supply_junction="s 4", **columns)
    result = solve_steady(network)
    np.testing.assert_allclose(result.res_producers.mdot_kg_per_s, 1.5 * flow, rtol=1e-9)
    np.testing.assert_allclose(result.res_pipes.mdot_kg_per_s[["s p2", "s p3"]], [0.5 * flow, -0.5 * flow], rtol=1e-9)
    decay = np.exp(-loss * length / WATER.heat_capacity * (1 / (1.5 * flow) + 1 / (0.5 * flow)))
    meeting = GROUND_K + decay * (0.5 * (350.0 + 330.0) - GROUND_K)
    assert result.res_substations.t_supply_k["2"] == pytest.approx(meeting, abs=1e-9)
    assert result.energy.relative < 1e-9


@every_solver
@pytest.mark.parametrize(
    ("length", "diameter", "loads"),
    [((0.1, 5000.0), (0.1, 0.1), (1e5, 3e5)), ((100.0, 100.0), (0.0161, 0.7954), (2e4, 2e7))],
    ids=["0.1 m beside 5 km", "DN15 beside DN800"],
)
def test_extreme_pipes_side_by_side(solve, length, diameter, loads):
    loads = np.array(loads)
    answer = solve(Tree([0, 0], np.array(length), np.array(diameter)), loads, largest=1e3)
    answer.keeps(loads)
    np.testing.assert_allclose(answer.delivered_w, loads, rtol=1e-7)
    decay = np.exp(-0.3 * np.array(length) / (answer.flow * WATER.heat_capacity))
    np.testing.assert_allclose(answer.arriving_k, GROUND_K + (SUPPLY_K - GROUND_K) * decay, atol=0.01, rtol=0)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_looped_networks_converge_and_balance(seed):
    converges_and_balances(seed)


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_many_random_looped_networks_converge_and_balance(seed):
    converges_and_balances(seed)


def converges_and_balances(seed):
    """Both methods close mass and pressure, and agree."""
    network, injection = looped_network(seed)
    state = solve_hydraulics(network, {"0": 5e5}, injection, method="loops")
    assert balanced(state, injection)
    nodes = solve_hydraulics(network, {"0": 5e5}, injection, method="nodes")
    assert balanced(nodes, injection)
    largest = float(np.abs(state.mass_flow_kg_per_s).max())
    np.testing.assert_allclose(
        nodes.mass_flow_kg_per_s, state.mass_flow_kg_per_s, rtol=0.0, atol=1e-7 * largest + 1e-12
    )


def test_a_disconnected_junction_is_refused_by_name():
    network = street().tables(demand_w=LOADS)
    create_junctions(network, "lonely")
    with pytest.raises(InputError, match="junction 'lonely' is not connected to any given pressure"):
        solve_steady(network)


def test_a_net_without_a_pressure_reference_is_refused():
    network = street().tables(demand_w=LOADS)
    network.producers["return_pressure_pa"] = np.nan
    with pytest.raises(InputError, match=r"no pressure reference; give a boundary its pressure_pa, or a producer"):
        solve_steady(network)
