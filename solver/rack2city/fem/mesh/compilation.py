"""How finite-element forms are compiled: flags, and a cache that never mixes processors or versions."""

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

import dolfinx
import ufl
from dolfinx import fem, mesh
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.mesh.ufl_memory import forget_dispatched

forget_dispatched()

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

    A home folder shared by unlike cluster nodes must not hand one node's machine code to another. The parent folder is
    `$RACK2CITY_JIT_CACHE`, or `$XDG_CACHE_HOME/rack2city/forms`, or `~/.cache/rack2city/forms`.
    """
    root = os.environ.get("RACK2CITY_JIT_CACHE")
    parent = (
        Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "rack2city" / "forms"
    )
    key = hashlib.sha256("\n".join((_processor(), dolfinx.__version__, *FLAGS)).encode()).hexdigest()[:12]
    return parent / key


@cache
def jit_options() -> dict[str, object]:
    """Options for `dolfinx.fem.form`: optimised for this processor, cached for this processor."""
    return {"cffi_extra_compile_args": list(FLAGS), "cache_dir": str(cache_directory())}


def compiled(form: ufl.Form, entity_maps: list[mesh.EntityMap] | None = None) -> fem.Form:
    """A form, compiled; `entity_maps` relate the meshes of its functions."""
    return fem.form(form, entity_maps=entity_maps, jit_options=jit_options())


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
