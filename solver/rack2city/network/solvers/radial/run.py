"""A radial network through time, or through steps without memory, many at once."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import Rack2CityError
from rack2city.network.consumers.stations import Stations
from rack2city.network.pipes.in_time import retarded_pipes
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.solvers.build.compile import Compiled, compile_network
from rack2city.network.solvers.graph.steady import steady_profile, steady_state
from rack2city.network.solvers.radial.find import Radial, Side, find_radial, hindrance
from rack2city.network.solvers.radial.in_time import RadialInTime
from rack2city.network.solvers.radial.step import RadialSteps, SideSteps, solve_steps
from rack2city.network.solvers.radial.view import RadialView
from rack2city.network.solvers.steps.record import Recorder
from rack2city.network.solvers.steps.start import Start
from rack2city.network.tables.arrays import Varying

_BLOCK_VALUES = 2**18  # nodes times steps worked on at once: 2 MB per array, so that sweeps stay in the cache
_BLOCK_STEPS = 24  # steps in time whose pressures are found at once


class RadialRun:
    """A simulation of a radial network.

    Args:
        radial: the network.
        varying: its values through time.
        start: how it begins.
    """

    method = "radial"

    def __init__(self, radial: Radial, varying: Varying, start: Start) -> None:
        self._radial, self._varying, self._start = radial, varying, start

    def go(self, record: Recorder, progress: Callable[[int, int], None]) -> None:
        """Do all steps."""
        count = len(self._varying.index)
        size = max(8, _BLOCK_VALUES // len(self._radial.supply.nodes))
        size = _BLOCK_STEPS if self._start.dynamic else size
        pipes = None
        for first in range(0, count, size):
            steps = slice(first, min(first + size, count))
            if self._start.dynamic:
                stations = stations_in(self._radial, self._varying, steps)
                pipes = pipes or self._begin(stations)
                done = self._through(pipes, stations, steps, progress)
                view = RadialView(self._radial, self._varying, steps, done)
            else:
                view = solve_view(self._radial, self._varying, steps)
                progress(steps.stop, count)
            record.note(first, view)

    def _begin(self, stations: Stations) -> RadialInTime:
        """Pipes at the start, warmed up."""
        radial, arrays, first = self._radial, self._varying.arrays, slice(0, 1)
        supply_k, ambient, at_first = (
            _supply_k(radial, self._varying, first),
            _ambient_k(self._varying, first),
            stations.at(first),
        )
        given = self._start.pipes_k(arrays)
        if given is None:
            self._varying.put(0)
            given = steady_profile(*steady_state(radial.built, None))

        def pipes(side: Side) -> RetardedPipes:
            column = {name: values[side.rows] for name, values in arrays["pipes"].items()}
            whole = replace(
                radial.pairs,
                own_w_per_k=radial.pairs.own_w_per_k[side.rows],
                between_w_per_k=radial.pairs.between_w_per_k[side.rows],
            )
            along = np.where(side.sign[:, 0] > 0.0, given[:, side.rows], given[::-1, side.rows])  # as the water flows
            return retarded_pipes(column, arrays.liquid, whole, along)

        moving = RadialInTime(radial, pipes(radial.supply), pipes(radial.back), float(supply_k[0]))
        for _ in range(self._start.warm_up_steps):
            moving.step(float(self._varying.step_s[0]), at_first, float(supply_k[0]), ambient[0])
        return moving

    def _through(
        self, pipes: RadialInTime, stations: Stations, steps: slice, progress: Callable[[int, int], None]
    ) -> RadialSteps:
        """Steps in time, one after the other."""
        supply_k, ambient = _supply_k(self._radial, self._varying, steps), _ambient_k(self._varying, steps)
        done = []
        for place, number in enumerate(range(steps.start, steps.stop)):
            now = stations.at(slice(place, place + 1))
            try:
                done.append(
                    pipes.step(float(self._varying.step_s[number]), now, float(supply_k[place]), ambient[place])
                )
            except Rack2CityError as error:
                raise type(error)(f"step {number} ({self._varying.index[number]}): {error}") from None
            progress(number + 1, len(self._varying.index))
        return _joined(done)


def find_radial_run(varying: Varying, start: Start) -> "RadialRun | str":
    """A run of a radial network, or in words why it is none."""
    arrays = varying.arrays
    joining = {("valves", "opening"), ("producers", "max_power_w")}
    for profile in varying.profiles:
        key = (profile.table, profile.column)
        holes = profile.values.dtype == float and np.isnan(profile.values).any()
        if profile.column == "in_service" or key in joining or holes:
            return f"{profile.table}.{profile.column} may join or part its pipes"
    if start.film(varying.step_s, Pairs.of(arrays["pipes"]).coupled):
        return "its steps are short"
    varying.put(0)
    radial = find_radial(compile_network(arrays))
    if not start.dynamic and isinstance(radial, Radial):
        radial = _without_memory(radial, varying.column("pipes", "ambient_k", slice(None)))
    return RadialRun(radial, varying, start) if isinstance(radial, Radial) else radial


def find_steady_radial(built: Compiled) -> Radial | str:
    """The radial network of a graph if its steady state can be found by sweeps, or in words why not."""
    radial = find_radial(built)
    return radial if isinstance(radial, str) else _without_memory(radial, built.arrays["pipes"]["ambient_k"][None])


def hindered(radial: Radial | str) -> bool:
    """Whether values that were overwritten since keep a network from being solved as radial."""
    return isinstance(radial, Radial) and bool(
        hindrance(radial.built)
        or isinstance(_without_memory(radial, radial.built.arrays["pipes"]["ambient_k"][None]), str)
    )


def _without_memory(radial: Radial, ambient_k: Array) -> Radial | str:
    """The same if steps without memory can be solved, surrounded by these temperatures (steps x pipes)."""
    if np.ptp(ambient_k, axis=1).any():
        return "its pipes have surroundings of different temperatures"
    return "its pipes exchange heat in a steady state" if radial.pairs.coupled else radial


def solve_view(radial: Radial, varying: Varying, steps: slice) -> RadialView:
    """Steps without memory."""
    supply, ground = _supply_k(radial, varying, steps), _ambient_k(varying, steps)[:, 0]
    done = solve_steps(radial, stations_in(radial, varying, steps), supply, ground, steps.start)
    return RadialView(radial, varying, steps, done)


def _supply_k(radial: Radial, varying: Varying, steps: slice) -> Array:
    plant = int(radial.built.rows["producers"][0])
    return np.broadcast_to(varying.column("producers", "supply_k", steps)[:, plant], (steps.stop - steps.start,))


def _ambient_k(varying: Varying, steps: slice) -> Array:
    values = varying.column("pipes", "ambient_k", steps)
    return np.broadcast_to(values, (steps.stop - steps.start, values.shape[1]))


def stations_in(radial: Radial, varying: Varying, steps: slice) -> Stations:
    """The substations in some steps, in the order of the branches."""
    rows = radial.built.rows["substations"]
    table = radial.built.arrays["substations"]
    columns = {name: np.asarray(varying.column("substations", name, steps)[:, rows].T) for name in table}
    return Stations.of(columns, radial.built.arrays.liquid.heat_capacity)


def _joined(done: list[RadialSteps]) -> RadialSteps:
    """Steps one after the other."""

    def along(kind: type, parts: Sequence[Any]) -> dict[str, Any]:
        names = [field.name for field in fields(kind) if field.name != "sides"]
        return {name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names}

    supply, back = (SideSteps(**along(SideSteps, each)) for each in zip(*(step.sides for step in done), strict=True))
    return RadialSteps(**along(RadialSteps, done), sides=(supply, back))
