"""Results of a simulation: one DataFrame per table, steps down, quantities and names across."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.hydraulics.friction import Array, Formula
from rack2city.network.tables.network import Network, Table
from rack2city.network.tables.results import Measured


@dataclass(frozen=True)
class Series:
    """A network through time. `res_pipes["t_to_k"]` is a DataFrame of steps x pipes.

    Values are means over each step; `describe` says what each quantity means. Where nothing flows in a pipe, `t_from_k` and
    `t_to_k` are those of the water that stands in its ends, at the end of the step.

    Attributes:
        step_s: length of a step (s).
        steps: per step `mass_residual` and `energy_residual` (-), `stored_w`, `passes`, `worst` and `margin_pa` of a control
            by the worst point.
        tables: results by the name of the table, with two levels of columns, quantity and name; each is an attribute too,
            `series.res_pipes`.
        friction: formula of the pipes' turbulent friction factor.
    """

    step_s: float
    steps: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    friction: Formula = "colebrook"
    res_junctions, res_pipes, res_valves, res_heat_exchangers = Table(), Table(), Table(), Table()
    res_pumps, res_substations, res_producers = Table(), Table(), Table()
    res_storages, res_boundaries = Table(), Table()


class Recorder:
    """Gathers steps into one block of numbers per table.

    Args:
        network: the tables.
        index: the steps.
        keep: tables, or quantities as `"pipes.t_to_k"`, to keep; all if None.

    Raises:
        InputError: what is to be kept does not exist.
    """

    def __init__(self, network: Network, index: pd.Index, keep: Collection[str] | None) -> None:
        known = {name: [q.name for q in each.results] for name, each in COMPONENTS.items() if each.results}
        for name in keep or ():
            table, _, quantity = name.partition(".")
            if table not in known:
                raise InputError(f"keep: '{name}' is no table of results; give a table or table.quantity")
            if quantity and quantity not in known[table]:
                raise InputError(f"keep: {table} have no result '{quantity}'; they have {', '.join(known[table])}")
        kept = set(known if keep is None else keep)
        self._names = {table: network.table(table).index for table in known}
        self._quantities = {
            table: [name for name in names if len(self._names[table]) and kept & {table, f"{table}.{name}"}]
            for table, names in known.items()
        }
        self._blocks = {
            table: np.empty((len(index), len(names) * len(self._names[table])))
            for table, names in self._quantities.items()
        }
        self._index, self._friction = index, network.friction
        self._steps: list[dict[str, object]] = []

    def note(self, step: int, measured: Measured, about: dict[str, object]) -> None:
        """Note a step; `about` goes to the table of steps."""
        for table, quantities in self._quantities.items():
            count, block = len(self._names[table]), self._blocks[table]
            for place, quantity in enumerate(quantities):
                block[step, place * count : (place + 1) * count] = measured.tables[table][quantity]
        self._steps.append(about)

    def series(self, step_s: float) -> Series:
        """All that was noted."""
        tables = {
            table: frame_of(block, self._index, self._quantities[table], self._names[table])
            for table, block in self._blocks.items()
        }
        return Series(step_s, pd.DataFrame(self._steps, index=self._index), tables, self._friction)


def frame_of(block: Array, index: pd.Index, quantities: list[str], names: pd.Index) -> pd.DataFrame:
    """A block of steps x (quantities x names) as a DataFrame."""
    columns = pd.MultiIndex.from_product([quantities if len(names) else [], names], names=["quantity", "name"])
    return pd.DataFrame(block, index=index, columns=columns, copy=False)
