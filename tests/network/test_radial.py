"""The radial network against closed forms and hand calculation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import ConvergenceError, InputError
from rack2city.network import Liquid, RadialTree, Substations, pipe_pressure_drop, solve_radial

LIQUID = Liquid(density=988.0, heat_capacity=4180.0, viscosity=5.434e-4)
GROUND = 283.15


def tree_of(parents, lengths, loss=0.3, diameter=0.05):
    """Tree whose node i + 1 hangs on node parents[i]."""
    count = len(parents)
    return RadialTree(
        node_names=[str(node) for node in range(count + 1)],
        pipe_names=[f"p{node}" for node in range(1, count + 1)],
        start=np.array(parents),
        end=np.arange(1, count + 1),
        length_m=np.asarray(lengths, dtype=float),
        diameter_m=np.full(count, diameter),
        roughness_m=np.full(count, 1e-5),
        supply_loss_w_per_m_k=np.full(count, loss),
        return_loss_w_per_m_k=np.full(count, loss),
    )


def stations(nodes, return_k=313.15, bypass=0.0, largest=5.0, **kwargs):
    count = len(nodes)
    return Substations(
        np.array(nodes), np.full(count, return_k), np.full(count, bypass), np.full(count, largest), **kwargs
    )


def test_single_pipe_against_the_closed_form():
    tree, loss, length = tree_of([0], [800.0]), 0.3, 800.0
    flow = 0.7
    decay = np.exp(-loss * length / (flow * LIQUID.heat_capacity))
    arriving = GROUND + 60.0 * decay
    demand = flow * LIQUID.heat_capacity * (arriving - 313.15)
    result = solve_radial(tree, stations([1], drop_pa=5e4), LIQUID, np.array([[demand]]), 343.15, GROUND)
    assert result.substation_flow_kg_per_s[0, 0] == pytest.approx(flow, rel=1e-9)
    assert result.arriving_k[0, 0] == pytest.approx(arriving, abs=1e-9)
    assert result.root_return_k[0] == pytest.approx(GROUND + 30.0 * decay, abs=1e-9)
    assert result.delivered_w[0, 0] == demand
    drop = pipe_pressure_drop(flow, length, 0.05, 1e-5, LIQUID.density, LIQUID.viscosity)
    assert result.root_difference_pa[0] == pytest.approx(2 * drop + 5e4, rel=1e-8)
    assert result.pump_hydraulic_w[0] == pytest.approx((2 * drop + 5e4) * flow / LIQUID.density, rel=1e-8)
    assert result.max_balance_residual < 1e-12


def test_two_branches_mix_by_hand():
    # without loss: 350 K arrives everywhere; 2 kg/s return at 310 K and 1 kg/s at 325 K mix to 315 K
    tree = tree_of([0, 1, 1], [100.0, 50.0, 50.0], loss=0.0)
    two = replace(stations([2, 3]), return_k=np.array([310.0, 325.0]))
    demand = LIQUID.heat_capacity * np.array([[2.0 * 40.0, 1.0 * 25.0]])
    result = solve_radial(tree, two, LIQUID, demand, 350.0, GROUND)
    np.testing.assert_allclose(result.pipe_flow_kg_per_s, [[3.0, 2.0, 1.0]], rtol=1e-12)
    assert result.root_return_k[0] == pytest.approx(315.0, abs=1e-9)


def test_the_bypass_flows_without_demand_and_mixes():
    tree, cp = tree_of([0], [100.0], loss=0.0), LIQUID.heat_capacity
    demand = np.array([[0.0], [0.02 * cp * 30.0]])  # needs 0.02 kg/s, the by-pass keeps 0.05
    result = solve_radial(tree, stations([1], bypass=0.05), LIQUID, demand, 343.15, GROUND)
    np.testing.assert_allclose(result.substation_flow_kg_per_s[:, 0], 0.05)
    np.testing.assert_allclose(result.leaving_k[:, 0], [343.15, 343.15 - 12.0], rtol=1e-12)


def test_an_hour_without_any_flow_stands_still():
    result = solve_radial(tree_of([0], [100.0]), stations([1]), LIQUID, np.zeros((1, 1)), 343.15, GROUND)
    assert result.root_flow_kg_per_s[0] == result.root_heat_w[0] == result.root_difference_pa[0] == 0.0
    assert result.arriving_k[0, 0] == GROUND
    assert all(np.isfinite(value).all() for value in (result.supply_loss_w, result.root_return_k, result.leaving_k))


def test_what_the_largest_flow_cannot_carry_is_unmet():
    tree, cp = tree_of([0], [100.0], loss=0.0), LIQUID.heat_capacity
    result = solve_radial(tree, stations([1], largest=0.5), LIQUID, np.array([[cp * 30.0]]), 343.15, GROUND)
    assert result.substation_flow_kg_per_s[0, 0] == 0.5
    assert result.delivered_w[0, 0] == pytest.approx(0.5 * cp * 30.0)
    assert result.unmet_w[0, 0] == pytest.approx(0.5 * cp * 30.0)


def test_a_supply_too_cold_opens_the_valve_further_and_reports_what_is_unmet():
    tree, cp = tree_of([0], [100.0], loss=0.0), LIQUID.heat_capacity
    demand = np.full((2, 1), cp * 1.0)
    supply = np.array([313.15 + 2.0, 313.15 - 3.0])  # 2 K instead of 5 K; colder than the return
    result = solve_radial(tree, stations([1], largest=0.3), LIQUID, demand, supply, GROUND)
    # 0.2 kg/s would do with 5 K; at 2 K the valve opens by 3/5 of what is left to 0.3 kg/s
    np.testing.assert_allclose(result.substation_flow_kg_per_s[:, 0], [0.26, 0.3])
    np.testing.assert_allclose(result.delivered_w[:, 0], [cp * 0.52, 0.0])
    np.testing.assert_allclose(result.unmet_w[:, 0], [cp * 0.48, cp * 1.0])
    assert result.leaving_k[1, 0] == pytest.approx(310.15)


def test_weak_flows_on_a_long_cold_pipe_settle():
    # transfer units near one and more: plain repetition would swing between too much and too little
    demand = np.geomspace(20.0, 2e5, 200)[:, None] * np.array([[1.0, 0.3]])
    tree = tree_of([0, 1, 1], [3000.0, 2000.0, 500.0])
    result = solve_radial(tree, stations([2, 3]), LIQUID, demand, 343.15, GROUND)
    assert result.max_balance_residual < 1e-9
    assert result.iterations < 200
    met = result.unmet_w == 0.0
    warm = met & (result.arriving_k >= 313.15 + 5.0)
    drawn = result.substation_flow_kg_per_s * LIQUID.heat_capacity * (result.arriving_k - 313.15)
    np.testing.assert_allclose(drawn[warm], demand[warm], rtol=1e-7)
    assert warm.any()
    assert not warm.all()


def test_each_hour_is_on_its_own():
    tree, random = tree_of([0, 1, 1], [300.0, 200.0, 50.0]), np.random.default_rng(3)
    demand, supply = random.uniform(0, 2e5, (24, 2)), random.uniform(330, 350, 24)
    together = solve_radial(tree, stations([2, 3], bypass=0.01), LIQUID, demand, supply, GROUND)
    alone = solve_radial(tree, stations([2, 3], bypass=0.01), LIQUID, demand[7:8], supply[7:8], GROUND)
    np.testing.assert_allclose(together.root_heat_w[7], alone.root_heat_w[0], rtol=1e-9)


@given(st.integers(1, 30), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_random_trees_balance(pairs, seed):
    random = np.random.default_rng(seed)
    tree = tree_of([int(random.integers(0, node)) for node in range(1, pairs + 1)], random.uniform(5, 400, pairs))
    nodes = np.unique(random.integers(0, pairs + 1, max(1, pairs // 2)))
    demand = random.uniform(0, 5e4, (6, nodes.size)) * (random.random((6, nodes.size)) < 0.8)
    result = solve_radial(tree, stations(nodes, bypass=0.005), LIQUID, demand, random.uniform(315, 350, 6), GROUND)
    assert result.max_balance_residual < 1e-9
    np.testing.assert_allclose(result.delivered_w + result.unmet_w, demand, rtol=1e-12)
    assert (result.unmet_w >= 0.0).all()
    at_root = result.pipe_flow_kg_per_s[:, tree.start == 0].sum(axis=1)
    at_root += result.substation_flow_kg_per_s[:, nodes == 0].sum(axis=1)
    np.testing.assert_allclose(at_root, result.root_flow_kg_per_s, rtol=1e-12)


def test_errors_name_what_is_wrong():
    with pytest.raises(InputError, match="node '1' is the end of 2 pipes"):
        replace(tree_of([0, 0], [1.0, 1.0]), end=np.array([1, 1]))
    with pytest.raises(InputError, match="one node that no pipe feeds"):
        replace(tree_of([0, 0], [1.0, 1.0]), start=np.array([0, 0]), end=np.array([0, 1]), node_names=["0", "1"])
    with pytest.raises(InputError, match="pipe 'p2' is not connected to '0'"):
        replace(tree_of([0, 0, 0], [1.0] * 3), start=np.array([0, 3, 2]))
    with pytest.raises(InputError, match="negative or not a finite number"):
        solve_radial(tree_of([0], [1.0]), stations([1]), LIQUID, np.array([[-1.0]]), 343.15, GROUND)
    with pytest.raises(InputError, match="0 <= by-pass flow <= largest flow"):
        stations([1], bypass=2.0, largest=1.0)
    with pytest.raises(ConvergenceError, match="did not settle in 1 iterations"):
        solve_radial(tree_of([0], [900.0]), stations([1]), LIQUID, np.array([[1e5]]), 343.15, GROUND, max_iterations=1)
