"""The packages that results follow from, and their versions."""

import json
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

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
DESCRIBE = ("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")  # no tags: the commit alone


@cache
def commit() -> str:
    """The commit of the code that runs, with `-dirty` where it was changed since; empty if nobody knows.

    From the repository that tracks this file, or what pip has noted of the one it installed from.
    """
    here = Path(__file__)
    git = ("git", "-C", str(here.parent))
    try:
        for command in (("ls-files", "--error-unmatch", here.name), DESCRIBE):
            done = subprocess.run((*git, *command), capture_output=True, text=True, timeout=30, check=True)
        return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        pass
    try:
        noted = json.loads(distribution("rack2city").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    return str(noted.get("vcs_info", {}).get("commit_id", ""))


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
