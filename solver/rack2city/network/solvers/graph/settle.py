"""Flows and temperatures of one step brought together on any graph, whatever its pipes are: steady, or with memory."""

from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import ConvergenceError, InputError
from rack2city.network.consumers.stations import Stations
from rack2city.network.hydraulics.graph import Mask
from rack2city.network.pipes.transport import Transport
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.graph.operate import Operation, operate
from rack2city.network.solvers.graph.plants import Returns
from rack2city.network.solvers.graph.storages import Storages
from rack2city.network.solvers.graph.temperatures import Mixing, Temperatures
from rack2city.network.solvers.steps.valves import Anderson, Bisection, Outcome, Way, settle_valves

SETTLED = 1e-10
"""Of the largest flow or demand: change at which a steady state is found (-)."""
_SETTLED_K = 1e-7  # change of the returns' temperatures, where producers heed them
_INNER = 30  # passes between the heat taken and what arrives, on the same flows


@dataclass(frozen=True)
class Settled:
    """Flows and temperatures that agree; also what one pass made of flows that were tried, see `valves.Answer`.

    Of the substations that liquid reaches: the heat `taken` (W), what arrives (`arriving_k`), and the flow each valve wants
    then (kg/s). `back_k` is the temperature at the return of each producer that is a branch, `warmed` by how much that
    changed for those that heed it (K), `pressed_back` the producer through which flow goes backwards, empty if none.
    `small` is the change of a flow that is accepted (kg/s), `agreed` whether the heat taken and the returns have settled,
    and `resolved` the share of a demand below which what is missing is the iteration's (-).
    """

    built: Compiled
    operation: Operation
    temperatures: Temperatures
    taken: Array
    arriving_k: Array
    back_k: Array
    wanted: Array
    small: float
    agreed: bool
    warmed: float
    pressed_back: str
    resolved: float
    passes: int = 0


def stations_of(built: Compiled) -> Stations:
    """The substations that are branches, with their values as they are now."""
    rows, table = built.rows["substations"], built.arrays["substations"]
    columns = {name: values[rows] for name, values in table.items()}
    return Stations.of(columns, built.arrays.liquid.heat_capacity)


class _Passes:
    """Passes of one step: each tries flows, and starts from what the one before found."""

    def __init__(
        self, built: Compiled, transport: Transport, storages: Storages | None, before: Settled | None, accuracy: float
    ) -> None:
        self._built, self._transport, self._storages = built, transport, storages
        self.stations = stations = stations_of(built)
        self._accuracy, self._returns = accuracy, Returns()
        self._largest_demand = max(float(stations.demand_w.max(initial=0.0)), 1.0)
        arrays, self._state = built.arrays, None
        plants = arrays["producers"]["supply_k"][arrays["producers"]["in_service"]]
        supplies = np.concatenate([built.inlets.supply_k, plants])
        hottest = float(np.nanmax(supplies)) if np.isfinite(supplies).any() else built.ambient_k
        self.arriving = np.full(len(stations.demand_w), hottest)
        self._back = np.full(len(built.rows["producers"]), np.nan)
        if before is not None and before.built.made_of == built.made_of:
            # what stands there cold says nothing about what a flow would bring
            cold = (before.arriving_k - stations.target_k <= stations.band_k) | (before.operation.flow <= 0.0)
            self.arriving = np.where(cold, hottest, before.arriving_k)
            self._back, self._state = before.back_k, before.operation.state

    def ask(self, flow: Array) -> Settled:
        """What becomes of flows (kg/s)."""
        built, stations = self._built, self.stations
        operation = operate(built, stations, flow, self._back, self._state)
        self._state = operation.state
        mixing = Mixing(built, operation, self._transport, self._storages)
        part = built.part["substations"]
        taken = stations.taken(self.arriving, operation.flow)
        for _ in range(_INNER):
            mixed = mixing.temperatures(taken)
            arriving = mixed.inlet_k[part]
            agreed = stations.taken(arriving, operation.flow)
            drift = float(np.abs(agreed - taken).max(initial=0.0))
            if drift <= self._accuracy * self._largest_demand:
                break
            taken = agreed
        # valves not settled yet return too warm: what heeds the return is given it as it will be, else the two swing
        heeded = operation.heeds.any()
        cooled = mixing.temperatures(stations.closed_to_target(arriving, operation.flow)) if heeded else mixed
        found = cooled.node_k[built.network.start[built.part["producers"]]]
        warmed = np.nan_to_num(np.abs(found - self._back), nan=np.inf)[operation.heeds].max(initial=0.0)
        self._back = self._returns.next(self._back, found)
        self.arriving = arriving
        largest = float(np.abs(self._state.mass_flow_kg_per_s).max())
        return Settled(
            built,
            operation,
            mixed,
            taken,
            arriving,
            self._back,
            wanted=stations.draw(arriving)[0],
            small=self._accuracy * max(float(np.abs(flow).max(initial=0.0)), largest),
            agreed=drift <= self._accuracy * self._largest_demand and warmed <= _SETTLED_K,
            warmed=float(warmed),
            pressed_back=mixing.pressed_back,
            resolved=10.0 * self._accuracy,
        )


def settle(
    built: Compiled,
    transport: Transport,
    storages: Storages | None = None,
    before: Settled | None = None,
    max_passes: int = 200,
    accuracy: float = SETTLED,
    max_bisections: int = 0,
) -> Settled:
    """Find flows at which every valve agrees with the temperature that arrives there, and the temperatures.

    Pipes and storages do not change. It begins with the step `before`. Anderson's mixing has `max_passes` before giving up,
    or before `max_bisections` passes of bisection, for pipes with memory, where what arrives may jump with the flow.
    `accuracy` is the change of a flow, over the largest, that is accepted (-).

    Raises:
        InputError: a producer is pressed backwards; see `operate` and `Mixing`.
        ConvergenceError: flows and temperatures did not agree.
    """
    passes = _Passes(built, transport, storages, before, accuracy)
    stations = passes.stations
    limits = stations.least_kg_per_s, stations.most_kg_per_s
    ways: list[tuple[Way[Settled], int]] = [(Anderson(*limits), max_passes)]
    if max_bisections:
        ways += [(Bisection(), max_bisections), (Anderson(*limits), max_passes)]
    outcome = settle_valves(passes.ask, stations.draw(passes.arriving)[0], ways)
    found = outcome.answer
    endless = stations.endless(found.arriving_k)
    if found.pressed_back or not outcome.settled or endless.any():
        _refuse(outcome, endless)
    return replace(found, passes=outcome.passes)


def _refuse(outcome: Outcome[Settled], endless: Mask) -> NoReturn:
    """Say what did not agree."""
    found, built = outcome.answer, outcome.answer.built
    if found.pressed_back:
        raise InputError(
            f"the flow through producer '{found.pressed_back}' goes backwards: the others press harder; "
            "raise its difference_pa, give it a flow, or take it out of service"
        )
    if found.warmed > _SETTLED_K and outcome.doubt.max(initial=0.0) <= found.small:
        row = int(built.rows["producers"][int(np.argmax(found.operation.heeds))])
        raise ConvergenceError(
            f"flows and temperatures did not agree in {outcome.passes} passes; what returns to the producers changed to the "
            f"last, producer '{built.arrays.name('producers', row)}' is one whose flow or supply follows from it"
        )
    worst = int(np.argmax(np.where(endless, np.inf, outcome.doubt)))
    cold = "; its supply is hardly warmer than its return_set_k, give it a max_flow_kg_per_s" if endless[worst] else ""
    name = built.arrays.name("substations", int(built.rows["substations"][worst]))
    raise ConvergenceError(
        f"flows and temperatures did not agree in {outcome.passes} passes; substation '{name}' changed most{cold}"
    )
