"""A case as a table of inputs: what the user wrote, the SI value it became, and where it comes from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rack2city.case.reading.fields import Location, dimension_of, leaves, locate, origin_of_default
from rack2city.case.schema import PlatesCase
from rack2city.case.units import ASSUMED, show
from rack2city.errors import dotted

DEFAULT = "default"
COMMAND_LINE = "command line (--set)"


@dataclass(frozen=True)
class CaseInput:
    """One input of a case.

    Attributes:
        field: dotted path, such as `rack.loads[0].power`.
        given: text as the user wrote it, with its unit; `"default"` if the case does not have the field.
        si: the value in SI; a list as text; `"none"` for a default that is no value.
        unit: SI unit; `"-"` for a ratio; `""` for names, counts and files.
        source: where the value comes from; `""` if the case does not say.
        status: kind of source of a quantity: `measured`, `datasheet`, `published`, or `assumed`, also where nothing is
            said; `""` for what is no quantity.
    """

    field: str
    given: str
    si: bool | float | int | str
    unit: str
    source: str
    status: str


def case_inputs(case: PlatesCase, raw: Mapping[str, Any], overridden: Collection[Location] = ()) -> list[CaseInput]:
    """Every input of a checked case, defaults included, in the order of the schema.

    A value without a `source` of its own has source and status of its table; a default has those of the schema, if any.
    The tables are those that the case was read from, the locations those that were set from the command line.
    """
    return [_input(location, value, raw, overridden) for location, value in leaves(case)]


def _input(location: Location, value: Any, raw: Mapping[str, Any], overridden: Collection[Location]) -> CaseInput:
    """One row of the table."""
    given, source, status = _given(raw, location)
    if any(location[: len(key)] == key for key in overridden):
        source, status = COMMAND_LINE, ASSUMED
    dimension = dimension_of(locate(location, raw)[0])
    si = given if isinstance(value, Path) else _si(value)  # where a file lies on this machine is no input
    unit = dimension.unit if dimension and value is not None else ""
    return CaseInput(dotted(location), given, si, unit, source, status if unit else "")


def _si(value: Any) -> Any:
    """A checked value for the table: a float, an int or a text."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return ", ".join(
            item.name if isinstance(item, Path) else f"{item:g}" if isinstance(item, float) else str(item)
            for item in value
        )
    return value


def _given(raw: Mapping[str, Any], location: Location) -> tuple[str, str, str]:
    """What the user wrote at a location, its origin and what kind of origin that is."""
    node: Any = raw
    source, status = "", ASSUMED
    for part in location:
        if isinstance(node, Mapping):
            source, status = node.get("source", ""), node.get("status", ASSUMED)
        if isinstance(node, Mapping) and part not in node:
            return DEFAULT, *origin_of_default(locate(location, raw)[0])
        node = node[part]
    if isinstance(node, Mapping) and "value" in node:
        if "source" in node:  # the status of the table is that of the table's source
            source, status = node["source"], ASSUMED
        return show(node["value"]), source, node.get("status", status)
    return show(node), source, status
