"""The schema of the coolant: by name, of a mixture with its share, or by a table of its properties."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from rack2city.case import quantities as q
from rack2city.case.table import Faults, File, Table
from rack2city.case.units import fault

_LABEL = r"[A-Za-z][A-Za-z0-9 ._-]{0,39}"
_GLYCOLS = ("propylene glycol", "ethylene glycol")


def _label(value: str) -> str:
    """Refuse a name that is none."""
    if not re.fullmatch(_LABEL, value):
        raise fault(f"'{value}' is no name of a coolant; allowed are at most 40 letters, digits, spaces, - _ and .")
    return value


class Coolant(Table):
    """A liquid that cools."""

    name: Annotated[str, AfterValidator(_label)] = Field(
        description="water, PG25 and the like (percent of propylene glycol by mass), EG25 and the like (ethylene glycol), or "
        "a liquid of CoolProp, of a mixture with its share; any name where a table is given",
        json_schema_extra={"examples": ["PG25", "water", *_GLYCOLS], "pattern": f"^{_LABEL}$"},
    )
    share: Annotated[float | None, q.FRACTION.within("1 %", "100 %")] = Field(
        None, description="share of what is mixed with water, by mass, of brands by volume; of mixtures alone (-)"
    )
    table: File | None = Field(
        None,
        description="a CSV file of the liquid's own properties over temperature; relative to the case file",
    )

    def faults(self) -> Faults:
        """A glycol without its share, or a share of what has none."""
        if self.table is not None and self.share is not None:
            yield fault("has no place beside a table, whose properties are those of the mixture", "share")
        if self.table is None and self.name in _GLYCOLS and self.share is None:
            yield fault(f'missing; {self.name} needs its share by mass, for example "40 %"', "share")
        if re.fullmatch(r"water|[PE]G\d+", self.name) and self.share is not None:
            told = f'{self.name} has no share to choose; write name = "propylene glycol" or "ethylene glycol" with it'
            yield fault(told, "share")
