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


@dataclass(frozen=True)
class Units:
    """SI per unit of the file."""

    flow: float
    length: float
    diameter: float
    roughness: float
    power: float


@dataclass(frozen=True)
class Row:
    """The words of a line, and the section that it stands in."""

    section: str
    words: list[str]

    def __getitem__(self, place: int) -> str:
        return self.words[place]

    def __len__(self) -> int:
        return len(self.words)

    @property
    def where(self) -> str:
        """Begins the messages about the line."""
        return f"[{self.section}] {self.words[0]}"

    def number(self, place: int, otherwise: float | None = None) -> float:
        """The number at a place, or another one where the line ends before."""
        if otherwise is not None and place >= len(self.words):
            return otherwise
        return number(self.words[place], self.where)


@dataclass(frozen=True)
class Inp:
    """A file: its lines by section, its options by name, and its units."""

    sections: dict[str, list[Row]]
    options: dict[str, str]
    units: Units

    @classmethod
    def of(cls, text: str) -> "Inp":
        """Read a file; refuses sections and options that are not supported or unknown."""
        sections = _sections(text)
        # the name of an option may have two words
        options = {" ".join(row.words[: max(len(row) - 1, 1)]).upper(): row[-1] for row in sections["OPTIONS"]}
        if options.get("DEMAND MODEL", "DDA").upper() != "DDA":
            raise InputError(
                f"[OPTIONS] DEMAND MODEL {options['DEMAND MODEL']}: only DDA (demands as given) is supported"
            )
        return cls(sections, options, _units(options))

    def rows(self, section: str, least: int = 1) -> list[Row]:
        """The lines of a section, each with enough words."""
        for row in self.sections[section]:
            if len(row) < least:
                raise InputError(f"[{section}] {' '.join(row.words)}: {least} values are needed")
        return self.sections[section]

    def option(self, name: str, otherwise: float) -> float:
        """An option that is a number."""
        return number(self.options[name], f"[OPTIONS] {name}") if name in self.options else otherwise


def number(word: str, where: str) -> float:
    """A number of the file; `where` begins the message if it is none."""
    try:
        return float(word)
    except ValueError:
        raise InputError(f"{where}: {word!r} is not a number") from None


def _sections(text: str) -> dict[str, list[Row]]:
    """Words of every line by section, without comments."""
    sections: dict[str, list[Row]] = {name: [] for name in (*_READ, *_IGNORED, *_REFUSED)}
    section = "TITLE"
    for count, line in enumerate(text.splitlines(), 1):
        words = line.split(";")[0].split()
        if words and words[0].startswith("["):
            start = words[0].strip("[]").upper()
            found = [name for name in sections if start and name.startswith(start[:4])]
            if not found:
                raise InputError(f"line {count}: {words[0]} is no section of an EPANET file")
            section = found[0]
        elif words:
            sections[section].append(Row(section, words))
    for section, what in _REFUSED.items():
        for row in sections[section]:
            raise InputError(f"[{section}] {' '.join(row.words[:3])}: {what} are not supported")
    return sections


def _units(options: dict[str, str]) -> Units:
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
