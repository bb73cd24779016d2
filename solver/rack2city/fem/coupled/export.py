"""Fields as files that ParaView opens."""

from pathlib import Path

import numpy as np
from dolfinx import fem, io, la

from rack2city.fem.coupled.problem import ConjugateProblem


def write_fields(problem: ConjugateProblem, folder: Path) -> None:
    """Write `temperature.pvd` (whole mesh, K) and `flow.pvd` (fluid: velocity in m/s, pressure in Pa), both quadratic.

    The folder is made if absent (collective).
    """
    comm = problem.domain.comm
    if comm.rank == 0:
        folder.mkdir(parents=True, exist_ok=True)
    comm.barrier()
    pressure = _continuous(problem.flow.pressure())
    with io.VTKFile(comm, folder / "temperature.pvd", "w") as file:
        file.write_function([problem.heat.temperature])
    with io.VTKFile(comm, folder / "flow.pvd", "w") as file:
        file.write_function([problem.velocity, pressure])


def _continuous(function: fem.Function) -> fem.Function:
    """Quadratic function with, at each node, the mean of what the cells around it say."""
    msh = function.function_space.mesh
    split = fem.Function(fem.functionspace(msh, ("Discontinuous Lagrange", 2)))
    split.interpolate(function)
    mean = fem.Function(fem.functionspace(msh, ("Lagrange", 2)), name=function.name)
    count = fem.Function(mean.function_space)
    owned = msh.topology.index_map(msh.topology.dim).size_local
    nodes, places = mean.function_space.dofmap.list[:owned], split.function_space.dofmap.list[:owned]
    np.add.at(mean.x.array, nodes, split.x.array[places])
    np.add.at(count.x.array, nodes, 1.0)
    for values in (mean, count):
        values.x.scatter_reverse(la.InsertMode.add)
        values.x.scatter_forward()
    mean.x.array[:] /= count.x.array
    return mean
