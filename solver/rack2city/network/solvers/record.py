"""Gathers solved steps into one block of numbers per table."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from rack2city.errors import BalanceError, InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.solvers.graph_view import GraphView
from rack2city.network.solvers.tell import TOLD, TOLERANCE, Columns, balances
from rack2city.network.solvers.view import View
from rack2city.network.tables.network import Network
from rack2city.network.tables.series import Series, series_frame


class Recorder:
    """What is kept of the steps.

    Args:
        network: the tables.
        index: the steps.
        step_s: their lengths (s).
        keep: tables, or quantities as `"pipes.t_to_k"`, to keep; all if None.

    Raises:
        InputError: what is to be kept names no table.
    """

    def __init__(self, network: Network, index: pd.Index, step_s: Array, keep: Collection[str] | None) -> None:
        strange = [name for name in keep or () if name.split(".")[0] not in TOLD]
        if strange:
            raise InputError(f"keep: '{strange[0]}' is no table of results; give a table or table.quantity")
        self._names = {table: network.table(table).index for table in TOLD}
        self._stations = network.substations.index
        self._index, self._keep, self._friction, self._step_s = index, keep, network.friction, step_s
        self._blocks: dict[str, Array] = {}
        self._quantities: dict[str, list[str]] = {}
        names = ("mass_residual", "energy_residual", "stored_w", "passes", "worst", "margin_pa")
        self._about = {name: np.zeros(len(index)) for name in names}

    def note(self, first: int, view: View) -> None:
        """Note solved steps from a number on.

        Raises:
            BalanceError: mass or energy does not balance in one of them; names it and what closes worst.
            InputError: a quantity to be kept does not exist.
        """
        told = {table: columns(view) for table, columns in TOLD.items() if len(self._names[table])}
        if not self._quantities:
            self._begin(told)
        closes = balances(view)
        steps = slice(first, first + len(closes.mass))
        if max(closes.mass.max(), closes.energy.max()) > TOLERANCE:
            self._refuse(first, view)
        for table, quantities in self._quantities.items():
            count, block = len(self._names[table]), self._blocks[table]
            for place, quantity in enumerate(quantities):
                block[steps, place * count : (place + 1) * count] = told[table][quantity]()
        own = {"mass_residual": closes.mass, "energy_residual": closes.energy, "stored_w": closes.stored_w}
        for name, values in {**own, **view.about}.items():
            self._about[name][steps] = values

    def _refuse(self, first: int, view: View) -> None:
        closes = balances(view)
        step = int(np.argmax(np.maximum(closes.mass, closes.energy)))
        try:
            for balance in closes.worst(view):
                balance.require()
        except BalanceError as error:
            suspect = f"; of pipes and storages {view.suspect()} closes worst" if isinstance(view, GraphView) else ""
            raise BalanceError(f"step {first + step} ({self._index[first + step]}): {error}{suspect}") from None

    def _begin(self, told: dict[str, Columns]) -> None:
        for name in self._keep or ():
            table, _, quantity = name.partition(".")
            if quantity and table in told and quantity not in told[table]:
                raise InputError(f"keep: {table} have no result '{quantity}'; they have {', '.join(told[table])}")
        for table in TOLD:
            had = [q for q in told.get(table, {}) if self._kept(table, q)]
            self._quantities[table] = had
            self._blocks[table] = np.empty((len(self._index), len(had) * len(self._names[table])))

    def _kept(self, table: str, quantity: str) -> bool:
        return self._keep is None or table in self._keep or f"{table}.{quantity}" in self._keep

    def series(self, method: str) -> Series:
        """All that was noted."""
        tables = {
            table: series_frame(self._blocks[table], self._index, self._quantities[table], self._names[table])
            for table in TOLD
        }
        steps = pd.DataFrame({"step_s": self._step_s, **self._about}, index=self._index)
        steps["passes"] = steps["passes"].astype(int)
        names = np.append(self._stations.to_numpy(dtype=object), "")
        steps["worst"] = names[steps["worst"].astype(int)]
        return Series(steps, tables, self._friction, method)
