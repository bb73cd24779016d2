"""Results of a simulation: one DataFrame per table, steps down, quantities and names across."""

from dataclasses import dataclass

import pandas as pd

from rack2city.arrays import Array
from rack2city.network.hydraulics.friction import Formula
from rack2city.network.tables.network import Table


@dataclass(frozen=True)
class Series:
    """A network through time. `res_pipes["t_to_k"]` is a DataFrame of steps x pipes.

    Values are means over each step; `describe` says what each quantity means. Where nothing flows in a pipe, `t_from_k` and
    `t_to_k` are those of the water that stands in its ends, at the end of the step.

    Attributes:
        steps: per step its length `step_s` (s), `mass_residual` and `energy_residual` (-), `stored_w`, `passes`, and of a
            control by the worst point `worst` and `margin_pa`.
        tables: results by the name of the table, with two levels of columns, quantity and name; each is an attribute too,
            `series.res_pipes`.
        friction: formula of the pipes' turbulent friction factor.
        method: which way the network was solved, and why.
    """

    steps: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    friction: Formula = "colebrook"
    method: str = ""
    res_junctions, res_pipes, res_valves, res_heat_exchangers = Table(), Table(), Table(), Table()
    res_pumps, res_substations, res_producers = Table(), Table(), Table()
    res_storages, res_boundaries = Table(), Table()


def series_frame(block: Array, index: pd.Index, quantities: list[str], names: pd.Index) -> pd.DataFrame:
    """One table of results from its numbers (steps x quantities by names)."""
    columns = pd.MultiIndex.from_product([quantities if len(names) else [], names], names=["quantity", "name"])
    return pd.DataFrame(block, index=index, columns=columns, copy=False)
