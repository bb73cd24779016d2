"""Rendering without a screen, in a process of its own: where VTK cannot, it ends only that one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rack2city.errors import Rack2CityError

_TIMEOUT_S = 300.0
# Set by MPI launchers for their own children; a library that sees them would wait for partners that do not exist.
_LAUNCHER = ("OMPI_", "PMI_", "PMIX_", "PMI", "MPI_LOCAL", "HYDRA_", "MPIEXEC_")


@contextmanager
def off_screen(module: str, source: Path, *arguments: str) -> Iterator[Path]:
    """Run a module that draws what it finds in `source` into a folder, its second argument; gives that folder for a while.

    Raises:
        Rack2CityError: the source cannot be read, or this machine cannot render without a screen.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_LAUNCHER)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    with tempfile.TemporaryDirectory(prefix="rack2city-") as name:
        command = [sys.executable, "-m", module, str(source), name, *arguments]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise Rack2CityError(f"{source}: rendering the picture took more than {_TIMEOUT_S:.0f} s") from None
        if done.returncode != 0:
            raise Rack2CityError(_cause(source, done.returncode, done.stderr))
        yield Path(name)


def _cause(file: Path, code: int, stderr: str) -> str:
    lines = stderr.strip().splitlines()
    last = lines[-1].strip() if lines else "no message"
    if code >= 0:
        return f"{file}: the picture cannot be rendered: {last}"
    return (
        f"{file}: the picture cannot be rendered, VTK was ended by signal {-code} ({last}); off-screen rendering needs "
        "libEGL with Mesa or libOSMesa: install libegl1 and libgl1-mesa-dri (Debian) or mesalib (conda-forge)"
    )
