"""A steady state on any graph, and what a simulation takes from it."""

from rack2city.arrays import Array
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.transport import SteadyPipes
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.graph.settle import Settled, settle
from rack2city.network.solvers.graph.storages import Storages

PIECES = 12
"""Pieces of each pipe in the steady state that a simulation starts from (-)."""


def steady_state(built: Compiled, storages: Storages | None, max_passes: int = 200) -> tuple[Settled, SteadyPipes]:
    """Flows and temperatures of pipes without memory."""
    column = built.arrays["pipes"]
    pipes = SteadyPipes(Pairs.of(column), column["ambient_k"], built.arrays.liquid.heat_capacity)
    return settle(built, pipes, storages, max_passes=max_passes), pipes


def steady_profile(settled: Settled, pipes: SteadyPipes) -> Array:
    """Temperatures of equal pieces of all pipes of the table, from start to end (pieces x P, K)."""
    return pipes.profile(*settled.temperatures.of_pipes(settled.built), PIECES)
