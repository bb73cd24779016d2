"""Tables of keys, for people: complete, and true of every case file of the project."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rack2city.case import key_tables

CASES = sorted((Path(__file__).parents[2] / "cases").rglob("*.toml"))
TABLES = key_tables()
PLAIN = ("materials", "contacts", "groups", "options")  # plain values by name, but for the materials of the case
NAMED = [("plates",), ("materials",), ("bodies",), ("faces",)]  # what holds tables by name


def written(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Table, kind and key of every value of a case file; names of tables by name as NAME."""
    for key, value in node.items():
        if path[-1:] in NAMED:
            yield from written(value, (*path, "NAME"))
        elif (
            isinstance(value, dict)
            and "value" not in value
            and key not in ("materials", "contacts", "groups", "options")
        ):
            yield from written(value, (*path, key))
        elif isinstance(value, dict) and not path and key == "materials":
            yield from written(value, (key,))
        elif isinstance(value, list) and isinstance(value[0], dict) and "value" not in value[0]:
            for row in value:
                yield from written(row, (*path, key))
        elif key not in ("source", "status"):
            yield ".".join(path), node.get("kind", "") if path[0] == "plates" else "", key


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_every_key_of_the_cases_has_its_row(file: Path) -> None:
    found = list(written(tomllib.loads(file.read_text(encoding="utf-8"))))
    assert found
    for path, kind, key in found:
        rows = [
            text for title, text in TABLES.items() if f"[{path}]" in title and f'"{kind}"' in (title if kind else '""')
        ]
        assert len(rows) == 1, (path, kind)
        assert f"| `{key}` |" in rows[0], (path, key)


def test_a_row_tells_what_is_expected_the_default_and_the_meaning() -> None:
    rows = TABLES['`[plates.NAME]`, kind = "pin-fin"'].splitlines()
    assert '| `pin` | `"round"`, `"square"`, `"diamond"` | `round` | section of the pins |' in rows
    assert (
        "| `flow` | a volume flow, `1.2 m^3/s`; 0.001 L/min to 500 L/min |  | coolant flow of the plate at design; without it "
        "that of its first load in the rack (m^3/s) |"
    ) in rows
    assert "| `count` | a whole number | required |" in TABLES["`[[rack.loads]]`"]
    assert "| `dew_point` | a temperature, `40 degC`; -40 degC to 40 degC | `288.15 K` |" in TABLES["`[rack.air]`"]
