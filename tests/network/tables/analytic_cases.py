"""The analytic pipe, tee and mesh cases, for the tests and for the plots of the docs page.

Each line of the files is one pipe end: alpha (W/m2K) on the inner circumference, diameter, flow, cp, surroundings, inlet
temperature, length and outlet temperature; `TM` is a mixture. Which pipes join is told by pandapipes' own tests of these
files (BSD-3). The files give flows, not friction: where flow divides, a balancing valve is trimmed to the flows of the file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from rack2city.arrays import Array
from rack2city.network import (
    Network,
    SteadyResult,
    create_boundaries,
    create_junctions,
    create_pipes,
    solve_steady,
)
from rack2city.network.hydraulics.liquid import Liquid

WATER = Liquid(density=985.0, heat_capacity=4182.0, viscosity=5e-4)
SIZE = {
    "length_m": 2500.0,
    "inner_diameter_m": 0.075,
    "roughness_m": 1e-4,
    "conductance_w_per_m_k": 5.0 * np.pi * 0.075,
    "ambient_k": 293.0,
}
Ends = list[tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """Temperatures (K) as told and as solved, in one order, and the solution."""

    told_k: Array
    solved_k: Array
    result: SteadyResult


def _read(reference: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(reference / "network" / "analytic" / f"Temperature_{name}_an.csv", sep=";")


def _network(
    pipes: Ends, sources: dict[str, tuple[float | None, float]], draws: dict[str, float], **size: float
) -> Network:
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


def _trimmed(network: Network, pipe: str, other: str, flow: float) -> SteadyResult:
    """The solution with a local loss on this pipe, or on the other of the loop, set so that this one's flow is as given."""
    untrimmed = solve_steady(network).res_pipes.mdot_kg_per_s[pipe]
    # friction alone divides the flow nearly as in the files, whose flows stem from another friction law
    assert abs(untrimmed / flow - 1.0) < 0.03
    valved = pipe if untrimmed > flow else other

    def excess(loss: float) -> float:
        network.pipes.loc[valved, "minor_loss"] = loss
        return float(solve_steady(network).res_pipes.mdot_kg_per_s[pipe] - flow)

    brentq(excess, 0.0, 1e4, xtol=1e-9, rtol=1e-14)
    result = solve_steady(network)
    assert abs(result.res_pipes.mdot_kg_per_s[pipe] - flow) < 1e-8
    return result


def _of_junctions(told: pd.Series, network: Network) -> Case:
    result = solve_steady(network)
    return Case(told.to_numpy(dtype=float), result.res_junctions.t_k.to_numpy(), result)


def one_pipe(reference: Path) -> Case:
    """Six sections in a row."""
    pipes = [(str(n), str(n + 1)) for n in range(6)]
    return _of_junctions(
        _read(reference, "one_pipe")["T"], _network(pipes, {"0": (None, 330.0)}, {"6": 1.0}, length_m=1000.0)
    )


def tee_that_divides(reference: Path) -> Case:
    """One flow in, two out."""
    network = _network([("0", "1"), ("1", "2"), ("1", "3")], {"0": (None, 350.0)}, {"2": 1.0, "3": 1.0})
    return _of_junctions(_read(reference, "tee_2ab_1zu")["T"], network)


def tee_that_joins(reference: Path, turned: bool = False) -> Case:
    """Two flows in, one out; one pipe drawn against its flow if `turned`."""
    pipes = [("0", "2"), ("2", "1") if turned else ("1", "2"), ("2", "3")]
    network = _network(pipes, {"0": (None, 350.0), "1": (None, 350.0)}, {"3": 1.0})
    return _of_junctions(_read(reference, "tee_2zu_1ab")["T"], network)


def two_in_two_out(reference: Path) -> Case:
    """Two flows of different temperatures mix and part; the junctions, then what arrives at the mixture."""
    told = _read(reference, "2zu_2ab")
    pipes = [("0", "2"), ("1", "2"), ("2", "3"), ("2", "4")]
    network = _network(pipes, {"0": (1.0, 350.0), "1": (None, 300.0)}, {"3": 1.0, "4": 1.0})
    result = solve_steady(network)
    return Case(
        np.array([*told["T"], 321.1848506, 296.4612974]),
        np.array([*result.res_junctions.t_k, result.res_pipes.t_to_k["0-2"], result.res_pipes.t_to_k["1-2"]]),
        result,
    )


def mesh(reference: Path) -> Case:
    """A loop with one draw; the junctions, then what arrives at the draw."""
    table = _read(reference, "masche_1load")
    node = {int(row.Node): row["T"] for _, row in table[table.Node.notna()].iterrows()}
    network = _network([("0", "1"), ("1", "2"), ("1", "3"), ("3", "2")], {"0": (None, 350.0)}, {"2": 1.0})
    result = _trimmed(network, "1-2", "3-2", 0.606421)
    return Case(
        np.array([*(node[n] for n in range(4)), 301.8236468, 293.7866302]),
        np.array([*result.res_junctions.t_k, result.res_pipes.t_to_k["1-2"], result.res_pipes.t_to_k["3-2"]]),
        result,
    )


def mesh_with_a_turned_pipe(reference: Path) -> Case:
    """A loop fed at its corner.

    The file's own flows do not balance at its node 1: 0.39 kg/s arrive and 0.393265 kg/s leave, at one temperature. What is
    missing enters there at that temperature, so that every pipe has the flow and inlet of its line.
    """
    table = _read(reference, "masche_1load_direction")
    node = {int(row.Node): row["T"] for _, row in table[table.Node.notna()].iterrows()}
    missing = 0.393265 - 0.39
    network = _network([("0", "2"), ("0", "1"), ("1", "2")], {"0": (None, 350.0), "1": (missing, node[1])}, {"2": 1.0})
    result = _trimmed(network, "0-2", "0-1", 0.606735)
    return Case(np.array([node[n] for n in range(3)]), result.res_junctions.t_k.to_numpy(), result)


CASES: dict[str, Callable[[Path], Case]] = {
    "one pipe": one_pipe,
    "tee, divides": tee_that_divides,
    "tee, joins": tee_that_joins,
    "two in, two out": two_in_two_out,
    "mesh": mesh,
    "mesh, turned": mesh_with_a_turned_pipe,
}
