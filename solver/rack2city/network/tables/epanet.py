"""EPANET input files: the hydraulics of pipes, reservoirs, tanks and demands.

Source: Rossman et al. (2020), EPANET 2.2 User Manual, appendices A and C.
"""

from dataclasses import dataclass
from pathlib import Path

from rack2city.errors import InputError
from rack2city.network.tables.create import create_boundaries, create_junctions, create_pipes
from rack2city.network.tables.hydraulics import GRAVITY
from rack2city.network.tables.network import Network
from rack2city.network.tree import Liquid

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
_VISCOSITY = 1.1e-5 * _FOOT**2  # m2/s: what EPANET multiplies VISCOSITY with
# of water quality, energy, time and drawing: no part of the steady hydraulics
_IGNORED = (
    *("TITLE", "QUALITY", "SOURCES", "REACTIONS", "MIXING", "ENERGY", "TIMES", "REPORT", "TAGS", "LABELS"),
    *("BACKDROP", "VERTICES", "CURVES", "END"),
)
_READ = ("JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "DEMANDS", "STATUS", "PATTERNS", "OPTIONS", "COORDINATES")
_REFUSED = {
    "PUMPS": "pumps",
    "VALVES": "valves",
    "EMITTERS": "emitters",
    "CONTROLS": "controls",
    "RULES": "rules",
}
Rows = list[list[str]]


@dataclass(frozen=True)
class _Units:
    """SI per unit of the file."""

    flow: float
    length: float
    diameter: float
    roughness: float


def load_epanet(path: str | Path) -> Network:
    """Read the hydraulics of an EPANET file, as they are at its first time step.

    Junctions, with their demands as boundaries; reservoirs and tanks as junctions of held pressure; pipes with Darcy-Weisbach
    roughness, closed ones out of service. Demands take the first multiplier of their patterns. Solve with
    `solve_steady(network, heat=False)`; heads are in `res_junctions.head_m`.

    Args:
        path: the `.inp` file, in any of EPANET's units.

    Returns:
        The network, in SI units.

    Raises:
        InputError: a fault in the file with its line, or what is not supported: Hazen-Williams and Chezy-Manning roughness,
            pumps, valves, check valves, emitters, controls and rules.
    """
    path = Path(path)
    try:
        return _read(path)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _read(path: Path) -> Network:
    """The network of a file."""
    sections = _sections(path.read_text(encoding="utf-8", errors="replace"))
    for section, what in _REFUSED.items():
        if sections[section]:
            raise InputError(f"[{section}] {' '.join(sections[section][0][:3])}: {what} are not supported")
    options = _options(sections["OPTIONS"])
    units = _units(options)
    gravity = _number(options.get("SPECIFIC GRAVITY", "1"), "[OPTIONS] SPECIFIC GRAVITY")
    viscosity = _number(options.get("VISCOSITY", "1"), "[OPTIONS] VISCOSITY")
    # above 1e-3 it is relative to water's, below it is absolute, in the file's length squared per second
    viscosity *= _VISCOSITY if viscosity > 1e-3 else units.length**2
    liquid = Liquid(1000.0 * gravity, 4182.0, viscosity * 1000.0 * gravity)
    network = Network(path.stem, liquid)
    places = {
        row[0]: (_number(row[1], f"[COORDINATES] {row[0]}"), _number(row[2], f"[COORDINATES] {row[0]}"))
        for row in _rows(sections, "COORDINATES", 3)
    }
    multiplier = _patterns(sections["PATTERNS"])
    _nodes(network, sections, units, options, multiplier, places)
    _pipes(network, sections, units)
    return network


def _sections(text: str) -> dict[str, Rows]:
    """Words of every line by section, without comments."""
    sections: dict[str, Rows] = {name: [] for name in (*_READ, *_IGNORED, *_REFUSED)}
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
    return sections


def _options(rows: Rows) -> dict[str, str]:
    """Options by name; the name may have two words."""
    options = {}
    for row in rows:
        key = " ".join(row[:-1]).upper() if len(row) > 1 else row[0].upper()
        options[key] = row[-1]
    return options


def _units(options: dict[str, str]) -> _Units:
    """SI per unit of the file, after its option UNITS; refuses other laws of friction than Darcy-Weisbach."""
    law = options.get("HEADLOSS", "H-W").upper()
    if law != "D-W":
        raise InputError(
            f"[OPTIONS] HEADLOSS {law}: only D-W (Darcy-Weisbach) is supported; convert the roughness in EPANET"
        )
    flow = options.get("UNITS", "GPM").upper()
    if flow in _US_FLOWS:
        return _Units(_US_FLOWS[flow], _FOOT, _INCH, 1e-3 * _FOOT)
    if flow in _SI_FLOWS:
        return _Units(_SI_FLOWS[flow], 1.0, 1e-3, 1e-3)
    raise InputError(f"[OPTIONS] UNITS {flow}: it must be one of {', '.join([*_US_FLOWS, *_SI_FLOWS])}")


def _patterns(rows: Rows) -> dict[str, float]:
    """First multiplier of every pattern."""
    first: dict[str, float] = {}
    for row in rows:
        if len(row) > 1:
            first.setdefault(row[0], _number(row[1], f"[PATTERNS] {row[0]}"))
    return first


def _nodes(
    network: Network,
    sections: dict[str, Rows],
    units: _Units,
    options: dict[str, str],
    multiplier: dict[str, float],
    places: dict[str, tuple[float, float]],
) -> None:
    """Junctions, reservoirs and tanks, with their demands and heads as boundaries."""
    default = options.get("PATTERN", "1")
    scale = units.flow * _number(options.get("DEMAND MULTIPLIER", "1"), "[OPTIONS] DEMAND MULTIPLIER")
    density = network.liquid.density
    height: dict[str, float] = {}
    demand: dict[str, float] = {}
    pressure: dict[str, float] = {}

    def draw(row: list[str], section: str) -> float:
        name = (
            row[3]
            if section == "JUNCTIONS" and len(row) > 3
            else row[2]
            if section == "DEMANDS" and len(row) > 2
            else ""
        )
        if name and name not in multiplier:
            raise InputError(f"[{section}] {row[0]}: there is no pattern '{name}'")
        value = _number(row[2] if section == "JUNCTIONS" else row[1], f"[{section}] {row[0]}")
        return value * multiplier.get(name or default, 1.0) * scale * density

    def add(name: str, elevation: float, section: str) -> None:
        if name in height:
            raise InputError(f"[{section}] {name}: the name stands twice")
        height[name] = elevation * units.length

    for row in _rows(sections, "JUNCTIONS", 2):
        add(row[0], _number(row[1], f"[JUNCTIONS] {row[0]}"), "JUNCTIONS")
        demand[row[0]] = draw(row, "JUNCTIONS") if len(row) > 2 else 0.0
    several: dict[str, float] = {}
    for row in _rows(sections, "DEMANDS", 2):
        if row[0] not in demand:
            raise InputError(f"[DEMANDS] {row[0]}: there is no such junction")
        several[row[0]] = several.get(row[0], 0.0) + draw(row, "DEMANDS")
    demand |= several  # they replace what stands in [JUNCTIONS]
    for row in _rows(sections, "RESERVOIRS", 2):
        if len(row) > 2 and row[2] not in multiplier:
            raise InputError(f"[RESERVOIRS] {row[0]}: there is no pattern '{row[2]}'")
        head = _number(row[1], f"[RESERVOIRS] {row[0]}") * (multiplier[row[2]] if len(row) > 2 else 1.0)
        add(row[0], head, "RESERVOIRS")
        pressure[row[0]] = 0.0
    for row in _rows(sections, "TANKS", 3):
        add(row[0], _number(row[1], f"[TANKS] {row[0]}"), "TANKS")
        pressure[row[0]] = density * GRAVITY * units.length * _number(row[2], f"[TANKS] {row[0]}")
    nowhere = (float("nan"), float("nan"))
    x, y = ([places.get(name, nowhere)[axis] for name in height] for axis in (0, 1))
    create_junctions(network, list(height), height_m=list(height.values()), x_m=x, y_m=y)
    drawn = [name for name, flow in demand.items() if flow != 0.0]
    flows = [-demand[name] for name in drawn]
    create_boundaries(network, [f"demand {name}" for name in drawn], junction=drawn, mass_flow_kg_per_s=flows)
    held = list(pressure)
    create_boundaries(network, held, junction=held, pressure_pa=list(pressure.values()))


def _pipes(network: Network, sections: dict[str, Rows], units: _Units) -> None:
    """Pipes and their status."""
    rows = _rows(sections, "PIPES", 6)
    status = {row[0]: (row[-1].upper() if row[-1][0].isalpha() and len(row) > 6 else "OPEN") for row in rows}
    for row in _rows(sections, "STATUS", 2):
        if row[0] not in status:
            raise InputError(f"[STATUS] {row[0]}: there is no such pipe")
        status[row[0]] = row[1].upper()
    for name, word in status.items():
        if word == "CV":
            raise InputError(f"[PIPES] {name}: check valves (CV) are not supported")
        if word not in ("OPEN", "CLOSED"):
            raise InputError(f"[PIPES] {name}: its status {word!r} must be Open or Closed")

    def column(number: int, factor: float) -> list[float]:
        return [factor * _number(row[number], f"[PIPES] {row[0]}") for row in rows]

    create_pipes(
        network,
        [row[0] for row in rows],
        from_junction=[row[1] for row in rows],
        to_junction=[row[2] for row in rows],
        length_m=column(3, units.length),
        inner_diameter_m=column(4, units.diameter),
        roughness_m=column(5, units.roughness),
        minor_loss=[
            _number(row[6], f"[PIPES] {row[0]}") if len(row) > 6 and row[6].upper() not in _WORDS else 0.0
            for row in rows
        ],
        in_service=[status[row[0]] == "OPEN" for row in rows],
    )


_WORDS = ("OPEN", "CLOSED", "CV")


def _rows(sections: dict[str, Rows], section: str, least: int) -> Rows:
    """The lines of a section, each with enough words."""
    for row in sections[section]:
        if len(row) < least:
            raise InputError(f"[{section}] {' '.join(row)}: {least} values are needed")
    return sections[section]


def _number(word: str, where: str) -> float:
    """A number of the file."""
    try:
        return float(word)
    except ValueError:
        raise InputError(f"{where}: {word!r} is not a number") from None
