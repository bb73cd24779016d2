"""Options of the solvers: what PETSc does not read is refused, what it lacks is told, what is in use is stored and shown."""

import os
import subprocess
import sys
from typing import Any

import pytest
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem import (
    FlowInlet,
    FlowOutlet,
    FlowProblem,
    HeatInlet,
    HeatOutlet,
    HeatProblem,
    Material,
    Slip,
    Source,
    Stream,
)
from rack2city.fem.solvers.options import Given
from tests.fem.heat_cases import at, box
from tests.fem.test_flow_blocks import MU, RHO, half_channel

SIZE, CELLS = (4.0, 1.0, 1.0), (3, 2, 2)


def flow(options: dict[str, Any], method: str = "direct") -> FlowProblem:
    fluid = half_channel(MPI.COMM_SELF, cells=CELLS)
    boundaries = [FlowInlet("inlet", "uniform"), FlowOutlet("outlet"), Slip("symmetry")]
    wanted = {"flow_": {"method": method, **options}}
    problem = FlowProblem(fluid, RHO, MU, MU, wanted, boundaries=boundaries, pressure="continuous")
    problem.solve(1e-9)
    return problem


def heat(options: dict[str, Any]) -> HeatProblem:
    domain = box("hexahedron", SIZE, CELLS, {"inlet": at(0, 0.0), "outlet": at(0, 4.0)})
    problem = HeatProblem(
        domain,
        {"fluid": Material(1.0, 1.0)},
        [HeatInlet("inlet", 300.0), HeatOutlet("outlet"), Source("fluid", 1.0)],
        [Stream(("fluid",), fem.Constant(domain.mesh, (1.0, 0.0, 0.0)))],
        options={"heat_": options},
    )
    problem.solve()
    return problem


@pytest.mark.parametrize(
    ("method", "option", "sentence"),
    [
        (
            "direct",
            "ksp_grmres_restart",
            r"flow_ksp_grmres_restart: PETSc knows no .*; did you mean ksp_gmres_restart\?$",
        ),
        ("direct", "mat_mumps_icntl14", r"flow_mat_mumps_icntl14: .*; did you mean mat_mumps_icntl_14\?$"),
        ("direct", "zebra", r"flow_zebra: PETSc knows no such option .*; nothing like it is known; remove it$"),
        ("blocks", "component_mg_levels_sub_pc_typ", r"did you mean component_mg_levels_sub_pc_type\?$"),
        ("blocks", "velocity_ksp_rtoll", r"did you mean velocity_ksp_rtol\?$"),
        ("blocks", "componentt_pc_type", r"flow_componentt_pc_type: .*; did you mean component_pc_type\?$"),
    ],
)
def test_a_misspelt_option_is_refused_with_the_nearest(method: str, option: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        flow({option: 30}, method)


def test_a_misspelt_option_of_an_inner_solver_of_heat_is_refused() -> None:
    with pytest.raises(InputError, match=r"heat_mg_levels_sub_pc_typ: .*; did you mean mg_levels_sub_pc_type\?$"):
        heat({"method": "multigrid", "mg_levels_sub_pc_typ": "ilu"})


@pytest.mark.parametrize(
    ("method", "option", "value", "sentence"),
    [
        (
            "direct",
            "ksp_type",
            "gmress",
            r"options of 'flow_': this PETSc has no ksp_type 'gmress'; did you mean gmres\?$",
        ),
        ("direct", "pc_type", "amgx", r"this PETSc has no pc_type 'amgx'; did you mean gamg\?$"),
        (
            "direct",
            "pc_factor_mat_solver_type",
            "pardiso",
            r"no pc_factor_mat_solver_type 'pardiso'; it has: petsc, .*mumps",
        ),
        ("direct", "ksp_rtol", "small", r"options of 'flow_': Input string small has no numeric value$"),
        ("direct", "ksp_norm_type", "big", r"Unknown option \"big\" for -flow_ksp_norm_type. Available options: none"),
        ("blocks", "velocity_ksp_type", "gmress", r"options of 'flow_velocity_': .* 'gmress'; did you mean gmres\?$"),
    ],
)
def test_what_petsc_lacks_is_one_sentence(method: str, option: str, value: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as told:
        flow({option: value}, method)
    assert "\n" not in str(told.value)
    assert not [key for key in PETSc.Options().getAll() if key.startswith("flow_")]


def test_another_failure_of_petsc_is_one_sentence_too() -> None:
    def fail() -> None:
        matrix = PETSc.Mat().createAIJ((2, 2))
        with Given("flow_", {}).reading():
            matrix.mult(matrix.createVecRight(), matrix.createVecLeft())

    with pytest.raises(ConvergenceError, match=r"^the linear solver 'flow_' failed: [^\n]* \(PETSc error \d+\)$"):
        fail()


def test_options_in_use_are_those_that_are_read() -> None:
    told = flow({"ksp_type": "fgmres", "ksp_gmres_restart": 25, "pc_factor_mat_solver_type": "petsc"}).options
    assert told["ksp_type"] == "fgmres"
    assert told["ksp_gmres_restart"] == 25
    assert "mat_mumps_icntl_14" not in told
    assert heat({}).options["mat_mumps_icntl_14"] == 60
    assert flow({}, "blocks").options["component_mg_levels_sub_pc_type"] == "ilu"


@pytest.mark.parametrize(("method", "inside"), [("direct", "type: lu"), ("blocks", "(flow_component_mg_levels_1_)")])
def test_the_view_shows_what_is_inside(method: str, inside: str, capfd: pytest.CaptureFixture[str]) -> None:
    flow({"ksp_view": True}, method)
    shown = capfd.readouterr().out
    assert "KSP Object: (flow_) 1 MPI process" in shown
    assert inside in shown


@pytest.mark.parametrize("option", ["-ksp_view", "-heat_ksp_view"])
def test_the_view_is_also_asked_for_in_petscs_own_way(option: str) -> None:
    code = "import rack2city.fem; from tests.fem.test_options import heat; heat({})"
    environment = {**os.environ, "PETSC_OPTIONS": option}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "KSP Object: (heat_) 1 MPI process" in done.stdout
