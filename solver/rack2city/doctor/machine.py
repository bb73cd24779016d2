"""What the machine gives: interpreter, compiler, cache folder, cores, memory."""

import os
import re
import shutil
import sys
import sysconfig
import tempfile
from functools import partial
from pathlib import Path

from rack2city.doctor.finding import Finding
from rack2city.errors import InputError
from rack2city.places import forms_folder

GIB = 1024**3


def python() -> Finding:
    """The interpreter that runs."""
    return Finding("Python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def compiler() -> Finding:
    """The C compiler and Python.h, with which forms are compiled at run time."""
    found = partial(Finding, "C compiler")
    name = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    path, header = shutil.which(name), Path(sysconfig.get_path("include")) / "Python.h"
    if path is None:
        other = next((c for c in ("gcc", "cc", "clang") if shutil.which(c)), None)
        install = "apt-get install gcc libc6-dev, or conda install -c conda-forge c-compiler"
        advice = f"export CC={other}" if other else install
        return found("fail", f"'{name}', which compiles the forms, is not on PATH", advice)
    if not header.exists():
        return found("fail", f"{path}, but {header} is missing", "apt-get install python3-dev")
    return found("ok", path)


def jit_cache() -> Finding:
    """The folder of compiled forms, which need not exist yet: it must be writable, and is cheap to remove."""
    found, advice = partial(Finding, "JIT cache"), "export RACK2CITY_JIT_CACHE=/a/writable/folder"
    try:
        folder = forms_folder().absolute()
    except InputError as error:
        return found("fail", str(error), advice)
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    try:
        with tempfile.TemporaryDirectory(dir=nearest, prefix=".rack2city-"):
            pass
    except OSError as error:
        return found("fail", f"{folder} cannot be written: {error.strerror}", advice)
    if not folder.exists():
        return found("ok", f"{folder}, not there yet: the first run compiles its forms (about 20 s)")
    sizes = [p.stat().st_size for p in folder.rglob("*") if p.is_file()]
    text = f"{folder}, {len(sizes)} files, {sum(sizes) / 1e6:.0f} MB"
    if sum(sizes) > 2 * GIB:
        return found("warn", text, f"rm -r {folder} frees it; forms are compiled anew when needed")
    return found("ok", text)


def threads(cores: int, asked: str | None) -> Finding:
    """Threads per process, by OMP_NUM_THREADS (None when unset), against the cores that this process may use."""
    found, text = partial(Finding, "threads"), f"{cores} cores, OMP_NUM_THREADS={asked or 'unset'}"
    if asked is None and cores > 1:
        return found("warn", text, "export OMP_NUM_THREADS=1 for runs under mpirun, or ranks fight for the cores")
    if asked is not None and not (asked.isdigit() and 1 <= int(asked) <= cores):
        return found("warn", text, f"export OMP_NUM_THREADS=1 (or at most {cores})")
    return found("ok", text)


def available_memory() -> float:
    """Memory that a run may still take (bytes): of the machine, or of the control group if that is less."""
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    free = 1024.0 * int(re.search(r"MemAvailable:\s+(\d+)", text)[1])  # type: ignore[index]  # in every Linux since 3.14
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and limit.read_text(encoding="ascii").strip().isdigit():
        free = min(free, float(limit.read_text(encoding="ascii")))
    return free


def memory(free_bytes: float) -> Finding:
    """Whether the default mesh fits into the memory that may still be taken (bytes)."""
    text = f"{free_bytes / GIB:.1f} GiB available"
    if free_bytes < 2 * GIB:
        advice = "a run on the default mesh takes about 0.7 GB per rank: close something, or take fewer ranks"
        return Finding("memory", "warn", text, advice)
    return Finding("memory", "ok", text)
