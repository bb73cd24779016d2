"""The text of an EPANET input file: sections, options, units and numbers.

Source: Rossman et al. (2020), EPANET 2.2 User Manual, appendix C.
"""

from dataclasses import dataclass

from rack2city.errors import InputError

_FOOT, _INCH, _GALLON = 0.3048, 0.0254, 3.785411784e-3
# m3/s per unit; those of feet and inches first
_US_FLOWS = {
    "CFS": _FOOT**3,
    "GPM": _GALLON / 60.0,
    "MGD": 1e6 * _GALLON / 86400.0,
    "IMGD": 1e6 * 4.54609e-3 / 86400.0,
    "AFD": 43560.0 * _FOOT**3 / 86400.0,
}
_SI_FLOWS = {
    "LPS": 1e-3,
    "LPM": 1e-3 / 60.0,
    "MLD": 1e3 / 86400.0,
    "CMH": 1.0 / 3600.0,
    "CMD": 1.0 / 86400.0,
    "CMS": 1.0,
}
_HORSEPOWER = 745.7  # W, as EPANET has it
# of water quality, energy, time and drawing: no part of the steady hydraulics
_IGNORED = (
    *("TITLE", "QUALITY", "SOURCES", "REACTIONS", "MIXING", "ENERGY", "TIMES", "REPORT", "TAGS", "LABELS"),
    *("BACKDROP", "VERTICES", "END"),
)
_READ = (
    *("JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "PUMPS", "VALVES", "CURVES", "DEMANDS", "STATUS", "PATTERNS"),
    *("OPTIONS", "COORDINATES"),
)
_REFUSED = {"EMITTERS": "emitters", "CONTROLS": "controls", "RULES": "rules"}
Rows = list[list[str]]
Sections = dict[str, Rows]


@dataclass(frozen=True)
class Units:
    """SI per unit of the file."""

    flow: float
    length: float
    diameter: float
    roughness: float
    power: float


def read_sections(text: str) -> Sections:
    """Words of every line by section, without comments; refuses sections that are not supported or unknown."""
    sections: Sections = {name: [] for name in (*_READ, *_IGNORED, *_REFUSED)}
    section = "TITLE"
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(";")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            start = words[0].strip("[]").upper()
            found = [name for name in sections if start and name.startswith(start[:4])]
            if not found:
                raise InputError(f"line {number}: {words[0]} is no section of an EPANET file")
            section = found[0]
        else:
            sections[section].append(words)
    for section, what in _REFUSED.items():
        if sections[section]:
            raise InputError(f"[{section}] {' '.join(sections[section][0][:3])}: {what} are not supported")
    return sections


def read_options(sections: Sections) -> dict[str, str]:
    """Options by name; the name may have two words."""
    options = {}
    for row in sections["OPTIONS"]:
        key = " ".join(row[:-1]).upper() if len(row) > 1 else row[0].upper()
        options[key] = row[-1]
    if options.get("DEMAND MODEL", "DDA").upper() != "DDA":
        raise InputError(f"[OPTIONS] DEMAND MODEL {options['DEMAND MODEL']}: only DDA (demands as given) is supported")
    return options


def read_units(options: dict[str, str]) -> Units:
    """SI per unit of the file, after its option UNITS; refuses other laws of friction than Darcy-Weisbach."""
    law = options.get("HEADLOSS", "H-W").upper()
    if law != "D-W":
        raise InputError(
            f"[OPTIONS] HEADLOSS {law}: only D-W (Darcy-Weisbach) is supported; convert the roughness in EPANET"
        )
    flow = options.get("UNITS", "GPM").upper()
    if flow in _US_FLOWS:
        return Units(_US_FLOWS[flow], _FOOT, _INCH, 1e-3 * _FOOT, _HORSEPOWER)
    if flow in _SI_FLOWS:
        return Units(_SI_FLOWS[flow], 1.0, 1e-3, 1e-3, 1e3)
    raise InputError(f"[OPTIONS] UNITS {flow}: it must be one of {', '.join([*_US_FLOWS, *_SI_FLOWS])}")


def rows_of(sections: Sections, section: str, least: int) -> Rows:
    """The lines of a section, each with enough words."""
    for row in sections[section]:
        if len(row) < least:
            raise InputError(f"[{section}] {' '.join(row)}: {least} values are needed")
    return sections[section]


def number(word: str, where: str) -> float:
    """A number of the file; `where` begins the message if it is none."""
    try:
        return float(word)
    except ValueError:
        raise InputError(f"{where}: {word!r} is not a number") from None
