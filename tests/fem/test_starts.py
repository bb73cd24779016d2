"""Where a steady flow starts: from the last one, from what a failed share of the inertia reached, upwards in the flow."""

import numpy as np
import pytest

from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem import FlowInlet, FlowOutlet, FlowProblem, pressure_drop, solve_upwards
from tests.fem.plane_flows import TRIANGLE, rectangle


def entering() -> tuple[FlowProblem, list[str]]:
    """Flow that enters a plane channel of height 1 uniformly; Re = 100 times the speed on twice its height."""
    said: list[str] = []
    fluid = rectangle((0.0, 0.0), (3.0, 1.0), (12, 6), TRIANGLE)
    openings = [FlowInlet("left", "uniform"), FlowOutlet("right")]
    return FlowProblem(fluid, 1.0, 0.02, 0.02, log=said.append, boundaries=openings), said


def test_flows_upwards_are_those_from_rest() -> None:
    problem, said = entering()
    drop = pressure_drop(problem, "left", "right")
    found = [(rate, drop(problem), report.iterations) for rate, report in solve_upwards(problem, [4.0, 1.0, 2.0, 3.0])]
    assert [rate for rate, _, _ in found] == [1.0, 2.0, 3.0, 4.0]
    assert sum("inertia = 0" in line for line in said) == 1
    for rate, value, _ in found[1:]:
        alone, _ = entering()
        alone.solve(rate)
        assert value == pytest.approx(pressure_drop(alone, "left", "right")(alone), rel=1e-9)


def test_a_guess_is_taken_where_it_is_nearer() -> None:
    """Along two solutions, to a rate between them and beyond: its residual is smaller than that of the last solution."""
    problem, said = entering()
    for _ in solve_upwards(problem, [1.0, 1.5]):
        pass
    said.clear()
    first = next(solve_upwards(problem, [2.0]))[1].iterations
    guided, said = entering()
    steps = [report.iterations for _, report in solve_upwards(guided, [1.0, 1.5, 2.0])]
    assert steps[-1] <= first
    starts = [float(line.rsplit(" ", 1)[1]) for line in said if "Newton step 0" in line]
    assert starts[-1] < 0.5 * starts[-2]


def test_a_larger_flow_goes_on_from_the_last_in_pseudo_time(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, said = entering()
    problem.solve(1.0)
    system, state = problem._steady, problem.unknown.x.array.copy()
    solve, approach, calls = system.solve, system.approach, list[str]()

    def failing(slack: float = 1.0) -> None:
        calls.append("newton")
        if len(calls) == 1:
            problem.unknown.x.array[:] = 1e3
            raise ConvergenceError("Newton's method failed")
        solve(slack)

    def watched(length: float, predicted: bool) -> None:
        assert predicted
        assert np.array_equal(problem.unknown.x.array, state)
        calls.append("pseudo-time")
        approach(length, predicted)

    monkeypatch.setattr(system, "solve", failing)
    monkeypatch.setattr(system, "approach", watched)
    problem.solve(5.0)
    assert calls == ["newton", "pseudo-time", "newton"]
    assert any("going on in pseudo-time from the last solution" in line for line in said)


@pytest.mark.parametrize("near", [True, False])
def test_a_failing_share_keeps_what_was_reached_if_that_is_nearer(monkeypatch: pytest.MonkeyPatch, near: bool) -> None:
    problem, _ = entering()
    system, values = problem._steady, problem.unknown.x.array
    approach, starts, left = system.approach, list[np.ndarray](), list[np.ndarray]()

    def stalling(length: float, predicted: bool) -> None:
        starts.append(values.copy())
        if len(starts) == 1:
            if near:
                approach(length, predicted)
            else:
                values[:] *= 3.0
            left.append(values.copy())
            raise ConvergenceError("stalls")
        approach(length, predicted)

    monkeypatch.setattr(system, "approach", stalling)
    problem.solve(5.0)
    assert np.array_equal(starts[1], left[0] if near else starts[0])


def test_beyond_a_solution_what_a_failing_share_reached_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the inertia was followed: from there the next, smaller share goes on, nearer though the lost one's state is."""
    problem, said = entering()
    values, approach, starts = problem.unknown.x.array, problem._steady.approach, list[np.ndarray]()
    reached: list[np.ndarray] = []

    def stalling(length: float, predicted: bool) -> None:
        starts.append(values.copy())
        if len(starts) == 1:
            values[:] *= 3.0
            raise ConvergenceError("stalls")
        approach(length, predicted)
        reached.append(values.copy())
        if len(starts) == 3:
            raise ConvergenceError("stalls")

    monkeypatch.setattr(problem._steady, "approach", stalling)
    problem.solve(5.0)
    shares = [line.rsplit(" ", 1)[1] for line in said if line.startswith("continuation: inertia")]
    assert shares[:5] == ["0", "1", "0.5", "1", "0.875"]
    assert np.array_equal(starts[3], reached[0])


def test_an_unsteady_flow_tells_where_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, _ = entering()

    def swinging(length: float, predicted: bool) -> None:
        raise UnsteadyError("flow: probably unsteady")

    monkeypatch.setattr(problem._steady, "approach", swinging)
    told = r"^at a Reynolds number of 500 flow: probably unsteady .* run it in time: .*average_flow"
    with pytest.raises(UnsteadyError, match=told):
        problem.solve(5.0)
    monkeypatch.undo()
    problem.solve(5.0)  # from rest again, not from what was left


def test_what_swings_from_the_last_solution_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, said = entering()
    problem.solve(1.0)

    def fails(*arguments: object, **named: object) -> None:
        raise ConvergenceError("Newton's method failed")

    def swinging(length: float, predicted: bool) -> None:
        raise UnsteadyError("flow: probably unsteady")

    monkeypatch.setattr(problem._steady, "solve", fails)
    monkeypatch.setattr(problem._steady, "approach", swinging)
    said.clear()
    with pytest.raises(UnsteadyError, match="probably unsteady"):
        problem.solve(5.0)
    assert not any("inertia" in line for line in said)
