"""The analytic pipe, tee and mesh cases: temperatures to 1e-3 K.

Each line of the files is one pipe end: alpha (W/m2K) on the inner circumference, diameter, flow, cp, surroundings, inlet
temperature, length and outlet temperature; `TM` is a mixture. Which pipes join is told by pandapipes' own tests of these
files (BSD-3). The files give flows, not friction: where flow divides, a balancing valve is trimmed to the flows of the file.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from rack2city.network.tables import Network, create_boundaries, create_junctions, create_pipes, solve_steady
from rack2city.network.tree import Liquid

pytestmark = pytest.mark.reference

WATER = Liquid(density=985.0, heat_capacity=4182.0, viscosity=5e-4)
SIZE = {
    "length_m": 2500.0,
    "inner_diameter_m": 0.075,
    "roughness_m": 1e-4,
    "conductance_w_per_m_k": 5.0 * np.pi * 0.075,
    "ambient_k": 293.0,
}


@pytest.fixture
def told(reference):
    def read(case):
        return pd.read_csv(reference / "network" / "analytic" / f"Temperature_{case}_an.csv", sep=";")

    return read


def network_of(pipes, sources, draws, **size):
    """Pipes by their ends, sources by junction (flow, None where it holds the pressure, and temperature), draws (flow)."""
    network = Network(liquid=WATER)
    create_junctions(network, sorted({end for pipe in pipes for end in pipe}))
    create_pipes(
        network,
        ["-".join(pipe) for pipe in pipes],
        from_junction=[pipe[0] for pipe in pipes],
        to_junction=[pipe[1] for pipe in pipes],
        **(SIZE | size),
    )
    for junction, (flow, kelvin) in sources.items():
        given = {"pressure_pa": 5e5} if flow is None else {"mass_flow_kg_per_s": flow}
        create_boundaries(network, junction=junction, supply_k=kelvin, **given)
    for junction, flow in draws.items():
        create_boundaries(network, junction=junction, mass_flow_kg_per_s=-flow)
    return network


def trimmed(network, pipe, valved, flow):
    """The solution with the local loss of one pipe set so that another's flow is as given."""

    def excess(loss):
        network.pipes.loc[valved, "minor_loss"] = loss
        return solve_steady(network).res_pipes.mdot_kg_per_s[pipe] - flow

    brentq(excess, 0.0, 1e4, xtol=1e-9, rtol=1e-14)
    result = solve_steady(network)
    assert result.res_pipes.mdot_kg_per_s[pipe] == pytest.approx(flow, abs=1e-8)
    return result


def test_one_pipe(told):
    table = told("one_pipe")
    pipes = [(str(n), str(n + 1)) for n in range(6)]
    kelvin = solve_steady(network_of(pipes, {"0": (None, 330.0)}, {"6": 1.0}, length_m=1000.0)).res_junctions.t_k
    np.testing.assert_allclose(kelvin, table["T"], atol=1e-3, rtol=0)


def test_tee_that_divides(told):
    table = told("tee_2ab_1zu")
    network = network_of([("0", "1"), ("1", "2"), ("1", "3")], {"0": (None, 350.0)}, {"2": 1.0, "3": 1.0})
    np.testing.assert_allclose(solve_steady(network).res_junctions.t_k, table["T"], atol=1e-3, rtol=0)


@pytest.mark.parametrize("turned", [False, True])
def test_tee_that_joins(told, turned):
    table = told("tee_2zu_1ab")
    pipes = [("0", "2"), ("2", "1") if turned else ("1", "2"), ("2", "3")]
    result = solve_steady(network_of(pipes, {"0": (None, 350.0), "1": (None, 350.0)}, {"3": 1.0}))
    assert abs(result.res_pipes.mdot_kg_per_s.iloc[1]) == pytest.approx(0.5)
    np.testing.assert_allclose(result.res_junctions.t_k, table["T"], atol=1e-3, rtol=0)


def test_two_in_two_out(told):
    table = told("2zu_2ab")
    network = network_of(
        [("0", "2"), ("1", "2"), ("2", "3"), ("2", "4")], {"0": (1.0, 350.0), "1": (None, 300.0)}, {"3": 1.0, "4": 1.0}
    )
    np.testing.assert_allclose(solve_steady(network).res_junctions.t_k, table["T"], atol=1e-3, rtol=0)
    arriving = solve_steady(network).res_pipes.t_to_k
    assert arriving["0-2"] == pytest.approx(321.1848506, abs=1e-3)
    assert arriving["1-2"] == pytest.approx(296.4612974, abs=1e-3)


def test_mesh(told):
    table = told("masche_1load")
    node = {int(row.Node): row["T"] for _, row in table[table.Node.notna()].iterrows()}
    network = network_of([("0", "1"), ("1", "2"), ("1", "3"), ("3", "2")], {"0": (None, 350.0)}, {"2": 1.0})
    # friction alone divides the flow nearly as in the file, whose flows stem from another friction law
    assert solve_steady(network).res_pipes.mdot_kg_per_s["1-2"] == pytest.approx(0.606421, rel=0.03)
    above = solve_steady(network).res_pipes.mdot_kg_per_s["1-2"] > 0.606421
    result = trimmed(network, "1-2", "1-2" if above else "3-2", 0.606421)
    np.testing.assert_allclose(result.res_junctions.t_k, [node[n] for n in range(4)], atol=1e-3, rtol=0)
    assert result.res_pipes.t_to_k[["1-2", "3-2"]].tolist() == pytest.approx([301.8236468, 293.7866302], abs=1e-3)


def test_mesh_with_a_turned_pipe(told):
    # the file's own flows do not balance at its node 1: 0.39 kg/s arrive and 0.393265 kg/s leave, at one temperature. What is
    # missing enters there at that temperature, so that every pipe has the flow and inlet of its line
    table = told("masche_1load_direction")
    node = {int(row.Node): row["T"] for _, row in table[table.Node.notna()].iterrows()}
    pipes = [("0", "2"), ("0", "1"), ("1", "2")]
    missing = 0.393265 - 0.39
    network = network_of(pipes, {"0": (None, 350.0), "1": (missing, node[1])}, {"2": 1.0})
    above = solve_steady(network).res_pipes.mdot_kg_per_s["0-2"] > 0.606735
    result = trimmed(network, "0-2", "0-2" if above else "0-1", 0.606735)
    assert result.res_pipes.mdot_kg_per_s["0-1"] == pytest.approx(0.39, abs=1e-6)
    np.testing.assert_allclose(result.res_junctions.t_k, [node[n] for n in range(3)], atol=1e-3, rtol=0)
