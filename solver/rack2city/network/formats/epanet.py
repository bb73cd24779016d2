"""EPANET input files: the hydraulics of pipes, pumps, valves, reservoirs, tanks and demands.

Source: Rossman et al. (2020), EPANET 2.2 User Manual, appendices A and C.
"""

from pathlib import Path

from rack2city.errors import InputError
from rack2city.network.formats.archive import naming
from rack2city.network.formats.epanet_file import (
    Rows,
    Sections,
    Units,
    number,
    read_options,
    read_sections,
    read_units,
    rows_of,
)
from rack2city.network.formats.epanet_links import add_links
from rack2city.network.hydraulics.liquid import GRAVITY, Liquid
from rack2city.network.tables.create import create_boundaries, create_junctions
from rack2city.network.tables.network import Network

_VISCOSITY = 1.1e-5 * 0.3048**2  # m2/s: what EPANET multiplies VISCOSITY with


def load_epanet(path: str | Path) -> Network:
    """Read the hydraulics of an EPANET file, as they are at its first time step.

    Junctions, with their demands as boundaries; reservoirs and tanks as junctions of held pressure; pipes with Darcy-Weisbach
    roughness, closed ones out of service. Demands take the first multiplier of their patterns. Solve with
    `solve_steady(network, heat=False)`; heads are in `res_junctions.head_m`.

    Pumps have a head curve and speed, or a power, and behind each, as behind pipes of status CV, stands a check valve with a
    junction of its own ("<name> check" and "<name> outlet"). Throttles (TCV) are valves. A flow control valve (FCV) is a
    substation of given flow, less where the pressure does not suffice; both its sides need a held pressure.

    Args:
        path: the `.inp` file, in any of EPANET's units.

    Returns:
        The network, in SI units.

    Raises:
        InputError: a fault in the file with its line, or what is not supported: Hazen-Williams and Chezy-Manning roughness,
            demands that depend on pressure, patterns of pump speed, valves other than TCV and FCV, emitters, controls and
            rules.
    """
    with naming(path):
        return _read(Path(path))


def _read(path: Path) -> Network:
    """The network of a file."""
    sections = read_sections(path.read_text(encoding="utf-8", errors="replace"))
    options = read_options(sections)
    units = read_units(options)
    gravity = number(options.get("SPECIFIC GRAVITY", "1"), "[OPTIONS] SPECIFIC GRAVITY")
    viscosity = number(options.get("VISCOSITY", "1"), "[OPTIONS] VISCOSITY")
    # above 1e-3 it is relative to water's, below it is absolute, in the file's length squared per second
    viscosity *= _VISCOSITY if viscosity > 1e-3 else units.length**2
    liquid = Liquid(1000.0 * gravity, 4182.0, viscosity * 1000.0 * gravity)
    network = Network(path.stem, liquid)
    places = {
        row[0]: (number(row[1], f"[COORDINATES] {row[0]}"), number(row[2], f"[COORDINATES] {row[0]}"))
        for row in rows_of(sections, "COORDINATES", 3)
    }
    multiplier = _patterns(sections["PATTERNS"])
    _nodes(network, sections, units, options, multiplier, places)
    add_links(network, sections, units)
    return network


def _patterns(rows: Rows) -> dict[str, float]:
    """First multiplier of every pattern."""
    first: dict[str, float] = {}
    for row in rows:
        if len(row) > 1:
            first.setdefault(row[0], number(row[1], f"[PATTERNS] {row[0]}"))
    return first


def _nodes(
    network: Network,
    sections: Sections,
    units: Units,
    options: dict[str, str],
    multiplier: dict[str, float],
    places: dict[str, tuple[float, float]],
) -> None:
    """Junctions, reservoirs and tanks, with their demands and heads as boundaries."""
    default = options.get("PATTERN", "1")
    scale = units.flow * number(options.get("DEMAND MULTIPLIER", "1"), "[OPTIONS] DEMAND MULTIPLIER")
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
        value = number(row[2] if section == "JUNCTIONS" else row[1], f"[{section}] {row[0]}")
        return value * multiplier.get(name or default, 1.0) * scale * density

    def add(name: str, elevation: float, section: str) -> None:
        if name in height:
            raise InputError(f"[{section}] {name}: the name stands twice")
        height[name] = elevation * units.length

    for row in rows_of(sections, "JUNCTIONS", 2):
        add(row[0], number(row[1], f"[JUNCTIONS] {row[0]}"), "JUNCTIONS")
        demand[row[0]] = draw(row, "JUNCTIONS") if len(row) > 2 else 0.0
    several: dict[str, float] = {}
    for row in rows_of(sections, "DEMANDS", 2):
        if row[0] not in demand:
            raise InputError(f"[DEMANDS] {row[0]}: there is no such junction")
        several[row[0]] = several.get(row[0], 0.0) + draw(row, "DEMANDS")
    demand |= several  # they replace what stands in [JUNCTIONS]
    for row in rows_of(sections, "RESERVOIRS", 2):
        if len(row) > 2 and row[2] not in multiplier:
            raise InputError(f"[RESERVOIRS] {row[0]}: there is no pattern '{row[2]}'")
        head = number(row[1], f"[RESERVOIRS] {row[0]}") * (multiplier[row[2]] if len(row) > 2 else 1.0)
        add(row[0], head, "RESERVOIRS")
        pressure[row[0]] = 0.0
    for row in rows_of(sections, "TANKS", 3):
        add(row[0], number(row[1], f"[TANKS] {row[0]}"), "TANKS")
        pressure[row[0]] = density * GRAVITY * units.length * number(row[2], f"[TANKS] {row[0]}")
    nowhere = (float("nan"), float("nan"))
    x, y = ([places.get(name, nowhere)[axis] for name in height] for axis in (0, 1))
    create_junctions(network, list(height), height_m=list(height.values()), x_m=x, y_m=y)
    drawn = [name for name, flow in demand.items() if flow != 0.0]
    flows = [-demand[name] for name in drawn]
    create_boundaries(network, [f"demand {name}" for name in drawn], junction=drawn, mass_flow_kg_per_s=flows)
    held = list(pressure)
    create_boundaries(network, held, junction=held, pressure_pa=list(pressure.values()))
