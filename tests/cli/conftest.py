"""The command line called in this process, and commands on two ranks."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rack2city import cli

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "cases" / "rack-150kw"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line in this process: exit code, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rack2city", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def mpirun() -> str:
    from rack2city.doctor import mpirun_beside_python

    return mpirun_beside_python() or pytest.fail("no mpirun")


def on_two_ranks(mpirun: str, cwd: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on two ranks."""
    return subprocess.run(
        [mpirun, "-n", "2", sys.executable, *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=100,
        stdin=subprocess.DEVNULL,
        check=False,
    )
