"""Quantities as people write them, `"number unit"`, turned into SI floats; a wrong one gets one clear sentence."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pint
from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

registry: pint.UnitRegistry[Any] = pint.UnitRegistry()

_NUMBER = re.compile(r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|nan|inf)(?![\d,])", re.IGNORECASE)
_SPELLINGS = str.maketrans(
    {"·": "*", "⋅": "*", "∙": "*", "×": "*", "º": "°", "\u2212": "-", "\u00a0": " ", "\u202f": " "}
)
_TOWER = re.compile(r"\d\d|\d\s*(?:\^|\*\*)")  # m^99 or m^9^9^9, which would keep pint busy for ever
_ABSOLUTE_SCALES = ("degree_Celsius", "degree_Fahrenheit")

# What a quantity is called in an error, by SI unit: those that no field of a case asks for; a `Dimension` adds its own.
_NAMES = {
    "": "a plain number",
    "m^2": "an area",
    "m^3": "a volume",
    "kg": "a mass",
    "s": "a time",
    "kg/s": "a mass flow",
    "W/m^2": "a heat flux",
    "A": "an electric current",
    "C": "an electric charge",
    "V": "an electric voltage",
}


ASSUMED = "assumed"
STATUSES = ("measured", "datasheet", "published", ASSUMED)
"""What kind of source a value has: measured on the thing itself, its maker's datasheet, a publication, or none of these."""


def fault(message: str, *field: str | int) -> PydanticCustomError:
    """An error of the case as pydantic collects it: a sentence without file and field.

    The keys and indices lead from the table that is being checked to the faulty field, where it is not that itself.
    """
    return PydanticCustomError("case", "{message}", {"message": message, "field": field})


def celsius(temperature_k: float) -> str:
    """A temperature (K) as text in degC."""
    return f"{temperature_k - 273.15:.6g} degC"


def show(value: object) -> str:
    """A TOML value as the user would write it, texts without quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {show(item)}" for key, item in value.items()) + " }"
    return str(value)


@dataclass(frozen=True)
class Dimension:
    """What a field measures; as metadata of an annotated float it reads and checks the field.

    Attributes:
        name: with its article, as in "expected a power".
        unit: SI unit of the float; `"-"` for a plain number.
        example: a well-formed text, shown in errors and editors.
        zero: whether zero is allowed; a negative value never is, except that a temperature may be below 0 degC.
        signed: whether it may be negative, as a place may.
        maximum: largest allowed value (in `unit`), if any.
        plausible: least and largest plausible value as texts; beyond them the case is asked back, zero excepted.
    """

    name: str
    unit: str
    example: str
    zero: bool = False
    signed: bool = False
    maximum: float | None = None
    plausible: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Make the name known to errors; of several with one unit the first is told."""
        if not self.plain:
            _NAMES.setdefault(self.unit, self.name)

    def or_zero(self) -> "Dimension":
        """The same dimension where zero is allowed."""
        return replace(self, zero=True)

    def within(self, least: str, largest: str) -> "Dimension":
        """The same dimension with a range of plausible values, each a text `"number unit"`."""
        return replace(self, plausible=(least, largest))

    @property
    def plain(self) -> bool:
        """Whether the quantity is a plain number, for which a unit may be left out."""
        return self.unit == "-"

    def parse(self, value: object) -> float:
        """The value in the SI unit of this dimension of a text `"number unit"`, or of a table of it and its origin.

        The table is `{"value": "number unit", "source": "...", "status": "..."}`; a plain number may also be given as such.
        With `"sure": true` in it a value need not be plausible.

        Raises:
            PydanticCustomError: the value is malformed, of another dimension, or out of range.
        """
        sure = isinstance(value, dict) and value.get("sure") is True
        if isinstance(value, dict):
            value = self._unpack(value)
        si, text = self._si(value), show(value).strip()
        self._check(si, text)
        if not sure:
            self._ask_back(si, text)
        return si

    def _si(self, value: object) -> float:
        """A quantity in the SI unit."""
        number, unit = self._split(value)
        scale = self._scale(unit, show(value).strip())
        si = float(registry.Quantity(number, scale).to("" if self.plain else self.unit).magnitude)
        return float(f"{si:.15g}")  # 95 % is 0.95, not the 0.9500000000000001 that dividing by 100 leaves

    def _is_plausible(self, si: float) -> bool:
        least, largest = (self._si(end) for end in self.plausible or ())
        return least <= si <= largest

    def _ask_back(self, si: float, text: str) -> None:
        """Ask about a value that is possible and yet most likely a slip, as `40 Mm` where `40 mm` is meant."""
        if self.plausible is None or si == 0.0 or self._is_plausible(si):
            return
        meant = next((f", or {near}" for near in _slips(text) if self._is_plausible(self._si(near))), "")
        raise fault(
            f"is {text} meant{meant}? plausible are {self.plausible[0]} to {self.plausible[1]}; if it is meant, write "
            f'{{ value = "{text}", sure = true }}'
        )

    def _unpack(self, table: dict[str, object]) -> object:
        """The `value` of a quantity's inline table."""
        for key in table:
            if key not in ("value", "source", "status", "sure"):
                raise fault(f"unknown key '{key}'; a quantity with its origin is {self._with_source}")
        if "value" not in table:
            raise fault(f"missing 'value'; a quantity with its origin is {self._with_source}")
        if not isinstance(table.get("source", ""), str):
            raise fault(f"'source' must be a text in quotes, got {show(table['source'])}")
        if table.get("status", ASSUMED) not in STATUSES:
            raise fault(f"'status' must be one of {', '.join(STATUSES)}, got {show(table['status'])}")
        if not isinstance(table.get("sure", True), bool):
            raise fault(f"'sure' must be true or false, got {show(table['sure'])}")
        return table["value"]

    def _split(self, value: object) -> tuple[float, str]:
        """Number and unit of a quantity, the unit spelt as pint reads it."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not self.plain:
                raise fault(f"expected {self.name} with its unit, got {show(value)}; {self._hint}")
            return float(value), ""
        text = value.translate(_SPELLINGS).replace("℃", "°C").strip() if isinstance(value, str) else ""
        match = _NUMBER.match(text)
        if match is None:
            got = f"'{value}'" if isinstance(value, str) else show(value)
            raise fault(f"expected {self.name}, got {got}; {self._hint}")
        unit = text[match.end() :].strip()
        if not unit and not self.plain:
            raise fault(f"expected {self.name} with its unit, got {text}; {self._hint}")
        return float(match.group()), unit

    def _scale(self, unit: str, text: str) -> Any:
        """The pint unit of a quantity that has the right dimension."""
        try:
            if _TOWER.search(unit):
                raise ValueError("no unit of a case has such a power")
            scale = registry.parse_units(unit.replace("%", "percent"))
        except Exception:  # pint raises errors of a dozen kinds on malformed units, some of them not its own
            raise fault(f"unknown unit '{unit}' in {text}; {self._hint}") from None
        # 5 degC as a difference would silently become 278 K; degC within a larger unit is read as a difference by pint.
        absolute, difference = str(scale) in _ABSOLUTE_SCALES, str(scale).startswith("delta_")
        as_difference, as_temperature = self.name == "a temperature difference", self.name == "a temperature"
        wrong_kind = (absolute and as_difference) or (difference and as_temperature)
        if wrong_kind or scale.dimensionality != registry.parse_units("" if self.plain else self.unit).dimensionality:
            kind = "a temperature difference" if difference else _name_of(scale)
            raise fault(f"expected {self.name}, got {text} ({kind}); {self._hint}")
        return scale

    def _check(self, si: float, text: str) -> None:
        """Refuse a value out of range."""
        if not math.isfinite(si):
            raise fault(f"must be finite, got {text}")
        if self.name == "a temperature" and si <= 0.0:
            raise fault(f"must be above absolute zero, got {text}")
        if not self.signed and (si < 0.0 or (si == 0.0 and not self.zero)):
            raise fault(f"must {'not be negative' if self.zero else 'be positive'}, got {text}")
        if self.maximum is not None and si > self.maximum:
            raise fault(f"must be at most {self.maximum:g} ({100 * self.maximum:g} %), got {text}")

    @property
    def _hint(self) -> str:
        return f'write for example "{self.example}"'

    @property
    def _with_source(self) -> str:
        return f'{{ value = "{self.example}", source = "..." }}'

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """Let pydantic read the field with `parse`."""
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """What an editor may accept: a text, or a table of text and source; a plain number also as such."""
        number = r"^\s*[+\-\u2212]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
        text: dict[str, Any] = {"type": "string", "pattern": number + ("" if self.plain else r"\s*[^\s\d].*$")}
        value = {"anyOf": [text, {"type": "number"}]} if self.plain else text
        table = {
            "type": "object",
            "properties": {
                "value": value,
                "source": {"type": "string", "description": "where the value comes from"},
                "status": {"enum": list(STATUSES), "description": "what kind of source that is"},
                "sure": {"type": "boolean", "description": "whether a value that is not plausible is meant"},
            },
            "required": ["value"],
            "additionalProperties": False,
        }
        plain = [{"type": "number"}] if self.plain else []
        return {"anyOf": [text, *plain, table], "examples": [self.example]}


def _slips(text: str) -> Iterator[str]:
    """A quantity with m, M and k mistaken for each other at the head of its unit."""
    if found := re.fullmatch(r"(.*?[\d.]\s*)([mMk])(\w.*)", text):
        yield from (found[1] + prefix + found[3] for prefix in ("m", "M", "k") if prefix != found[2])


def _name_of(scale: Any) -> str:
    """What the field calls a quantity of this unit, with its article."""
    names = (name for unit, name in _NAMES.items() if scale.is_compatible_with(unit))
    return next(names, f"dimension {scale.dimensionality}")
