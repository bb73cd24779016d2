"""A coolant by a table of its own properties."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rack2city.arrays import Array
from rack2city.case import quantities as q
from rack2city.case.columns import read_columns
from rack2city.errors import InputError
from rack2city.materials.coolant import Coolant, liquid
from rack2city.materials.incompressible import NARROWEST_K
from rack2city.materials.interpolation import between, between_logarithms

COLUMNS = {
    "temperature": q.TEMPERATURE,
    "density": q.DENSITY.within("300 kg/m^3", "5000 kg/m^3"),
    "heat_capacity": q.HEAT_CAPACITY,
    "conductivity": q.CONDUCTIVITY.within("0.01 W/(m*K)", "100 W/(m*K)"),
    "viscosity": q.VISCOSITY,
}
_KEYS = {"D": "density", "C": "heat_capacity", "L": "conductivity", "V": "viscosity"}


@dataclass(frozen=True, eq=False)
class PropertyTable:
    """Properties in rows of rising temperature (SI units); between rows PCHIP, of the viscosity in ln(mu) over ln(T)."""

    columns: dict[str, Array]

    def __call__(self, key: str, temperature_k: Array) -> Array:
        """A property by CoolProp's key at temperatures (K) within the rows."""
        rule = between_logarithms if key == "V" else between
        return rule(self.columns["temperature"], self.columns[_KEYS[key]])(temperature_k)


def own_coolant(name: str, path: Path) -> Coolant:
    """The coolant whose properties a CSV file has, for the range of temperature that it has.

    The header names the columns with their units: temperature, density, heat_capacity, conductivity, viscosity (dynamic).

    Raises:
        InputError: the table cannot be read or is none of a liquid; the sentence names the file.
    """
    columns = read_columns(path, COLUMNS)
    temperature = columns["temperature"]
    low, high = float(temperature[0]), float(temperature[-1])
    for k, (before, after) in enumerate(pairwise(temperature)):
        at = f"{before - 273.15:.6g} and {after - 273.15:.6g} degC"
        if not after > before:
            raise InputError(f"{path}: the temperature must rise from row to row, {at} follow each other")
        if not columns["viscosity"][k + 1] < columns["viscosity"][k]:
            raise InputError(
                f"{path}: the viscosity must fall with temperature, as that of liquids does; between {at} not"
            )
    if high - low < NARROWEST_K:
        raise InputError(f"{path}: the rows span {high - low:.4g} K; at least {NARROWEST_K:g} K are needed")
    told = f"table {path.name}, {len(temperature)} rows from {low - 273.15:.4g} to {high - 273.15:.4g} degC, between them PCHIP"
    try:
        return liquid(name, told, PropertyTable(columns), (low, high))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
