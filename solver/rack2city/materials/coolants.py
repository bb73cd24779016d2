"""Coolants by the names that cases use."""

import difflib
import re
from functools import cache

from rack2city.case.coolant import Coolant as Asked
from rack2city.errors import InputError
from rack2city.materials.coolant import Coolant, CoolPropFluid, liquid
from rack2city.materials.incompressible import RANGE_K, incompressibles
from rack2city.materials.own_coolant import own_coolant

WATER = ("HEOS::Water", "CoolProp at 3 bar: IAPWS-95; viscosity IAPWS R12-08, conductivity IAPWS R15-11")
_SHORT = re.compile(r"(PG|EG)([1-9]\d?)")
_GLYCOLS = {"PG": "propylene glycol", "EG": "ethylene glycol"}


def coolant_of(asked: Asked, table: str = "coolant") -> Coolant:
    """The coolant that a table of a case asks for; errors call that table by its dotted name.

    Raises:
        InputError: there is no such coolant, or its own table is wrong.
    """
    if asked.table is not None:
        return own_coolant(asked.name, asked.table)
    try:
        return coolant(asked.name, asked.share)
    except InputError as error:
        raise InputError(str(error).replace("coolant.", f"{table}.")) from None


@cache
def coolant(name: str, share: float | None = None) -> Coolant:
    """The coolant of a name used in cases, with its share in water (-) if it is a mixture.

    Names are `"water"`; a glycol with its percents by mass, as `"PG25"` or `"EG30"`; `"propylene glycol"`,
    `"ethylene glycol"` and all other incompressible liquids of CoolProp, by a readable name or CoolProp's own.

    Raises:
        InputError: there is no coolant of that name, it is not fit for a rack, or a mixture lacks its share.
    """
    if name == "water":
        return liquid(name, WATER[1], CoolPropFluid(WATER[0]), RANGE_K)
    if short := _SHORT.fullmatch(name):
        known = incompressibles()[_GLYCOLS[short[1]]].coolant(int(short[2]) / 100)
        return Coolant(name, known.source, known.fluid, known.viscosity_polynomial, known.temperature_range_k)
    if name not in incompressibles():
        raise InputError(f"coolant.name: unknown coolant '{name}'; {_hint(name)}")
    return incompressibles()[name].coolant(share)


def _hint(name: str) -> str:
    """What may have been meant by an unknown name."""
    names = {known.lower(): known for known in ["water", "PG25", "EG25", *incompressibles()]}
    near = difflib.get_close_matches(name.lower(), names, n=2, cutoff=0.75)
    if near:
        return f"did you mean {' or '.join(repr(names[one]) for one in near)}?"
    return (
        "known are water, PG25 and the like, propylene glycol, ethylene glycol, and the incompressible liquids of CoolProp; "
        "or give a table of its properties, coolant.table"
    )
