"""What all tables of a case have in common: strict keys, an origin, and the kinds of field that are no quantities."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, PlainValidator, ValidationInfo, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from rack2city.case.units import fault, show

LABEL = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}"
LONGEST_NAME = 60
Faults = Iterator[PydanticCustomError]


class Table(BaseModel, frozen=True, extra="forbid"):
    """A table of a case file: unknown keys are errors, values cannot be changed."""

    source: str = Field("", description="where the values of this table come from, unless they say so themselves")
    status: Literal["measured", "datasheet", "published", "assumed"] = Field(
        "assumed", description="what kind of source that is; a value with a source of its own has its own status, too"
    )

    def faults(self) -> Faults:
        """What is wrong between fields that are right each for itself, the first thing first."""
        yield from ()

    @model_validator(mode="after")
    def _refuse(self) -> Self:
        for found in self.faults():
            raise found
        return self


def origin(source: str, status: str) -> dict[str, Any]:
    """Where the default of a field comes from and what kind of source that is, as its `json_schema_extra`."""
    return {"source": source, "status": status}


def _name(value: str) -> str:
    """Refuse a name that cannot stand in a file name, a group of a mesh or a dotted path."""
    if len(value) > LONGEST_NAME:
        raise fault(f"'{value[:20]}...' has {len(value)} letters, more than the {LONGEST_NAME} of a name")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", value):
        raise fault(f"'{value}' is no name; allowed are letters, digits, - and _, with a letter first")
    return value


def _label(value: str) -> str:
    """Refuse a label that is none; unlike a name it may begin with a digit, as 6061-T6 does."""
    if not re.fullmatch(LABEL, value):
        raise fault(f"'{value}' is no such name; allowed are at most 40 letters, digits, spaces, - _ and .")
    return value


def _existing_file(value: object, info: ValidationInfo) -> Path:
    """Find a file that is named relative to the case file, whose folder is `directory` of the validation context."""
    if not isinstance(value, str):
        raise fault(f"expected a file name in quotes, got {show(value)}")
    if any(ord(letter) < 32 for letter in value):
        raise fault(
            f"{value!r} has a character that no file name has; in double quotes a backslash is written twice, or the name "
            "stands in single quotes"
        )
    path = Path((info.context or {}).get("directory", "."), value).resolve()
    if not path.is_file():
        raise fault(f"no such file '{value}' (looked for {path})")
    return path


def _option(value: object) -> Any:
    """Refuse what PETSc cannot take as the value of an option, and what would make it write files or run programs."""
    if not isinstance(value, str | int | float):
        raise fault(f"expected a text, a number, true or false, got {show(value)}")
    if isinstance(value, str) and (not re.fullmatch(r"[A-Za-z0-9_.,+-]+", value) or value == "python"):
        raise fault(f"{show(value)} may not stand in a case: an option there names no file and no program")
    return value


Name = Annotated[str, AfterValidator(_name), Field(json_schema_extra={"pattern": "^[A-Za-z][A-Za-z0-9_-]*$"})]
Label = Annotated[str, AfterValidator(_label), Field(json_schema_extra={"pattern": f"^{LABEL}$"})]
Count = Annotated[int, Field(strict=True, ge=1)]
Number = Annotated[float, Field(strict=True, gt=0.0, allow_inf_nan=False)]
File = Annotated[Path, PlainValidator(_existing_file), WithJsonSchema({"type": "string"})]
Option = Annotated[
    str | int | float | bool, PlainValidator(_option), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
