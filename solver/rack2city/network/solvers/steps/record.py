"""Gathers solved steps into one block of numbers per table."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.errors import BalanceError, InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.solvers.steps.tell import TOLERANCE, Balances, balances, told
from rack2city.network.solvers.steps.view import View
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import Series, series_frame


class Recorder:
    """What is kept of the steps, by their index and lengths (s), see `simulate`.

    Raises:
        InputError: what is to be kept does not exist.
    """

    def __init__(self, network: Network, index: pd.Index, step_s: Array, keep: Collection[str] | None) -> None:
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
        self._stations = network.substations.index
        self._index, self._friction, self._step_s = index, network.friction, step_s
        names = ("mass_residual", "energy_residual", "stored_w", "passes", "worst", "margin_pa")
        self._about = {name: np.zeros(len(index)) for name in names}

    def note(self, first: int, view: View) -> None:
        """Note solved steps from a number on.

        Raises:
            BalanceError: mass or energy does not balance in one of them; names it and what closes worst.
        """
        closes = balances(view)
        steps = slice(first, first + len(closes.mass))
        if max(closes.mass.max(), closes.energy.max()) > TOLERANCE:
            self._refuse(first, view, closes)
        for table, quantities in self._quantities.items():
            count, block = len(self._names[table]), self._blocks[table]
            columns = told(view, table)
            for place, quantity in enumerate(quantities):
                block[steps, place * count : (place + 1) * count] = columns[quantity](view)
        about = (closes.mass, closes.energy, closes.stored_w, view.passes, *view.worst)
        for column, values in zip(self._about.values(), about, strict=True):
            column[steps] = values

    def _refuse(self, first: int, view: View, closes: Balances) -> None:
        step = int(np.argmax(np.maximum(closes.mass, closes.energy)))
        try:
            for balance in closes.worst(view):
                balance.require()
        except BalanceError as error:
            suspect = view.suspect()
            told = f"; of pipes and storages {suspect} closes worst" if suspect else ""
            raise BalanceError(f"step {first + step} ({self._index[first + step]}): {error}{told}") from None

    def series(self, method: str) -> Series:
        """All that was noted."""
        tables = {
            table: series_frame(block, self._index, self._quantities[table], self._names[table])
            for table, block in self._blocks.items()
        }
        steps = pd.DataFrame({"step_s": self._step_s, **self._about}, index=self._index)
        steps["passes"] = steps["passes"].astype(int)
        names = np.append(self._stations.to_numpy(dtype=object), "")
        steps["worst"] = names[steps["worst"].astype(int)]
        return Series(steps, tables, self._friction, method)
