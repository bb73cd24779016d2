"""Hydraulics that break solvers, by both methods: rest, islands, back pressure, extreme pipes, check valves.

The list of the whole engine is test_robustness.py.
"""

from dataclasses import replace

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network import BranchGroup, HydraulicNetwork, PipeLaw, QuadraticLaw, solve_hydraulics
from rack2city.network.hydraulics.laws import PrescribedFlow, PrescribedLift
from rack2city.network.hydraulics.pumps import PumpLaw
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw
from tests.network.nets import WATER, balanced, looped_network, pipes


def ring(draws):
    """Producer and pump at the node 'plant', a ring of six pipes, a draw at each of its other nodes."""
    nodes = ["tank", "plant", *(f"n{i}" for i in range(1, 6))]
    loop = [1, 2, 3, 4, 5, 6]
    network = HydraulicNetwork(
        nodes,
        [
            BranchGroup(["pump"], [0], [1], PumpLaw(4e5, 0.0, 1e9, 990.0)),
            pipes([f"p{i}" for i in range(6)], loop, [*loop[1:], 1], 200.0),
        ],
    )
    return network, np.concatenate([[0.0, 0.0], -np.asarray(draws, dtype=float)])


@pytest.mark.parametrize("method", ["loops", "nodes"])
def test_all_loads_zero(method):
    network, injection = ring(np.zeros(5))
    state = solve_hydraulics(network, {"tank": 2e5}, injection, method=method)
    np.testing.assert_allclose(state.mass_flow_kg_per_s, 0.0, atol=1e-12)
    np.testing.assert_allclose(state.pressure_pa[1:], 6e5, rtol=1e-12)


@pytest.mark.parametrize("method", ["loops", "nodes"])
@pytest.mark.parametrize("idle", range(5))
def test_one_load_zero(method, idle):
    draws = np.full(5, 2.0)
    draws[idle] = 0.0
    network, injection = ring(draws)
    state = solve_hydraulics(network, {"tank": 2e5}, injection, method=method)
    assert balanced(state, injection)
    assert state.flow("pump") == pytest.approx(8.0, rel=1e-12)


def test_a_load_step_from_zero_to_full():
    network, injection = ring(np.full(5, 2.0))
    rest = solve_hydraulics(network, {"tank": 2e5}, 0.0 * injection)
    full = solve_hydraulics(network, {"tank": 2e5}, injection, before=rest)
    again = solve_hydraulics(network, {"tank": 2e5}, 0.0 * injection, before=full)
    alone = solve_hydraulics(network, {"tank": 2e5}, injection)
    assert balanced(full, injection)
    np.testing.assert_allclose(full.mass_flow_kg_per_s, alone.mass_flow_kg_per_s, rtol=1e-9)
    np.testing.assert_allclose(again.mass_flow_kg_per_s, 0.0, atol=1e-12)


def closed_behind(draw=0.0, way="pipe"):
    """Node c, d and a pipe between them lie behind a valve; d may be drawn from, or be joined on by a held flow."""
    groups = [
        pipes(["ab", "cd"], [0, 2], [1, 3]),
        BranchGroup(["valve"], [1], [2], ControlValveLaw(10.0, 990.0, 0.0)),
    ]
    if way == "held":
        groups.append(BranchGroup(["house"], [3], [0], PrescribedFlow(draw)))
    return HydraulicNetwork(["a", "b", "c", "d"], groups)


def test_a_closed_valve_islands_what_lies_behind():
    injection = np.array([0.0, -1.0, 0.0, 0.0])
    state = solve_hydraulics(closed_behind(), {"a": 1e5}, injection)
    assert state.islanded == ("c", "d")
    np.testing.assert_allclose(state.mass_flow_kg_per_s, [1.0, 0.0, 0.0], atol=1e-14)
    assert np.all(np.isnan(state.pressure_pa[2:]))
    assert np.all(np.isfinite(state.pressure_pa[:2]))
    assert balanced(state, injection)
    assert solve_hydraulics(closed_behind(0.0, "held"), {"a": 1e5}).islanded == ("c", "d")
    network, injection = ring(np.full(5, 1.0))
    closed = replace(network.groups[1], closed=np.arange(6) == 2)
    opened = solve_hydraulics(replace(network, groups=[network.groups[0], closed]), {"tank": 2e5}, injection)
    assert opened.islanded == ()
    np.testing.assert_allclose(opened.mass_flow_kg_per_s[1:], [2.0, 1.0, 0.0, -1.0, -2.0, -3.0], rtol=1e-12)


def test_what_an_island_cannot_do_is_refused_by_name():
    with pytest.raises(InputError, match=r"node 'd' draws 0.5 kg/s, but closed branches cut it off"):
        solve_hydraulics(closed_behind(), {"a": 1e5}, np.array([0.0, 0.0, 0.0, -0.5]))
    with pytest.raises(InputError, match=r"branch 'house' prescribes 0.5 kg/s at node 'd', but no open path"):
        solve_hydraulics(closed_behind(0.5, "held"), {"a": 1e5})


def test_a_pump_in_an_island_still_turns_its_loop():
    network = HydraulicNetwork(
        ["a", "b", "c"],
        [
            BranchGroup(["valve"], [0], [1], ControlValveLaw(10.0, 990.0, 0.0)),
            BranchGroup(["pump"], [1], [2], PumpLaw(1e5, 0.0, 1e9, 990.0)),
            BranchGroup(["circuit"], [2], [1], QuadraticLaw(0.0, 3e9, 990.0)),
        ],
    )
    state = solve_hydraulics(network, {"a": 1e5})
    assert state.islanded == ("b", "c")
    assert state.flow("circuit") == pytest.approx(990.0 * 5e-3, rel=1e-9)


def two_producers(second, check=False):
    """Two producers at the ends of a supply and a return pipe of three sections, houses between."""
    groups = [
        pipes(["s01", "s12", "s23"], [0, 1, 2], [1, 2, 3], 300.0, 0.08),
        pipes(["r10", "r21", "r32"], [5, 6, 7], [4, 5, 6], 300.0, 0.08),
        BranchGroup(["house 1", "house 2"], [1, 2], [5, 6], PrescribedFlow([3.0, 4.0])),
        BranchGroup(["first"], [4], [0], PrescribedLift(3e5)),
    ]
    nodes = ["s0", "s1", "s2", "s3", "r0", "r1", "r2", "r3"]
    if check:
        nodes.append("pump outlet")
        groups.append(BranchGroup(["check"], [8], [3], CheckValveLaw(50.0, 990.0)))
    groups.append(BranchGroup(["second"], [7], [8 if check else 3], second))
    return HydraulicNetwork(nodes, groups)


@pytest.mark.parametrize("method", ["loops", "nodes"])
@pytest.mark.parametrize(
    ("second", "flow"),
    [
        (PrescribedFlow(2.0), 2.0),
        (PrescribedFlow(9.0), 9.0),
        (PrescribedLift(3e5), None),
        (PumpLaw(4e5, 0, 1e9, 990.0), None),
    ],
    ids=["held flow", "more than all houses take", "held lift", "pump"],
)
def test_two_producers_meet(second, flow, method):
    state = solve_hydraulics(two_producers(second), {"r0": 2e5}, method=method)
    assert balanced(state)
    assert state.flow("first") + state.flow("second") == pytest.approx(7.0, rel=1e-12)
    assert flow is None or state.flow("second") == pytest.approx(flow, rel=1e-12)
    if isinstance(second, PrescribedLift):
        assert 3.0 < state.flow("second") < 4.0  # the heavier house is the nearer one, and the pipes are equal
        assert state.flow("s12") == pytest.approx(state.flow("s23") + 4.0, rel=1e-12)


@pytest.mark.parametrize("method", ["loops", "nodes"])
def test_a_pump_against_a_closed_check_valve(method):
    weak = PumpLaw(1e5, 0.0, 1e9, 990.0)
    state = solve_hydraulics(two_producers(weak, check=True), {"r0": 2e5}, method=method)
    assert balanced(state)
    assert state.flow("check") == 0.0
    assert state.flow("second") == pytest.approx(0.0, abs=1e-14)
    assert state.pressure("pump outlet") == pytest.approx(state.pressure("r3") + 1e5, rel=1e-12)
    assert state.drop("check") < 0.0
    strong = solve_hydraulics(two_producers(PumpLaw(5e5, 0.0, 1e9, 990.0), check=True), {"r0": 2e5}, method=method)
    assert balanced(strong)
    assert strong.flow("check") > 1.0


def test_flow_that_only_a_check_valve_could_let_out_is_refused():
    network = HydraulicNetwork(
        ["a", "b", "c"],
        [pipes(["bc"], [1], [2]), BranchGroup(["check"], [0], [1], CheckValveLaw(10.0, 990.0))],
    )
    assert solve_hydraulics(network, {"a": 1e5}, np.array([0.0, 0.0, -0.5])).flow("check") == pytest.approx(0.5)
    with pytest.raises(InputError, match=r"0.5 kg/s enter at node 'c', and could only leave against a check valve"):
        solve_hydraulics(network, {"a": 1e5}, np.array([0.0, 0.0, 0.5]))


@pytest.mark.parametrize("method", ["loops", "nodes"])
@pytest.mark.parametrize("count", [2, 5, 20])
def test_many_pumps_with_check_valves_in_parallel(method, count):
    head = np.linspace(1e5, 4e5, count)
    ones = np.ones(count, dtype=int)
    network = HydraulicNetwork(
        ["return", "supply", *(f"outlet {i}" for i in range(count))],
        [
            BranchGroup(
                [f"pump {i}" for i in range(count)], 0 * ones, 2 + np.arange(count), PumpLaw(head, 0, 1e9, 990.0)
            ),
            BranchGroup([f"check {i}" for i in range(count)], 2 + np.arange(count), ones, CheckValveLaw(40.0, 990.0)),
            pipes(["circuit"], [1], [0], 1000.0, 0.1),
        ],
    )
    state = solve_hydraulics(network, {"return": 1e5}, method=method)
    assert balanced(state)
    level = state.pressure("supply") - 1e5
    flows = state.mass_flow_kg_per_s[:count]
    assert np.all((flows > 0.0) == (head > level))


@pytest.mark.parametrize("method", ["loops", "nodes"])
@pytest.mark.parametrize(
    ("length", "diameter"),
    [((0.1, 5000.0), (0.1, 0.1)), ((100.0, 100.0), (0.8, 0.0173)), ((0.1, 5000.0), (0.8, 0.0173))],
    ids=["0.1 m beside 5 km", "DN800 beside DN15", "both"],
)
def test_extreme_pipes_side_by_side(length, diameter, method):
    # two of each in a ring and in parallel, with a draw between all of them
    odd = np.arange(8) % 2
    law = PipeLaw(np.take(length, odd), np.take(diameter, odd), 1e-5, **WATER)
    start, end = [0, 1, 2, 3, 0, 0, 1, 4], [1, 2, 3, 0, 1, 2, 4, 2]
    network = HydraulicNetwork(list("abcde"), [BranchGroup([f"p{i}" for i in range(8)], start, end, law)])
    for draws in ([0.0, 1.0, 2.0, 1.0, 0.1], [0.0, 1e-4, 0.0, 0.0, 0.0], [0.0, 300.0, 0.0, 0.0, 0.0]):
        state = solve_hydraulics(network, {"a": 5e5}, -np.array(draws), method=method)
        assert balanced(state, -np.array(draws))
        # the same drop along both of two pipes in parallel
        drop = law.drop_and_slope(state.mass_flow_kg_per_s)[0]
        assert drop[0] == pytest.approx(drop[4], rel=1e-6, abs=1e-9 * np.abs(drop).max())


def test_loose_ends_and_missing_references_are_refused_by_name():
    network = HydraulicNetwork(["a", "b", "lonely"], [pipes(["ab"], [0], [1])])
    with pytest.raises(InputError, match="node 'lonely' is not connected to any node of fixed pressure"):
        solve_hydraulics(network, {"a": 1e5})
    with pytest.raises(InputError, match="no node of fixed pressure"):
        solve_hydraulics(network, {})
    supply = HydraulicNetwork(
        ["s0", "s1", "r1", "r0"],
        [
            pipes(["s", "r"], [0, 2], [1, 3]),
            BranchGroup(["house", "producer"], [1, 3], [2, 0], PrescribedFlow([1.0, 1.0])),
        ],
    )
    with pytest.raises(InputError, match="no open path of free flow joins that node to a fixed pressure"):
        solve_hydraulics(supply, {"r0": 1e5})
    with pytest.raises(InputError, match="fixed pressure of the hydraulic network is not a finite number"):
        solve_hydraulics(supply, {"r0": float("nan")})
    with pytest.raises(InputError, match="prescribed flow of the hydraulic network is not a finite number"):
        solve_hydraulics(supply, {"r0": 1e5}, held_flow=np.full(4, np.nan))


def test_a_difference_held_twice_is_refused_by_name():
    network = HydraulicNetwork(
        ["r", "s"],
        [pipes(["load"], [1], [0]), BranchGroup(["one", "two"], [0, 0], [1, 1], PrescribedLift([1e5, 2e5]))],
    )
    with pytest.raises(InputError, match=r"branch 'two' holds a pressure difference .* already"):
        solve_hydraulics(network, {"r": 1e5})
    single = HydraulicNetwork(
        ["r", "s"], [pipes(["load"], [1], [0]), BranchGroup(["one"], [0], [1], PrescribedLift(1e5))]
    )
    with pytest.raises(InputError, match="branch 'one' holds a pressure difference"):
        solve_hydraulics(single, {"r": 1e5, "s": 2e5})


def test_check_valves_at_rest_do_not_chatter():
    # without any drive the signs of the flows are rounding: nothing is to be decided by them
    network, injection = looped_network(5185)
    assert network.one_way.sum() == 4
    state = solve_hydraulics(network, {"0": 5e5}, injection)
    np.testing.assert_array_equal(state.mass_flow_kg_per_s, 0.0)
    np.testing.assert_allclose(state.pressure_pa, 5e5, rtol=1e-12)
