"""Steps in time that follow their own error: the estimate, the order, repeated steps, and means over unequal steps."""

import re
from typing import Any

import numpy as np
import pytest

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem import StepControl, average_flow
from rack2city.fem.flow.paths.step_control import error_share, next_step, parabola
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.solvers.bdf import bdf2
from tests.fem.test_average import SPEED, entering


def test_the_error_of_a_cubic_is_told_exactly() -> None:
    """BDF2 on u' = 3 t², whose third derivative is constant, by unequal steps: the estimate is the error."""
    earlier, before, dt = 0.7, 1.1, 1.6
    times = np.cumsum([0.3, earlier, before, dt])
    states = times**3
    a0, a1, a2 = bdf2(dt, before)
    solution = (3.0 * times[3] ** 2 - a1 * states[2] - a2 * states[1]) / a0
    guess = parabola((-before - earlier, -before, 0.0), dt) @ states[:3]
    error = abs(solution - states[3])
    assert error_share(dt, before, earlier) * abs(solution - guess) == pytest.approx(error, rel=1e-12)
    assert error_share(1.0, 1.0, 1.0) == pytest.approx(2.0 / 11.0)


def test_the_next_step_follows_the_error() -> None:
    control = StepControl(first=1e-3, tolerance=1e-3, longest=0.5)
    assert next_step(0.1, 1e-3, control) == pytest.approx(0.09)
    assert next_step(0.1, 8e-3, control) == pytest.approx(0.045)
    assert next_step(0.1, 0.0, control) == pytest.approx(0.15)
    assert next_step(0.4, 0.0, control) == pytest.approx(0.5)
    assert next_step(0.1, 1e6, control) == pytest.approx(0.03)
    for wrong in ({"first": 0.0}, {"first": 1.0, "longest": 0.5}, {"first": 1.0, "tolerance": 1.0}):
        with pytest.raises(InputError, match="steps in time need a first step"):
            StepControl(**wrong)


def pulsating(time: float) -> float:
    return SPEED * (1.0 + 0.5 * np.sin(2.0 * np.pi * time))


def end_state(dt: float | StepControl) -> tuple[np.ndarray, list[float]]:
    flow, _ = entering(rate=pulsating)
    times = [flow.time]
    flow.advance(1.3, dt, lambda now: times.append(now.time))
    assert flow.time == pytest.approx(1.3, rel=1e-12)
    return flow.problem.velocity().x.array.copy(), times


def test_a_smaller_tolerance_errs_less() -> None:
    exact, _ = end_state(0.005)
    errors, counts = [], []
    for tolerance in (4e-3, 5e-4):
        state, times = end_state(StepControl(first=0.01, tolerance=tolerance))
        errors.append(np.linalg.norm(state - exact) / np.linalg.norm(exact))
        counts.append(len(times) - 1)
        lengths = np.diff(times)
        assert np.max(lengths) > 3.0 * lengths[0]
    assert errors[1] < 0.4 * errors[0] < 0.02
    assert counts[1] < 4 * counts[0]


def test_a_step_that_fails_is_repeated_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    flow, _ = entering(rate=pulsating)
    said: list[str] = []
    flow.problem.log = said.append
    solve, begun = flow._system.solve, list[float]()

    def fails_far_ahead(slack: float = 1.0) -> None:
        begun.append(flow.time)
        if flow.time - done[-1] > 0.021:
            flow.problem.unknown.x.array[:] = np.nan
            raise ConvergenceError("flow: no convergence")
        solve(slack)

    done = [0.0]
    monkeypatch.setattr(flow._system, "solve", fails_far_ahead)
    flow.advance(0.3, StepControl(first=0.02, tolerance=0.2), lambda now: done.append(now.time))
    assert flow.rejected > 0
    assert np.max(np.diff(done)) <= 0.021
    assert all(re.search(r"a step of 0\.02\d* s is repeated: flow: no convergence$", line) for line in said)
    plain, _ = entering(rate=pulsating)
    for dt in np.diff(done):
        plain.step(float(dt))
    assert flow.problem.unknown.x.array == pytest.approx(plain.problem.unknown.x.array, abs=1e-7)


def test_a_flow_that_no_step_follows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    flow, _ = entering()

    def fail(slack: float = 1.0) -> None:
        raise ConvergenceError("flow: no convergence")

    monkeypatch.setattr(flow._system, "solve", fail)
    with pytest.raises(
        ConvergenceError, match=r"^flow: at 0 s no step in time converges, not even .*: flow: no convergence"
    ):
        flow.controlled_step(StepControl(first=0.1))
    assert flow.time == 0.0


def test_mean_and_swing_over_unequal_steps() -> None:
    """The pressure drop of a pulsating flow: the same mean and extremes as by equal steps."""
    times: dict[str, Any] = {"settling": 4.0, "averaging": 6.0, "longest": 12.0}
    found = []
    for dt in (1.0 / 48.0, StepControl(first=0.01, tolerance=5e-4, longest=0.1)):
        flow, monitors = entering(rate=pulsating)
        found.append(average_flow(flow, dt, monitors, **times).monitors["drop"])
    equal, own = found
    swing = equal.high - equal.low
    assert own.mean == pytest.approx(equal.mean, abs=1e-3 * swing)
    assert swing == pytest.approx(np.sqrt(8.0) * equal.rms, rel=0.05)  # nearly a sine
    assert (own.low, own.high) == pytest.approx((equal.low, equal.high), abs=0.03 * swing)
    assert own.period == pytest.approx(1.0, rel=0.02)


def test_steps_go_on_where_others_ended() -> None:
    flow, _ = entering(rate=pulsating)
    flow.advance(0.1, 0.02)
    flow.advance(0.2, StepControl(first=0.02))
    assert isinstance(flow, TransientFlow)
    assert flow.time == pytest.approx(0.2)
