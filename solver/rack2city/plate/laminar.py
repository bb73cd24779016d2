"""Where the flow of a plate leaves what a laminar model can say: Reynolds numbers of its ports and its narrowest section."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rack2city import fem
from rack2city.fem.flow.readings.reynolds import LAMINAR_LIMIT
from rack2city.results.plate import PlateRuns, PortRuns, Runs, SectionRuns

ALIKE = 1e-6

type Crossings = Mapping[tuple[str, float], fem.Crossing]
"""Sections of the coolant by the axis that they are normal to, and the place on it (m)."""


@dataclass(frozen=True)
class Narrows:
    """What a plate's flow goes through: its ports, and the Reynolds numbers (-) of sections by axis and place (m)."""

    ports: tuple[fem.PortFlow, ...]
    sections: dict[tuple[str, float], float]


def narrows(flow: fem.FlowProblem, across: Crossings) -> Narrows:
    """Ports and sections at the present solution (collective); an opening that no wall bounds is no port."""
    ports = tuple(port for port in fem.port_flows(flow) if port.hydraulic_diameter < float("inf"))
    return Narrows(ports, {where: one.reynolds(flow) for where, one in across.items()})


def over_the_flow(points: Sequence[Narrows]) -> tuple[tuple[PortRuns, ...], SectionRuns | None]:
    """Ports at all flows, and of the sections that which has the highest Reynolds number at the last one."""
    last = points[-1]
    ports = tuple(
        PortRuns(
            name=port.surface,
            hydraulic_diameter_m=port.hydraulic_diameter,
            speed_m_per_s=tuple(point.ports[number].speed for point in points),
            reynolds=tuple(point.ports[number].reynolds for point in points),
        )
        for number, port in enumerate(last.ports)
    )
    if not last.sections:
        return ports, None
    most = max(last.sections.values())
    # of those alike to rounding the first, so that on any number of ranks it is the same
    axis, place = where = min(one for one, reynolds in last.sections.items() if reynolds >= (1.0 - ALIKE) * most)
    return ports, SectionRuns(axis, place, tuple(point.sections[where] for point in points))


def beyond_laminar(runs: PlateRuns, flows: Runs) -> Iterator[str]:
    """A sentence for each port, and the narrowest section, beyond the laminar range at flows of the plate (m³/s)."""
    found = {f"port '{port.name}', {1e3 * port.hydraulic_diameter_m:.3g} mm wide": port.reynolds for port in runs.ports}
    if runs.section is not None:
        found[f"the section {runs.section.axis} = {1e3 * runs.section.at_m:.4g} mm"] = runs.section.reynolds
    found["the coolant as a whole, by 4 V / A"] = runs.reynolds
    for where, reynolds in found.items():
        most, flow = max(zip(reynolds, flows, strict=True))
        if most > LAMINAR_LIMIT:
            yield (
                f"turbulence in {where}: the Reynolds number is {most:.0f} at {flow * 6e4:.3g} L/min; in ducts flow is "
                f"turbulent above {LAMINAR_LIMIT:.0f}, here above {flow * LAMINAR_LIMIT / most * 6e4:.3g} L/min"
            )
