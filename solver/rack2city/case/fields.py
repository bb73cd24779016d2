"""Where things are in the schema: the table and the field at a path such as `("rack", "loads", 0, "power")`."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from rack2city.case.schema import Case
from rack2city.case.table import Table
from rack2city.case.units import ASSUMED, Dimension

Location = tuple[str | int, ...]


def table_of(annotation: Any) -> type[Table] | None:
    """The kind of table that a field of this annotation holds, itself or in a list; None if it holds none."""
    if inspect.isclass(annotation) and issubclass(annotation, Table):
        return annotation
    return next((table for table in map(table_of, get_args(annotation)) if table is not None), None)


def locate(location: Sequence[str | int]) -> tuple[FieldInfo | None, type[Table] | None]:
    """The field at a location (None at the root and where the schema has none), and the kind of table it holds, if any."""
    field: FieldInfo | None = None
    table: type[Table] | None = Case
    for part in location:
        if isinstance(part, int):
            continue
        field = table.model_fields.get(part) if table else None
        table = table_of(field.annotation) if field else None
    return field, table


def dimension_of(field: FieldInfo | None) -> Dimension | None:
    """The dimension of a field that holds a quantity, else None."""
    return next((item for item in field.metadata if isinstance(item, Dimension)), None) if field else None


def origin_of_default(field: FieldInfo | None) -> tuple[str, str]:
    """Source and status of a default, as its field tells them to the JSON schema."""
    extra = field.json_schema_extra if field else None
    return (
        (str(extra.get("source", "")), str(extra.get("status", ASSUMED))) if isinstance(extra, dict) else ("", ASSUMED)
    )


def _mentions(annotation: Any, kind: type) -> bool:
    """Whether a type is part of an annotation."""
    return annotation is kind or any(_mentions(part, kind) for part in get_args(annotation))


def is_file(field: FieldInfo | None) -> bool:
    """Whether a field names a file."""
    return field is not None and _mentions(field.annotation, Path)


def leaves(value: Any, location: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Location and value of all in a case, or in the part at a location, that is no table, in the order of the schema.

    Origins are left out; a list of plain values is one leaf.
    """
    children: Iterator[tuple[str | int, Any]]
    if isinstance(value, Table):
        children = ((key, getattr(value, key)) for key in type(value).model_fields if key not in ("source", "status"))
    elif isinstance(value, Mapping):
        children = iter(value.items())
    elif isinstance(value, tuple) and value and isinstance(value[0], Table):
        children = iter(enumerate(value))
    else:
        yield location, value
        return
    for key, child in children:
        yield from leaves(child, (*location, key))
