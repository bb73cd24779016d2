"""The list of what breaks heat networks, each item put to every solver it concerns.

Solvers: `solve_steady` and `simulate` on tables, `solve_radial` and `simulate_radial` on trees. Hydraulics alone, with pumps,
check valves and held flows, and by both of its methods: test_robustness_hydraulics.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import InputError
from rack2city.network import (
    Liquid,
    RadialTree,
    Substations,
    create_junctions,
    create_producers,
    create_valves,
    simulate,
    simulate_radial,
    solve_hydraulics,
    solve_radial,
    solve_steady,
)
from rack2city.network.hydraulics.solve import solve_tree_and_loops
from tests.network.nets import balanced, looped_network
from tests.network.tree_tables import tables_of

WATER = Liquid(density=985.0, heat_capacity=4184.0, viscosity=5e-4)
GROUND_K, SUPPLY_K, RETURN_K, LARGEST = 283.15, 343.15, 313.15, 1.0
WALL_J_PER_M_K = 1500.0
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


def tree_of(parents, length, diameter=0.05, loss=0.3):
    """A tree whose node i + 1 hangs on node parents[i]; the nodes without children are houses."""
    count = len(parents)
    return RadialTree(
        node_names=[str(node) for node in range(count + 1)],
        pipe_names=[f"p{node}" for node in range(1, count + 1)],
        start=np.array(parents),
        end=np.arange(1, count + 1),
        length_m=np.broadcast_to(np.asarray(length, dtype=float), count),
        diameter_m=np.broadcast_to(np.asarray(diameter, dtype=float), count),
        roughness_m=np.full(count, 1e-5),
        supply_loss_w_per_m_k=np.full(count, loss),
        return_loss_w_per_m_k=np.full(count, loss),
    )


def street():
    """Three pieces of street in a row, a house on each and one more beside the last."""
    return tree_of([0, 1, 2, 1, 2, 3, 3], [60.0, 60.0, 60.0, 15.0, 15.0, 15.0, 0.1])


def houses(tree):
    """The nodes at the ends of the tree."""
    return np.setdiff1d(tree.end, tree.start)


def stations(tree, bypass, largest):
    """Substations that cool to 40 degC."""
    nodes = houses(tree)
    return Substations(nodes, np.full(nodes.size, RETURN_K), np.full(nodes.size, bypass), np.full(nodes.size, largest))


def by_tables(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """Steady, any graph."""
    columns = {"return_set_k": RETURN_K, "bypass_kg_per_s": bypass, "max_flow_kg_per_s": largest}
    result = solve_steady(tables_of(tree, WATER, houses(tree), supply_k, GROUND_K, demand_w=loads, **columns))
    at = result.res_substations
    columns = (at.mdot_kg_per_s, at.t_supply_k, at.heat_w, at.unmet_w)
    return Answer(*(column.to_numpy() for column in columns), max(result.energy.relative, result.mass.relative))


def by_tree(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """Steady, radial."""
    result = solve_radial(tree, stations(tree, bypass, largest), WATER, loads[None], supply_k, GROUND_K)
    columns = (result.substation_flow_kg_per_s, result.arriving_k, result.delivered_w, result.unmet_w)
    return Answer(*(column[0] for column in columns), result.max_balance_residual)


def in_time(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """The last of some hours of constant conditions, radial."""
    moved = history(tree, np.repeat(loads[None], 6, axis=0), supply_k, bypass, largest).result
    columns = (moved.substation_flow_kg_per_s, moved.arriving_k, moved.delivered_w, moved.unmet_w)
    return Answer(*(column[-1] for column in columns), moved.max_balance_residual)


def history(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """Hours in time (steps x houses)."""
    return simulate_radial(tree, stations(tree, bypass, largest), WATER, WALL_J_PER_M_K, loads, supply_k, GROUND_K)


def tables_in_time(tree, loads, supply_k=SUPPLY_K, bypass=0.0, largest=LARGEST):
    """The last of some hours of constant conditions, any graph; pipes start warm, without walls."""
    columns = {"return_set_k": RETURN_K, "bypass_kg_per_s": bypass, "max_flow_kg_per_s": largest}
    network = tables_of(tree, WATER, houses(tree), supply_k, GROUND_K, demand_w=loads, **columns)
    result = simulate(network, {}, steps=12, initial=supply_k)
    names = ("mdot_kg_per_s", "t_supply_k", "heat_w", "unmet_w")
    worst = result.steps[["mass_residual", "energy_residual"]].to_numpy().max()
    return Answer(*(result.res_substations[name].iloc[-1].to_numpy() for name in names), worst)


SOLVERS: list[Callable[..., Answer]] = [by_tables, by_tree, in_time, tables_in_time]
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


def test_a_load_step_from_zero_to_full():
    loads = np.concatenate([np.zeros((12, 4)), np.repeat(LOADS[None], 12, axis=0), np.zeros((2, 4))])
    steady = solve_radial(street(), stations(street(), 0.0, LARGEST), WATER, loads, SUPPLY_K, GROUND_K)
    moved = history(street(), loads)
    for result in (steady, moved.result):
        assert result.max_balance_residual < 1e-9
        np.testing.assert_allclose(result.delivered_w + result.unmet_w, loads, rtol=1e-9, atol=1e-6)
        np.testing.assert_array_equal(result.substation_flow_kg_per_s[[5, -1]], 0.0)
    at_full = by_tables(street(), LOADS).flow
    np.testing.assert_allclose(steady.substation_flow_kg_per_s[12:-2], np.repeat(at_full[None], 12, axis=0), rtol=1e-6)
    np.testing.assert_allclose(moved.result.substation_flow_kg_per_s[-3], at_full, rtol=2e-3)
    # pipes have cooled down for sixty hours: the first full hour fills them again
    assert moved.stored_w[12] > 0.05 * LOADS.sum()
    np.testing.assert_allclose(moved.result.delivered_w[13:-2], loads[13:-2], rtol=1e-6)


@every_solver
@pytest.mark.parametrize("supply_k", [RETURN_K - 10.0, GROUND_K - 5.0], ids=["below the return", "below the ground"])
def test_supply_colder_than_the_return_set_point(solve, supply_k):
    answer = solve(street(), LOADS, supply_k=supply_k)
    answer.keeps(LOADS)
    np.testing.assert_array_equal(answer.delivered_w, 0.0)
    assert (answer.flow <= LARGEST * (1 + 1e-12)).all()
    assert np.isfinite(answer.arriving_k).all()
    assert (answer.arriving_k < RETURN_K).all()


def test_supply_that_falls_below_the_return_set_point_and_recovers():
    hours = np.arange(24)
    supply = np.where((hours >= 8) & (hours < 16), RETURN_K - 10.0, SUPPLY_K)
    moved = history(street(), np.repeat(LOADS[None], 24, axis=0), supply).result
    assert moved.max_balance_residual < 1e-9
    np.testing.assert_allclose(moved.delivered_w[[7, 23]], [LOADS, LOADS], rtol=1e-6)
    np.testing.assert_array_equal(moved.delivered_w[15], 0.0)
    np.testing.assert_allclose(moved.unmet_w[15], LOADS)


def test_a_closed_valve_islands_part_of_the_net():
    def with_valve(opening):
        network = tables_of(
            street(), WATER, houses(street()), SUPPLY_K, GROUND_K, demand_w=LOADS, return_set_k=RETURN_K
        )
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
    without = by_tree(street(), np.where(np.arange(4) < 2, LOADS, 0.0))
    np.testing.assert_allclose(closed.res_substations.mdot_kg_per_s, without.flow, rtol=1e-6)
    assert closed.energy.relative < 1e-9


def test_two_producers_meet():
    # three houses between equal producers at equal distance: the middle house takes half from each, at its own temperature
    flow, loss, length = 0.5, 0.3, 200.0
    line = tree_of([0, 1, 2, 3], length, 0.06, loss)
    network = tables_of(line, WATER, [1, 2, 3], 350.0, GROUND_K, mass_flow_kg_per_s=flow, demand_w=1e4)
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
    answer = solve(tree_of([0, 0], length, diameter), loads, largest=1e3)
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
    state = solve_tree_and_loops(network, {"0": 5e5}, injection)
    assert balanced(state, injection)
    nodes = solve_hydraulics(network, {"0": 5e5}, injection, method="nodes")
    assert balanced(nodes, injection)
    largest = float(np.abs(state.mass_flow_kg_per_s).max())
    np.testing.assert_allclose(
        nodes.mass_flow_kg_per_s, state.mass_flow_kg_per_s, rtol=0.0, atol=1e-7 * largest + 1e-12
    )


def test_a_disconnected_junction_is_refused_by_name():
    network = tables_of(street(), WATER, houses(street()), SUPPLY_K, GROUND_K, demand_w=LOADS, return_set_k=RETURN_K)
    create_junctions(network, "lonely")
    with pytest.raises(InputError, match="junction 'lonely' is not connected to any given pressure"):
        solve_steady(network)
    with pytest.raises(InputError, match="one node that no pipe feeds, its root; here: '0', '3'"):
        replace(street(), node_names=list("0123"), start=np.array([0, 1]), end=np.array([1, 2]))


def test_a_net_without_a_pressure_reference_is_refused():
    network = tables_of(street(), WATER, houses(street()), SUPPLY_K, GROUND_K, demand_w=LOADS, return_set_k=RETURN_K)
    network.producers["return_pressure_pa"] = np.nan
    with pytest.raises(InputError, match=r"no pressure reference; give a boundary its pressure_pa, or a producer"):
        solve_steady(network)
