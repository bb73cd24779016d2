"""Fields set from the command line: `--set rack.power="120 kW"`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rack2city.case.reading.fields import Location, dimension_of, is_file, locate
from rack2city.errors import InputError, dotted

DEEPEST = 16
"""No field of a case lies below so many names."""


def apply_overrides(raw: dict[str, Any], overrides: Sequence[str]) -> dict[Location, str]:
    """Set fields of a case that is not yet checked, in place, by texts `field=value`.

    A row of a list is named by its index or its `name`. Returns the text of each override by the location it set.

    Raises:
        InputError: an override is malformed or leads through something that is no table.
    """
    return {_apply(raw, text): text for text in overrides}


def _apply(raw: dict[str, Any], text: str) -> Location:
    """Set one field; returns where it is."""
    path, equals, value_text = text.partition("=")
    parts = re.sub(r"\[(\d+)\]", r".\1", path.strip()).split(".")
    if not equals or not all(parts):
        raise InputError(f'--set {text}: expected FIELD=VALUE, for example --set rack.power="120 kW"')
    if len(parts) > DEEPEST:
        raise InputError(f"--set {text:.60}...: no field lies {len(parts)} names deep")
    node: Any = raw
    location: Location = ()
    for depth, part in enumerate(parts):
        if not isinstance(node, dict | list) or dimension_of(locate(location, raw)[0]):
            raise InputError(f"--set {text}: {dotted(location)} is no table, '{part}' cannot be set in it")
        key: Any = _row(node, part, dotted(location), text) if isinstance(node, list) else part
        location = (*location, key)
        if depth == len(parts) - 1:
            node[key] = _value(value_text, location, raw)
        else:
            node = node[key] if isinstance(node, list) else node.setdefault(key, {})
    return location


def _row(rows: list[Any], part: str, where: str, text: str) -> int:
    """Index of the row of a list that is meant by a number or a name."""
    names = [row.get("name") for row in rows if isinstance(row, Mapping)]
    if part in names:
        return names.index(part)
    if part.isdecimal() and int(part) < len(rows):
        return int(part)
    known = "".join(f"'{name}', " for name in names if name)
    raise InputError(f"--set {text}: {where} has no row '{part}'; it has {known}or 0 to {len(rows) - 1}")


def _value(text: str, location: Location, raw: dict[str, Any]) -> Any:
    """A value as TOML reads it, else the bare text; a file is meant relative to the current folder."""
    try:
        tables = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        tables = {}
    except RecursionError:
        raise InputError(f"--set {text:.60}...: the value is nested too deeply") from None
    value = tables["value"] if tables.keys() == {"value"} else text.strip()
    if isinstance(value, str) and is_file(locate(location, raw)[0]):
        return str(Path(value).absolute())
    return value
