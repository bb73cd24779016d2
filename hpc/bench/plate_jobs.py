"""One measurement of ours in a process of its own: `python plate_jobs.py '{"job": "case", ...}'` prints one JSON line.

Under `mpirun` the first rank prints. What the process as a whole used, imports and all, its parent measures.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cold_plates
import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from mpi4py import MPI
from plate_cases import DENSITY, FLUX, SPEED, VISCOSITY, errors, open_area, write_case

from rack2city.fem.flow.forms import PLAIN, Stabilisation
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.mesh.domain import Domain, fluid_domain, read_domain
from rack2city.fem.solvers.system import impose

World = MPI.Intracomm


def mesh_file(world: World, folder: str, job: dict[str, Any]) -> Path:
    """The job's mesh, written by the first rank."""
    path = Path(world.bcast(folder)) / "case.msh"
    if world.rank == 0:
        write_case(job["case"], job["mesh"], path, job.get("refinement", 1.0), job.get("channels"))
    world.barrier()
    return path


def stabilisation(job: dict[str, Any]) -> Stabilisation:
    """Terms of the flow; jets into plenums need the divergence held down."""
    return Stabilisation(grad_div=job.get("grad_div", 0.04))


def case(job: dict[str, Any], world: World, path: Path) -> dict[str, Any]:
    """Solve flow and heat."""
    speed = job.get("speed", SPEED)
    result, _, _ = cold_plates.solve_case(
        job["case"], path, world, speed, stabilisation(job), job.get("options"), channels=job.get("channels")
    )
    known = errors(job["case"], result.__dict__) if speed == SPEED and "channels" not in job else {}
    return result.__dict__ | {"errors": known}


def loads(job: dict[str, Any], world: World, path: Path) -> dict[str, Any]:
    """CPU seconds of a further heat load on the same flow, the mean of ten."""
    _, _, heat = cold_plates.solve_case(
        job["case"], path, world, stabilisation=stabilisation(job), options=job.get("options")
    )
    assert heat is not None
    fluxes = np.linspace(0.1, 1.0, 10) * FLUX
    started = time.process_time()
    solved = [report.balance.relative for report in heat.solve_loads({"heated": float(flux)} for flux in fluxes)]
    return {"cpu_s": (time.process_time() - started) / len(solved), "worst_balance": max(solved)}


def flow(job: dict[str, Any], world: World, path: Path) -> dict[str, Any]:
    """Solve the flow alone; wall and CPU seconds of building and solving it, without the mesh."""
    fluid = fluid_domain(read_domain(path, world))
    world.barrier()
    wall, cpu = time.perf_counter(), time.process_time()
    problem = cold_plates.flow_problem(fluid, stabilisation(job), job.get("options"))
    built = time.process_time()
    report = problem.solve(job.get("speed", SPEED) * open_area(job["case"], job.get("channels"))[0])
    world.barrier()
    times = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "build_s": built - cpu}
    unknowns = problem.space.dofmap.index_map.size_global * problem.space.dofmap.index_map_bs
    counts = {"newton": report.iterations, "linear": report.linear_iterations, "residual": report.residual}
    return times | {"unknowns": unknowns} | counts


def overhead(job: dict[str, Any], world: World, path: Path) -> dict[str, Any]:
    """Seconds to assemble Jacobian and residual: ours, and the same equations written by hand in plain DOLFINx."""
    fluid = fluid_domain(read_domain(path, world))
    problem = cold_plates.flow_problem(fluid, PLAIN)
    flow_rate = SPEED * open_area(job["case"], job.get("channels"))[0]
    problem.set_scale(flow_rate)
    problem.set_conditions(flow_rate, 0.0)
    system = problem.system()
    impose(problem.unknown, system.bcs)
    by_hand = raw_assembly(fluid, problem)

    def ours() -> None:
        system.residual()
        system.linearise()

    ours_s, raw_s = [], []
    for _ in range(job.get("repeats", 5)):  # in turn, so that both meet the same weather
        ours_s.append(_seconds(ours))
        raw_s.append(_seconds(by_hand))
    return {"ours_s": float(np.median(ours_s)), "raw_s": float(np.median(raw_s))}


def raw_assembly(fluid: Domain, problem: FlowProblem) -> Callable[[], None]:
    """What a user of DOLFINx would write: residual and Jacobian of the plain Taylor-Hood form in SI units."""
    space = problem.space
    w = fem.Function(space)
    u, p = ufl.split(w)
    v, q = ufl.TestFunctions(space)
    n, dx = ufl.FacetNormal(fluid.mesh), ufl.dx(domain=fluid.mesh, metadata={"quadrature_degree": 5})
    form = (
        DENSITY * ufl.inner(ufl.grad(u) * u, v) * dx
        + 2.0 * VISCOSITY * ufl.inner(ufl.sym(ufl.grad(u)), ufl.grad(v)) * dx
        - p * ufl.div(v) * dx
        - q * ufl.div(u) * dx
        - VISCOSITY * ufl.inner(ufl.grad(u).T * n, v) * fluid.ds(fluid.surfaces["outlet"])
    )
    residual = fem.form(form, jit_options=jit_options())
    jacobian = fem.form(ufl.derivative(form, w), jit_options=jit_options())
    b, matrix, bcs = petsc.create_vector(space), petsc.create_matrix(jacobian), problem.conditions.bcs
    w.x.array[:] = problem.unknown.x.array * problem.speed

    def assemble() -> None:
        with b.localForm() as local:
            local.set(0.0)
        petsc.assemble_vector(b, residual)
        b.ghostUpdate(addv=1, mode=1)
        petsc.set_bc(b, bcs, x0=w.x.petsc_vec, alpha=-1.0)
        matrix.zeroEntries()
        petsc.assemble_matrix(matrix, jacobian, bcs=bcs)
        matrix.assemble()

    return assemble


def _seconds(work: Callable[[], None]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


JOBS = {"case": case, "loads": loads, "flow": flow, "overhead": overhead}


def main(text: str) -> None:
    """Do a job."""
    job, world = json.loads(text), MPI.COMM_WORLD
    with tempfile.TemporaryDirectory() as folder:
        result = JOBS[job["job"]](job, world, mesh_file(world, folder, job))
        peak = world.allreduce(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)  # kB on Linux
        if world.rank == 0:
            print(json.dumps(result | {"peak_mb": peak}))
        world.barrier()


if __name__ == "__main__":
    main(sys.argv[1])
