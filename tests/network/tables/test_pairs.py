"""Supply and return of one trench in tables: against the coupled equations, radial networks, and modes of standing water."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from rack2city.errors import InputError
from rack2city.network import (
    Liquid,
    Network,
    create_boundaries,
    create_junctions,
    create_pipes,
    load_network,
    save_network,
    simulate,
    solve_steady,
)
from tests.network.street import GROUND_K, run, start_of
from tests.network.test_dynamic import comb, houses
from tests.network.test_twin import BETWEEN, GROUND, OWN, WATER, house, street

WALL = {"wall_density_kg_per_m3": 7850.0, "wall_heat_capacity_j_per_kg_k": 480.0}


def trench(pieces: int) -> Network:
    """A street of 2 km; the house cools 0.2 kg/s to 40 degC."""
    return house(street(pieces), 0.2, 0.2, demand_w=1e5)


def test_a_steady_street_is_that_of_the_coupled_equations_to_second_order():
    """m c s' = -U s - G (s - r), -m c r' = -U r + G (s - r): two ends, one exponential of a matrix."""
    flow = 0.2 * WATER.heat_capacity
    units = np.array([[-(OWN + BETWEEN), BETWEEN], [-BETWEEN, OWN + BETWEEN]]) * 2000.0 / flow
    whole = expm(units)
    root = (313.15 - GROUND - whole[1, 0] * 60.0) / whole[1, 1]
    arriving = GROUND + whole[0] @ [60.0, root]
    errors = []
    for pieces in (2, 4, 8, 16):
        result = solve_steady(trench(pieces))
        found = result.res_substations.t_supply_k.iloc[0], result.res_producers.t_return_k["plant"]
        errors.append([abs(found[0] - arriving), abs(found[1] - GROUND - root)])
        assert result.energy.relative < 1e-11
        pipes = result.res_pipes
        supply, back = (pipes[pipes.index.str.startswith(side)] for side in ("s ", "r "))
        np.testing.assert_allclose(supply.exchange_w, -back.exchange_w.to_numpy(), rtol=1e-9)
        cooled = flow * (supply.t_from_k - supply.t_to_k)
        np.testing.assert_allclose(cooled, supply.loss_w + supply.exchange_w, rtol=1e-9)
    assert np.max(errors[-1]) < 0.01
    assert np.log2(np.divide(errors[0], errors[-1])) / 3.0 == pytest.approx([2.0, 2.0], abs=0.15)


def test_a_steady_street_is_the_end_of_a_simulation_by_sweeps():
    network = trench(4)
    # long steps: what stays in the pipes from one to the next is nothing
    expected = run(network, steps=4, step_s=1e10, mode="dynamic", initial=start_of(network, 343.15, 313.15))
    result = solve_steady(network)
    assert result.res_substations.t_supply_k.iloc[0] == pytest.approx(expected.arriving_k[-1, 0], abs=1e-6)
    assert result.res_producers.t_return_k["plant"] == pytest.approx(expected.root_return_k[-1], abs=1e-6)
    np.testing.assert_allclose(result.res_pipes.exchange_w[:4], expected.exchange_w[-1], rtol=1e-6)
    losses = np.concatenate([expected.supply_loss_w[-1], expected.return_loss_w[-1]])
    np.testing.assert_allclose(result.res_pipes.loss_w, losses, rtol=1e-6)


@pytest.mark.parametrize(("least", "most", "close"), [(0.15, 0.15, 1e-6), (1e-3, 1.0, 5e-4)])
def test_a_tree_in_time_by_sweeps_is_what_the_graph_says(least, most, close):
    """With given flows the parcels are the same; with valves, those of the sweeps are settled to 1e-7."""
    random = np.random.default_rng(5)
    demand = random.uniform(4e3, 2e4, (12, 4))
    supply = 343.15 + 5.0 * np.sin(np.arange(12.0))
    network = houses(comb(between=[0.05, 0.1, 0.2, 0.0, 0.1, 0.3, 0.1]), least, most)
    options = {"mode": "dynamic", "initial": start_of(network, supply[0], GROUND_K), "warm_up_steps": 48}
    radial, graph = (run(network, demand, supply, step_s=900.0, way=way, **options) for way in ("radial", "graph"))
    np.testing.assert_allclose(radial.arriving_k, graph.arriving_k, rtol=0, atol=close)
    np.testing.assert_allclose(radial.root_return_k, graph.root_return_k, rtol=0, atol=close)
    size = np.abs(graph.exchange_w).max()
    np.testing.assert_allclose(radial.exchange_w, graph.exchange_w, rtol=0, atol=close * size)
    for told, closes in ((radial, 1e-8), (graph, 1e-10)):  # sweeps are repeated until the pairs agree to 1e-9
        assert np.all(told.exchange_w[:, 3] == 0.0)
        assert told.balance.max() < closes
    np.testing.assert_allclose(radial.supply_loss_w, graph.supply_loss_w, rtol=close, atol=close)
    np.testing.assert_allclose(radial.return_loss_w, graph.return_loss_w, rtol=close, atol=close)


def alongside(second: list[str], flow: list[float], between: float = BETWEEN, ambient: float = GROUND) -> Network:
    """Two pipes of 100 m side by side, the second drawn between the junctions given, with flows of their own."""
    network = Network(liquid=WATER)
    create_junctions(network, ["a", "b", "c", "d"])
    create_pipes(
        network,
        ["warm", "cool"],
        from_junction=["a", second[0]],
        to_junction=["b", second[1]],
        length_m=[100.0, 100.5],
        inner_diameter_m=0.05,
        outer_diameter_m=0.06,
        conductance_w_per_m_k=OWN,
        ambient_k=[GROUND, ambient],
        pair=["cool", "warm"],
        pair_w_per_m_k=[between, between],
        **WALL,
    )
    create_boundaries(network, ["A", "C"], junction=["a", "c"], pressure_pa=3e5, supply_k=[343.15, 313.15])
    create_boundaries(network, ["B", "D"], junction=["b", "d"], mass_flow_kg_per_s=flow, supply_k=300.0)
    return network


def test_it_does_not_matter_which_way_a_pipe_is_drawn():
    one, other = (solve_steady(alongside(ends, [-0.2, -0.1])).res_pipes for ends in (["c", "d"], ["d", "c"]))
    assert other.mdot_kg_per_s["cool"] == pytest.approx(-one.mdot_kg_per_s["cool"])
    assert other.t_from_k["cool"] == pytest.approx(one.t_to_k["cool"], abs=1e-12)
    assert other.exchange_w["warm"] == pytest.approx(one.exchange_w["warm"], rel=1e-12)
    assert one.exchange_w["warm"] == pytest.approx(BETWEEN * 100.25 * 30.0, rel=0.05)


def test_a_steady_pipe_that_stands_is_as_warm_as_what_it_gets():
    """It gives to its surroundings what the other gives it; the other sees the two conductances in series."""
    result = solve_steady(alongside(["c", "d"], [-0.2, 0.0], ambient=293.15))
    pipes = result.res_pipes
    own, between = OWN * 100.5, BETWEEN * 100.25
    resting = pipes.t_from_k["cool"]
    assert pipes.loss_w["cool"] == pytest.approx(own * (resting - 293.15), rel=1e-9)
    assert pipes.exchange_w["cool"] == pytest.approx(-pipes.loss_w["cool"], rel=1e-9)
    mean = GROUND + pipes.loss_w["warm"] / (OWN * 100.0)
    assert resting == pytest.approx((own * 293.15 + between * mean) / (own + between), abs=1e-9)
    assert result.res_junctions.t_k["d"] == pytest.approx(resting, abs=1e-9)
    assert result.energy.relative < 1e-11
    shut = alongside(["c", "d"], [-0.2, 0.0], ambient=293.15)
    shut.pipes.loc["cool", "in_service"] = False
    create_pipes(shut, "way", from_junction="c", to_junction="d", length_m=1.0, inner_diameter_m=0.05)
    assert solve_steady(shut).res_pipes.exchange_w["warm"] == pytest.approx(pipes.exchange_w["warm"], rel=1e-9)


def test_two_that_stand_and_lose_to_each_other_only_have_one_temperature():
    network = alongside(["c", "d"], [0.0, 0.0], ambient=293.15)
    network.pipes["conductance_w_per_m_k"] = 0.0
    pipes = solve_steady(network).res_pipes
    assert pipes.t_to_k.tolist() == pytest.approx([288.15, 288.15])
    assert pipes.exchange_w.tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def standing_error(seconds: float) -> float:
    """Error (K) of the two pipes after 12 hours at rest, against their modes: the mean and the difference."""
    network = alongside(["c", "d"], [0.0, 0.0])
    network.pipes["length_m"] = 100.0
    start = pd.Series({"warm": 343.15, "cool": 313.15})
    result = simulate(network, {}, seconds, steps=round(12 * 3600.0 / seconds), initial=start)
    capacity = np.pi / 4.0 * (985.0 * 4184.0 * 0.05**2 + 7850.0 * 480.0 * (0.06**2 - 0.05**2))
    mean = 45.0 * np.exp(-OWN * 12 * 3600.0 / capacity)
    half = 15.0 * np.exp(-(OWN + 2.0 * BETWEEN) * 12 * 3600.0 / capacity)
    assert (result.steps.energy_residual < 1e-10).all()
    return float(np.abs(result.res_pipes["t_to_k"].iloc[-1] - GROUND - [mean + half, mean - half]).max())


def test_standing_pipes_cool_together_to_second_order_in_the_step():
    errors = [standing_error(seconds) for seconds in (3600.0, 1800.0, 900.0, 450.0)]
    assert errors[0] < 0.1
    assert np.log2(errors[0] / errors[-1]) / 3.0 == pytest.approx(2.0, abs=0.15)


@given(st.integers(0, 2**31), st.sampled_from(["dynamic", "quasi_steady"]))
@settings(max_examples=12, deadline=None)
def test_energy_closes_in_random_histories_of_pairs_on_random_loops(seed, mode):
    """Flows that turn and stop, pipes of no loss and of no exchange: what one gives, the other takes."""
    random = np.random.default_rng(seed)
    count = int(random.integers(4, 9))
    parent = [int(random.integers(0, node)) for node in range(1, count)]
    ends = np.array([*zip(parent, range(1, count), strict=True), (0, count - 1), (1, count - 1)])
    ends = ends[: len(ends) // 2 * 2]
    network = Network(liquid=Liquid(980.0, 4190.0, 5e-4))
    create_junctions(network, [f"j{node}" for node in range(count)])
    order = random.permutation(len(ends)).reshape(-1, 2)
    pair, between = np.empty(len(ends), dtype=object), np.full(len(ends), np.nan)
    pair[order] = [[f"p{two}", f"p{one}"] for one, two in order]
    between[order[:, 0]] = random.choice([0.0, 0.01, 0.3, 30.0], len(order))
    length = np.empty(len(ends))
    length[order] = random.uniform(1.0, 600.0, (len(order), 1))
    create_pipes(
        network,
        [f"p{row}" for row in range(len(ends))],
        from_junction=[f"j{node}" for node in ends[:, 0]],
        to_junction=[f"j{node}" for node in ends[:, 1]],
        length_m=length,
        inner_diameter_m=random.uniform(0.02, 0.2, len(ends)),
        conductance_w_per_m_k=random.choice([0.0, 0.1, 1.0], len(ends)),
        ambient_k=random.uniform(275.0, 290.0, len(ends)),
        pair=pair,
        pair_w_per_m_k=between,
    )
    create_boundaries(network, "level", junction="j0", pressure_pa=5e5, supply_k=320.0)
    names = [f"flow {node}" for node in range(1, count)]
    at = [f"j{node}" for node in range(1, count)]
    create_boundaries(network, names, junction=at, mass_flow_kg_per_s=0.0, supply_k=350.0)
    steps = 8
    flows = random.uniform(-1.0, 1.0, (steps, count - 1)) * (random.random((steps, count - 1)) < 0.6)
    profiles = {("boundaries", "mass_flow_kg_per_s"): pd.DataFrame(flows, columns=names)}
    step_s = float(random.choice([30.0, 600.0, 7200.0]))
    result = simulate(network, profiles, step_s, mode=mode, initial=float(random.uniform(290.0, 350.0)))
    assert (result.steps.energy_residual < 1e-9).all()
    exchange = result.res_pipes["exchange_w"].to_numpy()
    size = max(np.abs(result.res_pipes["loss_w"]).max(axis=None), np.abs(exchange).max(), 1.0)
    np.testing.assert_allclose(exchange[:, order[:, 0]], -exchange[:, order[:, 1]], rtol=0, atol=1e-9 * size)
    kelvin = result.res_junctions["t_k"]
    assert 275.0 <= kelvin.min(axis=None) <= kelvin.max(axis=None) <= 350.0 + 1e-9


def test_constant_inputs_end_in_the_steady_state_of_the_pair():
    network = alongside(["c", "d"], [-0.2, -0.1])
    expected = solve_steady(network).res_pipes
    for mode in ("dynamic", "quasi_steady"):
        found = simulate(
            network, {}, 1e8, steps=4, mode=mode, initial=300.0
        ).res_pipes  # long: what stays in the pipes is nothing
        for quantity in ("t_to_k", "loss_w", "exchange_w"):
            np.testing.assert_allclose(found[quantity].iloc[-1], expected[quantity], rtol=1e-5)


def test_pairs_are_saved_and_read_again(tmp_path):
    network = alongside(["c", "d"], [-0.2, -0.1], between=0.1 / 3.0)
    again = load_network(save_network(network, tmp_path / "pair.network.zip"))
    pd.testing.assert_frame_equal(again.pipes, network.pipes)


@pytest.mark.parametrize(
    ("row", "column", "value", "sentence"),
    [
        ("warm", "pair", "warm", "row 'warm', column pair: a pipe is not its own pair"),
        (
            "warm",
            "pair",
            None,
            "row 'cool', column pair: pipe 'warm' does not name it as its pair; each must name the other",
        ),
        ("cool", "length_m", 102.0, "row 'warm', column length_m: it is 100 m, that of its pair 'cool' 102 m"),
        ("cool", "pair_w_per_m_k", 0.2, "row 'warm', column pair_w_per_m_k: its pair 'cool' tells another value"),
        ("cool", "pair_w_per_m_k", -0.2, "column pair_w_per_m_k: -0.2 is out of bounds"),
    ],
)
def test_what_makes_no_pair_is_refused(row, column, value, sentence):
    network = alongside(["c", "d"], [-0.2, -0.1])
    network.pipes.loc[row, column] = value
    with pytest.raises(InputError, match=sentence):
        solve_steady(network)


def test_an_exchange_with_nothing_is_refused():
    network = alongside(["c", "d"], [-0.2, -0.1])
    network.pipes["pair"] = None
    with pytest.raises(InputError, match="row 'warm', column pair_w_per_m_k: it has no pair to exchange heat with"):
        simulate(network, {}, 60.0, steps=1)
