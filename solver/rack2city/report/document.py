"""The report as data: what both the HTML and the PDF template walk through."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Text:
    """One paragraph."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Table:
    """A table of ready texts: what the rows are, headings, as many cells per row, and a letter `l` or `r` per column."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        """Refuse a table whose rows do not match its head."""
        if {len(self.head), len(self.align), *map(len, self.rows)} != {len(self.head)}:
            raise ValueError(f"table '{self.caption}': rows, head and alignment differ in length")


@dataclass(frozen=True)
class Drawing:
    """A figure, as SVG text, with its caption; `name` is unique in the document."""

    name: str
    caption: str
    svg: str
    kind: Literal["figure"] = "figure"


Block = Text | Bullets | Table | Drawing


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class VerdictRow:
    """One check, as texts, `outcome` in words; `share` is the used part of what the limit allows (-), drawn as a bar."""

    name: str
    value: str
    limit: str
    margin: str
    si: str
    share: float
    holds: bool
    outcome: str


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes:
        title, case, date: its head.
        holds: whether the design does; None where there is no verdict.
        verdict: the checks.
        verdict_note: what stands below them.
        sections: what follows.
        lacks: sentences on what could not be drawn, which stand where it is missing.
        key: what stands at the top in place of a verdict: in large letters, and below in small ones.
    """

    title: str
    case: str
    date: str
    holds: bool | None
    verdict: tuple[VerdictRow, ...]
    verdict_note: str
    sections: tuple[Section, ...] = ()
    lacks: tuple[str, ...] = ()
    key: tuple[str, str] = ("", "")

    @property
    def banner(self) -> str:
        """The verdict in capitals, or what stands in its place."""
        if self.holds is None:
            return self.key[0]
        return "HOLDS" if self.holds else "DOES NOT HOLD"

    @property
    def headline(self) -> str:
        """The verdict in one sentence, or what stands in its place."""
        if self.holds is None:
            return self.key[1]
        if self.holds:
            return f"All {len(self.verdict)} checks keep their limits."
        failed = [row.name for row in self.verdict if not row.holds]
        return f"{len(failed)} of {len(self.verdict)} checks do not keep their limits: {', '.join(failed)}."
