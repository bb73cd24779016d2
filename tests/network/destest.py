"""DESTEST CE_0, 16 buildings, as trees of pipe pairs and as tables: for the tests and for the plots of the docs page.

Every building draws 553 kg/h and cools it by 30 K; supply 70 °C, ground 10 °C at the casing, roughness 0.007 mm, PEX pipes
with foam, no film and no heat of friction. The flow of friction is not told; the closed form stated with the case, 23 105.33
Pa from i to e, is that of Haaland's explicit formula.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rack2city.network import Liquid, RadialTree, Substations, solve_radial, solve_steady
from rack2city.network.hydraulics.friction import Formula
from tests.network.tree_tables import tables_of

LIQUID = Liquid(density=988.0, heat_capacity=4180.0, viscosity=5.434e-4)
GROUND_K, SUPPLY_K = 283.15, 343.15
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


def read_tree(reference: Path, friction: Formula) -> RadialTree:
    """The pipe pairs, away from the source `i`; the table's own order runs from building to source, but not always."""
    table = pd.read_csv(reference / "network/destest/ce0_pipes_16.csv", comment="#")
    names = ["i", *(name for name in pd.unique(table[["node_a", "node_b"]].to_numpy().ravel()) if name != "i")]
    neighbours: dict[str, set[str]] = {name: set() for name in names}
    for a, b in zip(table.node_a, table.node_b, strict=True):
        neighbours[a].add(b)
        neighbours[b].add(a)
    parent, front = {"i": ""}, ["i"]
    while front:
        front = [child for node in front for child in neighbours[node] if parent.setdefault(child, node) == node]
        front = [child for child in front if child != "i"]
    far = [a if parent[a] == b else b for a, b in zip(table.node_a, table.node_b, strict=True)]
    inner = table.inner_diameter_m.to_numpy()
    outer = inner + 2 * table.wall_m.to_numpy()
    casing = outer + 2 * table.insulation_m.to_numpy()
    loss = 2 * np.pi / (np.log(outer / inner) / 0.35 + np.log(casing / outer) / 0.026)
    return RadialTree(
        node_names=names,
        pipe_names=[f"{parent[node]}-{node}" for node in far],
        start=np.array([names.index(parent[node]) for node in far]),
        end=np.array([names.index(node) for node in far]),
        length_m=table.length_m.to_numpy(),
        diameter_m=inner,
        roughness_m=np.full(inner.size, 7e-6),
        supply_loss_w_per_m_k=loss,
        return_loss_w_per_m_k=loss,
        friction=friction,
    )


def _buildings(tree: RadialTree) -> list[int]:
    return [number for number, name in enumerate(tree.node_names) if name.startswith("SimpleDistrict")]


def by_tree(reference: Path, friction: Formula) -> Ce0:
    """The case by `solve_radial`: a by-pass as large as the largest flow fixes the flow."""
    tree = read_tree(reference, friction)
    nodes = np.array(_buildings(tree))
    count = nodes.size
    fixed = np.full(count, FLOW)
    result = solve_radial(
        tree,
        Substations(nodes, np.full(count, GROUND_K), fixed, fixed),
        LIQUID,
        np.full((1, count), FLOW * LIQUID.heat_capacity * FALL_K),
        SUPPLY_K,
        GROUND_K,
    )
    route = [list(tree.end).index(tree.node_names.index(node)) for node in "hgfe"]
    first = list(nodes).index(tree.node_names.index("SimpleDistrict_1"))
    return Ce0(
        float(result.pipe_drop_pa[0, route].sum()),
        float(result.arriving_k[0, first]) - 273.15,
        float(result.root_return_k[0]) - 273.15,
        float(result.root_heat_w[0]),
        result.max_balance_residual,
    )


def by_tables(reference: Path, friction: Formula) -> Ce0:
    """The case by `solve_steady`: supply and return are pipes of one network, the drop is one of junction pressures."""
    tree = read_tree(reference, friction)
    nodes = _buildings(tree)
    demand = FLOW * LIQUID.heat_capacity * FALL_K
    network = tables_of(tree, LIQUID, nodes, SUPPLY_K, GROUND_K, mass_flow_kg_per_s=FLOW, demand_w=demand)
    result = solve_steady(network)
    junctions, source = result.res_junctions, result.res_producers.loc["plant"]
    return Ce0(
        float(junctions.p_pa["s i"] - junctions.p_pa["s e"]),
        float(result.res_substations.t_supply_k["SimpleDistrict_1"]) - 273.15,
        float(source.t_return_k) - 273.15,
        float(source.heat_w),
        result.energy.relative if result.energy else np.inf,
    )
