"""Where things are in the schema: the table and the field at a path such as `("rack", "loads", 0, "power")`."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from rack2city.case.schema import Case
from rack2city.case.table import Table
from rack2city.case.units import ASSUMED, Dimension

Location = tuple[str | int, ...]


def tables_of(annotation: Any) -> list[type[Table]]:
    """The kinds of table that a field of this annotation may hold, itself, in a list or by name."""
    if inspect.isclass(annotation) and issubclass(annotation, Table):
        return [annotation]
    return [table for part in get_args(annotation) for table in tables_of(part)]


def is_by_name(field: FieldInfo | None) -> bool:
    """Whether a field holds tables by name, as in `[plates.gpu]`."""
    return field is not None and get_origin(field.annotation) is dict and bool(tables_of(field.annotation))


def kinds_of(table: type[Table]) -> tuple[str, ...]:
    """The `kind` that tells a table from others in its place; none where it needs no telling."""
    return get_args(table.model_fields["kind"].annotation) if "kind" in table.model_fields else ()


def locate(location: Sequence[str | int], raw: Any = None) -> tuple[FieldInfo | None, type[Table] | None]:
    """The field at a location (None at the root and where the schema has none), and the kind of table it holds, if any.

    Where there are several kinds, what the user wrote there decides: the tables of the case as written.
    """
    field: FieldInfo | None = None
    table: type[Table] | None = Case
    nodes: list[Any] = [raw]
    named = False  # whether the next part is a name that the user gave to a table
    for part in location:
        nodes.append(_child(nodes[-1], part))
        if isinstance(part, int):
            continue
        if named:
            named, table = False, _of_kind(tables_of(field.annotation) if field else [], nodes[-1])
            continue
        field = table.model_fields.get(part) if table else None
        named = is_by_name(field)
        table = _of_kind(tables_of(field.annotation) if field else [], nodes[-1])
    return field, table


def _child(node: Any, part: str | int) -> Any:
    if isinstance(node, Mapping):
        return node.get(part)
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None


def _of_kind(tables: list[type[Table]], node: Any) -> type[Table] | None:
    """The table that is meant, by its `kind` if there are several."""
    kind = node.get("kind") if isinstance(node, Mapping) else None
    return next((table for table in tables if len(tables) == 1 or kind in kinds_of(table)), None)


def untagged(location: Location) -> Location:
    """A location as the user sees it: that of an error also has the `kind` that was found at a table by name, or "[key]"."""
    for depth in range(2, len(location)):
        field = locate(location[: depth - 1])[0]
        kinds = {kind for table in tables_of(field.annotation) for kind in kinds_of(table)} if field else set()
        if is_by_name(field) and location[depth] in kinds | {"[key]"}:
            return (*location[:depth], *location[depth + 1 :])
    return location


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
