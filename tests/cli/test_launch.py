"""`--np`: ranks that the program starts itself."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rack2city import cli, ranks
from tests.cli.conftest import CASE, Call


def test_np_starts_the_mpirun_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mpirun: str) -> None:
    started: list[tuple[str, list[str]]] = []

    class Replaced(BaseException):
        pass

    def execv(program: str, arguments: list[str]) -> None:
        started.append((program, arguments))
        raise Replaced

    monkeypatch.setattr(os, "execv", execv)
    given = ["run", str(CASE), "--np", "3", "--out", str(tmp_path), "--set", "rack.trays=27"]
    for arguments in (given, [*given[:2], "--np=3", *given[4:]]):
        monkeypatch.setattr(sys, "argv", ["rack2city", *arguments])
        with pytest.raises(Replaced):
            cli.main()
        command = [mpirun, "-n", "3", sys.executable, "-m", "mpi4py", "-m", "rack2city", *given[:2], *given[4:]]
        assert started.pop() == (mpirun, command)


def test_np_under_mpirun_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ranks, "launched", lambda: True)
    assert call("run", str(CASE), "--np", "2", "--out", str(tmp_path / "out")) == (
        2,
        "",
        "rack2city: --np: this process was started by mpirun already; leave out --np\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_np_without_mpirun(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    code, out, err = call("run", str(CASE), "--np", "2", "--out", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert err == (f"rack2city: --np: no mpirun beside {sys.executable} or on PATH; install MPI, or run without --np\n")


def test_np_runs_on_as_many_ranks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rack2city", "run", str(CASE), "--np", "2", "--stage", "mesh", "--out", "run"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "results up to stage 'mesh': run"
    assert done.stdout.count("mesh") == 2  # printed once
    assert json.loads((tmp_path / "run" / "stages.json").read_text())["stages"]["mesh"]["ranks"] == 2
