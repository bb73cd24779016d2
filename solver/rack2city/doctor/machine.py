"""What the machine gives: interpreter, compiler, cache folder, cores, memory."""

import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path

from rack2city.doctor.finding import Finding

GIB = 1024**3


def python() -> Finding:
    """The interpreter that runs."""
    return Finding("Python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def compiler() -> Finding:
    """The C compiler and Python.h, with which forms are compiled at run time."""
    name = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    path = shutil.which(name)
    if path is None:
        other = next((c for c in ("gcc", "cc", "clang") if shutil.which(c)), None)
        advice = (
            f"export CC={other}"
            if other
            else "apt-get install gcc libc6-dev, or conda install -c conda-forge c-compiler"
        )
        return Finding("C compiler", "fail", f"'{name}', which compiles the forms, is not on PATH", advice)
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if not header.exists():
        return Finding("C compiler", "fail", f"{path}, but {header} is missing", "apt-get install python3-dev")
    return Finding("C compiler", "ok", path)


def jit_cache(folder: Path) -> Finding:
    """The folder of compiled forms: it must be writable, and is cheap to remove.

    Args:
        folder: cache folder of DOLFINx; need not exist yet.
    """
    home = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(home, os.W_OK):
        return Finding("JIT cache", "fail", f"{folder} cannot be written", "export XDG_CACHE_HOME=/a/writable/folder")
    if not folder.exists():
        return Finding("JIT cache", "ok", f"{folder}, not there yet: the first run compiles its forms (about 20 s)")
    files = [p for p in folder.iterdir() if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    text = f"{folder}, {len(files)} files, {size / 1e6:.0f} MB"
    if size > 2 * GIB:
        return Finding("JIT cache", "warn", text, f"rm -r {folder} frees it; forms are compiled anew when needed")
    return Finding("JIT cache", "ok", text)


def threads(cores: int, asked: str | None) -> Finding:
    """Threads per process against the cores that this process may use.

    Args:
        cores: number of usable cores (-).
        asked: value of OMP_NUM_THREADS, None when unset.
    """
    text = f"{cores} cores, OMP_NUM_THREADS={asked or 'unset'}"
    if asked is None and cores > 1:
        return Finding(
            "threads", "warn", text, "export OMP_NUM_THREADS=1 for runs under mpirun, or ranks fight for the cores"
        )
    if asked is not None and not (asked.isdigit() and 1 <= int(asked) <= cores):
        return Finding("threads", "warn", text, f"export OMP_NUM_THREADS=1 (or at most {cores})")
    return Finding("threads", "ok", text)


def available_memory() -> float:
    """Memory that a run may still take (bytes): of the machine, or of the control group if that is less."""
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    free = 1024.0 * int(re.search(r"MemAvailable:\s+(\d+)", text)[1])  # type: ignore[index]  # in every Linux since 3.14
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and limit.read_text(encoding="ascii").strip().isdigit():
        free = min(free, float(limit.read_text(encoding="ascii")))
    return free


def memory(free_bytes: float) -> Finding:
    """Whether the default mesh fits.

    Args:
        free_bytes: memory that may still be taken (bytes).
    """
    text = f"{free_bytes / GIB:.1f} GiB available"
    if free_bytes < 2 * GIB:
        return Finding(
            "memory",
            "warn",
            text,
            "a run on the default mesh takes about 0.7 GB per rank: close something, or take fewer ranks",
        )
    return Finding("memory", "ok", text)
