"""Fixtures for all tests, and the manners of tests that run on several ranks.

Under `mpirun -n 2 python -m mpi4py -m pytest -m mpi` every rank runs every test. Rank 0 speaks for all; a test that
failed on any rank has failed on all of them; and where one rank fails while another waits for it in a collective call,
the job is ended, not left to hang.
"""

import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples on every run, so that a change is judged by what it changed; RACK2CITY_FUZZ=1 looks for new ones.
# No deadline: other work on the machine must not fail a test.
settings.register_profile("fixed", derandomize=True, deadline=None)
if not os.environ.get("RACK2CITY_FUZZ"):
    settings.load_profile("fixed")

if "mpi4py.run" in sys.modules:  # started with `python -m mpi4py`; a serial run leaves MPI alone
    from mpi4py import MPI
else:
    MPI = None
RANKS = MPI.COMM_WORLD.size if MPI else 1
PATIENCE_S = float(os.environ.get("RACK2CITY_TEST_PATIENCE_S", "60"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference data, or a skip that says where it was looked for."""
    told = os.environ.get("RACK2CITY_REFERENCE")
    folder = Path(told) if told else Path(__file__).resolve().parents[2] / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder} is not a folder; set RACK2CITY_REFERENCE to where it lies")
    return folder


CASE = Path(__file__).resolve().parents[1] / "cases" / "rack-150kw"
CHEAP = (  # a whole run in seconds
    *(f"plates.{plate}.level=coarse" for plate in ("accelerator", "cpu")),
    *(f"plates.{plate}.flow_factors=[0.35, 1.0, 1.7]" for plate in ("accelerator", "cpu")),
    "city.network_model=steady",
)


@pytest.fixture(scope="session")
def cheap_case() -> tuple[Path, tuple[str, ...]]:
    """The reference case and the overrides that make its run a matter of seconds."""
    return CASE, CHEAP


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of the cheap case, made once by this rank alone: copy it before you change it."""
    from rack2city.ranks import world

    world()  # loads MPI, in the right order
    from mpi4py.MPI import COMM_SELF

    from rack2city.case import load_case
    from rack2city.chain import run_chain

    folder = tmp_path_factory.mktemp("finished") / "run"
    run_chain(load_case(CASE, CHEAP), folder, COMM_SELF)
    return folder


@pytest.fixture(scope="session")
def finished_plates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a case of two plates, `case.toml`, and their results in `run`, made once: copy it before you change it."""
    from rack2city.ranks import world

    world()
    from mpi4py.MPI import COMM_SELF

    from rack2city.case import load_plates
    from rack2city.chain import run_plates_alone
    from tests.plates import write_plates_case

    folder = tmp_path_factory.mktemp("plates")
    loaded = load_plates(write_plates_case(folder))
    run_plates_alone(loaded, list(loaded.case.plates), folder / "run", COMM_SELF)
    return folder


@pytest.fixture
def shared_path(tmp_path: Path) -> Path:
    """A folder that is the same on all ranks, where `tmp_path` has one per rank."""
    return MPI.COMM_WORLD.bcast(tmp_path) if MPI else tmp_path


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if RANKS > 1 and MPI.COMM_WORLD.rank > 0 and reporter is not None:
        reporter._tw._file = open(os.devnull, "w")  # noqa: SIM115  # open until the process ends
    if RANKS > 1:
        config.stash[_comm] = MPI.COMM_WORLD.Dup()  # so that our messages never meet those of a test


_comm: pytest.StashKey[Any] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if RANKS > 1:
        agree(item.config.stash[_comm], report)
    return report


def agree(comm: Any, report: pytest.TestReport) -> None:
    """Make all ranks of one mind about a phase of a test; end the job when that cannot be had."""
    failed = report.outcome == "failed"
    arrived = comm.Ibarrier()
    patience = time.monotonic() + PATIENCE_S
    while not arrived.Test():
        if failed and time.monotonic() > patience:
            sentence = f"rank {comm.rank} failed while others still wait in {report.nodeid}:\n{report.longreprtext}\n"
            os.write(2, sentence.encode())  # past any buffer, which Abort would lose
            comm.Abort(1)
        time.sleep(0.001)
    told = comm.allgather((report.outcome, report.longreprtext))
    others = [
        f"rank {rank}:\n{text}"
        for rank, (outcome, text) in enumerate(told)
        if outcome == "failed" and rank != comm.rank
    ]
    if others:
        report.longrepr = "\n".join(([report.longreprtext] if failed else []) + others)
        report.outcome = "failed"
