"""Imports tried in a process of their own.

A broken MPI or a missing system library can end a Python without a word; here it costs a sentence.
"""

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Probe:
    """Outcome of an import in a process of its own: what it printed as JSON, or the reason of its failure."""

    value: Any = None
    error: str = ""


def probe(code: str, timeout_s: float = 120.0) -> Probe:
    """Run Python code in a fresh process and read the JSON of its last line, for at most a time (s).

    Returns:
        The value, or the last line of the traceback; a crash is named by its signal.
    """
    # Under mpirun a child would otherwise take itself for a rank of the parent's job.
    launchers = ("PMI_", "PMIX_", "OMPI_", "HYDI_", "HYDRA_", "MPI_LOCAL")
    env = {name: value for name, value in os.environ.items() if not name.startswith(launchers)}
    pipes: dict[str, Any] = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    try:
        done = subprocess.run([sys.executable, "-c", code], timeout=timeout_s, env=env, **pipes)
    except subprocess.TimeoutExpired:
        return Probe(error=f"gave no answer within {timeout_s:g} s")
    out, err = done.stdout.strip().splitlines(), done.stderr.strip().splitlines()
    if done.returncode < 0:
        return Probe(error=f"crashed with {signal.Signals(-done.returncode).name}")
    if done.returncode > 0 or not out:
        return Probe(error=err[-1] if err else f"ended with exit code {done.returncode}")
    return Probe(value=json.loads(out[-1]))


def installed(distribution: str) -> str | None:
    """Version of an installed distribution, or None; nothing is imported."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
