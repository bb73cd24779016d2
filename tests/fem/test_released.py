"""Problems that are dropped give everything back: MPI has only so many communicators, and a study makes many problems."""

import gc
from collections.abc import Callable

import pytest
from mpi4py import MPI

from rack2city.fem.heat.conditions import Contact, Convection, Material, Source
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.ufl_memory import forget_dispatched
from tests.fem.heat_cases import at, between, box
from tests.fem.test_flow_blocks import solved

MOST = 20_000  # communicators counted


def heat() -> None:
    """Two bodies with a contact between them, a conductivity that varies: Newton's method with derivatives of forms."""
    volumes = {"warm": between(0, 0.0, 0.5), "cold": between(0, 0.5, 1.0)}
    domain = box("quadrilateral", (1.0, 1.0), (4, 4), {"cooled": at(0, 1.0), "joint": at(0, 0.5)}, volumes)
    materials = {"warm": Material(lambda t: 1.0 + 1e-3 * t), "cold": Material(2.0)}
    conditions = [Convection("cooled", 5.0, 300.0), Source("warm", 100.0)]
    HeatProblem(domain, materials, conditions, contacts=[Contact("joint", 0.01)]).solve()


def flow(method: str) -> Callable[[], None]:
    """Half a channel."""

    def solve() -> None:
        solved(MPI.COMM_SELF, method)

    return solve


def communicators_left() -> int:
    """How many communicators MPI can still give: those that it gives are returned at once."""
    gc.collect()
    taken: list[MPI.Intracomm] = []
    try:
        while len(taken) < MOST:
            taken.append(MPI.COMM_SELF.Dup())
    except MPI.Exception:
        pass
    left = len(taken)
    for comm in taken:
        comm.Free()
    return left


@pytest.mark.parametrize("make", [heat, flow("direct"), flow("blocks")], ids=["heat", "direct", "blocks"])
def test_a_dropped_problem_returns_its_communicators(make: Callable[[], None]) -> None:
    make()  # what is kept once, by libraries, is no leak
    before = communicators_left()
    if before == MOST:
        pytest.skip("this MPI gives so many communicators that none can be missed")
    make()
    assert communicators_left() == before


def test_pythons_cache_is_off_already() -> None:
    assert forget_dispatched() == 0
