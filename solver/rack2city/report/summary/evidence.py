"""What makes the figures of the summary believable: checks with their outcome, balances with what is left, indicators."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class CheckRow:
    """A check against a limit, with its outcome."""

    name: str
    value: float
    limit: float
    unit: str
    sense: Literal["max", "min"]
    kind: Literal["temperature", "difference", ""]
    uncertainty: float | None
    contains: tuple[str, ...]
    lacks: tuple[str, ...]
    margin: float
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """Whether the design holds, and by which checks."""

    holds: bool
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True)
class BalanceRow:
    """A conserved quantity counted on both sides, with what is left."""

    stage: str
    name: str
    entering: float
    leaving: float
    unit: str
    tolerance: float
    relative: float
    holds: bool


@dataclass(frozen=True)
class Kpi:
    """Key performance indicators, with the table that defines them."""

    pue: float
    erf: float
    ere: float
    table: str
    definitions: dict[str, str]
