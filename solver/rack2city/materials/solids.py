"""Solids by the names that cases use, built-in ones and those of the case."""

import difflib
from collections.abc import Mapping
from functools import cache

import numpy as np

from rack2city.case.solids import Solid as Asked
from rack2city.errors import InputError
from rack2city.materials.interpolation import between_logarithms, spline_of_logarithms
from rack2city.materials.solid import ConductivityLaw, Solid, law_of
from rack2city.materials.solid_data import SOLIDS, SolidData

RANGE_K = (223.15, 473.15)
"""Temperatures of cold plates (K), -50 to 200 degC: a built-in solid is known for no more, for less where its source ends."""


def solid(name: str, own: Mapping[str, Asked] | None = None, field: str = "material") -> Solid:
    """The solid of a name, that of the case before a built-in one; capitals make no difference for the latter.

    Args:
        name: what the case calls it, such as `"copper"` or `"6061-T6"`.
        own: the solids of the case by their names.
        field: dotted field of the case that has the name, for the sentence of an error.

    Raises:
        InputError: there is no solid of that name, or its own table is wrong.
    """
    if own and name in own:
        return own_solid(name, own[name])
    built_in = _built_in()
    if name.lower() in built_in:
        return built_in[name.lower()]
    known = [*(own or ()), *(data.names[0] for data in SOLIDS)]
    near = difflib.get_close_matches(name.lower(), [one.lower() for one in (*known, *built_in)], n=1, cutoff=0.7)
    meant = f"did you mean '{near[0]}'? " if near else ""
    raise InputError(
        f"{field}: unknown material '{name}'; {meant}known are {', '.join(known)}, or give [materials.NAME] its conductivity"
    )


def own_solid(name: str, asked: Asked) -> Solid:
    """The solid that a case describes.

    Raises:
        InputError: its conductivity is too uneven over temperature.
    """
    source, status = asked.source or "the case", asked.status
    if asked.conductivity is not None:
        return Solid(name, asked.conductivity, source, status, None, asked.density, asked.heat_capacity)
    at = np.array([point.temperature for point in asked.points])
    curve, ends = between_logarithms(at, np.array([point.conductivity for point in asked.points])), (at[0], at[-1])
    law = law_of(f"materials.{name}.points", curve, ends)
    return Solid(name, law, source, status, ends, asked.density, asked.heat_capacity)


@cache
def _built_in() -> dict[str, Solid]:
    """The built-in solids by each of their names in small letters."""
    return {name.lower(): _from_data(data) for data in SOLIDS for name in data.names}


def _from_data(data: SolidData) -> Solid:
    """A built-in solid: the cubic spline in the logarithms of its few points, over the temperatures of plates."""
    name, ends = data.names[0], (max(data.temperatures[0], RANGE_K[0]), min(data.temperatures[-1], RANGE_K[1]))
    conductivity: float | ConductivityLaw = data.conductivity[0]
    if len(data.conductivity) > 1:
        curve = spline_of_logarithms(np.array(data.temperatures), np.array(data.conductivity))
        conductivity = law_of(name, curve, ends)
    return Solid(name, conductivity, data.source, data.status, ends, data.density, data.heat_capacity)
