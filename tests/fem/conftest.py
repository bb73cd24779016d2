"""The reference cell on the mesh levels, solved once."""

import gc
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from mpi4py import MPI

from rackmesh.channel import LEVELS, write_half_channel
from tests.fem.cells import LONG_CELL, Solved, constant_problem


@pytest.fixture(scope="session")
def solve_cell(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Solved]:
    """Solve the reference cell on a level, with constant properties, once per session."""
    solved: dict[str, Solved] = {}

    def solve(level: str) -> Solved:
        if level not in solved:
            path = Path(tmp_path_factory.mktemp("cell")) / "cell.msh"
            write_half_channel(LONG_CELL, LEVELS[level], path)
            problem = constant_problem(path, MPI.COMM_SELF)
            problem.solve(8e-8, {"heated": 1e5})
            solved[level] = Solved(problem, LONG_CELL, 8e-8, 1e5)
        return solved[level]

    return solve


@pytest.fixture(autouse=True)
def released() -> Generator[None]:
    """Frees meshes and solvers that hang together in cycles: each holds communicators, of which MPI has only so many."""
    yield
    if MPI.COMM_WORLD.size == 1:  # on several ranks what is freed must be freed by all in one order, which this is not
        gc.collect()
