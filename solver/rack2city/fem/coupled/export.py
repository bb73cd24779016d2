"""Fields as files that ParaView opens."""

from pathlib import Path

import numpy as np
from dolfinx import fem, io, la
from mpi4py import MPI

from rack2city.errors import Rack2CityError
from rack2city.fem.coupled.problem import ConjugateProblem


def write_fields(problem: ConjugateProblem, folder: Path) -> None:
    """Write the temperature, velocity and pressure of a problem as `write_functions` does (collective).

    Raises:
        Rack2CityError: the disk does not take them.
    """
    write_functions(folder, problem.heat.temperature, problem.velocity, problem.flow.pressure())


def write_functions(folder: Path, temperature: fem.Function, velocity: fem.Function, pressure: fem.Function) -> None:
    """Write `temperature.pvd` (whole mesh, K) and `flow.pvd` (fluid: velocity in m/s, pressure in Pa), both quadratic.

    The folder is made if absent (collective).

    Raises:
        Rack2CityError: the disk does not take them.
    """
    comm = temperature.function_space.mesh.comm
    if comm.rank == 0:
        folder.mkdir(parents=True, exist_ok=True)
    comm.barrier()
    _write(comm, folder / "temperature.pvd", [temperature])
    _write(comm, folder / "flow.pvd", [velocity, _continuous(pressure)])


def _write(comm: MPI.Comm, collection: Path, functions: list[fem.Function]) -> None:
    """Write functions as a ParaView collection (collective); a full disk is told to all ranks alike."""
    piece = collection.with_name(f"{collection.stem}_p{comm.rank}_000000.vtu")
    try:
        with io.VTKFile(comm, collection, "w") as file:
            file.write_function(functions)
        whole = piece.read_bytes().rstrip().endswith(b"</VTKFile>")
    except (OSError, RuntimeError):  # of the writer, which knows no reason
        whole = False
    if not comm.allreduce(whole, MPI.LAND):
        raise Rack2CityError(f"{collection}: the fields could not be written whole: is the disk full?")


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
