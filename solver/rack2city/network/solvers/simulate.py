"""A network of tables through time: any graph, with loops, several producers, reversal and stagnation.

In a step of constant flow each pipe's mean outlet temperature is a line in its inlet's, so the temperatures of the whole graph
follow from one sparse linear solve (`Mixing`), and only the valves, which answer to what arrives, need passes (`settle`).
"""

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.errors import BalanceError, InputError, Rack2CityError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.pipes.tank import StratifiedTank
from rack2city.network.solvers.compile import Hydraulics
from rack2city.network.solvers.measure import measure
from rack2city.network.solvers.rebuild import Builder
from rack2city.network.solvers.settle import Settled, settle
from rack2city.network.solvers.storages import Storages, tanks_of, with_storages
from rack2city.network.solvers.transport import (
    PipesInTime,
    SteadyPipes,
    Transport,
    pipes_with_walls,
    spread,
)
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network
from rack2city.network.tables.profiles import Profiles, own_copy, put, read_profiles
from rack2city.network.tables.results import Measured
from rack2city.network.tables.series import Recorder, Series

_ACCURACY = 1e-9  # of the largest flow, that valves are brought to
_PASSES, _BISECTIONS = 40, 120
_PIECES = 12  # of each pipe, in the steady state that a simulation starts from


def simulate(
    network: Network,
    profiles: Profiles,
    step_s: float = 3600.0,
    *,
    steps: int | None = None,
    mode: Literal["dynamic", "quasi_steady"] = "dynamic",
    initial: "Literal['steady'] | float | pd.Series" = "steady",
    warm_up_steps: int = 0,
    tank_k: Mapping[str, npt.ArrayLike] | None = None,
    keep: Collection[str] | None = None,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> Series:
    """Step a network through time; all that the profiles give is constant within a step.

    Args:
        network: the tables; they are not changed.
        profiles: what changes, by table and column (see `describe`): a DataFrame of steps x names, of some rows or all, or a
            Series of steps for all rows. They share one index.
        step_s: length of a step (s).
        steps: number of steps, needed where there are no profiles.
        mode: "dynamic": pipes with delay and the heat of water and wall; "quasi_steady": pipes in their steady state in each
            step. Storages have memory in both.
        initial: temperature of the pipes at the start: their steady state with the first step's values, or temperatures (K),
            one or one per pipe by name.
        warm_up_steps: steps with the first step's values that go before; storages are then as at the start.
        tank_k: temperatures of equal layers of storages from the top down (K), by name, instead of `initial_k`.
        keep: what results to keep, tables or quantities such as `"pipes.t_to_k"`; all if None.
        progress: called with the steps done and their number.

    Returns:
        The results of every step, with its balances of mass and energy.

    Raises:
        InputError: a fault in the tables or profiles; names it, and the step.
        ConvergenceError: a step does not converge; names it.
        BalanceError: mass or energy of a step does not balance to 1e-6 of what enters; names the step and what closes worst.
    """
    if not (step_s > 0.0 and np.isfinite(step_s)):
        raise InputError(f"step_s is {step_s:g}; it must be positive")
    if mode not in ("dynamic", "quasi_steady"):
        raise InputError(f"mode is {mode!r}; it must be 'dynamic' or 'quasi_steady'")
    check_network(network)
    read, index = read_profiles(network, profiles, steps)
    if warm_up_steps < 0:
        raise InputError(f"warm_up_steps is {warm_up_steps}; it must not be negative")
    run = _Run(own_copy(network), [(p.table, p.column) for p in read], step_s, tanks_of(network, tank_k))
    record = Recorder(network, index, keep)
    for number, label in enumerate(index):
        put(run.network, read, number)
        try:
            if number == 0:
                run.start(mode, initial)
                kept = copy.deepcopy(run.tanks)
                for _ in range(warm_up_steps):
                    run.step()
                run.tanks = kept
            measured = run.step()
        except Rack2CityError as error:
            raise type(error)(f"step {number} ({label}): {error}") from None
        record.note(number, measured, run.about(measured))
        progress(number + 1, len(index))
    return record.series(step_s)


class _Run:
    """A simulation: the tables as they are in the step, what is built of them, and what pipes and storages remember."""

    def __init__(
        self, network: Network, watched: list[tuple[str, str]], step_s: float, tanks: list[StratifiedTank]
    ) -> None:
        self.network, self._step_s, self.tanks = network, step_s, tanks
        self._builder = Builder(network, watched)
        self._pairs = Pairs.of(network)
        self._pipes: RetardedPipes | None = None
        self._last: Settled | None = None

    def start(self, mode: str, initial: "str | float | pd.Series") -> None:
        """Fill the pipes."""
        if mode == "quasi_steady":
            return
        pipes = self.network.pipes
        if isinstance(initial, pd.Series) and len(strange := initial.index.difference(pipes.index)):
            raise InputError(f"initial: there is no pipe '{strange[0]}'")
        if isinstance(initial, str):
            if initial != "steady":
                raise InputError(f"initial is {initial!r}; it must be 'steady' or temperatures")
            self._pipes = pipes_with_walls(self.network, self._pairs, self._steady_state())
            return
        start = np.full(len(pipes), np.nan)
        start[:] = initial.reindex(pipes.index) if isinstance(initial, pd.Series) else initial
        if not np.all(start > 0.0):
            name = pipes.index[int(np.argmin(start > 0.0))]
            raise InputError(f"initial: pipe '{name}' has no temperature above 0 K")
        self._pipes = pipes_with_walls(self.network, self._pairs, start)

    def _steady_state(self) -> Array:
        """Temperatures of the pieces of all pipes in the steady state of the tables as they are."""
        built = with_storages(self._builder.build(), self.network)
        steady = SteadyPipes.of(self.network, self._pairs)
        self._last = settle(self.network, built, steady, self._storages(built))
        rows, mixed = built.rows["pipes"], self._last.temperatures
        count = len(self.network.pipes)
        flow = spread(count, rows, mixed.flow[: len(rows)], 0.0)
        inlet = spread(count, rows, mixed.inlet_k[: len(rows)], 300.0)
        return steady.profile(flow, inlet, _PIECES)

    def _storages(self, built: Hydraulics) -> Storages | None:
        if self.network.storages.empty:
            return None
        return Storages.of(self.network, built, self.tanks, self._step_s)

    def step(self) -> Measured:
        """Do a step with the tables as they are."""
        built = with_storages(self._builder.build(), self.network)
        storages = self._storages(built)
        transport: Transport
        if self._pipes is None:
            transport, limits = SteadyPipes.of(self.network, self._pairs), {}
        else:
            ambient = self.network.pipes.ambient_k.to_numpy(dtype=float)
            transport = PipesInTime(self._pipes, self._step_s, ambient, self._pairs)
            limits = {"max_passes": _PASSES, "max_bisections": _BISECTIONS}
        settled = settle(self.network, built, transport, storages, self._last, accuracy=_ACCURACY, **limits)
        measured = measure(self.network, built, settled.operation, settled.draws.rows, settled, transport, storages)
        try:
            measured.mass.require()
            if measured.energy is not None:
                measured.energy.require()
        except BalanceError as error:
            raise BalanceError(f"{error}; of pipes and storages {measured.suspect} closes worst") from None
        self._last = settled
        return measured

    def about(self, measured: Measured) -> dict[str, object]:
        """What the table of steps says of the step just done."""
        assert self._last is not None
        operation = self._last.operation
        return {
            "mass_residual": measured.mass.relative,
            "energy_residual": 0.0 if measured.energy is None else measured.energy.relative,
            "stored_w": measured.stored_w,
            "passes": self._last.passes,
            "worst": operation.worst,
            "margin_pa": operation.margin_pa,
        }
