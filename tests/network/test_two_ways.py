"""Radial networks on both ways: sweeps along their trees against the graph, on random streets.

What is compared is found by different methods, Newton's on the tree or many steps at once against Anderson's mixing of a
graph, whose temperatures come from one sparse solve. Both settle flows to some 1e-7 of the root's in time; a valve on a
trickle in a long cold pipe may answer steeply, so that temperatures and flows agree to more than that.
"""

from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import ConvergenceError
from rack2city.network import (
    Network,
    create_boundaries,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
    simulate,
    solve_steady,
)
from rack2city.network.solvers.steps.valves import Bisection
from tests.network.street import LIQUID, SUPPLY_K, Told, run, street, tell, with_houses

FLOW, KELVIN, HEAT = 1e-6, 1e-4, 1e-6
"""Allowed difference of flows over the root's (-), of temperatures (K), of heat over the plant's, or over all losses (-)."""
KINDS = ("return", "exchanger", "films", "hot water", "given")


@dataclass(frozen=True)
class Case:
    """A random street of random consumers, and what they are asked for (steps x substations)."""

    network: Network
    profiles: dict[tuple[str, str], Any]
    supply_k: Any


def random_case(seed: int, between: bool, steps: int = 6) -> Case:
    """Streets of one to twelve pairs; houses of all kinds, some with by-passes, some asleep."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 13))
    parents = [int(random.integers(max(0, node - 4), node)) for node in range(1, count + 1)]
    network = street(
        parents,
        random.uniform(5.0, 300.0, count),
        random.uniform(0.03, 0.1, count),
        random.uniform(0.1, 0.5, count),
        wall_j_per_m_k=random.uniform(0.0, 3000.0, count),
        between_w_per_m_k=random.choice([0.0, 0.02, 0.2], count) if between else None,
    )
    ends = ["from_junction", "to_junction"]
    turned = random.random(2 * count) < 0.3  # drawn against the flow
    network.pipes.loc[turned, ends] = network.pipes.loc[turned, ends[::-1]].to_numpy()
    nodes = np.unique(random.integers(1, count + 1, max(1, count // 2)))
    kind = random.choice(KINDS)
    size, many = random.uniform(5e3, 8e4, nodes.size), np.ones(nodes.size)
    bypass = random.choice([0.0, 0.01], nodes.size)
    largest = 3.0 * size / (LIQUID.heat_capacity * 30.0) + 0.02
    columns: dict[str, Any] = {"bypass_kg_per_s": bypass, "max_flow_kg_per_s": largest}
    if kind == "return":
        columns |= {"return_set_k": random.uniform(303.15, 318.15, nodes.size), "min_difference_k": 2.0}
    elif kind == "given":
        columns = {"mass_flow_kg_per_s": 0.5 * largest}
    else:
        columns |= {"ua_w_per_k": size / 12.0, "secondary_supply_k": 328.15, "secondary_return_k": 308.15}
    if kind == "films":
        columns |= {"design_w": size, "design_flow_kg_per_s": largest / 3.0}
    load = size * random.uniform(0.1, 1.0, (steps, nodes.size)) * (random.random((steps, nodes.size)) < 0.9)
    profiles: dict[tuple[str, str], Any] = {("substations", "demand_w"): load}
    if kind == "hot water":
        columns |= {"dhw_ua_w_per_k": 0.5 * size / 12.0 * many, "dhw_supply_k": 325.15}
        profiles["substations", "dhw_demand_w"] = 0.3 * size * (random.random((steps, nodes.size)) < 0.5)
    if kind == "given":
        profiles["substations", "mass_flow_kg_per_s"] = random.uniform(0.2, 1.0, (steps, nodes.size)) * 0.5 * largest
    return Case(with_houses(network, nodes, **columns), profiles, random.uniform(338.15, 358.15, steps))


def agree(one: Told, other: Told, flow: float = FLOW, kelvin: float = KELVIN, heat: float = HEAT) -> None:
    """Two solutions say the same."""
    root = np.maximum(one.root_flow, 1e-6)[:, None]
    most = np.maximum(np.abs(one.root_heat_w), np.maximum(one.loss_w, 1.0))[:, None]
    assert np.abs((one.flow - other.flow) / root).max() < flow
    assert np.abs((one.pipe_flow - other.pipe_flow) / root).max() < flow
    moves = one.flow > 0.0
    assert np.array_equal(moves, other.flow > 0.0)
    assert np.abs(one.arriving_k - other.arriving_k)[moves].max(initial=0.0) < kelvin
    assert np.abs(one.leaving_k - other.leaving_k)[moves].max(initial=0.0) < kelvin
    assert np.abs(one.root_return_k - other.root_return_k)[one.root_flow > 0.0].max(initial=0.0) < kelvin
    for name in ("delivered_w", "unmet_w", "supply_loss_w", "return_loss_w", "exchange_w"):
        assert np.abs((getattr(one, name) - getattr(other, name)) / most).max() < heat, name
    assert np.abs((one.root_heat_w - other.root_heat_w) / most[:, 0]).max() < heat
    np.testing.assert_allclose(one.difference_pa, other.difference_pa, rtol=10.0 * flow, atol=0.1)
    assert max(one.balance.max(), other.balance.max()) < 1e-8


@given(st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_steps_without_memory(seed: int) -> None:
    case = random_case(seed, between=False)
    agree(*(run(case.network, None, case.supply_k, profiles=case.profiles, way=way) for way in ("radial", "graph")))


@given(st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_a_steady_state(seed: int) -> None:
    case = random_case(seed, between=False, steps=1)
    for (table, column), values in case.profiles.items():
        case.network.table(table)[column] = values[0]
    case.network.producers["supply_k"] = float(case.supply_k[0])
    radial = tell(solve_steady(case.network))
    assert radial.method == "radial"
    create_boundaries(case.network, "none", junction="r 0", mass_flow_kg_per_s=0.0, supply_k=SUPPLY_K)
    graph = tell(solve_steady(case.network))
    assert "flows given at boundaries" in graph.method
    agree(radial, graph)


def in_time(seed: int, between: bool) -> tuple[Told, Told, bool]:
    """Both ways through time, and whether a valve was bisected on either."""
    case = random_case(seed, between)
    step_s = np.random.default_rng(seed).choice([600.0, 1800.0, 3600.0])
    options = {"profiles": case.profiles, "step_s": step_s, "mode": "dynamic"}
    with patch.object(Bisection, "next", autospec=True, side_effect=Bisection.next) as bisected:
        radial, graph = (run(case.network, None, case.supply_k, way=way, **options) for way in ("radial", "graph"))
    return radial, graph, bisected.called


@pytest.mark.parametrize("between", [False, True], ids=["alone", "with exchange"])
@given(seed=st.integers(0, 2**31))
@settings(max_examples=15, deadline=None)
def test_steps_in_time(seed: int, between: bool) -> None:
    radial, graph, _ = in_time(seed, between)
    agree(radial, graph)


def test_a_bisected_valve_is_as_close() -> None:
    """Bounds may meet before the neighbours have settled; Newton's method goes on from there."""
    radial, graph, bisected = in_time(20589718, between=False)
    assert bisected
    agree(radial, graph)


def test_water_that_stands_is_as_warm_at_the_junctions_on_both_ways() -> None:
    """A morning of load, then none: what stands in the pipes' ends is what their junctions, and the plant's return, tell."""
    network = street_of_two()
    loads = pd.DataFrame([[2e4, 1e4], [2e4, 1e4], [0.0, 0.0], [0.0, 0.0]], columns=network.substations.index)
    profiles = {("substations", "demand_w"): loads}
    forced = {**profiles, ("pipes", "in_service"): pd.Series(True, index=loads.index)}
    radial, graph = (simulate(network, given) for given in (profiles, forced))
    assert (radial.method, graph.method[:5]) == ("radial", "graph")
    assert radial.res_producers["t_return_k"].iloc[-1, 0] > 290.0
    for table, quantity in (
        ("junctions", "t_k"),
        ("producers", "t_return_k"),
        ("pipes", "t_to_k"),
        ("pipes", "t_from_k"),
    ):
        ours, theirs = (series.tables[table][quantity].to_numpy() for series in (radial, graph))
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def street_of_two() -> Network:
    """Two houses in a row, without by-passes."""
    network = Network("two")
    create_junctions(network, [f"{side}{place}" for side in "sr" for place in range(3)])
    size = {"length_m": 100.0, "inner_diameter_m": 0.04, "conductance_w_per_m_k": 0.3}
    create_pipes(network, ["s1", "s2"], from_junction=["s0", "s1"], to_junction=["s1", "s2"], **size)
    create_pipes(network, ["r1", "r2"], from_junction=["r1", "r2"], to_junction=["r0", "r1"], **size)
    plant = {"mode": "pressure", "difference_pa": 1e5, "return_pressure_pa": 1e5, "supply_k": 343.15}
    create_producers(network, "plant", return_junction="r0", supply_junction="s0", **plant)
    ends = {"supply_junction": ["s1", "s2"], "return_junction": ["r1", "r2"]}
    create_substations(network, ["A", "B"], **ends, demand_w=1e4, return_set_k=313.15, max_flow_kg_per_s=0.5)
    return network


def test_a_substation_that_would_have_to_pump_is_told_by_both_ways() -> None:
    """A lift of 1 Pa at the plant: what the pipes take, its substations lack, though none asks for a least difference."""
    network = street_of_two()
    network.producers[["control", "difference_pa"]] = "own", 1.0
    network.substations["min_difference_pa"] = 0.0
    radial = solve_steady(network)
    network.producers["max_power_w"] = 1e9
    graph = solve_steady(network)
    assert (radial.method, graph.method[:5]) == ("radial", "graph")
    lacks = radial.res_substations["short_pa"]
    assert lacks.min() > 0.0
    assert lacks.tolist() == pytest.approx(graph.res_substations["short_pa"].tolist(), rel=1e-6)
    assert lacks.tolist() == pytest.approx((-radial.res_substations["difference_pa"]).tolist(), rel=1e-6)


@pytest.mark.parametrize("mode", ["steady", "quasi_steady", "dynamic"])
def test_a_flow_without_an_end_is_refused_by_both_ways(mode: str) -> None:
    """Without a largest flow a return set above the supply asks for no flow in particular."""
    network = street_of_two()
    network.substations[["return_set_k", "max_flow_kg_per_s"]] = 344.0, np.nan
    for largest in (np.nan, 1e9):
        network.producers["max_power_w"] = largest
        with pytest.raises(
            ConvergenceError, match="its supply is hardly warmer than its return_set_k, give it a max_flow"
        ):
            solve_steady(network) if mode == "steady" else simulate(network, {}, steps=1, mode=mode)  # type: ignore[arg-type]
