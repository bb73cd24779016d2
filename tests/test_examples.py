"""Every example runs as a newcomer would run it, alone and on two ranks, is short, says something and leaves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rack2city.doctor import mpirun_beside_python

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))
SERIAL_ONLY: set[str] = set()  # names of examples that make no sense on several ranks
LONGEST = 40  # lines


def run(folder: Path, *command: str) -> str:
    """What a command prints, run in an empty folder that must stay empty, temporary files included."""
    (folder / "here").mkdir()
    (folder / "tmp").mkdir()
    env = os.environ | {"TMPDIR": str(folder / "tmp"), "OMP_NUM_THREADS": "1"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    done = subprocess.run(command, cwd=folder / "here", env=env, text=True, timeout=300, check=False, **pipes)
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in folder.rglob("*")) == ["here", "tmp"]
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_short_and_told(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert text.startswith('"""')


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(example: Path, tmp_path: Path) -> None:
    assert run(tmp_path, sys.executable, str(example)).strip()


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem not in SERIAL_ONLY], ids=lambda path: path.stem
)
def test_example_runs_on_two_ranks(example: Path, tmp_path: Path) -> None:
    launcher = mpirun_beside_python() or pytest.fail("no mpirun")
    assert run(tmp_path, launcher, "-n", "2", sys.executable, str(example)).strip()


def test_examples_are_found_and_exclusions_name_them() -> None:
    assert EXAMPLES
    assert {path.stem for path in EXAMPLES} >= SERIAL_ONLY
