import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rack2city.case import load_case
from rack2city.chain.monitor import Monitor

Chain = Callable[..., list[str]]


class Recorder(Monitor):
    """A monitor that remembers which stages were heard of, which of them were computed, and what it was told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.computed: list[str] = []
        self.told: list[str] = []

    def begin(self, stage: str, steps: int) -> None:
        self.stages.append(stage)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def end(self, seconds: float, reused: bool) -> None:
        if not reused:
            self.computed.append(self.stages[-1])


@pytest.fixture
def run_copy(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to be changed."""
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


@pytest.fixture
def told() -> list[str]:
    """What the last run of `computed` told its monitor."""
    return []


@pytest.fixture
def computed(cheap_case: tuple[Path, tuple[str, ...]], told: list[str]) -> Chain:
    """Run the cheap case with more overrides in a folder; the stages that were computed, not taken from the folder."""
    from rack2city.ranks import world

    world()
    from mpi4py.MPI import COMM_SELF

    from rack2city.chain import run_chain

    def computed(folder: Path, *overrides: str, until: str = "city") -> list[str]:
        case, cheap = cheap_case
        recorder = Recorder()
        told.clear()
        recorder.told = told
        run_chain(load_case(case, [*cheap, *overrides]), folder, COMM_SELF, until, recorder)
        assert recorder.stages == ["mesh", "plate", "rack", "plant", "city"][: recorder.stages.index(until) + 1]
        return recorder.computed

    return computed
