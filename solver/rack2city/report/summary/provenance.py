"""Where the figures of the summary come from."""

from dataclasses import dataclass
from typing import Any

Options = dict[str, Any]
Counts = tuple[int, ...]


@dataclass(frozen=True)
class FlowRecord:
    """How the flow was solved."""

    method: str
    unknowns: int
    pressure: str
    stabilisation: Options


@dataclass(frozen=True)
class HeatRecord:
    """How heat was solved."""

    method: str
    unknowns: int


@dataclass(frozen=True)
class SolverRecord:
    """How the finite elements were solved, and by which libraries."""

    flow: FlowRecord
    heat: HeatRecord
    libraries: dict[str, str]


@dataclass(frozen=True)
class Iterations:
    """What each finite-element run of the map took."""

    outer: Counts
    newton: Counts
    flow_factorisations: Counts
    heat_factorisations: Counts


@dataclass(frozen=True)
class PlateRecord:
    """How a plate was computed."""

    solver_options: dict[str, Options]
    solver: SolverRecord
    iterations: Iterations


@dataclass(frozen=True)
class Provenance:
    """Where the figures come from; this alone may differ between two runs of one case."""

    commit: str
    versions: dict[str, str]
    plates: dict[str, PlateRecord]
    ranks: int
    date: str
    seconds: dict[str, float]
    command: str
