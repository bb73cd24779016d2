"""The start without a guess, on a solver that follows only small steps."""

from itertools import pairwise

import pytest

from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem.solvers.continuation import continue_to_one


class Follower:
    """Solves only within a distance of the last solution, and not beyond a wall."""

    def __init__(self, reach: float, wall: float = 1.0) -> None:
        self.reach, self.wall, self.state = reach, wall, -1.0
        self.visited: list[float] = []

    def attempt(self, value: float) -> None:
        start, self.state = self.state, 99.0  # a failed attempt leaves rubbish behind
        if value > 0.0 and (value - start > self.reach or value > self.wall):
            raise ConvergenceError("no")
        self.state = value
        self.visited.append(value)

    def restore(self, state: float) -> None:
        self.state = state


def follow(follower: Follower) -> list[str]:
    lines: list[str] = []
    continue_to_one(follower.attempt, lambda: follower.state, follower.restore, lines.append, "load")
    return lines


def test_one_step_where_that_is_enough() -> None:
    follower = Follower(reach=2.0)
    follow(follower)
    assert follower.visited == [0.0, 1.0]


def test_steps_shrink_until_the_solver_can_follow() -> None:
    follower = Follower(reach=0.1)
    lines = follow(follower)
    assert follower.visited[0] == 0.0
    assert follower.visited[-1] == 1.0
    assert max(b - a for a, b in pairwise(follower.visited)) <= 0.1
    assert lines[0] == "continuation: load = 0"


def test_says_how_far_it_came() -> None:
    with pytest.raises(
        ConvergenceError, match=r"cannot be followed beyond 0\.4\d* of the full load; the flow may be unsteady"
    ):
        follow(Follower(reach=2.0, wall=0.5 - 1e-9))


def test_a_guess_is_made_from_the_last_two_solutions() -> None:
    follower, guesses = Follower(reach=0.1), []

    def predict(before: float, last: float, ahead: float) -> None:
        guesses.append(last + ahead * (last - before))

    continue_to_one(follower.attempt, lambda: follower.state, follower.restore, lambda _: None, "load", predict)
    # the solution is the load itself, so that a straight line through two of them is exact
    assert set(guesses) >= set(follower.visited[3:])


def test_what_is_unsteady_ends_the_search_and_tells_how_far_it_was_steady() -> None:
    follower, tried = Follower(reach=0.6), []

    def attempt(value: float) -> None:
        tried.append(value)
        if value > 0.8:
            raise ConvergenceError("no") if len(tried) == 2 else UnsteadyError("swings")
        follower.attempt(value)

    with pytest.raises(UnsteadyError, match=r"^swings; at 0\.5 of the full load it is steady$"):
        continue_to_one(attempt, lambda: follower.state, follower.restore, lambda _: None, "load")
    assert tried == [0.0, 1.0, 0.5, 1.0]
