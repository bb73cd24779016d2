"""Radial networks in the tables against closed forms and hand calculation; the graph's way must say the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import ConvergenceError, InputError
from rack2city.network import create_pipes, create_valves, pipe_pressure_drop, simulate
from rack2city.network.consumers.stations import Stations
from rack2city.network.solvers.build.compile import compile_network
from rack2city.network.solvers.radial import ways
from rack2city.network.solvers.radial.find import Radial, find_radial
from rack2city.network.solvers.radial.step import solve_steps
from rack2city.network.tables.arrays import arrays_of
from tests.network.street import GROUND_K, LIQUID, SUPPLY_K, run, street, with_houses

BOTH_WAYS = pytest.mark.parametrize("way", ["radial", "graph"])


def houses(network, nodes, bypass=0.0, largest=5.0, **columns):
    """Substations of a valve that opens further below 5 K."""
    given = {"min_difference_k": 5.0, "bypass_kg_per_s": bypass, "max_flow_kg_per_s": largest, **columns}
    return with_houses(network, nodes, **given)


@BOTH_WAYS
def test_single_pipe_against_the_closed_form(way):
    loss, length = 0.3, 800.0
    flow = 0.7
    decay = np.exp(-loss * length / (flow * LIQUID.heat_capacity))
    arriving = GROUND_K + 60.0 * decay
    demand = flow * LIQUID.heat_capacity * (arriving - 313.15)
    network = houses(street([0], length), [1], min_difference_pa=5e4)
    result = run(network, [[demand]], way=way)
    assert result.flow[0, 0] == pytest.approx(flow, rel=1e-9)
    assert result.arriving_k[0, 0] == pytest.approx(arriving, abs=1e-9)
    assert result.root_return_k[0] == pytest.approx(GROUND_K + 30.0 * decay, abs=1e-9)
    assert result.delivered_w[0, 0] == pytest.approx(demand, rel=1e-15 if way == "radial" else 1e-9)
    drop = pipe_pressure_drop(flow, length, 0.05, 1e-5, LIQUID.density, LIQUID.viscosity)
    assert result.difference_pa[0] == pytest.approx(2 * drop + 5e4, rel=1e-8)
    assert result.balance[0] < 1e-12


@BOTH_WAYS
def test_two_branches_mix_by_hand(way):
    # without loss: 350 K arrives everywhere; 2 kg/s return at 310 K and 1 kg/s at 325 K mix to 315 K
    network = houses(street([0, 1, 1], [100.0, 50.0, 50.0], loss_w_per_m_k=0.0), [2, 3], return_set_k=[310.0, 325.0])
    demand = LIQUID.heat_capacity * np.array([[2.0 * 40.0, 1.0 * 25.0]])
    result = run(network, demand, 350.0, way=way)
    np.testing.assert_allclose(result.pipe_flow, [[3.0, 2.0, 1.0]], rtol=1e-12)
    assert result.root_return_k[0] == pytest.approx(315.0, abs=1e-9)


@BOTH_WAYS
def test_the_bypass_flows_without_demand_and_mixes(way):
    network, cp = houses(street([0], 100.0, loss_w_per_m_k=0.0), [1], bypass=0.05), LIQUID.heat_capacity
    demand = np.array([[0.0], [0.02 * cp * 30.0]])  # needs 0.02 kg/s, the by-pass keeps 0.05
    result = run(network, demand, way=way)
    np.testing.assert_allclose(result.flow[:, 0], 0.05)
    np.testing.assert_allclose(result.leaving_k[:, 0], [343.15, 343.15 - 12.0], rtol=1e-12)


@BOTH_WAYS
def test_an_hour_without_any_flow_stands_still(way):
    result = run(houses(street([0], 100.0), [1]), [[0.0]], way=way)
    assert result.root_flow[0] == result.root_heat_w[0] == result.difference_pa[0] == 0.0
    assert result.arriving_k[0, 0] == GROUND_K
    assert all(np.isfinite(value).all() for value in (result.supply_loss_w, result.return_loss_w, result.drop_pa))
    assert np.isnan(result.leaving_k[0, 0])


@BOTH_WAYS
def test_what_the_largest_flow_cannot_carry_is_unmet(way):
    network, cp = houses(street([0], 100.0, loss_w_per_m_k=0.0), [1], largest=0.5), LIQUID.heat_capacity
    result = run(network, [[cp * 30.0]], way=way)
    assert result.flow[0, 0] == 0.5
    assert result.delivered_w[0, 0] == pytest.approx(0.5 * cp * 30.0)
    assert result.unmet_w[0, 0] == pytest.approx(0.5 * cp * 30.0)


@BOTH_WAYS
def test_a_supply_too_cold_opens_the_valve_further_and_reports_what_is_unmet(way):
    network, cp = houses(street([0], 100.0, loss_w_per_m_k=0.0), [1], largest=0.3), LIQUID.heat_capacity
    supply = np.array([313.15 + 2.0, 313.15 - 3.0])  # 2 K instead of 5 K; colder than the return
    result = run(network, np.full((2, 1), cp * 1.0), supply, way=way)
    # 0.2 kg/s would do with 5 K; at 2 K the valve opens by 3/5 of what is left to 0.3 kg/s
    np.testing.assert_allclose(result.flow[:, 0], [0.26, 0.3])
    np.testing.assert_allclose(result.delivered_w[:, 0], [cp * 0.52, 0.0])
    np.testing.assert_allclose(result.unmet_w[:, 0], [cp * 0.48, cp * 1.0])
    assert result.leaving_k[1, 0] == pytest.approx(310.15)


def test_weak_flows_on_a_long_cold_pipe_settle():
    # transfer units near one and more: plain repetition would swing between too much and too little
    demand = np.geomspace(20.0, 2e5, 200)[:, None] * np.array([[1.0, 0.3]])
    result = run(houses(street([0, 1, 1], [3000.0, 2000.0, 500.0]), [2, 3]), demand)
    assert result.balance.max() < 1e-9
    assert result.passes.max() < 200
    met = result.unmet_w == 0.0
    warm = met & (result.arriving_k >= 313.15 + 5.0)
    drawn = result.flow * LIQUID.heat_capacity * (result.arriving_k - 313.15)
    np.testing.assert_allclose(drawn[warm], demand[warm], rtol=1e-7)
    assert warm.any()
    assert not warm.all()


def test_each_hour_is_on_its_own():
    random = np.random.default_rng(3)
    network = houses(street([0, 1, 1], [300.0, 200.0, 50.0]), [2, 3], bypass=0.01)
    demand, supply = random.uniform(0, 2e5, (24, 2)), random.uniform(330, 350, 24)
    together, alone = run(network, demand, supply), run(network, demand[7:8], supply[7:8])
    np.testing.assert_allclose(together.root_heat_w[7], alone.root_heat_w[0], rtol=1e-9)


def test_many_hours_in_blocks_are_each_on_its_own(monkeypatch):
    network = houses(street([0, 1, 1], [300.0, 200.0, 50.0]), [2, 3])
    random = np.random.default_rng(11)
    demand, supply = random.uniform(0, 1e5, (30, 2)), random.uniform(335, 360, 30)
    whole = run(network, demand, supply)
    monkeypatch.setattr("rack2city.network.solvers.radial.run._BLOCK_VALUES", 1)  # eight hours, the least
    blocks = run(network, demand, supply)
    np.testing.assert_allclose(blocks.root_heat_w, whole.root_heat_w, rtol=1e-9)
    np.testing.assert_allclose(blocks.pipe_flow, whole.pipe_flow, rtol=1e-8)


@given(st.integers(1, 30), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_random_trees_balance(pairs, seed):
    random = np.random.default_rng(seed)
    parents = [int(random.integers(0, node)) for node in range(1, pairs + 1)]
    network = street(parents, random.uniform(5, 400, pairs))
    nodes = np.unique(random.integers(0, pairs + 1, max(1, pairs // 2)))
    demand = random.uniform(0, 5e4, (6, nodes.size)) * (random.random((6, nodes.size)) < 0.8)
    result = run(houses(network, nodes, bypass=0.005), demand, random.uniform(315, 350, 6))
    assert result.balance.max() < 1e-9
    np.testing.assert_allclose(result.delivered_w + result.unmet_w, demand, rtol=1e-12)
    assert (result.unmet_w >= 0.0).all()
    at_root = result.pipe_flow[:, np.array(parents) == 0].sum(axis=1) + result.flow[:, nodes == 0].sum(axis=1)
    np.testing.assert_allclose(at_root, result.root_flow, rtol=1e-12)


def radial_of(network):
    """The radial network found in tables, or why there is none."""
    return find_radial(compile_network(arrays_of(network)))


def test_what_is_not_radial_is_solved_as_a_graph_and_says_why():
    def looped():
        network = houses(street([0, 0], [50.0, 50.0]), [1, 2], demand_w=1e4)
        create_pipes(network, "way", from_junction="s 1", to_junction="s 2", length_m=9.0, inner_diameter_m=0.05)
        return network

    def with_valve():
        network = houses(street([0], [50.0]), [1], demand_w=1e4)
        create_valves(network, "short", from_junction="s 0", to_junction="r 0", kv_m3_per_h=1.0, opening=1e-9)
        return network

    def hanging():
        network = houses(street([0, 0], [50.0, 50.0]), [1], demand_w=1e4)
        network.pipes.loc["s p2", "in_service"] = False
        return network

    for build, why in (
        (looped, "its pipes close a loop"),
        (with_valve, "it has valves"),
        (hanging, "pipes are out of service or cut off"),
    ):
        told = simulate(build(), {}, steps=1, mode="quasi_steady")
        assert told.method.startswith(f"graph, as {why}")
        assert told.steps.energy_residual.max() < 1e-9


def test_errors_name_what_is_wrong(monkeypatch):
    network = houses(street([0], [900.0]), [1])
    with pytest.raises(InputError, match=r"'1': the value is -1; it must be a finite number and at least 0"):
        run(network, [[-1.0]])
    with pytest.raises(InputError, match=r"the value is nan; it must be a finite number"):
        run(network, [[np.nan]])
    with pytest.raises(InputError, match="row '1', column bypass_kg_per_s: it exceeds the largest flow"):
        houses(street([0], [1.0]), [1], bypass=2.0, largest=1.0)
    radial, arrays = radial_of(network), arrays_of(network)
    assert isinstance(radial, Radial)
    column = {name: values[:, None] for name, values in arrays["substations"].items()}
    column["demand_w"] = np.array([[1e5]])
    stations = Stations.of(column, LIQUID.heat_capacity)
    monkeypatch.setattr(ways, "MAX_ITERATIONS", 1)
    with pytest.raises(ConvergenceError, match="1 steps of the radial network did not settle in 1 iterations"):
        solve_steps(radial, stations, np.array([SUPPLY_K]), np.array([GROUND_K]))
