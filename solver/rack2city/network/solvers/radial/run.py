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
from rack2city.network.solvers.build.compile import compile_network
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
    """A simulation of a radial network."""

    method = "radial"

    def __init__(self, radial: Radial, varying: Varying, start: Start) -> None:
        self._radial, self._varying, self._start = radial, varying, start

    def go(self, record: Recorder, progress: Callable[[int, int], None]) -> None:
        """Do all steps."""
        count = len(self._varying.index)
        size = _BLOCK_STEPS if self._start.dynamic else max(8, _BLOCK_VALUES // len(self._radial.supply.nodes))
        pipes = None
        for first in range(0, count, size):
            steps = slice(first, min(first + size, count))
            if self._start.dynamic:
                pipes = pipes or self._begin()
                view = RadialView(self._radial, self._varying, steps, self._through(pipes, steps, progress))
            else:
                view = solve_view(self._radial, self._varying, steps)
                progress(steps.stop, count)
            record.note(first, view)

    def _begin(self) -> RadialInTime:
        """Pipes at the start, warmed up."""
        radial, arrays = self._radial, self._varying.arrays
        stations, supply_k, ambient_k = conditions(radial, self._varying, slice(0, 1))
        given = self._start.pipes_k(arrays)
        if given is None:
            self._varying.put(0)
            given = steady_profile(*steady_state(radial.built, None))

        def pipes(side: Side) -> RetardedPipes:
            column = {name: values[side.rows] for name, values in arrays["pipes"].items()}
            own, between = radial.pairs.own_w_per_k[side.rows], radial.pairs.between_w_per_k[side.rows]
            whole = replace(radial.pairs, own_w_per_k=own, between_w_per_k=between)
            along = np.where(side.sign[:, 0] > 0.0, given[:, side.rows], given[::-1, side.rows])  # as the water flows
            return retarded_pipes(column, arrays.liquid, whole, along)

        moving = RadialInTime(radial, pipes(radial.supply), pipes(radial.back), float(supply_k[0]))
        for _ in range(self._start.warm_up_steps):
            moving.step(float(self._varying.step_s[0]), stations, float(supply_k[0]), ambient_k[0])
        return moving

    def _through(self, pipes: RadialInTime, steps: slice, progress: Callable[[int, int], None]) -> RadialSteps:
        """Steps in time, one after the other."""
        varying, done = self._varying, []
        stations, supply_k, ambient_k = conditions(self._radial, varying, steps)
        for place, number in enumerate(range(steps.start, steps.stop)):
            now, time_s = stations.at(slice(place, place + 1)), float(varying.step_s[number])
            try:
                done.append(pipes.step(time_s, now, float(supply_k[place]), ambient_k[place]))
            except Rack2CityError as error:
                raise type(error)(f"step {number} ({varying.index[number]}): {error}") from None
            progress(number + 1, len(varying.index))
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
    if not start.dynamic:
        radial = without_memory(radial, varying.column("pipes", "ambient_k", slice(None)))
    return RadialRun(radial, varying, start) if isinstance(radial, Radial) else radial


def without_memory(found: Radial | str, ambient_k: Array) -> Radial | str:
    """The radial network found, if its values allow steps without memory amid temperatures (steps x pipes, K); else why not."""
    if isinstance(found, str):
        return found
    if why := hindrance(found.built):
        return why
    if np.ptp(ambient_k, axis=1).any():
        return "its pipes have surroundings of different temperatures"
    return "its pipes exchange heat in a steady state" if found.pairs.coupled else found


def solve_view(radial: Radial, varying: Varying, steps: slice) -> RadialView:
    """Steps without memory."""
    stations, supply_k, ambient_k = conditions(radial, varying, steps)
    return RadialView(radial, varying, steps, solve_steps(radial, stations, supply_k, ambient_k[:, 0], steps.start))


def conditions(radial: Radial, varying: Varying, steps: slice) -> tuple[Stations, Array, Array]:
    """In some steps: substations in the order of the branches, supply temperature (H) and ambient of all pipes (H x P, K)."""
    rows, count = radial.built.rows["substations"], steps.stop - steps.start
    table = radial.built.arrays["substations"]
    columns = {name: np.asarray(varying.column("substations", name, steps)[:, rows].T) for name in table}
    stations = Stations.of(columns, radial.built.arrays.liquid.heat_capacity)
    plant = int(radial.built.rows["producers"][0])
    supply_k, ambient_k = varying.column("producers", "supply_k", steps), varying.column("pipes", "ambient_k", steps)
    return (
        stations,
        np.broadcast_to(supply_k[:, plant], (count,)),
        np.broadcast_to(ambient_k, (count, ambient_k.shape[1])),
    )


def _joined(done: list[RadialSteps]) -> RadialSteps:
    """Steps one after the other."""

    def along(kind: type, parts: Sequence[Any]) -> dict[str, Any]:
        names = [field.name for field in fields(kind) if field.name != "sides"]
        return {name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names}

    supply, back = (SideSteps(**along(SideSteps, each)) for each in zip(*(step.sides for step in done), strict=True))
    return RadialSteps(**along(RadialSteps, done), sides=(supply, back))
