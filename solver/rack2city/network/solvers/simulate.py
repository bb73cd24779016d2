"""A network through time: any graph, with loops, several producers, reversal and stagnation."""

from collections.abc import Callable, Collection, Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.solvers.graph.run import GraphRun
from rack2city.network.solvers.radial.run import RadialRun, find_radial_run
from rack2city.network.solvers.steps.record import Recorder
from rack2city.network.solvers.steps.start import Initial, Start
from rack2city.network.tables.arrays import Varying, arrays_of
from rack2city.network.tables.check import check_network, check_steps
from rack2city.network.tables.network import Network
from rack2city.network.tables.profiles import Profiles, read_profiles
from rack2city.network.tables.results import Series


def simulate(
    network: Network,
    profiles: Profiles,
    step_s: npt.ArrayLike = 3600.0,
    *,
    steps: int | None = None,
    mode: Literal["dynamic", "quasi_steady"] = "dynamic",
    initial: Initial = "steady",
    warm_up_steps: int = 0,
    tank_k: Mapping[str, npt.ArrayLike] | None = None,
    wall_film: bool | None = None,
    keep: Collection[str] | None = None,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> Series:
    """Step a network through time; all that the profiles give is constant within a step.

    A radial network (one producer, two trees of pipes that only substations join) is solved by sweeps along its trees, in
    mode "quasi_steady" for many steps at once; any other as a graph, by one sparse linear solve for all temperatures of a
    step. `Series.method` tells which, and why.

    Args:
        network: the tables; they are not changed.
        profiles: what changes, by table and column (see `describe`): a DataFrame of steps x names, of some rows or all, or a
            Series of steps for all rows. They share one index.
        step_s: length of the steps (s), one for all or one for each.
        steps: number of steps, needed where there are no profiles.
        mode: "dynamic": pipes with delay and the heat of water and wall; "quasi_steady": pipes in their steady state in each
            step. Storages have memory in both.
        initial: temperature of the pipes at the start: their steady state with the first step's values, or temperatures (K):
            one, one per pipe by name, or a DataFrame of equal pieces of the pipes, from start to end, by name.
        warm_up_steps: steps with the first step's values that go before; storages are then as at the start.
        tank_k: temperatures of equal layers of storages from the top down (K), by name, instead of `initial_k`.
        wall_film: whether the film between water and wall is resolved, or the two are in equilibrium; if None, it is where
            steps are short (`SHORT_STEP_S`) and no pipes of a pair exchange heat.
        keep: what results to keep, tables or quantities such as `"pipes.t_to_k"`; all if None.
        progress: called with the steps done and their number.

    Returns:
        The results of every step, with its balances of mass and energy.

    Raises:
        InputError: a fault in the tables or profiles; names it, and the step.
        ConvergenceError: a step does not converge; names it.
        BalanceError: mass or energy of a step does not balance to 1e-6 of what enters; names the step and what closes worst.
    """
    if mode not in ("dynamic", "quasi_steady"):
        raise InputError(f"mode is {mode!r}; it must be 'dynamic' or 'quasi_steady'")
    if warm_up_steps < 0:
        raise InputError(f"warm_up_steps is {warm_up_steps}; it must not be negative")
    check_network(network)
    read, index = read_profiles(network, profiles, steps)
    lengths = _lengths(step_s, len(index))
    _check_clock(index, lengths)
    varying = Varying(arrays_of(network), read, index, lengths)
    check_steps(varying)
    record = Recorder(network, index, lengths, keep)
    start = Start(mode == "dynamic", initial, warm_up_steps, dict(tank_k or {}), wall_film)
    found = find_radial_run(varying, start)
    run = found if isinstance(found, RadialRun) else GraphRun(varying, start, found)
    run.go(record, progress)
    return record.series(run.method)


def _check_clock(index: pd.Index, lengths: Array) -> None:
    """Refuse steps that are longer or shorter than from one time of the index to the next."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 2:
        return
    apart = np.diff(index.to_numpy()) / np.timedelta64(1, "s")
    wrong = np.abs(apart - lengths[:-1]) > 1e-6 * lengths[:-1]
    if wrong.any():
        step = int(np.argmax(wrong))
        raise InputError(
            f"the index goes on by {apart[step]:g} s from step {step} ({index[step]}), but step_s is {lengths[step]:g} s there"
        )


def _lengths(step_s: npt.ArrayLike, steps: int) -> Array:
    """Length of each step (s), checked."""
    given = np.asarray(step_s, dtype=float)
    wrong = ~(np.isfinite(given) & (given > 0.0))
    if wrong.any():
        place = f" in step {int(np.argmax(wrong))}" if given.ndim else ""
        raise InputError(f"step_s is {given[wrong].flat[0]:g}{place}; it must be positive")
    if given.ndim > 1 or (given.ndim == 1 and len(given) != steps):
        raise InputError(f"step_s has shape {given.shape}; give one length, or one for each of the {steps} steps")
    return np.broadcast_to(given, (steps,)).copy()
