"""The JSON schema of a case, with which an editor completes and checks case files."""

from typing import Any

from rack2city.case.schema import Case


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a case file, for TOML editors such as Taplo.

    A quantity is a text `"number unit"`, or a table `{ value = "number unit", source = "..." }`. What one field demands
    of another, such as powers that add up, cannot be said in a JSON schema; loading the case checks it.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rack2city case",
        **{key: value for key, value in Case.model_json_schema().items() if key != "title"},
    }
