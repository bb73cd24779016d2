"""Junctions, reservoirs and tanks of an EPANET file as tables, with their demands and heads as boundaries."""

from rack2city.errors import InputError
from rack2city.network.formats.epanet.text import Inp, Row
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.tables.create import create_boundaries, create_junctions
from rack2city.network.tables.network import Network


def add_nodes(network: Network, inp: Inp) -> None:
    """Add the junctions of a file, and what is drawn and held there."""
    multiplier: dict[str, float] = {}  # the first of every pattern
    for row in inp.rows("PATTERNS"):
        if len(row) > 1:
            multiplier.setdefault(row[0], row.number(1))
    density, length = network.liquid.density, inp.units.length
    scale = inp.units.flow * inp.option("DEMAND MULTIPLIER", 1.0)
    usual = multiplier.get(inp.options.get("PATTERN", "1"), 1.0)

    def times(row: Row, place: int, otherwise: float) -> float:
        if len(row) <= place:
            return otherwise
        if row[place] not in multiplier:
            raise InputError(f"{row.where}: there is no pattern '{row[place]}'")
        return multiplier[row[place]]

    height: dict[str, float] = {}
    demand: dict[str, float] = {}
    pressure: dict[str, float] = {}
    for section, least in (("JUNCTIONS", 2), ("RESERVOIRS", 2), ("TANKS", 3)):
        for row in inp.rows(section, least):
            if row[0] in height:
                raise InputError(f"{row.where}: the name stands twice")
            height[row[0]] = length * row.number(1)
            if section == "JUNCTIONS":
                factor = times(row, 3, usual)
                demand[row[0]] = row.number(2) * factor * scale * density if len(row) > 2 else 0.0
            elif section == "RESERVOIRS":
                height[row[0]] *= times(row, 2, 1.0)
                pressure[row[0]] = 0.0
            else:
                pressure[row[0]] = density * GRAVITY * length * row.number(2)
    several: dict[str, float] = {}
    for row in inp.rows("DEMANDS", 2):
        if row[0] not in demand:
            raise InputError(f"{row.where}: there is no such junction")
        several[row[0]] = several.get(row[0], 0.0) + row.number(1) * times(row, 2, usual) * scale * density
    demand |= several  # they replace what stands in [JUNCTIONS]

    places = {row[0]: (row.number(1), row.number(2)) for row in inp.rows("COORDINATES", 3)}
    x, y = ([places[name][axis] if name in places else None for name in height] for axis in (0, 1))
    create_junctions(network, list(height), height_m=list(height.values()), x_m=x, y_m=y)
    drawn = [name for name, flow in demand.items() if flow != 0.0]
    flows = [-demand[name] for name in drawn]
    create_boundaries(network, [f"demand {name}" for name in drawn], junction=drawn, mass_flow_kg_per_s=flows)
    create_boundaries(network, list(pressure), junction=list(pressure), pressure_pa=list(pressure.values()))
