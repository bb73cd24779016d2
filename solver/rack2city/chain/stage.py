"""What a stage of a run is: declared once, as data, and read by whatever deals with stages.

Importing a declaration is cheap: what a stage computes with is loaded in its functions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rack2city.chain.folder import RunFolder
from rack2city.chain.monitor import Monitor
from rack2city.errors import InputError, Rack2CityError
from rack2city.evidence import Balance, Check, load

if TYPE_CHECKING:
    from mpi4py import MPI

    from rack2city.case import Case, LoadedCase
    from rack2city.report.units import Scale


@dataclass(frozen=True)
class Evidence:
    """The balances and checks of a stage, which go to the summary and the verdict."""

    balances: tuple[Balance, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Stage:
    """A stage of a run.

    Attributes:
        name: as the user names it.
        compute: writes its files into the run folder.
        files: what it writes, for a case.
        before: the stages whose results it uses.
        parts: dotted names of the parts of the case it uses.
        without: dotted names of what it does not use of these.
        sources: dotted names of the fields of the case that name files it reads.
        read: files of the user that it reads beside these.
        derived: what it uses beside, as far as that follows from other parts of the case.
        check: refuses, before anything is written, what the schema of a case lets pass.
        evidence: balances and checks of its result, from the run folder.
        tells: the key figures of its result, from the run folder, a line each.
        steps: how many it tells the monitor of.
        collective: whether it runs on all ranks, or on the first alone.
        kept: whether its results are taken from the folder while nothing has changed.
    """

    name: str
    compute: "Callable[[Session], object]"
    files: "Callable[[Case], Sequence[str]]"
    before: "tuple[Stage, ...]" = ()
    parts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    read: "Callable[[Case], Sequence[Path]]" = lambda case: ()
    derived: "Callable[[Case], Any]" = lambda case: None
    check: "Callable[[LoadedCase], object]" = lambda loaded: None
    evidence: Callable[[Path], Evidence] = lambda folder: Evidence()
    tells: Callable[[Path], Sequence[str]] = lambda folder: ()
    steps: "Callable[[Case], int]" = lambda case: 1
    collective: bool = False
    kept: bool = True

    def used(self, case: "Case") -> tuple[dict[str, Any], list[Path]]:
        """The parts of a case that the stage uses, as plain data, and the files of the user that it reads."""
        sections = case.model_dump(mode="json")
        files = [Path(file) for file in (_at(sections, name) for name in self.sources) if file]
        for name in self.without:
            table, _, key = name.rpartition(".")
            del _at(sections, table)[key]
        parts = {name: _at(sections, name) for name in self.parts} | {"derived": self.derived(case)}
        return parts, [*files, *self.read(case)]


@dataclass(frozen=True)
class Session:
    """What the stages of one run share.

    Attributes:
        loaded: the checked case.
        folder: where results go.
        comm: all ranks.
        monitor: hears of the progress.
        keys: the stages that are done, with their keys.
    """

    loaded: "LoadedCase"
    folder: RunFolder
    comm: "MPI.Comm"
    monitor: Monitor
    keys: dict[Stage, str] = field(default_factory=dict)

    @property
    def case(self) -> "Case":
        """The case itself."""
        return self.loaded.case

    def file(self, name: str) -> Path:
        """A file of the run folder."""
        return self.folder.path / name

    def on_root[T](self, work: Callable[[], T]) -> T:
        """Do on the first rank what needs no mesh; every rank gets the result, or the same error."""
        outcome: tuple[Any, Rack2CityError | None] = (None, None)
        if self.comm.rank == 0:
            try:
                outcome = (work(), None)
            except Rack2CityError as error:
                outcome = (None, error)
            except OSError as error:  # a full disk, a folder that may not be written
                outcome = (None, Rack2CityError(f"{error.filename or self.folder.path}: {error.strerror or error}"))
        result, problem = self.comm.bcast(outcome)
        if problem is not None:
            raise problem
        return result


def of_case(check: "Callable[[Case], object]") -> "Callable[[LoadedCase], None]":
    """Make a check name the case file before the field that it speaks of."""

    def checked(loaded: "LoadedCase") -> None:
        try:
            check(loaded.case)
        except InputError as error:
            raise InputError(f"{loaded.path}: {error}") from None

    return checked


def evidence_in(name: str) -> Callable[[Path], Evidence]:
    """Read the evidence of a stage from its result, a JSON file of the run folder."""
    return lambda folder: load(folder / name, Evidence)


def figures(*rows: "tuple[str, float | None, Scale]") -> tuple[str, ...]:
    """Key figures (SI), each as a line in its engineering unit."""
    from rack2city.report.units import quantity

    return tuple(f"{name}: {quantity(value, scale)}" for name, value, scale in rows)


def _at(sections: dict[str, Any], dotted: str) -> Any:
    value: Any = sections
    for key in dotted.split("."):
        value = value[key]
    return value
