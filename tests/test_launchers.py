"""What a launcher of ranks says, against what MPI finds."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rack2city import ranks
from tests.conftest import CASE


@pytest.mark.parametrize(
    ("size", "rank_name", "more"),
    [
        ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", {}),
        ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID", {}),
        ("SLURM_NTASKS", "SLURM_PROCID", {"SLURM_STEP_ID": "0"}),
    ],
)
def test_ranks_that_do_not_know_each_other_are_refused(
    tmp_path: Path, size: str, rank_name: str, more: dict[str, str]
) -> None:
    """A launcher of another MPI starts processes each of which is alone; the first of them says so."""
    for rank in (0, 1):
        env = os.environ | {size: "2", rank_name: str(rank)} | more
        command = [sys.executable, "-W", "ignore", "-m", "rack2city", "run", str(CASE), "--out", "out"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        sentence = "rack2city: the launcher started 2 ranks, but each would run alone: it belongs to another MPI than "
        assert (sentence in done.stderr) == (rank == 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        ({}, 1),
        ({"SLURM_NTASKS": "16", "SLURM_PROCID": "0"}, 1),  # a batch script, which may start one process
        ({"SLURM_NTASKS": "16", "SLURM_PROCID": "3"}, 16),
        ({"SLURM_NTASKS": "16", "SLURM_STEP_NUM_TASKS": "2"}, 2),
        ({"PMI_SIZE": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_STEP_ID": "0"}, 1),  # an mpirun within a step
        ({"PMI_SIZE": "4"}, 4),
    ],
)
def test_the_number_of_ranks_that_a_launcher_tells(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], size: int
) -> None:
    for name in [name for name in os.environ if name.startswith(("SLURM_", "PMI", "OMPI_"))]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ranks.told_size() == size


def test_ranks_start_here_where_slurm_is_told_of_and_not_there(tmp_path: Path) -> None:
    """As in a container that inherits the variables of a job: MPICH would ask for srun, and wait for ever."""
    if shutil.which("srun"):
        pytest.skip("there is a Slurm here")
    job = {"SLURM_JOB_ID": "1", "SLURM_NODELIST": "n[1-2]", "SLURM_NNODES": "2", "SLURM_TASKS_PER_NODE": "1(x2)"}
    command = [sys.executable, "-m", "rack2city", "run", str(CASE), "--np", "2", "--stage", "mesh", "--out", "run"]
    pipes: dict[str, Any] = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | job, timeout=100, check=False, **pipes)
    assert done.returncode == 0
    assert done.stderr == (
        "this is a Slurm job without srun, as in a container: the ranks are started on this machine (HYDRA_LAUNCHER=fork)\n"
    )
    assert json.loads((tmp_path / "run" / "stages.json").read_text())["stages"]["mesh"]["ranks"] == 2


@pytest.mark.parametrize("told", [{}, {"HYDRA_LAUNCHER": "ssh", "SLURM_JOB_ID": "1"}])
def test_a_launcher_that_was_chosen_stays(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith(("SLURM_", "HYDRA_"))]:
        monkeypatch.delenv(name)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert ranks.launch_here() == ""
    assert os.environ.get("HYDRA_LAUNCHER") == told.get("HYDRA_LAUNCHER")
