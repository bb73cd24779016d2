"""The first fault of a case as one clear sentence."""

import difflib
from collections.abc import Mapping
from typing import Any, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rack2city.case.reading.fields import Location, dimension_of, is_by_name, is_file, locate, untagged
from rack2city.case.units import show
from rack2city.errors import dotted


def sentence(error: ValidationError, raw: Mapping[str, Any], overridden: Mapping[Location, str]) -> str:
    """What is wrong with a case: its first fault in the order of the document, and how many more there are.

    It begins with the dotted field; the override of the command line that it comes from, by its location, is told.
    """
    if moved := _moved(raw):
        return moved
    faults = error.errors(include_url=False)
    for fault in faults:
        fault["loc"] = untagged(fault["loc"])
    # A misspelt key is unknown and leaves another one missing: that is one fault, not two.
    meant = {_nearest(fault["loc"], raw) for fault in faults if fault["type"] == "extra_forbidden"}
    faults = [fault for fault in faults if not (fault["type"] == "missing" and fault["loc"] in meant)]
    # A list whose entry is wrong is also found too short: the entry is the fault.
    above = {fault["loc"][:depth] for fault in faults for depth in range(len(fault["loc"]))}
    faults = [fault for fault in faults if fault["loc"] not in above]
    first = min(faults, key=lambda fault: _rank(raw, _location(fault)))
    text = f"{dotted(_location(first))}: {_describe(first, raw)}"
    if by := _override(first, overridden):
        text += f" (from --set {by})"
    return text + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else "")


def _location(fault: ErrorDetails) -> Location:
    """Where a fault is: a rule between the fields of a table says itself which of them it blames."""
    kind = ("kind",) if fault["type"].startswith("union_tag") else ()
    return (*fault["loc"], *kind, *fault.get("ctx", {}).get("field", ()))


def _rank(raw: Mapping[str, Any], location: Location) -> tuple[int, ...]:
    """Position of a location in the document; what is missing comes last in its table."""
    rank: list[int] = []
    node: Any = raw
    for part in location:
        if isinstance(node, Mapping):
            keys = list(node)
            rank.append(keys.index(part) if part in node else len(keys))
            node = node.get(str(part))
        elif isinstance(node, list) and isinstance(part, int):
            rank.append(part)
            node = node[part] if part < len(node) else None
    return tuple(rank)


def _override(fault: ErrorDetails, overridden: Mapping[Location, str]) -> str:
    """The override that a fault comes from, if any."""
    location = _location(fault)
    for key, text in overridden.items():
        unknown_table = fault["type"] == "extra_forbidden" and key[: len(location)] == location
        if unknown_table or (location and location[: len(key)] == key):
            return text
    return ""


def _moved(raw: Mapping[str, Any]) -> str:
    """What to rename in a case of the time before plates had names; nothing for any other."""
    old = [f"[{name}]" for name in ("channel", "mesh", "plate") if name in raw]
    if not old or "plates" in raw:
        return ""
    return (
        f"{' and '.join(old)}: plates have names now: move the fields to a table [plates.NAME] with "
        'kind = "skived" (width is now channel_width, plate_width of the load is now width, mesh.level is level), and name it '
        'in each of rack.loads, plate = "NAME"; cases/rack-150kw/case.toml is such a case'
    )


def _keys(location: Location, raw: Any) -> list[str]:
    """The keys that are allowed in the table around a location."""
    table = locate(location[:-1], raw)[1]
    return list(table.model_fields) if table else []


def _nearest(location: Location, raw: Any) -> Location | None:
    """The location that was probably meant by an unknown key."""
    near = difflib.get_close_matches(str(location[-1]).lower(), _keys(location, raw), n=1)
    return (*location[:-1], near[0]) if near else None


_SENTENCES = {
    "literal_error": "must be {expected}, got '{got}'",
    "int_type": "expected a whole number, got {got}",
    "int_from_float": "expected a whole number, got {got}",
    "float_type": "expected a number, got {got}",
    "string_type": "expected a text in quotes, got {got}",
    "finite_number": "must be finite, got {got}",
    "greater_than": "must be more than {gt:g}, got {got}",
    "greater_than_equal": "must be at least {ge:g}, got {got}",
    "less_than_equal": "must be at most {le:g}, got {got}",
    "union_tag_invalid": "must be one of {expected_tags}, got '{tag}'",
    "union_tag_not_found": "missing; it says what kind of plate this is",
    "too_short": "needs at least {min_length} entries, got {actual_length}",
    "string_too_short": "must not be empty",
}
"""What pydantic's types of fault are called here, by its context and what it got."""


def _describe(fault: ErrorDetails, raw: Any) -> str:
    """The fault itself."""
    location, got = fault["loc"], show(fault["input"])
    match fault["type"]:
        case "extra_forbidden":
            near = _nearest(location, raw)
            hint = f"did you mean '{near[-1]}'?" if near else f"allowed are {', '.join(_keys(location, raw))}"
            return f"unknown key '{location[-1]}'; {hint}"
        case "missing":
            return f"missing; expected {_expected(location, raw)}"
        case "model_type" | "model_attributes_type" | "dict_type" | "tuple_type":
            return f"expected {_expected(location, raw)}, got {got}"
        case kind:
            known = _SENTENCES.get(kind)
            return known.format(got=got, **fault.get("ctx", {})) if known else fault["msg"]


def _expected(location: Location, raw: Any) -> str:
    """What belongs at a location, with an example."""
    field, table = locate(location, raw)
    if is_by_name(field) and len(location) <= 2:
        return f"tables [{location[0]}.NAME]" if len(location) == 1 else f"a table [{location[0]}.{location[1]}]"
    if dimension := dimension_of(field):
        return f'{dimension.name}, for example "{dimension.example}"'
    if table is not None:
        name = ".".join(str(part) for part in location if isinstance(part, str))
        many = field is not None and field.annotation is not table and not isinstance(location[-1], int)
        return f"tables [[{name}]]" if many else f"a table [{name}]"
    if is_file(field):
        return "a file name in quotes"
    annotation = field.annotation if field else dict
    kinds = {int: "a whole number", str: "a text in quotes", dict: "a table"}
    if annotation in kinds:
        return kinds[annotation]
    if get_origin(annotation) is dict and field is not None:
        return f"a table of {field.description}"
    return "a list of numbers" if str(annotation).startswith("tuple") else (field.description if field else "") or ""
