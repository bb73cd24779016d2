"""EPANET's looped grid, theirs beside ours, for the tests and for the plots of the docs page."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rack2city.network import load_epanet, solve_steady


@dataclass(frozen=True)
class Grid:
    """Volume flows (m3/s) by pipe and heads (m) by node, columns `theirs` and `ours`; whether mass balances."""

    flow: pd.DataFrame
    head: pd.DataFrame
    balanced: bool

    @property
    def flow_error(self) -> pd.Series:
        """Ours less theirs over the largest flow (-), by pipe."""
        return (self.flow.ours - self.flow.theirs) / self.flow.theirs.abs().max()

    @property
    def head_error(self) -> pd.Series:
        """Ours less theirs (m), by node."""
        return self.head.ours - self.head.theirs


def solve_grid(reference: Path) -> Grid:
    """The 4 x 4 grid with two reservoirs, Darcy-Weisbach, solved with EPANET 2.2 and by us."""
    folder = reference / "network" / "epanet"
    links = pd.read_csv(folder / "loop_grid_DW_links.csv", comment="#", index_col="link")
    nodes = pd.read_csv(folder / "loop_grid_DW_nodes.csv", comment="#", index_col="node")
    network = load_epanet(folder / "loop_grid_DW.inp")
    result = solve_steady(network, heat=False)
    flow = result.res_pipes.mdot_kg_per_s / network.liquid.density
    head = result.res_junctions.head_m
    assert set(flow.index) == set(links.index)
    assert set(head.index) == set(nodes.index)
    return Grid(
        pd.DataFrame({"theirs": links.flow_m3_s, "ours": flow.reindex(links.index)}),
        pd.DataFrame({"theirs": nodes.head_m, "ours": head.reindex(nodes.index)}),
        result.mass.holds,
    )
