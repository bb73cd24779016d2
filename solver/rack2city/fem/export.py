"""Fields as files that ParaView opens."""

from pathlib import Path

from dolfinx import fem, io

from rack2city.fem.coupled import ConjugateProblem


def write_fields(problem: ConjugateProblem, folder: Path) -> None:
    """Write `temperature.pvd` (whole mesh, K) and `flow.pvd` (fluid: velocity in m/s, pressure in Pa), both quadratic.

    Args:
        problem: a solved problem.
        folder: where to write; made if absent (collective).
    """
    comm = problem.domain.comm
    if comm.rank == 0:
        folder.mkdir(parents=True, exist_ok=True)
    comm.barrier()
    pressure = fem.Function(fem.functionspace(problem.fluid.mesh, ("Lagrange", 2)), name="pressure")
    pressure.interpolate(problem.flow.pressure())
    velocity = fem.Function(fem.functionspace(problem.fluid.mesh, ("Lagrange", 2, (3,))), name="velocity")
    velocity.interpolate(problem.velocity)
    with io.VTKFile(comm, folder / "temperature.pvd", "w") as file:
        file.write_function([problem.heat.temperature])
    with io.VTKFile(comm, folder / "flow.pvd", "w") as file:
        file.write_function([velocity, pressure])
