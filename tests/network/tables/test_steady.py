"""The steady state of tables against hand calculation, and the network's odd conditions."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import BalanceError, ConvergenceError, InputError
from rack2city.network import (
    Network,
    create_boundaries,
    create_curve,
    create_heat_exchangers,
    create_junctions,
    create_pipes,
    create_producers,
    create_pumps,
    create_storages,
    create_substations,
    create_valves,
    pipe_pressure_drop,
    solve_steady,
)
from rack2city.network.hydraulics.liquid import GRAVITY, Liquid
from rack2city.network.solvers.build.compile import compile_network
from rack2city.network.solvers.graph.operate import operate
from rack2city.network.solvers.graph.settle import stations_of
from rack2city.network.solvers.graph.view import GraphView
from rack2city.network.solvers.steady import steady_result
from rack2city.network.tables.arrays import arrays_of
from tests.network.tables.nets import district, everything

LIQUID = Liquid(density=980.0, heat_capacity=4190.0, viscosity=5e-4)


def line(**junctions) -> Network:
    """A pipe of 100 m from a to b, 2 kg/s drawn at b."""
    network = Network(liquid=LIQUID)
    create_junctions(network, ["a", "b"], **junctions)
    create_pipes(
        network,
        "p",
        from_junction="a",
        to_junction="b",
        length_m=100.0,
        inner_diameter_m=0.06,
        roughness_m=2e-5,
        minor_loss=3.0,
        conductance_w_per_m_k=20.0,
        ambient_k=280.0,
    )
    create_boundaries(network, "in", junction="a", pressure_pa=3e5, supply_k=350.0)
    create_boundaries(network, "out", junction="b", mass_flow_kg_per_s=-2.0)
    return network


def test_one_pipe_by_hand():
    result = solve_steady(line(height_m=[2.0, 12.0]))
    drop = float(pipe_pressure_drop(2.0, 100.0, 0.06, 2e-5, 980.0, 5e-4, 3.0))
    pipe = result.res_pipes.loc["p"]
    assert pipe.dp_pa == pytest.approx(drop, rel=1e-9)
    assert pipe.v_m_per_s == pytest.approx(2.0 / 980.0 / (np.pi / 4 * 0.06**2))
    assert pipe.reynolds == pytest.approx(4 * 2.0 / (np.pi * 0.06 * 5e-4))
    assert result.res_junctions.p_pa["b"] == pytest.approx(3e5 - drop - 980.0 * GRAVITY * 10.0, rel=1e-9)
    assert result.res_junctions.head_m["a"] == pytest.approx(2.0 + 3e5 / (980.0 * GRAVITY))
    outlet = 280.0 + 70.0 * np.exp(-20.0 * 100.0 / (2.0 * 4190.0))
    assert result.res_junctions.t_k.tolist() == pytest.approx([350.0, outlet], abs=1e-9)
    assert (pipe.t_from_k, pipe.t_to_k) == pytest.approx((350.0, outlet), abs=1e-9)
    assert pipe.loss_w == pytest.approx(2.0 * 4190.0 * (350.0 - outlet), rel=1e-9)
    assert result.res_boundaries.mdot_kg_per_s.tolist() == pytest.approx([2.0, -2.0])
    assert result.energy.holds
    assert result.mass.entering == pytest.approx(2.0)


def test_a_balance_that_does_not_close_is_told():
    network = district()
    built = compile_network(arrays_of(network))
    nothing = np.zeros(2)
    right = operate(built, stations_of(built), nothing, None, None)
    flow = right.state.mass_flow_kg_per_s
    state = replace(right.state, mass_flow_kg_per_s=flow + np.arange(len(flow)))
    wrong = replace(right, controlled=replace(right.controlled, state=state))
    with pytest.raises(BalanceError, match=r"network: the balance of mass at junction '.*' does not close"):
        steady_result(GraphView(built, wrong), "graph")


def test_a_pipe_drawn_backwards_gives_the_same():
    forward, network = solve_steady(line()), line()
    network.pipes.loc["p", ["from_junction", "to_junction"]] = ["b", "a"]
    backward = solve_steady(network)
    pipe = backward.res_pipes.loc["p"]
    assert pipe.mdot_kg_per_s == pytest.approx(-2.0)
    assert pipe.dp_pa == pytest.approx(-forward.res_pipes.dp_pa["p"])
    assert pipe.t_to_k == pytest.approx(350.0)
    assert pipe.t_from_k == pytest.approx(forward.res_pipes.t_to_k["p"])


def test_surroundings_differ_by_pipe():
    network = line()
    create_junctions(network, "c")
    size = {"length_m": 50.0, "inner_diameter_m": 0.06, "conductance_w_per_m_k": 30.0}
    create_pipes(network, "q", from_junction="b", to_junction="c", ambient_k=300.0, **size)
    network.boundaries.loc["out", "junction"] = "c"
    result = solve_steady(network)
    middle = 280.0 + 70.0 * np.exp(-2000.0 / 8380.0)
    last = 300.0 + (middle - 300.0) * np.exp(-1500.0 / 8380.0)
    assert result.res_junctions.t_k.tolist() == pytest.approx([350.0, middle, last], abs=1e-9)
    assert result.res_pipes.loss_w["q"] == pytest.approx(8380.0 * (middle - last), rel=1e-9)


def test_what_enters_and_leaves_at_one_junction_mixes():
    # 2 kg/s of 350 K arrive, 1 kg/s of 290 K enters, 2 kg/s are drawn there and 1 kg/s goes on: all at the mixture
    network = line()
    network.pipes["conductance_w_per_m_k"] = 0.0
    create_junctions(network, "c")
    create_pipes(network, "q", from_junction="b", to_junction="c", length_m=9.0, inner_diameter_m=0.05)
    create_boundaries(
        network, ["cold", "end"], junction=["b", "c"], mass_flow_kg_per_s=[1.0, -1.0], supply_k=[290.0, None]
    )
    result = solve_steady(network)
    assert result.res_junctions.t_k.tolist() == pytest.approx([350.0, 330.0, 330.0])
    assert result.res_boundaries.t_k.tolist() == pytest.approx([350.0, 330.0, 290.0, 330.0])


def test_valve_by_its_kv():
    network = line()
    create_junctions(network, "c")
    create_valves(network, "v", from_junction="b", to_junction="c", kv_m3_per_h=10.0, opening=0.5)
    network.boundaries.loc["out", "junction"] = "c"
    drop = solve_steady(network).res_valves.dp_pa["v"]
    assert drop == pytest.approx(1e5 * (2.0 / 980.0 * 3600.0 / 5.0) ** 2 * 980.0 / 1000.0, rel=1e-9)


def test_a_check_valve_lets_nothing_back():
    network = line()
    create_valves(network, "v", from_junction="b", to_junction="a", kv_m3_per_h=10.0, check=True)
    result = solve_steady(network)
    assert result.res_valves.mdot_kg_per_s["v"] == 0.0
    network.valves.loc["v", ["from_junction", "to_junction"]] = ["a", "b"]
    assert solve_steady(network).res_valves.mdot_kg_per_s["v"] > 0.5


def test_exchanger_by_coefficients_and_by_curve():
    network = line()
    create_junctions(network, ["c", "d"])
    points = np.linspace(0.0, 4e-3, 9)
    create_curve(network, "plate", points, 2e5 * points + 3e9 * points**2)
    create_heat_exchangers(
        network,
        ["heater", "plate"],
        from_junction=["b", "c"],
        to_junction=["c", "d"],
        linear_pa_s_per_m3=[2e5, 0.0],
        quadratic_pa_s2_per_m6=[3e9, 0.0],
        curve=[None, "plate"],
        heat_w=[8380.0, -83800.0],
    )
    network.boundaries.loc["out", "junction"] = "d"
    result = solve_steady(network)
    flow = 2.0 / 980.0
    drop = result.res_heat_exchangers.dp_pa
    assert drop["heater"] == pytest.approx(2e5 * flow + 3e9 * flow**2, rel=1e-9)
    assert drop["plate"] == pytest.approx(drop["heater"], rel=5e-3)  # between the points of its curve
    kelvin = result.res_junctions.t_k
    assert kelvin["c"] - kelvin["b"] == pytest.approx(1.0)
    assert kelvin["d"] - kelvin["c"] == pytest.approx(-10.0)


def test_pumps_by_curve_and_by_difference():
    for control in ("none", "own"):
        network = line(height_m=[0.0, 5.0])
        create_junctions(network, "c", height_m=20.0)
        create_curve(network, "head", [0.0, 0.01], [2e5, 1e5])
        create_pumps(
            network,
            "P",
            from_junction="b",
            to_junction="c",
            curve="head",
            speed=0.9,
            control=control,
            difference_pa=7e4,
        )
        network.boundaries.loc["out", "junction"] = "c"
        pressure = solve_steady(network).res_junctions.p_pa
        flow, static = 2.0 / 980.0, 980.0 * GRAVITY * 15.0
        lift = 0.9**2 * 2e5 - 0.9 * 1e7 * flow - static if control == "none" else 7e4
        assert pressure["c"] - pressure["b"] == pytest.approx(lift, rel=1e-9)


def test_substations_take_their_heat_at_their_return_temperature():
    result = solve_steady(district())
    draws = result.res_substations
    assert draws.heat_w.tolist() == pytest.approx([2e5, 4e5])
    assert draws.t_return_k.tolist() == pytest.approx([313.0, 313.0], abs=1e-6)
    np.testing.assert_allclose(draws.mdot_kg_per_s * 4185.0 * (draws.t_supply_k - 313.0), [2e5, 4e5], rtol=1e-8)
    assert (draws.unmet_w == 0.0).all()
    # both plants hold 2 bar, whatever the height between; what each delivers it takes back
    assert result.res_producers.difference_pa.tolist() == pytest.approx([2e5, 2e5])
    produced = result.res_producers.heat_w.sum()
    assert produced == pytest.approx(6e5 + result.res_pipes.loss_w.sum(), rel=1e-9)
    assert result.res_producers.mdot_kg_per_s.sum() == pytest.approx(draws.mdot_kg_per_s.sum())
    assert result.res_pipes.mdot_kg_per_s["b"] > 0.0  # the west feeds part of B


def test_a_producer_of_given_flow_leaves_the_rest_to_the_other():
    network = district()
    network.producers.loc["east", ["mode", "mass_flow_kg_per_s"]] = ["flow", 3.0]
    result = solve_steady(network)
    assert result.res_producers.mdot_kg_per_s["east"] == pytest.approx(3.0)
    assert result.res_pipes.mdot_kg_per_s["b"] < 0.0  # the east feeds part of A: the street has turned
    assert result.res_pipes.t_from_k["b"] < result.res_pipes.t_to_k["b"]
    assert result.energy.relative < 1e-9


def test_all_loads_zero_and_one_load_zero():
    still = solve_steady(district(demand_w=0.0))
    assert np.abs(still.res_pipes.mdot_kg_per_s).max() < 1e-9
    assert still.res_substations.unmet_w.tolist() == [0.0, 0.0]
    one = solve_steady(district(demand_w=[0.0, 4e5]))
    assert one.res_substations.mdot_kg_per_s["A"] == 0.0
    assert one.res_substations.heat_w["B"] == pytest.approx(4e5)
    flowing = solve_steady(district(demand_w=0.0, bypass_kg_per_s=0.2))
    assert flowing.res_substations.mdot_kg_per_s.tolist() == pytest.approx([0.2, 0.2])
    assert flowing.res_producers.heat_w.sum() == pytest.approx(flowing.res_pipes.loss_w.sum(), rel=1e-8)


def test_too_little_flow_and_too_cold_a_supply_leave_heat_unmet():
    limited = solve_steady(district(max_flow_kg_per_s=[5.0, 1.0]))
    draw = limited.res_substations.loc["B"]
    assert draw.mdot_kg_per_s == pytest.approx(1.0)
    assert draw.heat_w == pytest.approx(4185.0 * (draw.t_supply_k - 313.0))
    assert draw.heat_w + draw.unmet_w == pytest.approx(4e5)
    network = district(max_flow_kg_per_s=2.0)
    network.producers["supply_k"] = 311.0
    cold = solve_steady(network).res_substations
    assert cold.mdot_kg_per_s.tolist() == pytest.approx([2.0, 2.0])
    assert cold.heat_w.tolist() == [0.0, 0.0]
    assert cold.unmet_w.tolist() == [2e5, 4e5]
    network = district()
    network.producers["supply_k"] = 311.0
    with pytest.raises(ConvergenceError, match="hardly warmer than its return_set_k, give it a max_flow_kg_per_s"):
        solve_steady(network)


def test_low_load_on_a_lossy_pipe_converges():
    # here the pipe loses most of what flows in: more flow arrives hotter, so plain iteration swings
    network = district(demand_w=[2e3, 1e3])
    network.pipes["conductance_w_per_m_k"] = 1.0
    result = solve_steady(network)
    assert result.res_substations.heat_w.tolist() == pytest.approx([2e3, 1e3])
    assert result.res_substations.t_supply_k.min() > 313.0
    assert result.passes < 100


def test_a_closed_valve_islands_part_of_the_network():
    network = district()
    network.producers.loc["east", "in_service"] = False
    network.pipes.loc["b", "in_service"] = False  # B's supply is shut off, its return is not
    result = solve_steady(network)
    assert result.res_substations.unmet_w.tolist() == pytest.approx([0.0, 4e5])
    assert result.res_junctions.p_pa[["s2", "s3"]].isna().all()
    assert result.res_junctions.p_pa.drop(["s2", "s3"]).notna().all()
    assert result.res_pipes.mdot_kg_per_s["b"] == 0.0
    network.producers.loc["east", "in_service"] = True
    network.producers.loc["east", ["mode", "mass_flow_kg_per_s"]] = ["flow", 1.0]
    with pytest.raises(InputError, match="producer 'east' is cut off from every given pressure"):
        solve_steady(network)


def test_faults_of_the_whole_are_refused_by_name():
    network = district()
    create_junctions(network, "lost")
    with pytest.raises(InputError, match="junction 'lost' is not connected to any given pressure"):
        solve_steady(network)
    network = district()
    network.producers["return_pressure_pa"] = np.nan
    with pytest.raises(InputError, match="no pressure reference"):
        solve_steady(network)
    network = line()
    create_boundaries(network, "again", junction="a", pressure_pa=1e5)
    with pytest.raises(
        InputError, match="pressure of junction 'a' is given twice, the second time by boundary 'again'"
    ):
        solve_steady(network)
    network = line()
    network.boundaries["supply_k"] = np.nan
    with pytest.raises(InputError, match=r"enter at node .*boundary .*in.*, but its temperature is not given"):
        solve_steady(network)
    assert solve_steady(network, heat=False).res_junctions.t_k.isna().all()
    with pytest.raises(InputError, match="row 'A': its flow follows from temperatures"):
        solve_steady(district(), heat=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert solve_steady(line(), heat=False).energy is None
    network = district()
    network.producers.loc["east", "difference_pa"] = 1e5
    with pytest.raises(InputError, match="the flow through producer 'east' goes backwards"):
        solve_steady(network)


def test_what_is_not_supported_is_refused_by_name():
    solve_steady(everything())
    exchanger = {"ua_w_per_k": 1e4, "secondary_supply_k": 330.0, "secondary_return_k": 310.0, "max_flow_kg_per_s": 6.0}
    with pytest.raises(InputError, match="row 'A': give either return_set_k or mass_flow_kg_per_s or ua_w_per_k"):
        solve_steady(district(**exchanger))
    network = district()
    create_storages(network, hot_junction="s0", cold_junction="r0", volume_m3=9.0, tank_height_m=3.0)
    with pytest.raises(InputError, match="row 'storage 1', steady solver: storages have no steady state"):
        solve_steady(network)


def test_a_short_pipe_beside_a_long_one_and_narrow_beside_wide():
    network = Network(liquid=LIQUID)
    create_junctions(network, ["a", "b", "c", "d"])
    create_pipes(
        network,
        3,
        from_junction=["a", "b", "b"],
        to_junction=["b", "c", "d"],
        length_m=[0.1, 5000.0, 20.0],
        inner_diameter_m=[0.8, 0.8, 0.016],
        conductance_w_per_m_k=0.4,
    )
    create_boundaries(network, "in", junction="a", pressure_pa=5e5, supply_k=350.0)
    create_boundaries(network, 2, junction=["c", "d"], mass_flow_kg_per_s=[-300.0, -0.05])
    result = solve_steady(network)
    assert result.res_pipes.mdot_kg_per_s.tolist() == pytest.approx([300.05, 300.0, 0.05], rel=1e-9)
    assert result.energy.relative < 1e-9


@given(st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_random_looped_districts_balance(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 25))
    parent = [int(random.integers(0, node)) for node in range(1, count)]
    chords = random.integers(0, count, (int(random.integers(0, 6)), 2))
    ends = np.array(
        [*zip(parent, range(1, count), strict=True), *(pair for pair in chords.tolist() if pair[0] != pair[1])]
    )
    size = {"length_m": random.uniform(5, 800, len(ends)), "inner_diameter_m": random.uniform(0.02, 0.4, len(ends))}
    network = Network(liquid=LIQUID)
    for side in "sr":
        create_junctions(network, [f"{side}{node}" for node in range(count)], height_m=random.uniform(0, 30, count))
        create_pipes(
            network,
            [f"{side}-pipe {n}" for n in range(len(ends))],
            from_junction=[f"{side}{node}" for node in ends[:, 0]],
            to_junction=[f"{side}{node}" for node in ends[:, 1]],
            conductance_w_per_m_k=0.3,
            ambient_k=random.uniform(275.0, 290.0, len(ends)),
            **size,
        )
    create_producers(
        network,
        return_junction="r0",
        supply_junction="s0",
        mode="pressure",
        difference_pa=2e5,
        return_pressure_pa=1e5,
        supply_k=360.0,
    )
    at = [node for node in range(1, count) if random.random() < 0.7] or [1]
    create_substations(
        network,
        len(at),
        supply_junction=[f"s{node}" for node in at],
        return_junction=[f"r{node}" for node in at],
        demand_w=random.uniform(0.0, 1e5, len(at)) * (random.random(len(at)) < 0.8),
        return_set_k=313.15,
        max_flow_kg_per_s=3.0,
    )
    result = solve_steady(network)
    assert result.mass.holds
    assert result.energy.holds
    demand = network.substations.demand_w
    np.testing.assert_allclose(result.res_substations.heat_w + result.res_substations.unmet_w, demand, rtol=1e-8)
