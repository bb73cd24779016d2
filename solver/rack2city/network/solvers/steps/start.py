"""How a simulation begins."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.component import Arrays
from rack2city.network.pipes.in_time import SHORT_STEP_S
from rack2city.network.pipes.retarded import PARCELS

Initial = Literal["steady"] | float | pd.Series | pd.DataFrame
"""Temperatures of the pipes at the start: their steady state, or one, one per pipe by name, or pieces x pipes (K)."""


@dataclass(frozen=True)
class Start:
    """What a simulation starts from, see `simulate`; `dynamic` tells whether pipes have memory."""

    dynamic: bool
    initial: Initial
    warm_up_steps: int
    tank_k: dict[str, npt.ArrayLike]
    wall_film: bool | None

    def film(self, step_s: Array, coupled: bool) -> bool:
        """Whether the film is resolved, for steps of these lengths (s) and pipes that exchange heat or do not."""
        if self.wall_film is not None:
            return self.wall_film and self.dynamic
        return self.dynamic and not coupled and float(step_s.max()) <= SHORT_STEP_S

    def pipes_k(self, arrays: Arrays) -> Array | None:
        """Temperatures of the pipes (pieces x pipes, K); None for their steady state.

        Raises:
            InputError: a pipe that does not exist, or has no temperature above 0 K; too many pieces.
        """
        given: Any = self.initial
        names = arrays.names["pipes"]
        if isinstance(given, str):
            if given != "steady":
                raise InputError(f"initial is {given!r}; it must be 'steady' or temperatures")
            return None
        given = given.to_frame().T if isinstance(given, pd.Series) else given
        if isinstance(given, pd.DataFrame):
            if len(strange := given.columns.difference(names)):
                raise InputError(f"initial: there is no pipe '{strange[0]}'")
            given = given.reindex(columns=names).to_numpy(dtype=float)
        start = np.array(np.broadcast_to(np.asarray(given, dtype=float), (len(np.atleast_2d(given)), len(names))))
        if not 1 <= len(start) <= PARCELS:
            raise InputError(f"initial: it has {len(start)} pieces along each pipe; 1 to {PARCELS} are allowed")
        wrong = ~np.all(np.isfinite(start) & (start > 0.0), axis=0)
        if wrong.any():
            raise InputError(f"initial: pipe '{names[int(np.argmax(wrong))]}' has no finite temperature above 0 K")
        return start
