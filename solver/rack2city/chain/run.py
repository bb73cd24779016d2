"""A run: the stages one after the other, each computed only if something it follows from has changed."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.chain.folder import RunFolder, stage_key
from rack2city.chain.monitor import Monitor
from rack2city.chain.stage import Session, Stage
from rack2city.chain.stages import STAGES
from rack2city.errors import InputError
from rack2city.evidence import load

if TYPE_CHECKING:
    from mpi4py import MPI

    from rack2city.case import LoadedCase
    from rack2city.report import Summary


def preflight(loaded: "LoadedCase") -> None:
    """Check what the schema cannot: everything that the stages can refuse before a run writes its first file.

    Raises:
        InputError: the first thing that is wrong; nothing has been written.
    """
    for stage in STAGES:
        stage.check(loaded)


def run_chain(
    loaded: "LoadedCase", out: Path, comm: "MPI.Comm", until: str = STAGES[-1].name, monitor: Monitor | None = None
) -> "Summary | None":
    """Run a case from its mesh to a stage (collective).

    Args:
        loaded: the checked case.
        out: run folder; results that are still valid are taken from it.
        comm: the finite elements run on all its ranks, everything else on the first.
        until: name of the last stage to run.
        monitor: hears of the progress.

    Returns:
        The summary, if the run went to the end.

    Raises:
        Rack2CityError: wrong input (nothing was written), no convergence, or an open balance.
    """
    session = Session(loaded, RunFolder(out), comm, monitor if monitor is not None and comm.rank == 0 else Monitor())
    session.on_root(lambda: preflight(loaded))
    session.on_root(lambda: _make_folder(out))
    names = [stage.name for stage in STAGES]
    for stage in STAGES[: names.index(until) + 1]:
        _run_stage(stage, session)
    if until != names[-1]:
        return None
    from rack2city.report import Summary

    return session.on_root(lambda: load(out / "summary.json", Summary))


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot make this run folder: {error.strerror}") from None


def _run_stage(stage: Stage, session: Session) -> None:
    """Compute a stage unless the folder holds it (collective)."""
    case, folder, keys = session.case, session.folder, session.keys
    session.monitor.begin(stage.name, stage.steps(case))
    started = time.perf_counter()
    key = session.on_root(lambda: stage_key(*stage.used(case), [keys[other] for other in stage.before]))
    held = session.on_root(lambda: stage.kept and folder.holds(stage.name, key, stage.files(case)))
    if not held:
        session.on_root(lambda: folder.forget(stage.name))
        if stage.collective:
            stage.compute(session)
        else:
            session.on_root(lambda: stage.compute(session))
        seconds = time.perf_counter() - started
        if stage.kept:
            session.on_root(lambda: folder.record(stage.name, key, seconds, session.comm.size))
    keys[stage] = key
    session.monitor.end(time.perf_counter() - started, held)
