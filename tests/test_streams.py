"""Standard output that is lost, and interrupts that come out as something else."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CASE, CHEAP


def piped(tmp_path: Path, out: Any, *arguments: str) -> tuple[int, str]:
    """Exit code and stderr of the command line, its stdout a file."""
    command = [sys.executable, "-m", "rack2city", *arguments]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=out, stderr=subprocess.PIPE, text=True, timeout=100, check=False
    )
    return done.returncode, done.stderr


CHEAPLY = [part for override in CHEAP for part in ("--set", override)]
STAGE = ("run", str(CASE), "--out", "run", *CHEAPLY, "--stage", "mesh")


@pytest.mark.parametrize("arguments", [("schema",), STAGE])
def test_a_full_device_for_what_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        told = (
            "rack2city: standard output: No space left on device; what was computed is complete, what was told is not\n"
        )
        assert piped(tmp_path, full, *arguments) == (1, told)
    assert (tmp_path / "run" / "plates" / "cpu" / "mesh.msh").is_file() == (arguments == STAGE)


@pytest.mark.parametrize("arguments", [("schema",), STAGE, (*STAGE[:-1], "plate")])
def test_a_reader_that_goes_away_stops_no_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    assert piped(tmp_path, write, *arguments) == (0, "")
    os.close(write)
    if arguments[0] == "run":
        assert arguments[-1] in json.loads((tmp_path / "run" / "stages.json").read_text())["stages"]


INTERRUPTED = """
import os, signal, sys
from rack2city import chain, cli

def run_chain(*arguments):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise {error} from None

chain.run_chain = run_chain
sys.argv = ["rack2city", "run", {case!r}]
cli.main()
"""


@pytest.mark.parametrize("error", ["ImportError('numpy failed to import')", "errors.Rack2CityError('no DOLFINx')"])
def test_ctrl_c_that_comes_out_as_another_error_is_still_one(tmp_path: Path, error: str) -> None:
    """As it does in the middle of an import of a compiled module."""

    def heard() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    code = INTERRUPTED.format(error=error, case=str(CASE)).replace("chain, cli", "chain, cli, errors")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, preexec_fn=heard, check=False
    )
    assert (done.returncode, done.stderr) == (130, "rack2city: interrupted\n")
