"""One run works in a folder at a time, and a lock whose holder is gone holds nobody up."""

import errno
import fcntl
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rack2city.chain.lock import locked
from rack2city.errors import InputError

HOLD = """
import sys, time
from pathlib import Path
from rack2city.chain.lock import locked

with locked(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(100)
"""


def test_a_second_run_is_told_who_works_here(tmp_path: Path) -> None:
    told: list[str] = []
    with locked(tmp_path, told.append), pytest.raises(InputError) as refused, locked(tmp_path, told.append):
        pytest.fail("two at once")
    sentence = (
        rf"{re.escape(str(tmp_path))}: another run works in this folder \(process {os.getpid()} on \S+, since "
        r"[\d-]+T[\d:+]+\); wait for its end, or name another folder with --out"
    )
    assert re.fullmatch(sentence, str(refused.value))
    assert told == []


def test_nothing_is_left_and_the_next_may_begin(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path, print):
            assert (tmp_path / ".lock").read_text().startswith(f"process {os.getpid()} on ")
        assert list(tmp_path.iterdir()) == []


def test_a_lock_left_by_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=f"process {holder.pid} on "), locked(tmp_path, print):
            pytest.fail("two at once")
        holder.send_signal(signal.SIGKILL)
    assert (tmp_path / ".lock").read_text().startswith(f"process {holder.pid} on ")
    with locked(tmp_path, print):
        assert (tmp_path / ".lock").read_text().startswith(f"process {os.getpid()} on ")


def test_a_file_whose_holder_took_it_away_is_not_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between opening and locking the holder may end: then another file of that name is the lock."""
    real, calls = fcntl.flock, []

    def flock(descriptor: int, operation: int) -> None:
        if not calls:
            (tmp_path / ".lock").unlink()
        calls.append(descriptor)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path, print), pytest.raises(InputError), locked(tmp_path, print):
        pytest.fail("two at once")
    assert len(calls) == 3


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    told: list[str] = []
    with locked(tmp_path, told.append):
        pass
    assert told == [f"{tmp_path}: this file system cannot lock (No locks available): see that no other run works here"]
