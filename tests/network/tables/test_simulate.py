"""A network of tables in time: radial networks against graphs, the steady state, and plug flow by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import BalanceError
from rack2city.network import (
    Liquid,
    Network,
    RetardedPipes,
    create_boundaries,
    create_junctions,
    create_pipes,
    create_storages,
    simulate,
    solve_steady,
)
from rack2city.network.pipes.steps import HeatStep
from rack2city.network.solvers.steps.valves import Bisection, settle_valves
from tests.network.street import GROUND_K, run, start_of
from tests.network.tables.nets import district
from tests.network.test_dynamic import WATER, comb, houses

WALL = {"outer_diameter_m": 0.09, "wall_density_kg_per_m3": 7850.0, "wall_heat_capacity_j_per_kg_k": 480.0}


def walled(network: Network) -> Network:
    network.pipes = network.pipes.assign(**WALL)
    return network


@pytest.mark.parametrize(("least", "most", "close"), [(0.15, 0.15, 1e-9), (1e-3, 1.0, 2e-4)])
def test_a_tree_by_sweeps_is_what_the_graph_says(least, most, close):
    """With given flows the parcels are the same; with valves, those of the sweeps are settled to 1e-7."""
    random = np.random.default_rng(5)
    demand = random.uniform(4e3, 2e4, (12, 4))
    supply = 343.15 + 5.0 * np.sin(np.arange(12.0))
    network = houses(comb(), least, most)
    options = {"mode": "dynamic", "initial": start_of(network, supply[0], GROUND_K), "warm_up_steps": 48}
    radial, graph = (run(network, demand, supply, step_s=900.0, way=way, **options) for way in ("radial", "graph"))
    np.testing.assert_allclose(radial.arriving_k, graph.arriving_k, rtol=0, atol=close)
    np.testing.assert_allclose(radial.root_return_k, graph.root_return_k, rtol=0, atol=close)
    np.testing.assert_allclose(radial.flow, graph.flow, rtol=close, atol=close)
    np.testing.assert_allclose(radial.supply_loss_w, graph.supply_loss_w, rtol=close, atol=close)
    np.testing.assert_allclose(radial.return_loss_w, graph.return_loss_w, rtol=close, atol=close)
    assert max(radial.balance.max(), graph.balance.max()) < 1e-10


def looped(**substations: object) -> Network:
    """Two producers, a second way between them, the smaller one of given flow: the street between them has turned."""
    network = walled(district(max_flow_kg_per_s=6.0, **substations))
    size = {"length_m": 900.0, "inner_diameter_m": 0.08, "conductance_w_per_m_k": 0.3, "roughness_m": 1e-5, **WALL}
    create_pipes(network, ["d", "rd"], from_junction=["s0", "r2"], to_junction=["s2", "r0"], **size)
    network.producers.loc["east", ["mode", "mass_flow_kg_per_s"]] = ["flow", 3.0]
    return network


@pytest.mark.parametrize("mode", ["dynamic", "quasi_steady"])
def test_constant_inputs_end_in_the_steady_state(mode):
    network = looped()
    steady = solve_steady(network)
    assert steady.res_pipes.mdot_kg_per_s["b"] < 0.0
    result = simulate(network, {}, 1800.0, steps=60, mode=mode, initial=320.0)
    close = 1e-7 if mode == "quasi_steady" else 0.01
    for quantity in ("t_from_k", "t_to_k"):
        np.testing.assert_allclose(result.res_pipes[quantity].iloc[-1], steady.res_pipes[quantity], rtol=0, atol=close)
    flows = result.res_pipes["mdot_kg_per_s"].iloc[-1]
    np.testing.assert_allclose(flows, steady.res_pipes.mdot_kg_per_s, rtol=0.05 * close)
    assert abs(result.steps.stored_w.iloc[-1]) < 20.0


def test_a_start_in_the_steady_state_stays_there():
    network = looped()
    steady = solve_steady(network)
    result = simulate(network, {}, 600.0, steps=3)
    assert result.res_pipes["t_to_k"].iloc[0].to_numpy() == pytest.approx(steady.res_pipes.t_to_k.to_numpy(), abs=0.2)
    assert (result.steps.stored_w.abs() < 2e-3 * steady.res_producers.heat_w.sum()).all()


def ring(loss: float) -> Network:
    """Two like pipes from a to b, one with a thick wall: the flow halves, the fronts do not arrive together."""
    network = Network(liquid=WATER)
    create_junctions(network, ["a", "b"])
    create_pipes(
        network,
        ["thin", "thick"],
        from_junction=["a", "b"],  # one of them is drawn backwards
        to_junction=["b", "a"],
        length_m=500.0,
        inner_diameter_m=0.08,
        conductance_w_per_m_k=loss,
        ambient_k=GROUND_K,
        **{**WALL, "outer_diameter_m": [0.08, 0.1]},
    )
    create_boundaries(network, "A", junction="a", pressure_pa=3e5, supply_k=350.0)
    create_boundaries(network, "B", junction="b", mass_flow_kg_per_s=-2.0, supply_k=300.0)
    return network


def turned(step_s: float, loss: float) -> tuple[np.ndarray, np.ndarray]:
    """What leaves at a after an inflow of 30 min of 350 K has turned, and the same by hand."""
    first, second, start = 1800.0, 7200.0, 330.0
    steps = int((first + second) / step_s)
    flow = pd.DataFrame({"B": np.where(np.arange(steps) * step_s < first, -2.0, 2.0)})
    profiles = {("boundaries", "mass_flow_kg_per_s"): flow}
    result = simulate(ring(loss), profiles, step_s, initial=start)
    after = int(first / step_s)
    got = result.res_boundaries["t_k"]["A"].to_numpy()[after:]

    fine = 400
    time = (np.arange(len(got) * fine) + 0.5) * step_s / fine
    mixed = np.zeros_like(time)
    for outer in (0.08, 0.1):
        content = np.pi / 4 * (0.08**2 * WATER.density * WATER.heat_capacity + (outer**2 - 0.08**2) * 7850.0 * 480.0)
        rate, transit = loss / content, 500.0 * content / WATER.heat_capacity  # 1 kg/s in each pipe
        assert first < transit
        excess = np.where(
            time < first,
            (350.0 - GROUND_K) * np.exp(-2.0 * rate * time),
            np.where(
                time < transit,
                (start - GROUND_K) * np.exp(-rate * (first + time)),
                (300.0 - GROUND_K) * np.exp(-rate * transit),
            ),
        )
        mixed += 0.5 * (GROUND_K + excess)
    return got, mixed.reshape(len(got), fine).mean(axis=1)


def test_a_plug_through_a_ring_turns_and_comes_back():
    got, exact = turned(300.0, 0.0)
    np.testing.assert_allclose(got, exact, rtol=0, atol=0.05)  # the hand's quadrature of the two fronts
    assert got[:6] == pytest.approx(350.0, abs=1e-9)
    assert got[6:8] == pytest.approx(330.0, abs=1e-9)
    assert got[-1] == pytest.approx(300.0, abs=1e-9)


def test_losses_of_turned_water_are_second_order_in_the_step():
    errors = []
    for step_s in (600.0, 300.0, 150.0):
        got, exact = turned(step_s, 3.0)
        errors.append(abs(got[: int(1800.0 / step_s)].mean() - exact[: int(1800.0 / step_s)].mean()))
    assert errors[0] < 0.2
    assert np.log2(errors[0] / errors[2]) / 2.0 > 1.7


def test_a_smooth_supply_is_second_order_in_the_step():
    network, loss, period = ring(1.0), 1.0, 7200.0
    errors = []
    for step_s in (720.0, 360.0, 180.0):
        steps = int(4 * period / step_s)
        edges = np.arange(steps + 1) * step_s
        # the mean of 340 + 10 sin over each step
        wave = 10.0 * period / (2 * np.pi)
        supply = 340.0 - wave * np.diff(np.cos(2 * np.pi * edges / period)) / step_s
        got = simulate(network, {("boundaries", "supply_k"): pd.DataFrame({"A": supply})}, step_s, initial=340.0)
        exact = np.zeros(steps)
        for outer in (0.08, 0.1):
            content = (
                np.pi / 4 * (0.08**2 * WATER.density * WATER.heat_capacity + (outer**2 - 0.08**2) * 7850.0 * 480.0)
            )
            transit = 500.0 * content / WATER.heat_capacity
            late = 2 * np.pi * (edges - transit) / period
            inlet = 340.0 - wave * np.diff(np.cos(late)) / step_s
            exact += 0.5 * (GROUND_K + (inlet - GROUND_K) * np.exp(-loss / content * transit))
        half = steps // 2
        errors.append(np.sqrt(np.mean((got.res_junctions["t_k"]["b"].to_numpy() - exact)[half:] ** 2)))
    assert np.log2(errors[0] / errors[2]) / 2.0 > 1.7
    assert errors[2] < 0.1


def test_standing_water_cools_by_its_own_surroundings():
    network = looped(demand_w=0.0)
    network.producers.loc["east", "mass_flow_kg_per_s"] = 0.0
    ambient = pd.DataFrame(np.linspace(278.0, 290.0, 10 * 8).reshape(10, 8), columns=network.pipes.index)
    result = simulate(network, {("pipes", "ambient_k"): ambient}, 1800.0, initial=340.0)
    content = np.pi / 4 * (0.08**2 * 983.2 * 4185.0 + (0.09**2 - 0.08**2) * 7850.0 * 480.0)
    expected = np.full(8, 340.0)
    for step in range(10):
        around = ambient.iloc[step].to_numpy()
        expected = around + (expected - around) * np.exp(-0.3 / content * 1800.0)
        np.testing.assert_allclose(result.res_pipes["t_to_k"].iloc[step], expected, rtol=0, atol=1e-9)
        np.testing.assert_allclose(result.res_pipes["t_from_k"].iloc[step], expected, rtol=0, atol=1e-9)
    assert (result.res_pipes["loss_w"] > 0.0).all(axis=None)
    assert (result.steps.energy_residual < 1e-10).all()


def test_from_no_load_to_full_load_and_back():
    network = looped(demand_w=0.0)
    network.producers.loc["east", ["mode", "mass_flow_kg_per_s"]] = ["pressure", None]
    load = np.array([0.0] * 12 + [1.0] * 12 + [0.0] * 4)[:, None] * [2e5, 4e5]
    profiles = {("substations", "demand_w"): pd.DataFrame(load, columns=["A", "B"])}
    result = simulate(network, profiles, 900.0, initial=320.0)
    stations = result.res_substations
    assert (stations["mdot_kg_per_s"][load.sum(axis=1) == 0.0] == 0.0).all(axis=None)
    np.testing.assert_allclose(stations["heat_w"] + stations["unmet_w"], load, rtol=1e-7)
    # the first water arrives cold, so the valves open wide; when the hot water is there, demand is met
    assert stations["mdot_kg_per_s"]["A"].iloc[12] > 1.2 * stations["mdot_kg_per_s"]["A"].iloc[23]
    np.testing.assert_allclose(stations["heat_w"].iloc[15:24], load[15:24], rtol=1e-6)
    assert (result.steps.energy_residual < 1e-10).all()


def test_one_producer_takes_over_from_the_other():
    """West feeds all, then east does: the pipe between turns, and west's last water comes back before east's arrives."""
    network = walled(district(max_flow_kg_per_s=6.0))
    network.producers.loc["east", "return_pressure_pa"] = None
    network.producers.loc["west", "return_pressure_pa"] = None
    create_boundaries(network, "level", junction="r2", pressure_pa=2e5, supply_k=300.0)
    west = np.arange(24) < 12
    profiles = {("producers", "in_service"): pd.DataFrame({"west": west, "east": ~west})}
    result = simulate(network, profiles, 300.0)
    flow, arriving = result.res_pipes["mdot_kg_per_s"], result.res_substations["t_supply_k"]
    assert (flow["b"][west] > 0.0).all()
    assert (flow["b"][~west] < 0.0).all()
    assert (result.res_producers["mdot_kg_per_s"]["east"][west] == 0.0).all()
    before = arriving.loc[11]
    assert before["A"] < 350.0
    # A first draws back what stood in the pipe to B, colder than what passed A before; then the east's hotter water comes
    assert arriving["A"].loc[12] < before["A"]
    assert arriving["A"].loc[23] > before["A"] + 5.0
    cp = network.liquid.heat_capacity
    np.testing.assert_allclose(
        result.res_substations["heat_w"]["A"],
        result.res_substations["mdot_kg_per_s"]["A"] * cp * (arriving["A"] - result.res_substations["t_return_k"]["A"]),
        rtol=1e-9,
    )
    assert (result.steps.energy_residual < 1e-10).all()


@given(st.integers(0, 2**31))
@settings(max_examples=12, deadline=None)
def test_energy_closes_in_random_histories_on_random_loops(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 9))
    parent = [int(random.integers(0, node)) for node in range(1, count)]
    ends = np.array([*zip(parent, range(1, count), strict=True), (0, count - 1), (1, count - 1)])
    network = Network(liquid=Liquid(980.0, 4190.0, 5e-4))
    create_junctions(network, [f"j{node}" for node in range(count)])
    create_pipes(
        network,
        len(ends),
        from_junction=[f"j{node}" for node in ends[:, 0]],
        to_junction=[f"j{node}" for node in ends[:, 1]],
        length_m=random.uniform(1.0, 600.0, len(ends)),
        inner_diameter_m=random.uniform(0.02, 0.2, len(ends)),
        conductance_w_per_m_k=random.uniform(0.0, 1.0, len(ends)),
        ambient_k=random.uniform(275.0, 290.0, len(ends)),
    )
    create_boundaries(network, "level", junction="j0", pressure_pa=5e5, supply_k=320.0)
    names = [f"flow {node}" for node in range(1, count)]
    create_boundaries(
        network, names, junction=[f"j{n}" for n in range(1, count)], mass_flow_kg_per_s=0.0, supply_k=350.0
    )
    steps = 10
    flows = random.uniform(-1.0, 1.0, (steps, count - 1)) * (random.random((steps, count - 1)) < 0.6)
    profiles = {
        ("boundaries", "mass_flow_kg_per_s"): pd.DataFrame(flows, columns=names),
        ("boundaries", "supply_k"): pd.DataFrame(
            random.uniform(300.0, 370.0, (steps, count)), columns=["level", *names]
        ),
    }
    step_s = float(random.choice([30.0, 600.0, 7200.0]))
    result = simulate(network, profiles, step_s, initial=float(random.uniform(290.0, 350.0)))
    assert (result.steps.energy_residual < 1e-10).all()
    assert (result.steps.mass_residual < 1e-9).all()
    hottest = result.res_junctions["t_k"].max(axis=None)
    assert 275.0 <= result.res_junctions["t_k"].min(axis=None) <= hottest <= 370.0 + 1e-9


def test_a_storage_fills_and_feeds_when_the_plant_is_off():
    network = walled(district(max_flow_kg_per_s=8.0))
    network.producers.loc["east", "in_service"] = False
    create_storages(
        network,
        "tank",
        hot_junction="s1",
        cold_junction="r1",
        volume_m3=10.0,
        tank_height_m=4.0,
        initial_k=313.0,
        mass_flow_kg_per_s=0.0,
    )
    flow = np.array([0.0, 2.0, 2.0, 2.0, 0.0, -1.5, -1.5, -1.5])
    profiles = {("storages", "mass_flow_kg_per_s"): pd.DataFrame({"tank": flow})}
    result = simulate(network, profiles, 1200.0)
    tank = result.res_storages
    assert tank["mdot_kg_per_s"]["tank"].tolist() == flow.tolist()
    assert tank["heat_w"]["tank"].iloc[1] == pytest.approx(2.0 * 4185.0 * (tank["t_in_k"]["tank"].iloc[1] - 313.0))
    # 7.2 t went in and 5.4 t came out again, hot; what it took in and did not give back it still has
    assert tank["t_out_k"]["tank"].iloc[5] > 340.0
    assert tank["t_bottom_k"]["tank"].iloc[-1] < 320.0
    kept = tank["stored_w"]["tank"].sum() + tank["loss_w"]["tank"].sum()
    assert tank["heat_w"]["tank"].sum() == pytest.approx(kept, rel=1e-9)
    feed = result.res_producers["heat_w"]["west"]
    assert feed.iloc[6] < feed.iloc[0] < feed.iloc[2]
    assert (result.steps.energy_residual < 1e-10).all()


def test_bisection_ends_where_it_jumps_and_where_it_agrees():
    """One valve wants much below a jump and little above it, the other swings about a point, its neighbour's flow in it."""

    def wanted(flow):
        return np.array([1.0 if flow[0] < 0.3 else 0.1, max(0.5 + 3.0 * (0.4 - flow[1]) + 0.1 * flow[0], 0.05)])

    def ask(flow):
        return SimpleNamespace(wanted=wanted(flow), small=0.0, agreed=True)

    bisection = Bisection()
    done = settle_valves(ask, np.array([0.9, 0.9]), [(bisection, 80)])
    assert done.flow == pytest.approx([0.3, (1.7 + 0.03) / 4.0], abs=1e-9)
    assert bisection.doubt(done.flow, ask(done.flow)).max() < 1e-9


def test_a_balance_that_does_not_close_names_step_and_pipe(monkeypatch):
    step = RetardedPipes.step

    def leaky(self, time_s, flow, inlet, ground):
        done = step(self, time_s, flow, inlet, ground)
        lost = done.loss_j.copy()
        lost[2] += 1.0 * time_s
        return HeatStep(done.outlet_k, lost, done.stored_change_j)

    monkeypatch.setattr(RetardedPipes, "step", leaky)
    with pytest.raises(BalanceError, match=r"step 0 \(0\): network: .*energy does not close.* pipe 'c' closes worst"):
        simulate(looped(), {}, 600.0, steps=2)
