"""Reading CSV tables so that an error names the file, the line and the column."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rack2city.errors import InputError


@dataclass(frozen=True)
class Row:
    """One line of a CSV table: its file, its number in the file (from 1), and its texts by column."""

    path: Path
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """Text of a cell that may not be empty; else an `InputError`."""
        if not self.cells[column]:
            raise self.error(column, "is empty; a name is needed")
        return self.cells[column]

    def number(self, column: str, least: float = -math.inf, above: float = -math.inf) -> float:
        """Finite number of a cell, at least `least` and more than `above`; else an `InputError`."""
        value = self.cells[column]
        try:
            number = float(value)
        except ValueError:
            raise self.error(column, f"is {value!r}; a number is needed") from None
        if not math.isfinite(number):
            raise self.error(column, f"is {value}; a finite number is needed")
        if number < least:
            raise self.error(column, f"is {value}; it must be {least:g} or more")
        if number <= above:
            raise self.error(column, f"is {value}; it must be more than {above:g}")
        return number

    def error(self, column: str, fault: str) -> InputError:
        """The error that names this line and a column."""
        return InputError(f"{self.path}, line {self.line}, column {column}: {fault}")


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """All lines of a comma-separated UTF-8 table with a header; empty lines and those that begin with `#` are skipped.

    The columns must be there; others are kept too.

    Raises:
        InputError: the file cannot be read, is empty, lacks a column, or has a line of another length than its header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot read the table ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: the table is not UTF-8 text") from None
    lines = {number: line for number, line in enumerate(text.splitlines(), start=1) if line.partition("#")[0].strip()}
    if len(lines) < 2:
        raise InputError(f"{path}: the table is empty; a header and at least one line are needed")
    header, *table = ([cell.strip() for cell in cells] for cells in csv.reader(lines.values()))
    missing = [column for column in columns if column not in header]
    if missing:
        raise InputError(f"{path}: column {missing[0]} is missing; needed are {', '.join(columns)}")
    rows = []
    for number, cells in zip(list(lines)[1:], table, strict=True):
        if len(cells) != len(header):
            raise InputError(f"{path}, line {number}: {len(cells)} cells, the header has {len(header)}")
        rows.append(Row(path, number, dict(zip(header, cells, strict=True))))
    return rows
