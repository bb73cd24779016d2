"""How the report writes numbers: engineering units, significant digits, one look everywhere."""

import math
from dataclasses import dataclass
from typing import Any

NARROW_SPACE = "\u202f"
FIXED_SPACE = "\u00a0"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Scale:
    """An engineering unit: `value = factor * si + offset`, written as `symbol`."""

    symbol: str
    factor: float = 1.0
    offset: float = 0.0

    def of(self, si: Any) -> Any:
        """A number, array or table of SI values in this unit (`symbol`); a count stays whole where nothing is scaled."""
        return si if (self.factor, self.offset) == (1.0, 0.0) else self.factor * si + self.offset


CELSIUS = Scale("°C", offset=-273.15)
KELVIN = Scale("K")
KILOPASCAL = Scale("kPa", 1e-3)
KILOWATT = Scale("kW", 1e-3)
WATT = Scale("W")
MEGAWATT_HOUR = Scale("MWh", 1.0 / 3.6e9)
LITRE_PER_MINUTE = Scale("L/min", 6e4)
PERCENT = Scale("%", 100.0)
PLAIN = Scale("")
RESISTANCE_AREA = Scale("mm²·K/W", 1e6)
RESISTANCE = Scale("K/W")
VELOCITY = Scale("m/s")
METRE = Scale("m")

_BY_SI = {
    "K": KELVIN,
    "Pa": KILOPASCAL,
    "W": KILOWATT,
    "J": MEGAWATT_HOUR,
    "m3/s": LITRE_PER_MINUTE,
    "-": PERCENT,
    "m2K/W": RESISTANCE_AREA,
}


def engineering(unit: str, kind: str = "") -> Scale:
    """The unit an engineer reads in place of an SI unit, which stays where no other is customary.

    `"-"` becomes per cent, K become °C where the kind is `"temperature"`, that is an absolute one.
    """
    return CELSIUS if unit == "K" and kind == "temperature" else _BY_SI.get(unit, Scale(unit))


def number(value: float, digits: int = 4, trim: bool = False) -> str:
    """A number as text: significant digits, thousands grouped, a true minus, a dash for NaN.

    Whole digits before the point are always kept; trailing zeros may be trimmed, for what was given and not computed.
    """
    if math.isnan(value):
        return "–"
    if value == 0.0:
        return "0"
    if math.isinf(value):
        return "∞" if value > 0.0 else "−∞"
    if isinstance(value, int):
        text, power = f"{value:,}", ""
    elif 1e-3 <= abs(value) < 1e9:
        text, power = f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}", ""
    else:
        text, exponent = f"{value:.{digits - 1}e}".split("e")
        power = f"{NARROW_SPACE}×{NARROW_SPACE}10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", NARROW_SPACE).replace("-", "−") + power


def quantity(si: float | None, scale: Scale, digits: int = 4, trim: bool = False) -> str:
    """A value in SI, written in an engineering unit, such as `"95.00 kPa"`; arguments as of `number`, a dash for None."""
    if si is None:
        return "–"
    return f"{number(scale.of(si), digits, trim)}{FIXED_SPACE if scale.symbol else ''}{scale.symbol}"
