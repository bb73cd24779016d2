"""What pipes do to the heat that passes through them: the lines of their outlets, and what a step with them does.

Steady pipes and pipes in time have both: for given flows, the mean outlet temperature is a line in the inlet's. So one
solver brings flows and temperatures together for either.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rack2city.network.decay import mean_decay
from rack2city.network.friction import Array
from rack2city.network.graph import Index
from rack2city.network.retarded import OutletLine, RetardedPipes
from rack2city.network.tables.network import Network


@dataclass(frozen=True)
class Carried:
    """What pipes did, each by itself and not from the difference of its ends, so that balances are checks.

    Attributes:
        loss_w: heat lost to the surroundings (W), mean over the step.
        stored_w: growth of the heat in water and wall (W).
    """

    loss_w: Array
    stored_w: Array


class Transport(Protocol):
    """Pipes of a network in one step, in the order of the table; flows are signed, positive from start to end."""

    @property
    def remembers(self) -> bool:
        """Whether pipes hold water of earlier steps, also those that are shut off."""
        ...

    def lines(self, flow: Array) -> OutletLine:
        """Outlet temperatures as lines in the inlets'; nothing changes."""
        ...

    def resting_k(self) -> tuple[Array, Array]:
        """Temperatures at start and end (K) where nothing flows in the step."""
        ...

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """Do the step."""
        ...


@dataclass(frozen=True)
class SteadyPipes:
    """Pipes without memory: the excess over their surroundings falls with `exp(-N)`, `N = U L / (m c)`.

    Attributes:
        conductance_w_per_k: loss to the surroundings (W/K).
        ambient_k: temperature of the surroundings (K).
        heat_capacity: of the liquid (J/(kg K)).
    """

    conductance_w_per_k: Array
    ambient_k: Array
    heat_capacity: float

    @classmethod
    def of(cls, network: Network) -> "SteadyPipes":
        """The pipes of a network."""
        conductance = network.pipes.conductance_w_per_m_k * network.pipes.length_m
        ambient = network.pipes.ambient_k.to_numpy(dtype=float)
        return cls(conductance.to_numpy(dtype=float), ambient, network.liquid.heat_capacity)

    @property
    def remembers(self) -> bool:
        """See `Transport`."""
        return False

    def _units(self, flow: Array) -> Array:
        capacity = np.abs(flow) * self.heat_capacity
        return np.where(capacity > 0.0, self.conductance_w_per_k / np.where(capacity > 0.0, capacity, 1.0), np.inf)

    def lines(self, flow: Array) -> OutletLine:
        """See `Transport`."""
        units = self._units(flow)
        return OutletLine(self.ambient_k * -np.expm1(-units), np.exp(-units))

    def resting_k(self) -> tuple[Array, Array]:
        """See `Transport`."""
        return self.ambient_k, self.ambient_k

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """See `Transport`; the loss is conductance times mean excess."""
        loss = self.conductance_w_per_k * (inlet_k - self.ambient_k) * mean_decay(self._units(flow))
        return Carried(np.where(flow != 0.0, loss, 0.0), np.zeros_like(loss))


@dataclass(frozen=True)
class PipesInTime:
    """Pipes with memory in a step: plug flow with walls, see `RetardedPipes`.

    Attributes:
        pipes: all pipes of the table, whether in service or not: those that are not, cool down.
        time_s: length of the step (s).
        ambient_k: temperature of the surroundings (K), one per pipe.
    """

    pipes: RetardedPipes
    time_s: float
    ambient_k: Array

    @property
    def remembers(self) -> bool:
        """See `Transport`."""
        return True

    def lines(self, flow: Array) -> OutletLine:
        """See `Transport`."""
        return self.pipes.line(self.time_s, flow, self.ambient_k)

    def resting_k(self) -> tuple[Array, Array]:
        """See `Transport`."""
        return self.pipes.ends_k(self.time_s, self.ambient_k)

    def carry(self, flow: Array, inlet_k: Array) -> Carried:
        """See `Transport`."""
        step = self.pipes.step(self.time_s, flow, inlet_k, self.ambient_k)
        return Carried(step.loss_j / self.time_s, step.stored_change_j / self.time_s)


def pipes_with_walls(network: Network, initial_k: Array) -> RetardedPipes:
    """Pipes with memory, of a network's table; a pipe without outer diameter, density or heat capacity has no wall.

    Args:
        network: the tables.
        initial_k: temperature of water and wall (K), one per pipe or as `RetardedPipes.fill` takes them.
    """
    column = {name: network.pipes[name].to_numpy() for name in network.pipes.columns}
    area = np.pi / 4.0 * column["inner_diameter_m"] ** 2
    ring = np.pi / 4.0 * column["outer_diameter_m"] ** 2 - area
    wall = ring * column["wall_density_kg_per_m3"] * column["wall_heat_capacity_j_per_kg_k"]
    liquid = network.liquid
    water = liquid.density * liquid.heat_capacity * area
    loss = column["conductance_w_per_m_k"]
    return RetardedPipes(
        column["length_m"], water, np.nan_to_num(wall.astype(float)), loss, initial_k, liquid.heat_capacity
    )


def steady_profile(network: Network, flow: Array, inlet_k: Array, pieces: int, resting_k: Array) -> Array:
    """Temperatures of equal pieces of each pipe in its steady state, from start to end (pieces x P).

    Args:
        network: the tables.
        flow: mass flow of each pipe (kg/s).
        inlet_k: temperature at its upstream end (K).
        pieces: number of pieces.
        resting_k: temperature of pipes without flow (K), one per pipe.
    """
    pipes = SteadyPipes.of(network)
    units = pipes._units(flow) / pieces
    edges = np.arange(pieces)[:, None]
    with np.errstate(invalid="ignore"):  # no flow: replaced below
        excess = (inlet_k - pipes.ambient_k) * np.exp(-units * edges) * mean_decay(units)
    profile = np.where(flow >= 0.0, excess, excess[::-1]) + pipes.ambient_k
    return np.where(flow != 0.0, profile, resting_k)


def spread(count: int, rows: Index, values: Array, empty: float = float("nan")) -> Array:
    """Values at their rows of a table, the rest empty."""
    column = np.full(count, empty)
    column[rows] = values
    return column
