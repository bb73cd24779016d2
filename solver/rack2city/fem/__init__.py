"""Fields on meshes: flow and conjugate heat by finite elements, serial and under MPI. Knows nothing of racks.

DOLFINx comes from one of two places. The PyPI wheel `dolfinx-solver-real` must be imported before `dolfinx` and
`petsc4py`, because it loads the libraries they need; conda-forge's `fenics-dolfinx` has no such module. Importing any
module of this package does that first, so nothing else has to think of it.
"""

from importlib.util import find_spec

if find_spec("dolfinx_solver") is not None:
    import dolfinx_solver  # noqa: F401  (loads the wheel's libraries)

from rack2city.fem.mesh.ufl_memory import forget_dispatched

forget_dispatched()
