"""Looped networks against hand calculation, random trees and EPANET."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import ConvergenceError, InputError
from rack2city.network import (
    BranchGroup,
    CurveLaw,
    HydraulicNetwork,
    PipeLaw,
    QuadraticLaw,
    pipe_pressure_drop,
    solve_hydraulics,
)

WATER = {"density": 990.0, "viscosity": 6e-4}


def pipes(names, start, end, length=10.0, diameter=0.05):
    return BranchGroup(names, start, end, PipeLaw(length, diameter, 1e-5, **WATER))


def test_parallel_valves_split_by_their_resistance():
    law = QuadraticLaw(linear=0.0, quadratic=np.array([1e9, 4e9]), density=1000.0)
    network = HydraulicNetwork(["in", "out"], [BranchGroup(["wide", "narrow"], [0, 0], [1, 1], law)])
    state = solve_hydraulics(network, {"out": 2e5}, np.array([3.0, 0.0]))
    np.testing.assert_allclose(state.mass_flow_kg_per_s, [2.0, 1.0], rtol=1e-10)
    assert state.pressure("in") == pytest.approx(2e5 + 1e9 * (2e-3) ** 2, rel=1e-12)
    np.testing.assert_allclose(state.external_kg_per_s, [3.0, -3.0], rtol=1e-12)


def test_a_bridge_in_balance_carries_nothing():
    # four equal pipes and a bridge between two points of equal pressure: zero flow must not break the solver
    network = HydraulicNetwork(
        ["a", "b", "c", "d"], [pipes(["ab", "ac", "bd", "cd", "bridge"], [0, 0, 1, 2, 1], [1, 2, 3, 3, 2])]
    )
    state = solve_hydraulics(network, {"a": 1e5, "d": 9e4})
    assert abs(state.flow("bridge")) < 1e-10 * state.flow("ab")
    drop = pipe_pressure_drop(state.flow("ab"), 10.0, 0.05, 1e-5, 990.0, 6e-4)
    assert drop == pytest.approx(5e3, rel=1e-9)


def test_a_network_without_any_drive_rests():
    network = HydraulicNetwork(["a", "b", "c"], [pipes(["ab", "bc"], [0, 1], [1, 2])])
    state = solve_hydraulics(network, {"a": 1e5, "c": 1e5})
    np.testing.assert_allclose(state.mass_flow_kg_per_s, 0.0, atol=1e-12)


def test_a_pump_curve_meets_the_system_curve():
    # head 100 kPa - 1e9 Pa s2/m6 Q|Q| against 3e9 Q^2: Q = 5e-3 m3/s
    pump = CurveLaw(lambda q: 1e9 * q * np.abs(q) - 1e5, lambda q: 2e9 * np.abs(q), density=1000.0)
    network = HydraulicNetwork(
        ["suction", "pressure"],
        [
            BranchGroup(["pump"], [0], [1], pump),
            BranchGroup(["circuit"], [1], [0], QuadraticLaw(0.0, 3e9, 1000.0)),
        ],
    )
    state = solve_hydraulics(network, {"suction": 1e5})
    assert state.flow("pump") == pytest.approx(5.0, rel=1e-9)
    assert state.pressure("pressure") == pytest.approx(1e5 + 75e3, rel=1e-9)


def test_errors_name_what_is_wrong():
    network = HydraulicNetwork(["a", "b", "c", "lost"], [pipes(["ab", "c-lost"], [0, 2], [1, 3])])
    with pytest.raises(InputError, match="no node of fixed pressure"):
        solve_hydraulics(network, {})
    with pytest.raises(InputError, match="node 'c' is not connected to any node of fixed pressure"):
        solve_hydraulics(network, {"a": 1e5})
    with pytest.raises(InputError, match="no node 'x'"):
        solve_hydraulics(network, {"x": 1e5})
    with pytest.raises(InputError, match="node 'a' has both"):
        solve_hydraulics(network, {"a": 1e5, "c": 1e5}, np.array([1.0, 0.0, 0.0, 0.0]))
    with pytest.raises(InputError, match="branch 'ab' must join two different nodes"):
        HydraulicNetwork(["a", "b"], [pipes(["ab"], [0], [2])])
    with pytest.raises(InputError, match="node name 'a' stands twice"):
        HydraulicNetwork(["a", "a"], [pipes(["ab"], [0], [1])])


def test_no_convergence_says_what_to_try():
    network = HydraulicNetwork(["a", "b", "c"], [pipes(["ab", "bc"], [0, 1], [1, 2])])
    with pytest.raises(ConvergenceError, match="did not converge in 2 iterations; check"):
        solve_hydraulics(network, {"a": 1e5, "c": 5e4}, max_iterations=2)


@st.composite
def trees(draw):
    """A random tree with random pipes and draws."""
    nodes = draw(st.integers(2, 40))
    seed = draw(st.integers(0, 2**31))
    random = np.random.default_rng(seed)
    start = [int(random.integers(0, node)) for node in range(1, nodes)]
    end = list(range(1, nodes))
    flip = random.random(nodes - 1) < 0.5
    ends = np.where(flip, [end, start], [start, end])
    law = PipeLaw(random.uniform(1, 500, nodes - 1), random.uniform(0.03, 0.3, nodes - 1), 1e-5, **WATER)
    draws = np.concatenate([[0.0], -random.uniform(0.0, 2.0, nodes - 1) * (random.random(nodes - 1) < 0.7)])
    names = [f"p{node}" for node in end]
    return HydraulicNetwork([str(n) for n in range(nodes)], [BranchGroup(names, ends[0], ends[1], law)]), draws


@given(trees())
@settings(max_examples=40, deadline=None)
def test_random_trees_balance(sample):
    network, draws = sample
    state = solve_hydraulics(network, {"0": 1e6}, draws)
    assert state.mass_residual <= 1e-10
    assert state.external_kg_per_s[0] == pytest.approx(-draws.sum(), rel=1e-9, abs=1e-12)
    difference = state.pressure_pa[network.start] - state.pressure_pa[network.end]
    np.testing.assert_allclose(state.drop_pa, difference, atol=1e-7 * max(1.0, np.abs(state.drop_pa).max()))


@pytest.mark.parametrize("size", [3, 10, 24])
def test_loops_and_nodes_agree_on_grids(size):
    # 4, 81 and 529 loops: dense and sparse loop equations
    number = np.arange(size * size).reshape(size, size)
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    random = np.random.default_rng(size)
    law = PipeLaw(random.uniform(20, 300, start.size), random.uniform(0.03, 0.3, start.size), 1e-5, **WATER)
    network = HydraulicNetwork(
        [str(n) for n in range(size**2)], [BranchGroup([f"p{i}" for i in range(start.size)], start, end, law)]
    )
    draws = -random.uniform(0.0, 1.0, size**2)
    draws[[0, -1]] = 0.0
    fixed = {"0": 5e5, str(size**2 - 1): 4.9e5}
    loops, nodes = (solve_hydraulics(network, fixed, draws, method=method) for method in ("loops", "nodes"))
    assert len(loops.layout.chords) == (size - 1) ** 2 + 1  # the two fixed pressures close one more
    largest = np.abs(loops.mass_flow_kg_per_s).max()
    np.testing.assert_allclose(loops.mass_flow_kg_per_s, nodes.mass_flow_kg_per_s, rtol=0.0, atol=1e-9 * largest)
    np.testing.assert_allclose(loops.pressure_pa, nodes.pressure_pa, rtol=1e-9)


def test_a_solution_serves_the_next_one():
    network = HydraulicNetwork(["a", "b", "c"], [pipes(["ab", "bc", "ca"], [0, 1, 2], [1, 2, 0])])
    first = solve_hydraulics(network, {"a": 1e5}, np.array([0.0, -1.0, -2.0]))
    again = solve_hydraulics(network, {"a": 1e5}, np.array([0.0, -1.0, -2.0]), before=first)
    assert again.layout is first.layout
    assert again.iterations < first.iterations
    np.testing.assert_allclose(again.mass_flow_kg_per_s, first.mass_flow_kg_per_s, rtol=1e-10)
    other = solve_hydraulics(network, {"b": 1e5}, np.array([-1.0, 0.0, -2.0]), before=first)  # another reference
    assert other.layout is not first.layout
    alone = solve_hydraulics(network, {"b": 1e5}, np.array([-1.0, 0.0, -2.0]))
    np.testing.assert_allclose(other.mass_flow_kg_per_s, alone.mass_flow_kg_per_s, rtol=1e-10)


@pytest.mark.reference
def test_epanet_looped_grid(reference):
    links = pd.read_csv(reference / "network/epanet/loop_grid_DW_links.csv", comment="#")
    nodes = pd.read_csv(reference / "network/epanet/loop_grid_DW_nodes.csv", comment="#").set_index("node")
    names = list(nodes.index)
    # EPANET's VISCOSITY is relative to 1.1e-5 ft2/s; density cancels out of heads
    density, gravity = 1000.0, 9.80665
    viscosity = 0.42 * 1.1e-5 * 0.3048**2 * density
    law = PipeLaw(
        links.length_m.to_numpy(), links.diameter_m.to_numpy(), links.roughness.to_numpy(), density, viscosity
    )
    start, end = ([names.index(name) for name in links[side]] for side in ("a", "b"))
    network = HydraulicNetwork(names, [BranchGroup(list(links.link), start, end, law)])
    reservoir = nodes.type == "Reservoir"
    state = solve_hydraulics(
        network,
        {name: float(head) * density * gravity for name, head in nodes.head_m[reservoir].items()},
        np.where(reservoir, 0.0, -nodes.demand_m3_s * density),
    )
    flow = state.mass_flow_kg_per_s / density
    assert np.abs(flow - links.flow_m3_s).max() < 0.005 * np.abs(links.flow_m3_s).max()
    assert np.abs(state.pressure_pa / (density * gravity) - nodes.head_m).max() < 0.02
