"""Coming near from afar, on equations of two unknowns whose solutions are known."""

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem.solvers.approach import ROUGH, WINDOW, approach


class Cubic:
    """x³ - x = 3, beginning where the slope is nearly zero, so that Newton's step goes far; Picard's has a fixed slope."""

    name = "cubic"
    root = 1.6716998816571610  # of the closed form
    velocities = np.array([0])

    def __init__(self, slope: float, near: float, square: float = 0.0) -> None:
        self.near, self.slope, self.square = near, slope, square
        self.x, self.lines, self.kinds = np.array([0.6, 0.0]), list[str](), list[tuple[bool, float]]()

    def log(self, line: str) -> None:
        self.lines.append(line)

    def residual(self) -> float:
        x = self.x[0]
        self.r = x**2 + self.square if self.square else x**3 - x - 3.0
        return float(abs(self.r) / 3.0)

    def state(self) -> np.ndarray:
        return self.x.copy()

    def restore(self, values: np.ndarray) -> None:
        self.x = values.copy()

    def take_step(self, lagged: bool, rate: float) -> None:
        self.kinds.append((lagged, rate))
        x = self.x[0]
        slope = self.slope if lagged else (2.0 * x if self.square else 3.0 * x**2 - 1.0) + rate
        self.x[0] -= self.r / slope


def test_mixing_brings_a_slow_iteration_near() -> None:
    equations = Cubic(slope=9.0, near=1e-8)
    approach(equations, MPI.COMM_SELF, 1.0)
    assert equations.residual() <= ROUGH
    assert sum(lagged for lagged, _ in equations.kinds) <= 12


def test_pseudo_time_converges_where_newton_diverges() -> None:
    equations = Cubic(slope=1e9, near=0.1)  # Picard's method does not move, which looks like being near
    approach(equations, MPI.COMM_SELF, 1.0)
    assert equations.x[0] == pytest.approx(Cubic.root, abs=ROUGH)
    assert "rejected" in " ".join(equations.lines)
    rates = [rate for lagged, rate in equations.kinds if not lagged]
    assert rates[0] == 0.0  # plain Newton is tried first
    assert max(rates) > 0.0


def test_a_guess_from_near_by_needs_no_picard_step() -> None:
    equations = Cubic(slope=1.0, near=1e-3)
    equations.x[0] = 1.6
    approach(equations, MPI.COMM_SELF, 1.0, predicted=True)
    assert not any(lagged for lagged, _ in equations.kinds)


def test_what_has_no_solution_is_told() -> None:
    with pytest.raises(ConvergenceError, match="cubic: no convergence after"):
        approach(Cubic(slope=9.0, near=1e-3, square=2.0), MPI.COMM_SELF, 1.0)


class Orbit:
    """A state that runs around a circle, by an angle a D/U that `slowing` multiplies at each step; its residual is `norm`."""

    name, near = "orbit", 0.02
    velocities = np.array([0, 1])

    def __init__(
        self, angle: float, slowing: float = 1.0, falling: float = 1.0, far: float = 0.4, longest: float = np.inf
    ) -> None:
        self.angle, self.slowing, self.falling, self.far, self.longest = angle, slowing, falling, far, longest
        self.place, self.norm, self.accepted = 0.0, far, 0

    def log(self, line: str) -> None:
        pass

    def residual(self) -> float:
        return self.norm

    def state(self) -> np.ndarray:
        return np.array([np.cos(self.place), np.sin(self.place)])

    def restore(self, values: np.ndarray) -> None:
        self.norm = self.far * self.falling**self.accepted
        self.place = float(np.arctan2(values[1], values[0]))

    def take_step(self, lagged: bool, rate: float) -> None:
        if rate == 0.0:
            self.norm = 100.0 * self.far if not lagged else self.far
            return
        if self.angle / rate > 0.3 or 1.0 / rate > self.longest:  # too far for one step
            self.norm = 100.0 * self.far
            return
        self.accepted += 1
        self.place += self.angle / rate
        self.angle *= self.slowing
        self.norm = self.far * self.falling**self.accepted


def test_a_flow_that_goes_on_changing_is_told_early() -> None:
    orbit = Orbit(0.2)
    told = r"orbit: probably unsteady: over the last [0-9.]+ D/U of pseudo-time the velocity goes on changing by \d+% per D/U"
    with pytest.raises(UnsteadyError, match=told):
        approach(orbit, MPI.COMM_SELF, 1.0)
    assert orbit.accepted == WINDOW


@pytest.mark.parametrize(
    "orbit",
    [
        Orbit(0.2, slowing=0.9),
        Orbit(0.2, falling=0.9),
        Orbit(0.08, longest=0.9),
        Orbit(0.12),
        Orbit(0.2, far=20.0),
        Orbit(0.5, slowing=0.93, longest=0.5),
    ],
)
def test_what_slows_down_comes_nearer_or_is_far_off_is_given_its_time(orbit: Orbit) -> None:
    with pytest.raises(ConvergenceError, match=r"orbit: no convergence after 60 Newton steps"):
        approach(orbit, MPI.COMM_SELF, 1.0)
    assert orbit.accepted > 2 * WINDOW
