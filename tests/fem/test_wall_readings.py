"""What is read off the walls and extremes of a flow: shear with its place, and the largest of values on any ranks."""

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.shear import wall_shear
from rack2city.fem.mesh.domain import fluid_domain, read_domain
from rack2city.fem.mesh.peaks import peak_of, peak_speed
from rackmesh.tensor import Segment, write_blocks
from tests.fem.plates import duct_blocks

SIDE, LENGTH, MU = 1e-3, 4e-3, 1e-3


def test_shear_in_a_square_duct(tmp_path) -> None:
    """Mean by the balance of forces, largest as in a twisted bar of the same section (Timoshenko & Goodier, 1.351)."""
    across = Segment(SIDE, 9, "both", 6.0)
    write_blocks(duct_blocks(Segment(LENGTH, 2), across, across), tmp_path / "duct.msh")
    problem = FlowProblem(fluid_domain(read_domain(tmp_path / "duct.msh", MPI.COMM_SELF)), 1000.0, MU, MU)
    speed = 1e-2
    problem.solve(speed * SIDE**2)
    shear = wall_shear(problem)
    mean = 14.227 * 0.5 * MU * speed / SIDE  # f Re = 14.227 (Shah & London)
    assert shear.mean == pytest.approx(mean, rel=5e-3)
    assert shear.largest.value / shear.mean == pytest.approx(1.3506, rel=5e-3)
    x, y, z = shear.largest.place
    assert 0.0 < x < LENGTH
    assert (y, z) == pytest.approx((0.0, 0.5 * SIDE), abs=1e-9)
    fastest = peak_speed(problem.velocity())
    assert fastest.value == pytest.approx(2.0963 * speed, rel=5e-3)
    assert fastest.place == pytest.approx((0.0, 0.5 * SIDE, 0.5 * SIDE), abs=1e-9)


def test_of_equal_values_the_lowest_place_is_told() -> None:
    points = np.array([[2.0, 0.0, 0.0], [1.0, 5.0, 0.0], [1.0, 4.0, 9.0], [0.0, 0.0, 0.0]])
    values = np.array([300.0, 300.0 + 1e-10, 300.0 - 1e-10, 299.9])
    peak = peak_of(MPI.COMM_SELF, values, points)
    assert peak.place == (1.0, 4.0, 9.0)
    assert peak.value == 300.0 + 1e-10
    assert peak_of(MPI.COMM_SELF, -values, points).place == (0.0, 0.0, 0.0)


@pytest.mark.mpi
def test_a_peak_is_that_of_all_ranks() -> None:
    """Ranks without any value have their say all the same."""
    world = MPI.COMM_WORLD
    points = np.array([[3.0 - world.rank, 0.0, 0.0]] if world.rank < 2 else np.empty((0, 3)))
    peak = peak_of(world, np.full(len(points), 7.0), points)
    assert peak.place == (3.0 - min(world.size - 1, 1), 0.0, 0.0)
