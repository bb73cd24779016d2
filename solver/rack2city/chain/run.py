"""A run: the stages one after the other, each computed only if something it follows from has changed."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.chain.folder import INDEX, RunFolder, stage_key
from rack2city.chain.lock import locked
from rack2city.chain.monitor import Monitor
from rack2city.chain.stage import Session, Stage
from rack2city.chain.stages import STAGES
from rack2city.errors import InputError
from rack2city.evidence import load

if TYPE_CHECKING:
    from mpi4py import MPI

    from rack2city.case import LoadedCase
    from rack2city.report import Summary

NEEDED = "a report needs the folder of a finished `rack2city run`"
REPORTS = ("report.html", "report.pdf")


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
    with working_in(session):
        names = [stage.name for stage in STAGES]
        for stage in STAGES[: names.index(until) + 1]:
            run_stage(stage, session)
        if until != names[-1]:
            return None
        from rack2city.report import Summary

        return session.on_root(lambda: load(out / "summary.json", Summary))


def stage_figures(out: Path, name: str) -> list[str]:
    """The key figures of a stage in a run folder, and its checks against the limits of the case, a line each."""
    from rack2city.report import check_line

    stage = next(stage for stage in STAGES if stage.name == name)
    return [*stage.tells(out), *map(check_line, stage.evidence(out).checks)]


def rewrite_report(out: Path, tell: Callable[[str], None]) -> list[Path]:
    """Write the reports of a finished run again, from its files as they were written; `tell` hears what to know of them.

    Raises:
        InputError: it is no finished run, another run works in it, or a file was changed since it was written.
    """
    from rack2city.report import write_report

    folder, final = RunFolder(out), STAGES[-1]
    if not (out / "summary.json").is_file():
        raise InputError(f"{out / 'summary.json'}: there is no such file; {NEEDED}")
    with locked(out, tell):
        recorded = [stage.name for stage in STAGES if folder.has(stage.name)]
        if final.name not in recorded:
            raise InputError(f"{out / INDEX}: does not tell of a run to its end; {NEEDED}")
        changes = [change for name in recorded for change in folder.changes(name)]
        changes = [change for change in changes if not change.startswith(REPORTS)]
        if changes:
            raise InputError(f"{out}: {changes[0]}; write it anew with `rack2city run`")
        files, notes = write_report(out)
        for note in notes:
            tell(note)
        folder.record_again(final.name)
    return files


@contextmanager
def working_in(session: Session) -> Iterator[None]:
    """The run folder of a session, made if absent, and kept from every other run (collective).

    Raises:
        InputError: the folder cannot be made, or another run works in it.
    """
    session.on_root(lambda: _make_folder(session.folder.path))
    with ExitStack() as stack:  # the first rank holds the lock for all
        session.on_root(lambda: stack.enter_context(locked(session.folder.path, session.monitor.tell)))
        session.on_root(lambda: _claim(session))
        yield


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot make this run folder: {error.strerror}") from None


def _claim(session: Session) -> None:
    """Take the folder for the run of a case."""
    if session.folder.damaged:
        session.monitor.tell(f"{INDEX} was changed since it was written: what it no longer tells of is computed anew")
    session.folder.claim(session.loaded.path)


def _held(stage: Stage, key: str, session: Session) -> bool:
    """Whether the folder holds what a stage would compute; a file that is not as it was written is told."""
    folder = session.folder
    if not stage.kept or not folder.belongs(stage.name, key):
        return False
    changes = folder.changes(stage.name, stage.files(session.case))
    for change in changes:
        session.monitor.tell(f"{change}: computed anew")
    return not changes


def run_stage(stage: Stage, session: Session) -> None:
    """Compute a stage unless the folder holds it (collective)."""
    case, folder, keys = session.case, session.folder, session.keys
    session.monitor.begin(stage.name, stage.steps(case))
    started = time.perf_counter()
    key = session.on_root(lambda: stage_key(*stage.used(case), [keys[other] for other in stage.before]))
    held = session.on_root(lambda: _held(stage, key, session))
    if not held:  # nor is what was told of the old results believed any longer
        session.on_root(lambda: folder.forget(stage.name, STAGES[-1].name))
        if stage.collective:
            stage.compute(session)
        else:
            session.on_root(lambda: stage.compute(session))
        seconds = time.perf_counter() - started
        files = stage.files(case)
        session.on_root(lambda: folder.record(stage.name, key, seconds, session.comm.size, files))
    keys[stage] = key
    session.monitor.end(time.perf_counter() - started, held)
