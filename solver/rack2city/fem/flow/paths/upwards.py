"""Ever larger flows, each from the ones before: half the steps of starts from rest."""

from collections.abc import Iterable, Iterator

from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.solvers.curve import Curve
from rack2city.fem.solvers.newton import NewtonReport


def solve_upwards(problem: FlowProblem, flow_rates: Iterable[float]) -> Iterator[tuple[float, NewtonReport]]:
    """Solve for ever larger volume flows into the inlet (m³/s), each from the ones before.

    The present state is the solution of each flow that is given out, smallest first. From the third on the start is guessed
    along the last two where that has the smaller residual. Errors are those of `FlowProblem.solve`.
    """
    curve = Curve()
    for flow_rate in sorted(flow_rates):
        guess = curve.guess(flow_rate)
        if guess is not None:
            problem.take_guess(flow_rate, guess)
        report = problem.solve(flow_rate)
        curve.add(flow_rate, problem.unknown.x.array)
        yield flow_rate, report
