"""How the program ends when something is wrong: one sentence, once, and the right exit code."""

import errno
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rack2city import chain, cli, errors
from tests.cli.conftest import CASE, Call, on_two_ranks


@pytest.mark.parametrize(
    ("kind", "code"),
    [(errors.ConvergenceError, 1), (errors.BalanceError, 1), (errors.Rack2CityError, 1), (errors.InputError, 2)],
)
def test_errors_of_a_run_have_their_exit_codes(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: type[errors.Rack2CityError], code: int
) -> None:
    def failing(*args: Any) -> None:
        raise kind("it went wrong")

    monkeypatch.setattr(chain, "run_chain", failing)
    assert call("run", str(CASE), "--out", str(tmp_path)) == (code, "", "rack2city: it went wrong\n")


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing(*args: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(chain, "run_chain", failing)
    monkeypatch.setattr(sys, "argv", ["rack2city", "run", str(CASE), "--out", str(tmp_path)])
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.mark.parametrize("launch", [["-m", "mpi4py", "-m", "rack2city"], ["-m", "rack2city"]])
@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("rack.trays=26", "rack.trays: the loads fill 18 trays"),  # found by the first rank, told to the other
        ("rack.power=3 bar", "rack.power: expected a power, got 3 bar"),  # found by each
    ],
)
def test_ranks_print_an_error_once_and_end_with_its_code(
    mpirun: str, tmp_path: Path, launch: list[str], setting: str, sentence: str
) -> None:
    done = on_two_ranks(mpirun, tmp_path, *launch, "run", str(CASE), "--out", "out", "--set", setting)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rack2city: {CASE / 'case.toml'}: {sentence}")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


FAULTY = """
import sys
from rack2city import chain, cli, errors, ranks

def run_chain(loaded, out, comm, *others):
    if comm.rank == 1:
        raise {error}
    comm.Barrier()  # where the other rank waits in vain

ranks.PATIENCE_S = 0.5
chain.run_chain = run_chain
sys.argv = ["rack2city", "run", {case!r}]
cli.main()
"""


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        ("errors.ConvergenceError('only here')", "rank 1: rack2city: only here", 1),
        ("ZeroDivisionError('ours')", "ZeroDivisionError: ours", 1),
    ],
)
def test_one_rank_that_fails_alone_ends_the_job(
    mpirun: str, tmp_path: Path, error: str, sentence: str, code: int
) -> None:
    script = tmp_path / "faulty.py"
    script.write_text(FAULTY.format(error=error, case=str(CASE)), encoding="utf-8")
    done = on_two_ranks(mpirun, tmp_path, str(script))
    assert done.returncode == code
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/run/solver.log"),
            "/run/solver.log: No space left on device",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "m.msh"), "m.msh: Permission denied"),
        (OSError(errno.EMFILE, "Too many open files"), "the machine: Too many open files"),
    ],
)
def test_what_the_machine_refuses_is_a_sentence(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: OSError, sentence: str
) -> None:
    def failing(*args: Any) -> None:
        raise error

    monkeypatch.setattr(chain, "run_chain", failing)
    assert call("run", str(CASE), "--out", str(tmp_path)) == (1, "", f"rack2city: {sentence}\n")


def test_ctrl_c_is_tidy(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "rack2city",
        "run",
        str(CASE),
        "--out",
        "run",
        "--set",
        "plates.cpu.level=fine",
    ]

    def heard() -> None:  # tests that run in the background ignore the signal, and so would what they start
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, preexec_fn=heard, **pipes) as run:
        assert run.stdout is not None
        assert run.stdout.readline().startswith("mesh")
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=100)
    assert run.returncode == 130
    assert err.strip() == "rack2city: interrupted"
    assert "plate" not in json.loads((tmp_path / "run" / "stages.json").read_text())["stages"]
