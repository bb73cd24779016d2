"""Every key of a case as text for people: what is expected, the default and what it means, a table for each kind of table."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from rack2city.case.reading.fields import dimension_of, is_by_name, is_file, kinds_of, tables_of
from rack2city.case.schema import Case
from rack2city.case.table import Table
from rack2city.case.units import show

HEADER = "| key | expected | without it | meaning |\n|---|---|---|---|"


def key_tables() -> dict[str, str]:
    """Markdown of the keys of each table that a case may have, by its title, in the order of the schema.

    A table of several kinds, such as `[plates.NAME]`, comes once for each kind; one in several of them once.
    """
    return dict(_tables(Case, ""))


def _tables(table: type[Table], path: str) -> Iterator[tuple[str, str]]:
    below: list[tuple[type[Table], str]] = []
    rows = []
    for key, field in table.model_fields.items():
        inner = tables_of(field.annotation)
        if inner:
            below += ((kind, _place(path, key, field)) for kind in inner)
        elif key not in ("source", "status"):  # of every table alike
            rows.append(f"| `{key}` | {_expected(field)} | {_default(field)} | {field.description or ''} |")
    if rows:
        yield _title(table, path), "\n".join((HEADER, *rows))
    for kind, place in below:
        yield from _tables(kind, place)


def _place(path: str, key: str, field: FieldInfo) -> str:
    """How the table of a field is headed, `[plates.NAME]` or `[[rack.loads]]`, without the brackets of its parents."""
    place = f"{path.strip('[]')}.{key}".lstrip(".")
    if is_by_name(field):
        return f"[{place}.NAME]"
    return f"[[{place}]]" if _is_list(field.annotation) else f"[{place}]"


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(map(_is_list, get_args(annotation)))


def _title(table: type[Table], path: str) -> str:
    kinds = " or ".join(f'"{kind}"' for kind in kinds_of(table))
    return f"`{path}`" + (f", kind = {kinds}" if kinds else "")


def _expected(field: FieldInfo) -> str:
    """What a key takes, with an example of a quantity and its plausible range."""
    if dimension := dimension_of(field):
        told = f"{dimension.name}, `{dimension.example}`"
        return told + (f"; {dimension.plausible[0]} to {dimension.plausible[1]}" if dimension.plausible else "")
    if is_file(field):
        return "files" if _is_list(field.annotation) else "a file"
    return " or ".join(dict.fromkeys(_words(field.annotation)))


def _words(annotation: Any) -> Iterator[str]:
    """What a type is called, a word for each of its alternatives."""
    origin, parts = get_origin(annotation), get_args(annotation)
    plain = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    if annotation in plain:
        yield plain[annotation]
    elif origin is Literal:
        yield ", ".join(f'`"{part}"`' for part in parts)
    elif origin is tuple:
        yield "a list"
    elif origin is dict:
        yield "a table by name"
    else:
        for part in parts:
            yield from _words(part)


def _default(field: FieldInfo) -> str:
    """What holds without a key, in the SI unit of its dimension."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, "", (), {}):
        return ""
    dimension = dimension_of(field)
    unit = "" if dimension is None or dimension.plain else f" {dimension.unit}"
    return f"`{show(list(value)) if isinstance(value, tuple) else show(value)}{unit}`"
