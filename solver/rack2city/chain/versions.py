"""The packages that results follow from, and their versions."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "rack2city",
    "fenics-dolfinx",
    "dolfinx-solver-real",
    "petsc4py",
    "mpi4py",
    "gmsh",
    "numpy",
    "scipy",
    "pandas",
    "CoolProp",
    "demandlib",
)


@cache
def package_versions() -> dict[str, str]:
    """Version of Python and of each of `PACKAGES` that is installed, by name."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
