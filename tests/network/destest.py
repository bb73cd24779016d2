"""DESTEST CE_0, 16 buildings, on the radial way and on the graph's: for the tests and for the plots of the docs page.

Every building draws 553 kg/h and cools it by 30 K; supply 70 °C, ground 10 °C at the casing, roughness 0.007 mm, PEX pipes
with foam, no film and no heat of friction. The flow of friction is not told; the closed form stated with the case, 23 105.33
Pa from i to e, is that of Haaland's explicit formula.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rack2city.network import Network, solve_steady
from rack2city.network.hydraulics.friction import Formula
from tests.network.street import LIQUID, run, street, with_houses

GROUND_K = 283.15
FLOW, FALL_K = 553.0 / 3600.0, 30.0


@dataclass(frozen=True)
class Ce0:
    """What is compared: pressure drop of the supply from i to e (Pa), temperatures (°C), heat of the source (W)."""

    drop_pa: float
    first_building: float
    back: float
    heat_w: float
    balance: float


STATED = Ce0(23105.33, 69.451, 39.478, 313571.0, 0.0)
COLEBROOK_PA = 23416.30
"""The drop from i to e with Colebrook's formula, by the library `fluids` 1.3 on the same flows."""
COLUMNS = {
    "drop_pa": "dp_supply_i_e_Pa",
    "first_building": "T_s_SD1_degC",
    "back": "T_r_i_degC",
    "heat_w": "Q_source_W",
}
"""Columns of the published results of other tools."""


def other_tools(reference: Path) -> pd.DataFrame:
    """Published results of other tools, one row each."""
    return pd.read_csv(reference / "network/destest/ce0_results_all_tools.csv", comment="#", index_col="tool")


def read_street(reference: Path, friction: Formula) -> Network:
    """The pipe pairs, away from the source `i`; the table's own order runs from building to source, but not always."""
    table = pd.read_csv(reference / "network/destest/ce0_pipes_16.csv", comment="#")
    names = [name for name in pd.unique(table[["node_a", "node_b"]].to_numpy().ravel()) if name != "i"]
    neighbours: dict[str, set[str]] = {name: set() for name in ["i", *names]}
    for a, b in zip(table.node_a, table.node_b, strict=True):
        neighbours[a].add(b)
        neighbours[b].add(a)
    parent, front = {"i": ""}, ["i"]
    while front:
        front = [child for node in front for child in neighbours[node] if parent.setdefault(child, node) == node]
        front = [child for child in front if child != "i"]
    far = [a if parent[a] == b else b for a, b in zip(table.node_a, table.node_b, strict=True)]
    nodes = ["i", *far]
    inner = table.inner_diameter_m.to_numpy()
    outer = inner + 2 * table.wall_m.to_numpy()
    casing = outer + 2 * table.insulation_m.to_numpy()
    loss = 2 * np.pi / (np.log(outer / inner) / 0.35 + np.log(casing / outer) / 0.026)
    parents = [nodes.index(parent[node]) for node in far]
    size = (table.length_m.to_numpy(), inner, loss)
    network = street(parents, *size, liquid=LIQUID, names=nodes, roughness_m=7e-6, friction=friction)
    buildings = [number for number, name in enumerate(nodes) if name.startswith("SimpleDistrict")]
    demand = FLOW * LIQUID.heat_capacity * FALL_K
    return with_houses(network, buildings, mass_flow_kg_per_s=FLOW, demand_w=demand)


def solve_case(reference: Path, friction: Formula, way: str = "radial") -> Ce0:
    """The case on one of the two ways; the drop from i to e is that of the pipes between."""
    network = read_street(reference, friction)
    told = run(network, way=way)
    pipes = list(network.pipes.index)
    route = [pipes.index(f"s p{node}") for node in "hgfe"]
    first = list(network.substations.index).index("SimpleDistrict_1")
    return Ce0(
        float(told.drop_pa[0, route].sum()),
        float(told.arriving_k[0, first]) - 273.15,
        float(told.root_return_k[0]) - 273.15,
        float(told.root_heat_w[0]),
        float(told.balance[0]),
    )


def drop_of_junctions(reference: Path, friction: Formula) -> float:
    """The drop from i to e by the pressures of the junctions (Pa)."""
    pressure = solve_steady(read_street(reference, friction)).res_junctions.p_pa
    return float(pressure["s i"] - pressure["s e"])
