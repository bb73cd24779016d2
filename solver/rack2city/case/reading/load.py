"""Reading a case file: TOML, overrides, schema; every fault becomes one sentence with file and field."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rack2city.case.reading.fields import Location
from rack2city.case.reading.inputs import CaseInput, case_inputs
from rack2city.case.reading.messages import sentence
from rack2city.case.reading.overrides import apply_overrides
from rack2city.case.schema import Case, PlatesCase
from rack2city.errors import InputError

CASE_FILE = "case.toml"
DEEPEST = 16  # levels of tables and lists; the schema has fewer
TOO_DEEP = "not a case: its lists or tables are nested too deeply"


@dataclass(frozen=True)
class LoadedPlates:
    """A checked case, of which the plates alone are asked for, and what it was read from.

    Attributes:
        case: the values, in SI units.
        path: the case file, as the user named it.
        raw: its tables as written, with overrides.
        overridden: locations that were set from the command line.
    """

    case: PlatesCase
    path: Path
    raw: dict[str, Any] = field(repr=False)
    overridden: frozenset[Location] = frozenset()

    def inputs(self) -> list[CaseInput]:
        """Every input of the case with its text, SI value, unit and origin."""
        return case_inputs(self.case, self.raw, self.overridden)


@dataclass(frozen=True)
class LoadedCase(LoadedPlates):
    """A checked case with its rack, plant and city."""

    case: Case


def load_case(path: Path, overrides: Sequence[str] = ()) -> LoadedCase:
    """Read and check a case; nothing is written.

    Args:
        path: a case file, or a folder that holds a `case.toml`.
        overrides: texts `field=value` that replace fields, as in `rack.loads.accelerator.power=1.4 kW`.
            Files named in the case are relative to it; those named in an override, to the current folder.

    Raises:
        InputError: the case cannot be read or is wrong; the sentence begins with the file and the field.
    """
    return LoadedCase(*_load(Case, path, overrides))


def load_plates(path: Path, overrides: Sequence[str] = ()) -> LoadedPlates:
    """Read and check a case of which the plates alone are asked for: one without rack, plant and city will do.

    Raises as `load_case`.
    """
    raw = _read(_file(path))
    whole = any(name in raw for name in Case.model_fields.keys() - PlatesCase.model_fields.keys())
    return load_case(path, overrides) if whole else LoadedPlates(*_load(PlatesCase, path, overrides))


def _load[C: PlatesCase](kind: type[C], path: Path, overrides: Sequence[str]) -> tuple[C, Path, dict[str, Any], Any]:
    file = _file(path)
    raw = _read(file)
    overridden = apply_overrides(raw, overrides)
    if _is_deep(raw):
        raise InputError(f"{file}: {TOO_DEEP}")
    try:
        case = kind.model_validate(raw, context={"directory": file.parent})
    except ValidationError as error:
        raise InputError(f"{file}: {sentence(error, raw, overridden)}") from None
    return case, file, raw, frozenset(overridden)


def _file(path: Path) -> Path:
    return path / CASE_FILE if path.is_dir() else path


def _read(file: Path) -> dict[str, Any]:
    """The tables of a TOML file."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{file}: no such case file") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise InputError(f"{file}: line {line}, column {column}: not valid TOML: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: {_place(str(error), content)}") from None
    except RecursionError:
        raise InputError(f"{file}: {TOO_DEEP}") from None


def _is_deep(raw: dict[str, Any]) -> bool:
    """Whether tables and lists are nested deeper than those of any case, so that no other code has to reckon with it."""
    level: list[Any] = [raw]
    for _ in range(DEEPEST):
        inner = [node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)]
        level = [item for items in inner for item in items]
    return bool(level)


def _place(message: str, content: bytes) -> str:
    """The message of the TOML parser with its place in front: `line 12, column 5: not valid TOML: ...`."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    if match:
        fault, line, column = match.groups()
    else:  # the parser says "(at end of document)"
        lines = content.decode("utf-8-sig").splitlines() or [""]
        fault, line, column = message.partition(" (at end")[0], str(len(lines)), str(len(lines[-1]) + 1)
    if "hex value" in fault or "\\" in fault:  # of "C:\\Users" the parser says that \\U wants a number
        fault += (
            "; in double quotes a backslash is written twice, or the text stands in single quotes: 'C:\\folder\\file'"
        )
    return f"line {line}, column {column}: not valid TOML: {fault[:1].lower()}{fault[1:]}"
