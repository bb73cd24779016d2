"""Dynamic heat transport in many pipes at once: plug flow with a wall that stores heat and loses it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import Mask
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.pipes.plug_cells import PlugState, flip, move, section_means, settle
from rack2city.network.pipes.plug_sweep import sweep
from rack2city.network.pipes.steps import HeatStep
from rack2city.network.pipes.wall import LARGEST_RATE, relax, water_film

Film = Callable[[Array, Array, Array], Array]
ALWAYS_SWEPT = 4.0
"""Passages of the thermal front in one step from which a pipe is always swept at once, not moved cell by cell (-)."""
_RELAXED = 6.0  # time constants of the wall that must remain behind the front for an earlier sweep (-)


@dataclass(frozen=True)
class PlugStep(HeatStep[Array]):
    """What one step did, and the heat above 0 K that entered and left with the water (J); all arrays have shape (P)."""

    entering_j: Array
    leaving_j: Array

    @property
    def residual_j(self) -> Array:
        """Entering less leaving, lost and stored (J): each is counted apart, so that this is a check."""
        return self.entering_j - self.leaving_j - self.loss_j - self.stored_change_j


class PlugFlowPipes:
    """P pipes of any length and diameter, advanced together.

    Per metre of pipe, with water temperature f and wall temperature w: `rho c A (df/dt + v df/dx) = -G (f - w)` and
    `Cw dw/dt = G (f - w) - U (w - T_surroundings)`. Left out: conduction and mixing along the pipe, the heat capacity
    of insulation and soil, friction heat.

    Args:
        length_m: lengths (m), shape (P).
        diameter_m: inner diameters (m).
        loss_w_per_m_k: conductance from wall to surroundings U (W/(m K)), without the inner film.
        wall_j_per_m_k: heat capacity of the wall Cw (J/(m K)); zero where it is neglected.
        initial_k: temperature of water and wall at the start (K), one, one per pipe, or one per equal piece of each pipe from
            its start to its end (pieces, P).
        sections: wall sections per pipe S (-); also the number of travelling cells, of two plugs each.
        density: of the liquid (kg/m3).
        heat_capacity: of the liquid (J/(kg K)).
        film: function of mass flow (kg/s), inner diameter (m) and mean liquid temperature (K) that gives the conductance
            to the wall G (W/(m K)); `water_film` if not given. `perfect_film` for none.

    All but the last three broadcast to (P).

    Raises:
        InputError: a size is not positive, or a capacity or conductance negative.
    """

    def __init__(
        self,
        length_m: npt.ArrayLike,
        diameter_m: npt.ArrayLike,
        loss_w_per_m_k: npt.ArrayLike,
        wall_j_per_m_k: npt.ArrayLike,
        initial_k: npt.ArrayLike,
        *,
        sections: int = 16,
        density: float = 985.0,
        heat_capacity: float = 4184.0,
        film: Film = water_film,
    ) -> None:
        profile = np.atleast_2d(np.asarray(initial_k, dtype=float))
        given = (length_m, diameter_m, loss_w_per_m_k, wall_j_per_m_k, profile[0])
        arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a, dtype=float)) for a in given))
        length, diameter, loss, wall = (a.copy() for a in arrays[:4])
        start_k = np.broadcast_to(profile, (len(profile), length.size))
        sizes = {"length_m": length, "diameter_m": diameter, "initial_k": start_k}
        numbers = {"density": density, "heat_capacity": heat_capacity, "sections": sections}
        for name, values in (sizes | numbers).items():
            if not (np.all(values > 0.0) and np.all(np.isfinite(values))):
                raise InputError(f"plug flow: {name} must be positive and finite")
        for name, values in (("loss_w_per_m_k", loss), ("wall_j_per_m_k", wall)):
            if not (np.all(values >= 0.0) and np.all(np.isfinite(values))):
                raise InputError(f"plug flow: {name} must be zero or more and finite")
        self.sections, self.heat_capacity, self.film, self.diameter_m = int(sections), heat_capacity, film, diameter
        self.content_kg = density * np.pi / 4.0 * diameter**2 * length
        self._section_m = length / self.sections
        # of one section: heat capacities of water and wall (J/K), and conductance to the surroundings (W/K)
        self._water = self.content_kg * heat_capacity / self.sections
        self._wall, self._loss = wall * self._section_m, loss * self._section_m
        self._state = PlugState.uniform(self.sections, start_k[0])
        if len(start_k) > 1:
            piece = (np.arange(self.sections) + 0.5) / self.sections * len(start_k)
            settle(self._state, start_k[piece.astype(int)])
            self._state.wall_k = start_k[piece.astype(int)]
        self._stored = self.stored_j()

    @property
    def capacity_j_per_k(self) -> Array:
        """Heat capacity of water and wall (J/K), shape (P)."""
        return self.sections * (self._water + self._wall)

    def stored_j(self) -> Array:
        """Heat in water and wall above 0 K (J), shape (P)."""
        water, wall = section_means(self._state).sum(axis=0), self._state.wall_k.sum(axis=0)
        return np.asarray(self._water * water + self._wall * wall)

    def profiles_k(self) -> tuple[Array, Array]:
        """Mean temperatures of water and of wall per section from each pipe's start (K), each of shape (S, P)."""
        water, wall = section_means(self._state), self._state.wall_k
        ahead = self._state.forward
        return np.where(ahead, water, water[::-1]), np.where(ahead, wall, wall[::-1])

    def step(
        self,
        time_s: float,
        mass_flow_kg_per_s: npt.ArrayLike,
        start_k: npt.ArrayLike,
        surroundings_k: npt.ArrayLike,
        end_k: npt.ArrayLike | None = None,
    ) -> PlugStep:
        """Advance all pipes by one time step of any length, with flow and temperatures constant in it.

        Args:
            time_s: time step (s), positive.
            mass_flow_kg_per_s: mass flows (kg/s), positive from start to end; broadcast to (P), as the others.
            start_k: temperature of what enters at the start (K); not used where the flow is not positive.
            surroundings_k: temperature around the pipe (K).
            end_k: temperature of what enters at the end where the flow is negative (K); `start_k` if not given.

        Raises:
            InputError: the time is not positive, or an inlet temperature that is needed, a flow or the surroundings'
                temperature is not finite.
        """
        if not (np.isfinite(time_s) and time_s > 0.0):
            raise InputError(f"plug flow: the time step must be positive, not {time_s}")
        flow, start, around, end = (
            np.broadcast_to(np.asarray(a, dtype=float), self.content_kg.shape)
            for a in (mass_flow_kg_per_s, start_k, surroundings_k, start_k if end_k is None else end_k)
        )
        inlet = np.where(flow < 0.0, end, start)
        if not np.all(np.isfinite(flow) & np.isfinite(around) & (np.isfinite(inlet) | (flow == 0.0))):
            raise InputError("plug flow: flows, surroundings and the inlet temperatures in use must be finite")
        state = self._state
        inlet = np.where(flow == 0.0, around, inlet)  # any finite number: nothing enters
        turned = np.flatnonzero(np.where(state.forward, flow < 0.0, flow > 0.0))
        if turned.size:
            flip(state, turned)
        mass = np.abs(flow) * time_s
        flushes = mass / self.content_kg
        film = self.film(flow, self.diameter_m, section_means(state).mean(axis=0)) * self._section_m
        film = np.minimum(film, LARGEST_RATE * self._water)
        left, lost = np.empty_like(mass), np.empty_like(mass)
        cells = flushes * self.sections
        moves = np.ceil(np.log2(np.maximum(cells, 1.0)))
        moves[self._swept(time_s, flushes, film)] = -1.0
        for power in np.unique(moves):
            pipes = np.flatnonzero(moves == power)
            part = state if pipes.size == mass.size else state.take(pipes)
            section = [values[pipes] for values in (self._water, self._wall, film, self._loss)]
            ends = inlet[pipes], around[pipes]
            if power < 0.0:
                left[pipes], lost[pipes] = sweep(part, time_s, flushes[pipes], *ends, *section)
            else:
                count = 2 ** int(power)
                left[pipes], lost[pipes] = move(
                    part, cells[pipes] / count, count, relax(time_s / count, *section), *ends
                )
            if part is not state:
                state.put(pipes, part)
        leaving = left * self._water
        stored = self.stored_j()
        change = stored - self._stored
        self._stored = stored
        mean = leaving / np.where(mass > 0.0, mass * self.heat_capacity, 1.0)
        outlet = np.where(mass > 0.0, mean, section_means(state)[-1])
        return PlugStep(outlet, lost, change, mass * self.heat_capacity * inlet, leaving)

    def _swept(self, time_s: float, flushes: Array, film: Array) -> Mask:
        """Which pipes the thermal front passes in the step, early enough for the walls to settle behind it."""
        passages = flushes / (1.0 + self._wall / self._water)
        behind_s = time_s * (1.0 - 1.0 / np.maximum(passages, 1.0))
        transit_s = time_s / np.maximum(flushes * self.sections, 1e-9)
        carried = film * mean_decay(film * transit_s / self._water)
        settled = behind_s * carried > _RELAXED * self._wall
        return np.asarray((passages >= ALWAYS_SWEPT) | (settled & (passages > 1.01)))

    def trial(self) -> "PlugFlowPipes":
        """A copy that can be stepped without changing these pipes."""
        other = object.__new__(PlugFlowPipes)
        other.__dict__.update(self.__dict__)
        other._state = self._state.take(np.arange(self.content_kg.size))
        other._stored = self._stored.copy()
        return other


def perfect_film(mass_flow: Array, diameter_m: Array, water_k: Array) -> Array:
    """A film without resistance: wall and water have the same temperature (W/(m K))."""
    return np.full(np.broadcast_shapes(np.shape(mass_flow), np.shape(diameter_m), np.shape(water_k)), np.inf)
