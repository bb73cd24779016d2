"""The public face of the finite elements: its names, what it loads, and that it opens whatever was imported before."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from rack2city import fem


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)


def test_every_name_is_there_and_documented() -> None:
    for name in fem.__all__:
        assert inspect.getdoc(getattr(fem, name)), name
        assert f"`{name}`" in str(fem.__doc__), name
    assert set(fem.__all__) <= set(dir(fem))
    with pytest.raises(AttributeError, match="no attribute 'Inlet'"):
        fem.__getattr__("Inlet")


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(fem.__file__).read_text(encoding="utf-8"))
    (block,) = (n for n in tree.body if isinstance(n, ast.If) and isinstance(n.test, ast.Name))
    seen = {a.name: n.module for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert seen == fem._HOME


@pytest.mark.parametrize(
    "first", ["petsc4py", "mpi4py", "ufl", "basix", "from mpi4py import MPI; import dolfinx", "gmsh"]
)
def test_it_opens_whatever_was_imported_first(first: str) -> None:
    statement = first if " " in first else f"import {first}"
    done = run(f"{statement}\nfrom rack2city.fem import FlowProblem, ConjugateProblem\nprint(FlowProblem.__name__)")
    assert (done.returncode, done.stdout) == (0, "FlowProblem\n"), done.stderr


@pytest.mark.parametrize("first", ["dolfinx", "petsc4py.PETSc"])
def test_where_the_wheel_alone_decides_it_is_its_own_library_that_lacks(first: str) -> None:
    """Nothing of ours has run by then; see the docs. conda-forge's DOLFINx, or a newer wheel, opens all the same."""
    done = run(f"import {first}\nfrom rack2city.fem import FlowProblem")
    assert done.returncode == 0 or "libmpi" in done.stderr.splitlines()[-1]


def test_the_door_alone_loads_no_dolfinx() -> None:
    done = run(
        "import sys, rack2city.fem\nprint([m for m in ('dolfinx', 'ufl', 'petsc4py', 'gmsh') if m in sys.modules])"
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
