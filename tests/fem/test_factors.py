"""Factors in single precision: where they serve, where they give way, where they go to disk; what of a Jacobian lasts."""

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from mpi4py import MPI
from petsc4py import PETSc

from rack2city.errors import ConvergenceError
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.solvers import linear
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.memory import available_memory, factor_memory
from rack2city.fem.solvers.options import SINGLE
from rack2city.fem.solvers.system import NonlinearSystem
from tests.fem.plane_flows import TRIANGLE, rectangle

N = 120


def matrix(condition: float) -> tuple[PETSc.Mat, PETSc.Vec, np.ndarray]:
    """A full matrix of a condition number, a right-hand side, and the solution."""
    rng = np.random.default_rng(1)
    left, right = (np.linalg.qr(rng.standard_normal((N, N)))[0] for _ in range(2))
    values = left @ np.diag(np.geomspace(1.0, 1.0 / condition, N)) @ right
    solution = rng.standard_normal(N)
    sparse = PETSc.Mat().createAIJ((N, N), nnz=N)
    sparse.setValues(range(N), range(N), values)
    sparse.assemble()
    return sparse, PETSc.Vec().createWithArray(values @ solution), solution


def test_a_factor_in_single_precision_is_corrected() -> None:
    said: list[str] = []
    sparse, rhs, solution = matrix(1e3)
    solver, found = LinearSolver(sparse, "one_", SINGLE, log=said.append), sparse.createVecRight()
    solver.solve(rhs, found)
    assert found.array == pytest.approx(solution, rel=1e-7, abs=1e-8)
    assert solver.options["pc_precision"] == "single"
    assert 2 <= solver.iterations <= 5
    solver.solve(rhs, found)  # the factor needs more than one iteration, and is kept all the same
    assert solver.factorisations == 1
    assert not said


def test_where_the_residual_does_not_come_down_it_gives_way_for_good() -> None:
    said: list[str] = []
    sparse, rhs, _ = matrix(1e13)
    solver, found = LinearSolver(sparse, "two_", SINGLE, log=said.append), sparse.createVecRight()
    for _ in range(2):
        solver.solve(rhs, found)
        assert np.linalg.norm(sparse * found - rhs) <= 1e-11 * rhs.norm()
    assert solver.options["pc_precision"] == "double"
    (line,) = said
    assert line.startswith("linear solver 'two_': a factor in single precision leaves the residual after 40 iterations")


def test_what_no_factor_solves_is_an_error() -> None:
    sparse, rhs, _ = matrix(1e3)
    sparse.scale(0.0)
    with pytest.raises(ConvergenceError, match="the linear solver 'three_' stopped"):
        LinearSolver(sparse, "three_", SINGLE).solve(rhs, sparse.createVecRight())


def test_short_of_memory_a_factor_goes_to_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "available_memory", lambda comm: 0.1)
    said: list[str] = []
    sparse, rhs, solution = matrix(1e3)
    solver, found = LinearSolver(sparse, "four_", SINGLE, log=said.append), sparse.createVecRight()
    solver.solve(rhs, found)
    assert found.array == pytest.approx(solution, rel=1e-7, abs=1e-8)
    assert solver.options["mat_mumps_icntl_22"] == 1
    assert "'four_': the factor is kept on disk" in said[0]
    said.clear()
    assert "mat_mumps_icntl_22" not in LinearSolver(sparse, "five_", {"pc_type": "jacobi"}, log=said.append).options
    assert (
        LinearSolver(sparse, "six_", {**SINGLE, "mat_mumps_icntl_22": 0}, log=said.append).options[linear.OUT_OF_CORE]
        == 0
    )
    assert not said


def test_out_of_memory_means_disk_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        linear, "OUT_OF_MEMORY", (0,)
    )  # MUMPS' code of a success: every failure counts as one of memory
    said: list[str] = []
    sparse, rhs, _ = matrix(1e13)
    solver = LinearSolver(sparse, "seven_", SINGLE, log=said.append)
    solver.solve(rhs, sparse.createVecRight())
    assert [solver.options[key] for key in (linear.OUT_OF_CORE, "pc_precision")] == [1, "double"]
    assert ["there is not enough memory" in said[0], "from now on in double precision" in said[1]] == [True, True]


def test_memory_is_told_by_what_was_measured() -> None:
    assert factor_memory(130_371, single=True) == pytest.approx(1.5 * 785.0, rel=0.05)
    assert factor_memory(378_329, single=True) == pytest.approx(1.5 * 3098.0, rel=0.05)
    assert factor_memory(130_371, single=False) == pytest.approx(1.5 * 1463.0, rel=0.05)
    assert 1.0 < available_memory(MPI.COMM_SELF) < 1e8


def test_the_jacobian_follows_a_viscosity_that_changes() -> None:
    """Its lasting part is kept for as long as nothing in it changes, no longer; whole it is the derivative of the residual."""
    fluid = rectangle((0.0, 0.0), (2.0, 1.0), (4, 3), TRIANGLE)
    viscosity = fem.Function(fem.functionspace(fluid.mesh, ("Lagrange", 1)))
    problem = FlowProblem(fluid, 1.0, viscosity, 0.05, boundaries=[FlowInlet("left"), FlowOutlet("right")])
    system = problem.system()
    assert isinstance(system, NonlinearSystem)
    problem.set_scale(1.0)
    problem.set_conditions(1.0, 0.0)
    values = np.random.default_rng(2).uniform(-1.0, 1.0, problem.unknown.x.array.size)
    whole = fem.form(ufl.derivative(problem.form, problem.unknown, ufl.TrialFunction(problem.space)))
    for factor in (1.0, 1.0, 1.0, 2.0, 2.0, 1.0):
        viscosity.x.array[:] = 0.05 * factor
        problem.unknown.x.array[:] = factor * values
        system.linearise()
        wanted = petsc.assemble_matrix(whole, bcs=problem.conditions.bcs)
        wanted.assemble()
        size = wanted.norm()
        wanted.axpy(-1.0, system._matrix)
        assert wanted.norm() <= 1e-13 * size


def test_a_solution_written_to_from_outside_is_no_guess() -> None:
    """PETSc takes a vector for the zero that it once was, if it is not told that its array was written to."""
    sparse, rhs, solution = matrix(1e3)
    solver, found = LinearSolver(sparse, "eight_", SINGLE), sparse.createVecRight()
    values = found.array  # as a function of DOLFINx holds its own
    nothing = rhs.duplicate()
    nothing.set(0.0)
    solver.solve(nothing, found)
    assert found.norm(PETSc.NormType.NORM_INFINITY) == 0.0
    values[:] = 7.0
    solver.solve(rhs, found)
    assert found.array == pytest.approx(solution, rel=1e-7, abs=1e-8)
