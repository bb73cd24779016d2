"""How finite-element forms are compiled: flags, and a cache that never mixes processors or versions."""

import fcntl
import hashlib
import platform
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

import dolfinx
import ufl
from dolfinx import fem, mesh
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.errors import InputError
from rack2city.fem.mesh.ufl_memory import forget_dispatched
from rack2city.places import forms_folder

forget_dispatched()

MOST_WAITING_S = 1800.0  # for another process that compiles the same form
FLAGS = (
    "-O3",
    "-march=native",
    # Sums may be reordered, which makes them vectors: assembly takes 0.4 of the time. `-ffast-math` itself would also assume
    # that nothing is infinite or not a number, and divergence could no longer be told.
    "-fassociative-math",
    "-fno-signed-zeros",
    "-fno-trapping-math",
    "-fno-math-errno",
    "-freciprocal-math",
)


def _processor() -> str:
    """What `-march=native` depends on: model and feature flags of this processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))


def cache_directory() -> Path:
    """Folder of compiled forms, one for each processor, DOLFINx version and set of flags.

    A home folder shared by unlike cluster nodes must not hand one node's machine code to another.
    """
    key = hashlib.sha256("\n".join((_processor(), dolfinx.__version__, *FLAGS)).encode()).hexdigest()[:12]
    return forms_folder() / key


@cache
def jit_options() -> dict[str, object]:
    """Options for `dolfinx.fem.form`: optimised for this processor, cached for this processor."""
    return {"cffi_extra_compile_args": list(FLAGS), "cache_dir": str(cache_directory())}


def compiled(form: ufl.Form, entity_maps: list[mesh.EntityMap] | None = None) -> fem.Form:
    """A form, compiled (collective); `entity_maps` relate the meshes of its functions.

    If compiled forms cannot be kept, or another process compiles this one for too long, that is an `InputError`.
    """
    comm = form.ufl_domains()[0].ufl_cargo().comm
    begin = time.monotonic()
    while True:
        try:
            with lasting_compilation(comm.rank):
                return fem.form(form, entity_maps=entity_maps, jit_options=jit_options())
        except (OSError, RuntimeError) as error:  # of a lock or the folder, which ranks tell as a RuntimeError
            said = comm.bcast(str(error))
            lock = re.search(r"timed out.*\(e\.g\. remove (.*\.c)\)", said)
            if lock is None and "[Errno" not in said:
                raise
        if lock is None:
            raise InputError(
                f"compiled forms cannot be kept: {said.split('[Errno', 1)[1].split(']', 1)[1].strip()}; set "
                "RACK2CITY_JIT_CACHE to a folder that can be written"
            )
        removed = comm.bcast(comm.rank == 0 and remove_if_left(Path(lock[1])))
        if not removed and time.monotonic() - begin > MOST_WAITING_S:
            raise InputError(f"another process has been compiling a form for too long; if it is dead, remove {lock[1]}")


@contextmanager
def lasting_compilation(rank: int) -> Iterator[None]:
    """While this process may compile; when it ends, however it does, the system takes the mark away."""
    with ExitStack() as stack:
        if rank == 0:  # the others wait for it
            folder = cache_directory()
            folder.mkdir(parents=True, exist_ok=True)
            with suppress(PermissionError):  # a folder that is only read holds all that is needed, or FFCx says so
                mark = stack.enter_context(open(folder / "compiling", "a"))
                with suppress(OSError):  # a file system without locks
                    fcntl.flock(mark, fcntl.LOCK_SH)
        yield


def remove_if_left(lock: Path) -> bool:
    """Remove the source file of a form, which is FFCx's lock, if the process that was to compile it is dead."""
    try:
        with open(lock.parent / "compiling", "a") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock.unlink(missing_ok=True)
    except OSError:  # somebody compiles, perhaps another form
        return False
    print(f"a compilation that was broken off had left {lock}: removed, compiling anew", file=sys.stderr, flush=True)
    return True


def assembled(form: fem.Form, into: PETSc.Vec | None = None) -> PETSc.Vec:
    """Vector of a compiled linear form, complete at the unknowns that this rank owns; `into` is written over (collective)."""
    if into is None:
        vector = petsc.assemble_vector(form)
    else:
        vector = into
        with vector.localForm() as local:
            local.set(0.0)
        petsc.assemble_vector(vector, form)
    vector.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
    return vector
