"""The flow alone: exact flow rate, mass balance, a viscosity that varies, and a solver that says when it fails."""

from pathlib import Path

import numpy as np
import pytest
import ufl
from mpi4py import MPI

from rack2city.errors import ConvergenceError
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.domain import fluid_domain, read_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface
from rackmesh.channel import Cells, HalfChannel, write_half_channel

SHORT = HalfChannel(pitch=2e-3, width=1e-3, fin_height=2e-3, base_thickness=1e-3, length=20e-3, tim_thickness=0.1e-3)
CELLS = Cells(channel=2, fin=1, height=6, base=1, tim=1, length=8)
RHO, MU = 1000.0, 1e-3


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "short.msh"
    write_half_channel(SHORT, CELLS, path)
    return path


def test_flow_rate_and_mass_are_exact(mesh: Path) -> None:
    fluid = fluid_domain(read_domain(mesh, MPI.COMM_SELF))
    problem = FlowProblem(fluid, RHO, MU, MU)
    problem.solve(1e-7)
    velocity = problem.velocity()
    assert -flow_through(fluid, velocity, "inlet") == pytest.approx(1e-7, rel=1e-12)
    assert flow_through(fluid, velocity, "outlet") == pytest.approx(1e-7, rel=1e-10)


def test_pressure_drop_is_linear_in_developed_flow(mesh: Path) -> None:
    """Developed flow has no inertia: ten times the flow drops ten times the pressure, at any Reynolds number."""
    fluid = fluid_domain(read_domain(mesh, MPI.COMM_SELF))
    problem = FlowProblem(fluid, RHO, MU, MU)
    drops = []
    for flow in (1e-8, 1e-7, 4e-7):
        problem.solve(flow)
        drops.append(mean_over_surface(fluid, problem.pressure(), "inlet") / flow)
    assert np.ptp(drops) / drops[0] < 2e-3


def test_linear_viscosity_along_the_channel_has_the_exact_pressure(mesh: Path) -> None:
    """With mu = mu0 (1 + x/L) the developed profile u(y, z) and p = P(x) + mu' u, P' = -G mu(x)/mu0, are exact.

    The transposed part of the viscous stress makes the term mu' u; leaving it out, or the outlet's traction, breaks this.
    """
    fluid = fluid_domain(read_domain(mesh, MPI.COMM_SELF))
    constant = FlowProblem(fluid, RHO, MU, MU)
    constant.solve(1e-7)
    gradient = mean_over_surface(fluid, constant.pressure(), "inlet") / SHORT.length
    x = ufl.SpatialCoordinate(fluid.mesh)[0]
    varying = FlowProblem(fluid, RHO, MU * (1.0 + x / SHORT.length), MU)
    varying.solve(1e-7)
    inlet = fluid.ds(fluid.surfaces["inlet"])
    slope = MU / SHORT.length
    jet = fluid.integral(varying.velocity()[0] * inlet) / varying.conditions.areas["inlet"]  # mean of u over the inlet
    expected = 1.5 * gradient * SHORT.length + slope * jet
    assert mean_over_surface(fluid, varying.pressure(), "inlet") == pytest.approx(expected, rel=3e-3)


def test_no_convergence_is_said(mesh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rack2city.fem.solvers.system.MAX_JACOBIANS", 0)
    fluid = fluid_domain(read_domain(mesh, MPI.COMM_SELF))
    with pytest.raises(
        ConvergenceError,
        match=r"^at a Reynolds number of \d+ flow: no convergence after 0 Newton steps \(relative residual 1\.0e\+00\)$",
    ):
        FlowProblem(fluid, RHO, MU, MU).solve(1e-7)


def test_options_of_the_user_win_and_leave_no_trace(mesh: Path) -> None:
    from petsc4py import PETSc

    fluid = fluid_domain(read_domain(mesh, MPI.COMM_SELF))
    problem = FlowProblem(fluid, RHO, MU, MU, options={"flow_": {"ksp_max_it": 7}})
    problem.solve(1e-7)
    assert problem.options["ksp_max_it"] == 7
    assert problem.options["pc_type"] == "lu"
    assert not [key for key in PETSc.Options().getAll() if key.startswith("flow_")]
