"""A plate as tables of comma-separated values: a row a flow, every column an attribute with its unit at the end of its name."""

import csv
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from rack2city.results.plate import PlateCurves, ZoneCurves

AXES = "xyz"


def write_columns(plate: PlateCurves, curves: Path, zones: Path) -> None:
    """Write the curves of a plate, and if it has zones a table of them with a row for each zone and flow."""
    known = {"flow_m3_per_s": plate.flow_m3_per_s, "flow_l_per_min": tuple(6e4 * q for q in plate.flow_m3_per_s)}
    known |= {"pumping_power_w": plate.pumping_power_w}
    _write(curves, _rows(known | dict(_of(plate)), len(plate.flow_m3_per_s)))
    zones.unlink(missing_ok=True)  # of an earlier run, when there were some
    if plate.zones:
        rows = [row for zone in plate.zones for row in _zone(plate, zone)]
        _write(zones, iter(rows))


def _zone(plate: PlateCurves, zone: ZoneCurves) -> Iterator[dict[str, Any]]:
    count = len(plate.flow_m3_per_s)
    same = {
        "zone": zone.name,
        "power_w": zone.power_w,
        "area_m2": zone.area_m2,
        "tim_m2k_per_w": zone.tim_m2k_per_w,
    }
    known = {name: (value,) * count for name, value in same.items()} | {"flow_m3_per_s": plate.flow_m3_per_s}
    return _rows(known | dict(_of(zone)), count)


def _of(table: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Names and values of what runs over the flow in a result, and in the results within it; places and shares spread."""
    for field in fields(table):
        value, kind = getattr(table, field.name), str(field.type)
        if value is None:
            continue
        if kind.startswith("RunsOfPlaces"):
            stem = field.name.removesuffix("_at_m")
            yield from ((f"{stem}_{axis}_m", tuple(at[i] for at in value)) for i, axis in enumerate(AXES))
        elif kind.startswith("RunsOfShares"):
            yield from ((f"channel_{i + 1}_share", tuple(row[i] for row in value)) for i in range(len(value[0])))
        elif kind.startswith("Runs"):
            yield field.name, value
        elif field.name in ("runs", "readings"):
            yield from _of(value)


def _rows(columns: dict[str, tuple[Any, ...]], count: int) -> Iterator[dict[str, Any]]:
    return ({name: values[row] for name, values in columns.items()} for row in range(count))


def _write(file: Path, rows: Iterator[dict[str, Any]]) -> None:
    found = list(rows)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, found[0])
        writer.writeheader()
        writer.writerows(found)
