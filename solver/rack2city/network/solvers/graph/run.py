"""A network stepped through time as a graph."""

import copy
from collections.abc import Callable

from rack2city.errors import Rack2CityError
from rack2city.network.pipes.in_time import FilmPipes, PipesInTime, film_pipes, retarded_pipes
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.plug_flow import PlugFlowPipes
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.pipes.transport import SteadyPipes, Transport
from rack2city.network.solvers.build.compile import Compiled, compile_network, joints, refreshed
from rack2city.network.solvers.graph.settle import Settled, settle
from rack2city.network.solvers.graph.steady import steady_profile, steady_state
from rack2city.network.solvers.graph.storages import Storages, tanks_of
from rack2city.network.solvers.graph.view import GraphView
from rack2city.network.solvers.steps.record import Recorder
from rack2city.network.solvers.steps.start import Start
from rack2city.network.tables.arrays import Varying

_ACCURACY = 1e-9  # of the largest flow, that valves are brought to
_PASSES, _BISECTIONS = 40, 120


class GraphRun:
    """A simulation: the values as they are in the step, what is built of them, and what pipes and storages remember.

    `why` tells why the network is not solved as a radial one.

    Raises:
        InputError: a storage has no temperature at the start.
    """

    def __init__(self, varying: Varying, start: Start, why: str) -> None:
        self._varying, self._arrays, self._start = varying, varying.arrays, start
        self._tanks = tanks_of(varying.arrays, start.tank_k)
        self._pairs = Pairs.of(varying.arrays["pipes"])
        self._film = start.film(varying.step_s, self._pairs.coupled)
        self._pipes: RetardedPipes | PlugFlowPipes | None = None
        self._last: Settled | None = None
        self._built: Compiled | None = None
        self.method = f"graph, as {why}" + ("; pipes with a film between water and wall" if self._film else "")

    def go(self, record: Recorder, progress: Callable[[int, int], None]) -> None:
        """Do all steps."""
        varying, count = self._varying, len(self._varying.index)
        for number, label in enumerate(varying.index):
            varying.put(number)
            time_s = float(varying.step_s[number])
            try:
                if number == 0:
                    self._begin(time_s)
                    kept = copy.deepcopy(self._tanks)
                    for _ in range(self._start.warm_up_steps):
                        self._step(time_s)
                    self._tanks = kept
                view = self._step(time_s)
            except Rack2CityError as error:
                raise type(error)(f"step {number} ({label}): {error}") from None
            record.note(number, view)
            progress(number + 1, count)

    def _build(self) -> Compiled:
        """What is solved, with the values as they are now."""
        tables = {profile.table for profile in self._varying.profiles}
        if self._built is None or joints(self._arrays) != self._built.made_of:
            self._built = compile_network(self._arrays)
        else:
            self._built = refreshed(self._built, tables)
        return self._built

    def _begin(self, time_s: float) -> None:
        """Fill the pipes."""
        if not self._start.dynamic:
            return
        initial = self._start.pipes_k(self._arrays)
        if initial is None:
            built = self._build()
            self._last, steady = steady_state(built, Storages.of(built, self._tanks, time_s))
            initial = steady_profile(self._last, steady)
        made = film_pipes if self._film else retarded_pipes
        self._pipes = made(self._arrays["pipes"], self._arrays.liquid, self._pairs, initial)

    def _transport(self, time_s: float) -> Transport:
        ambient_k, pipes = self._arrays["pipes"]["ambient_k"], self._pipes
        if pipes is None:
            return SteadyPipes(self._pairs, ambient_k, self._arrays.liquid.heat_capacity)
        if isinstance(pipes, PlugFlowPipes):
            return FilmPipes(pipes, time_s, ambient_k, self._pairs)
        return PipesInTime(pipes, time_s, ambient_k, self._pairs)

    def _step(self, time_s: float) -> GraphView:
        """Do a step with the values as they are."""
        built = self._build()
        storages, transport = Storages.of(built, self._tanks, time_s), self._transport(time_s)
        limits = {} if self._pipes is None else {"max_passes": _PASSES, "max_bisections": _BISECTIONS}
        settled = settle(built, transport, storages, self._last, accuracy=_ACCURACY, **limits)
        self._last = settled
        capacity = 0.0 if self._pipes is None else float(self._pipes.capacity_j_per_k.sum())
        return GraphView(built, settled.operation, settled, transport, storages, capacity / time_s)
