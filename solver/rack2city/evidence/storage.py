"""Results as plain data: what a stage writes is what the next one, the summary and the report read."""

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rack2city.errors import InputError, dotted

if TYPE_CHECKING:  # pydantic is loaded with the first result that is read: `rack2city --help` does not wait for it
    from pydantic import ValidationError


def write_json(path: Path, data: Any) -> None:
    """Write JSON so that a reader never meets half a file; NaN and infinity are refused."""
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(partial, path)


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ValueError: it is none, or nested beyond all reason.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def store(path: Path, result: Any) -> None:
    """Write a result, a frozen dataclass, as JSON."""
    write_json(path, asdict(result))


def load[T](path: Path, kind: type[T]) -> T:
    """Read a result of a kind as `store` wrote it, nested dataclasses and tuples restored.

    Raises:
        InputError: the file is no JSON, or a key is missing or wrong; the sentence names both.
    """
    from pydantic import ValidationError

    try:
        return restore(kind, read_json(path))
    except ValidationError as error:
        fault = _fault(error)  # deleted first: what the folder holds is not written again
        raise InputError(f"{path}: {fault}; delete the file and write it again with `rack2city run`") from None
    except ValueError as error:
        raise InputError(f"{path}: is not readable as JSON: {error}") from None


def restore[T](kind: type[T], data: Any) -> T:
    """A dataclass of a kind from plain data, checked; what it has no field for is left out.

    Raises:
        pydantic.ValidationError: something is missing or of another kind.
    """
    from pydantic import TypeAdapter

    return TypeAdapter(kind).validate_python(data)


def view(kind: Any, source: object) -> Any:
    """What a dataclass of a kind tells of an object: each of its fields is the attribute of that name."""
    return kind(**{field.name: getattr(source, field.name) for field in fields(kind)})


def _fault(error: "ValidationError") -> str:
    """The first fault of a file's data in words."""
    fault = error.errors()[0]
    key = dotted(fault["loc"])
    if fault["type"] == "missing":
        return f"the key `{key}` is missing"
    if fault["type"] == "value_error":
        return f"{fault['ctx']['error']}"
    if not key:
        return f"must hold one JSON object, not a {type(fault['input']).__name__}"
    return f"the key `{key}` is wrong: {fault['msg']}, got {fault['input']!s:.60}"
