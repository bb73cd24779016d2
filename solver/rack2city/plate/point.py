"""A plate at one flow: what its strips tell, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rack2city.plate.laminar import Narrows
from rack2city.plate.models import PlateModel, Strip
from rack2city.plate.readings import Reading, together
from rack2city.results.plate import Place


@dataclass(frozen=True)
class ZonePoint:
    """A zone at one flow; temperatures (K), the place of the hottest (m), area resistance of its interface (m² K/W)."""

    base_mean_k: float
    base_max_k: float
    case_mean_k: float
    case_max_k: float
    hot_spot_at_m: Place
    bulk_k: float | None
    tim: float


@dataclass(frozen=True)
class PlatePoint:
    """A plate at one flow (m³/s); temperatures in K, and how the runs of its strips went.

    How far any place is colder than the inlet and hotter than the heated face (K) is what the mesh does not resolve; None
    where only means are known.
    """

    flow: float
    pressure_drop_pa: float
    base_mean_k: float
    base_max_k: float
    case_mean_k: float
    case_max_k: float
    bulk_k: float
    outlet_bulk_k: float
    reynolds: float
    reading: Reading
    zones: dict[str, ZonePoint]
    counts: dict[str, Any]
    narrows: Narrows
    below_inlet_k: float | None
    above_base_k: float | None


def plate_point(model: PlateModel, flow: float, found: Sequence[tuple[Strip, dict[str, Any]]]) -> PlatePoint:
    """Put the strips of a plate together: extremes are those of all, means count each by its size."""
    copies = [strip.copies for strip, _ in found]

    def mean(key: str) -> float:
        return sum(n * run[key] for n, (_, run) in zip(copies, found, strict=True)) / sum(copies)

    def summed(key: str) -> Any:
        values = [run[key] for _, run in found]
        if isinstance(values[0], tuple):
            return tuple(
                sum(n * value[side] for n, value in zip(copies, values, strict=True)) for side in range(len(values[0]))
            )
        return sum(values)

    # every piece with the size that it has in the plate, the rise in its interface, and what was read there
    pieces = [
        (strip.copies * run["pieces"][piece.surface]["area_m2"], piece, run["pieces"][piece.surface])
        for strip, run in found
        for piece in strip.pieces
    ]

    def temperatures(chosen: list[Any]) -> dict[str, float]:
        size = sum(area for area, _, _ in chosen)
        return {
            "base_mean_k": sum(area * read["base_mean_k"] for area, _, read in chosen) / size,
            "base_max_k": max(read["base_max_k"] for _, _, read in chosen),
            "case_mean_k": sum(area * (read["base_mean_k"] + p.flux * p.tim) for area, p, read in chosen) / size,
            "case_max_k": max(read["base_max_k"] + p.flux * p.tim for _, p, read in chosen),
        }

    zones = {}
    for zone in model.plate.zones:
        here = [entry for entry in pieces if zone.name in entry[1].zones]
        bulks = [run["zone_bulk_k"][zone.name] for _, run in found if zone.name in run["zone_bulk_k"]]
        bulk = max(bulks, default=None)
        hottest = max(here, key=lambda entry: entry[2]["base_max_k"] + entry[1].flux * entry[1].tim)[2]["hottest_at_m"]
        zones[zone.name] = ZonePoint(**temperatures(here), hot_spot_at_m=hottest, bulk_k=bulk, tim=here[0][1].tim)
    heated = [entry for entry in pieces if entry[1].flux > 0.0] or pieces
    counted = ("outer_iterations", "newton_iterations", "flow_factorisations", "heat_factorisations")
    return PlatePoint(
        flow=flow,
        pressure_drop_pa=mean("pressure_drop_pa"),
        bulk_k=mean("bulk_k"),
        outlet_bulk_k=mean("outlet_bulk_k"),
        reynolds=max(run["reynolds"] for _, run in found),
        reading=together([(strip.copies, run["reading"]) for strip, run in found]),
        zones=zones,
        narrows=found[-1][1]["narrows"],
        below_inlet_k=max((run["below_inlet_k"] for _, run in found if "below_inlet_k" in run), default=None),
        above_base_k=max((run["above_base_k"] for _, run in found if "above_base_k" in run), default=None),
        counts={key: summed(key) for key in (*counted, "heat_balances", "mass_balances")},
        **temperatures(heated),
    )
