"""The steady state of a network given as tables, as tables of results.

Flows and pressures come from `operate`, temperatures from the steady lines of pipes mixed on the same flows, `settle` brings
them together.
"""

import numpy as np

from rack2city.errors import InputError
from rack2city.network.solvers.compile import to_hydraulics
from rack2city.network.solvers.draws import Draws
from rack2city.network.solvers.measure import measure
from rack2city.network.solvers.operate import operate
from rack2city.network.solvers.settle import settle
from rack2city.network.solvers.transport import SteadyPipes
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import SteadyResult, tell


def solve_steady(network: Network, heat: bool = True, max_iterations: int = 200) -> SteadyResult:
    """Solve flows, pressures and temperatures.

    Args:
        network: the tables.
        heat: whether to solve temperatures too; without, all of them are NaN and no `supply_k` is needed, but then every
            substation needs a given flow.
        max_iterations: largest number of passes between flows and temperatures.

    Returns:
        The tables of results, and the balances of mass and energy.

    Raises:
        InputError: a fault in the tables, named by table, row and column, or a component that is not supported.
        ConvergenceError: flows, or flows and temperatures together, did not converge.
        BalanceError: mass or energy does not balance to 1e-6 of what enters.

    Assumes constant properties of the liquid and no heat of friction. A substation takes its demand by cooling its flow
    to `return_set_k`; between its least and largest flow it opens as needed, and what it cannot take is `unmet_w`.
    """
    built = to_hydraulics(network)
    if not heat:
        draws = Draws.of(network, built)
        if (unknown := draws.follows).any():
            raise InputError(
                f"table substations, row '{network.substations.index[draws.rows[int(np.argmax(unknown))]]}': its flow follows "
                "from temperatures, so these must be solved (heat=True), or mass_flow_kg_per_s given"
            )
        operation = operate(built, network, draws, draws.least, None, None)
        measured = measure(network, built, operation, draws.rows)
        return tell(network, measured, 1, operation.worst, operation.margin_pa).require()
    pipes = SteadyPipes.of(network)
    settled = settle(network, built, pipes, max_passes=max_iterations)
    measured = measure(network, built, settled.operation, settled.draws.rows, settled, pipes)
    operation = settled.operation
    return tell(network, measured, settled.passes, operation.worst, operation.margin_pa).require()
