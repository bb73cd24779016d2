"""Pipes with memory as the network sees them: for steps of minutes and more, and with the film between water and wall."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.plug_flow import PlugFlowPipes
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.pipes.steps import PairedLines
from rack2city.network.pipes.transport import Carried
from rack2city.network.pipes.wall import wall_capacity

SHORT_STEP_S = 60.0
"""Steps up to which the film between water and wall is resolved (s): walls need seconds to a minute to follow the water."""
SECTIONS = 32
"""Wall sections of a pipe whose film is resolved (-)."""
_APART_K = 100.0  # of the two inlet temperatures that tell the line of an outlet


@dataclass(frozen=True)
class _InTime[P]:
    """Pipes with memory in a step of `time_s`, in surroundings of `ambient_k` (K), one per pipe.

    They are all of the table, whether in service or not: those that are not, cool down. With `pairs` they lose by their
    whole conductance, see `retarded_pipes`.
    """

    pipes: P
    time_s: float
    ambient_k: Array
    pairs: Pairs
    remembers: ClassVar[bool] = True


class PipesInTime(_InTime[RetardedPipes]):
    """Plug flow with walls in equilibrium with the water, see `RetardedPipes`."""

    def lines(self, flow: Array) -> PairedLines:
        """See `Transport`."""
        if self.pairs.coupled:
            return self.pairs.lines(self.pipes.response(self.time_s, flow), self.ambient_k)
        line = self.pipes.line(self.time_s, flow, self.ambient_k)
        return PairedLines(line.offset_k, line.slope, np.zeros_like(line.slope))

    def _around(self, flow: Array, inlet_k: Array) -> tuple[Array, Array]:
        if not self.pairs.coupled:
            return self.ambient_k, self.ambient_k
        return self.pairs.around(self.pipes.response(self.time_s, flow), self.ambient_k, inlet_k)

    def resting_k(self, flow: Array, inlet_k: Array) -> tuple[Array, Array]:
        """See `Transport`."""
        return self.pipes.ends_k(self.time_s, self._around(flow, inlet_k)[0])

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """See `Transport`."""
        around, other = self._around(flow, inlet_k)
        step = self.pipes.step(self.time_s, flow, inlet_k, around)
        lost, exchange = self.pairs.split(step.loss_j / self.time_s, around, other)
        return Carried(lost, step.stored_change_j / self.time_s, exchange)


class FilmPipes(_InTime[PlugFlowPipes]):
    """Plug flow with a film between water and wall, see `PlugFlowPipes`; none of them exchange heat with another."""

    def lines(self, flow: Array) -> PairedLines:
        """See `Transport`: a step is linear in its inlets, so that two trials tell the line."""
        inlets = self.ambient_k, self.ambient_k + _APART_K
        cold, warm = (self.pipes.trial().step(self.time_s, flow, k, self.ambient_k).outlet_k for k in inlets)
        slope = np.where(flow == 0.0, 0.0, (warm - cold) / _APART_K)
        return PairedLines(cold - slope * self.ambient_k, slope, np.zeros_like(slope))

    def resting_k(self, flow: Array, inlet_k: Array) -> tuple[Array, Array]:
        """See `Transport`."""
        stood = self.pipes.trial()
        stood.step(self.time_s, np.zeros_like(flow), self.ambient_k, self.ambient_k)
        water = stood.profiles_k()[0]
        return water[0], water[-1]

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """See `Transport`."""
        step = self.pipes.step(self.time_s, flow, inlet_k, self.ambient_k)
        return Carried(step.loss_j / self.time_s, step.stored_change_j / self.time_s)


def wall_of(column: Mapping[str, Array]) -> Array:
    """Heat capacity of the walls per metre (J/(m K)); none without outer diameter, density or heat capacity."""
    size = (column["inner_diameter_m"], column["outer_diameter_m"])
    of_wall = (column["wall_density_kg_per_m3"], column["wall_heat_capacity_j_per_kg_k"])
    return np.nan_to_num(wall_capacity(*size, *of_wall))


def retarded_pipes(column: Mapping[str, Array], liquid: Liquid, pairs: Pairs, initial_k: Array) -> RetardedPipes:
    """Pipes of a table, with its pairs, whose walls are in equilibrium with the water; `initial_k` as `RetardedPipes` has."""
    length = column["length_m"]
    water = liquid.density * liquid.heat_capacity * (np.pi / 4.0 * column["inner_diameter_m"] ** 2)
    return RetardedPipes(length, water, wall_of(column), pairs.whole_w_per_k / length, initial_k, liquid.heat_capacity)


def film_pipes(column: Mapping[str, Array], liquid: Liquid, pairs: Pairs, initial_k: Array) -> PlugFlowPipes:
    """Pipes of a table with the film of water between water and wall; arguments of `retarded_pipes`.

    Raises:
        InputError: pipes of a pair exchange heat, which goes with walls in equilibrium only.
    """
    if pairs.coupled:
        raise InputError("pipes of a pair that exchange heat have no wall film; leave out pair_w_per_m_k or wall_film")
    length, diameter, loss = (column[name] for name in ("length_m", "inner_diameter_m", "conductance_w_per_m_k"))
    given = length, diameter, loss, wall_of(column), initial_k
    return PlugFlowPipes(*given, sections=SECTIONS, density=liquid.density, heat_capacity=liquid.heat_capacity)
