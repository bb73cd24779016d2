"""Results as plain data: what a stage writes is what the next one reads."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter


def write_json(path: Path, data: Any) -> None:
    """Write JSON so that a reader never meets half a file; NaN and infinity are refused."""
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_text(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(partial, path)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def store(path: Path, result: Any) -> None:
    """Write a result, a frozen dataclass, as JSON."""
    write_json(path, asdict(result))


def load[T](path: Path, kind: type[T]) -> T:
    """Read a result of a kind as `store` wrote it, nested dataclasses and tuples restored."""
    return TypeAdapter(kind).validate_python(read_json(path))
