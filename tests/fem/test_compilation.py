"""The cache of compiled forms: what a killed compilation leaves, and a folder that cannot be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FORM = """
import rack2city.fem
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI
from rack2city.errors import InputError
from rack2city.fem.mesh.compilation import compiled
square = mesh.create_unit_square(MPI.COMM_WORLD, 2, 2)
form = fem.Constant(square, 1.0) * ufl.dx
try:
    print(MPI.COMM_WORLD.allreduce(fem.assemble_scalar(compiled(form))))
except InputError as error:
    print(f"refused: {error}")
"""


def area(cache: Path, *before: str) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-c", FORM]
    environment = {**os.environ, "RACK2CITY_JIT_CACHE": str(cache)}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
    )


def test_what_a_killed_compilation_left_is_removed_and_told(tmp_path: Path) -> None:
    assert area(tmp_path).stdout == "1.0\n"
    (source,) = tmp_path.glob("*/*.c")
    source.with_suffix(".c.cached").unlink()
    done = area(tmp_path)
    assert (done.returncode, done.stdout) == (0, "1.0\n"), done.stderr
    assert done.stderr == f"a compilation that was broken off had left {source}: removed, compiling anew\n"
    assert source.with_suffix(".c.cached").is_file()


def test_a_compilation_that_goes_on_is_waited_for(tmp_path: Path) -> None:
    assert area(tmp_path).stdout == "1.0\n"
    (source,) = tmp_path.glob("*/*.c")
    ready = source.with_suffix(".c.cached")
    ready.unlink()
    busy = f"""
import fcntl, pathlib, time
mark = open({str(source.parent / "compiling")!r}, "a")
fcntl.flock(mark, fcntl.LOCK_SH)
print("busy", flush=True)
time.sleep(14)  # longer than FFCx waits
pathlib.Path({str(ready)!r}).write_text("")
"""
    with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        done = area(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1.0\n", "")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = area(tmp_path / "file" / "forms")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("refused: compiled forms cannot be kept: Not a directory: ")
    assert done.stdout.endswith("set RACK2CITY_JIT_CACHE to a folder that can be written\n")


@pytest.mark.slow
def test_ranks_remove_it_together(tmp_path: Path) -> None:
    mpirun = str(Path(sys.executable).parent / "mpirun")
    if not Path(mpirun).is_file():
        pytest.skip("no mpirun beside Python")
    assert area(tmp_path).stdout == "1.0\n"
    (source,) = tmp_path.glob("*/*.c")
    source.with_suffix(".c.cached").unlink()
    done = area(tmp_path, mpirun, "-n", "2")
    assert done.stdout.count("1.0") == 2, done.stderr  # in whatever order the lines come
    assert done.stderr.count("removed, compiling anew") == 1
