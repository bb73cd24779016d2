"""Flow and heat from a guess, and from nothing: loads that come and go, and a temperature without a range."""

import warnings

import numpy as np
import pytest

from rack2city.fem import ConjugateProblem
from rack2city.fem.solvers.curve import Curve
from rack2city.fem.solvers.prefixes import COUPLED, FLOW, HEAT
from tests.fem.test_conjugate import LAW, plate, solved
from tests.fem.test_mixed_convection import upright_channel

INFLOW = {"left": 0.5, "above": 0.25}


def heated(problem: ConjugateProblem, watts: float, share: float = 1.0) -> int:
    """Solve with this heat into each end, at a share of the flow; how many Newton steps of the flow that took."""
    loads = dict.fromkeys(("cold end", "hot end"), watts / 0.25)
    return problem.solve({name: share * rate for name, rate in INFLOW.items()}, loads).flow_steps


def test_a_uniform_temperature_has_no_range_to_compare_with() -> None:
    problem = upright_channel(0.0, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same, other = np.full(3, 2.0), np.array([1.0, 2.0, 3.0])
        assert problem._relative_change(other, same) == np.inf
        assert problem._relative_change(same, same) == 0.0
        assert problem._relative_change(same, other) == pytest.approx(0.5)


def test_no_heat_after_heat_and_heat_again() -> None:
    """The temperature goes down to what flows in and comes back as it was, from any guess."""
    problem, other = plate(2, [LAW]), plate(2, [LAW])
    first = solved(problem)
    heat = problem.heat.theta.x.array.copy()
    heated(problem, 0.0)
    problem.take_guess(INFLOW, problem.state() + 1.0)
    assert solved(problem) == pytest.approx(first, rel=1e-7)
    assert problem.heat.theta.x.array == pytest.approx(heat, abs=1e-6 * np.ptp(heat))
    assert solved(other) == pytest.approx(first, rel=1e-7)


def test_a_guess_along_the_inverse_of_the_flow_saves_steps() -> None:
    counts = []
    for guided in (False, True):
        problem, curve = plate(2, [LAW]), Curve()
        for share in (1.0, 1.2, 1.4):
            guess = curve.guess(1.0 / share)
            if guided and guess is not None:
                problem.take_guess({name: share * rate for name, rate in INFLOW.items()}, guess)
            steps = heated(problem, 2.0, share)
            curve.add(1.0 / share, problem.state())
        counts.append((steps, problem.state()))
    (without, plain), (along, guessed) = counts
    assert along < without
    assert guessed == pytest.approx(plain, abs=1e-6 * np.max(np.abs(plain)))


def test_a_line_through_two_solutions() -> None:
    curve, first, second = Curve(), np.array([1.0, 2.0]), np.array([2.0, 0.0])
    assert curve.guess(1.0) is None
    curve.add(1.0, first)
    assert curve.guess(2.0) is None
    curve.add(2.0, second)
    second[:] = 9.0  # the curve has its own copy
    assert curve.guess(4.0) == pytest.approx([4.0, -4.0])
    curve.add(2.0, np.array([3.0, 0.0]))  # the same once more
    assert curve.guess(3.0) == pytest.approx([5.0, -2.0])
    curve.add(3.0, np.array([3.0, 0.0]))  # from now on without the first
    assert curve.guess(4.0) == pytest.approx([3.0, 0.0])


def test_all_factors_are_in_single_precision_if_nobody_says_otherwise() -> None:
    problem = upright_channel(1.0, 2)
    problem.solve(1.0)
    used = problem.solver_options()
    assert {used[prefix]["pc_precision"] for prefix in (FLOW, HEAT, COUPLED)} == {"single"}
    assert {used[prefix]["ksp_type"] for prefix in (FLOW, HEAT, COUPLED)} == {"fgmres"}
