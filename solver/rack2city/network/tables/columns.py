"""What a column of a table is: its unit, its default, its bounds, and what it says."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["number", "flag", "text", "junction", "curve", "pipe"]


class _Required:
    """Default of a column that the user must give."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()
"""Stands in place of a default: the column must be given."""
NONE: Final = float("nan")
"""Default of an optional number: not given."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: its name, with the unit as suffix where it has one.
        meaning: one line for the user.
        unit: SI unit; `"-"` for a pure number, empty for text.
        kind: a number, a flag, a text, or the name of a junction, a curve or a pipe.
        default: value where nothing is given; `REQUIRED`, or NaN and None for what may stay empty.
        low: least value allowed.
        high: largest value allowed.
        above_low: whether the value must exceed `low`, not only reach it.
        choices: the texts allowed; any if empty.
    """

    name: str
    meaning: str
    unit: str = ""
    kind: Kind = "number"
    default: float | bool | str | _Required | None = REQUIRED
    low: float = -float("inf")
    high: float = float("inf")
    above_low: bool = False
    choices: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether the user must give it."""
        return self.default is REQUIRED

    @property
    def optional(self) -> bool:
        """Whether it may stay empty."""
        return self.default is None or (isinstance(self.default, float) and self.default != self.default)

    @property
    def refers(self) -> bool:
        """Whether it holds names of rows of another table."""
        return self.kind in ("junction", "curve", "pipe")

    @property
    def dtype(self) -> str:
        """Type of the column in its DataFrame."""
        return {"number": "float64", "flag": "bool"}.get(self.kind, "object")

    @property
    def allowed(self) -> str:
        """The bounds in words, empty where there are none."""
        if self.choices:
            return "one of " + ", ".join(repr(choice) for choice in self.choices)
        parts = []
        if self.low > -float("inf"):
            parts.append(f"{'above' if self.above_low else 'at least'} {self.low:g}")
        if self.high < float("inf"):
            parts.append(f"at most {self.high:g}")
        return " and ".join(parts)


@dataclass(frozen=True)
class TableSchema:
    """One table.

    Attributes:
        name: its name, the attribute of `Network`.
        singular: what one row is called, in names made up for it and in messages.
        meaning: one line for the user.
        columns: its columns.
        named: whether every row has a name of its own; rows of a curve share theirs.
    """

    name: str
    singular: str
    meaning: str
    columns: tuple[Column, ...]
    named: bool = True

    def column(self, name: str) -> Column:
        """A column by its name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def ends(self) -> tuple[str, ...]:
        """Its columns that name junctions: two for a branch, one for what stands at a junction."""
        return tuple(column.name for column in self.columns if column.kind == "junction")
