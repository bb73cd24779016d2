import copy
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rack2city.case import Case, json_schema
from rack2city.case.reading.fields import dimension_of, tables_of
from rack2city.case.table import Table

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "cases/rack-150kw/case.toml", ROOT / "cases/rack-60kw/case.toml", Path(__file__).with_name("good.toml")]
SCHEMA = json_schema()


def tables(table: type[Table]) -> Iterator[type[Table]]:
    yield table
    for field in table.model_fields.values():
        for inner in tables_of(field.annotation):
            yield from tables(inner)


def test_every_field_is_described_with_its_unit() -> None:
    for table in tables(Case):
        for name, field in table.model_fields.items():
            assert field.description, f"{table.__name__}.{name}"
            if dimension := dimension_of(field):
                assert field.description.endswith(f"({dimension.unit})"), f"{table.__name__}.{name}"


def test_schema_has_every_table_with_its_keys() -> None:
    schema = SCHEMA
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for table in set(tables(Case)) - {Case}:
        definition = schema["$defs"][table.__name__]
        assert definition["properties"].keys() == table.model_fields.keys()
        assert definition["additionalProperties"] is False
    assert schema["properties"].keys() == Case.model_fields.keys()


def test_a_quantity_is_a_text_or_a_table_with_its_origin() -> None:
    power = SCHEMA["$defs"]["Rack"]["properties"]["power"]
    text, table = power["anyOf"]
    assert power["examples"] == ["150 kW"]
    assert power["description"] == "heat of the whole rack, to liquid and air (W)"
    assert text["type"] == "string"
    assert re.search(text["pattern"], "150 kW")
    assert not re.search(text["pattern"], "150")
    assert table["required"] == ["value"]
    assert table["properties"].keys() == {"value", "source", "status", "sure"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_good_cases_satisfy_the_schema(file: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rack", "power"), 150),
        (("rack", "power"), "150"),
        (("rack", "power"), {"source": "nowhere"}),
        (("rack", "loads"), []),
        (("rack", "trays"), 2.5),
        (("plates", "cpu"), {"kind": "none"}),
        (("rack", "powr"), "150 kW"),
    ],
)
def test_bad_cases_do_not(path: tuple[str, ...], value: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    raw = copy.deepcopy(tomllib.loads(FILES[-1].read_text(encoding="utf-8")))
    raw[path[0]][path[1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(raw)
