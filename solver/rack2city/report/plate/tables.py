"""The tables of a cold plate, in engineering units."""

from collections.abc import Iterable

from rack2city.report import units as u
from rack2city.report.document import Table
from rack2city.report.plate.erosion import erosion_limits
from rack2city.report.units import number, quantity
from rack2city.results.plate import Place, PlateFigures


def curves(plate: PlateFigures) -> Table:
    """A plate's curves: what a rack needs to know of it."""
    columns: dict[str, Iterable[float]] = {
        "flow (L/min)": map(u.LITRE_PER_MINUTE.of, plate.flow_m3_per_s),
        "pressure drop (kPa)": map(u.KILOPASCAL.of, plate.pressure_drop_pa),
        "pumping power (W)": plate.pumping_power_w,
        f"{plate.resistance_from}, max (K/W)": plate.case_to_inlet_max_k_per_w,
    }
    runs = plate.runs
    if runs is not None:
        columns |= {
            "case-to-inlet, mean (K/W)": runs.case_to_inlet_mean_k_per_w,
            "base-to-bulk (K/W)": runs.base_to_bulk_k_per_w,
            "case, max (°C)": map(u.CELSIUS.of, runs.case_max_k),
            "outlet bulk (°C)": map(u.CELSIUS.of, runs.outlet_bulk_k),
        }
    many = f", {plate.channels} channels" if plate.channels else ""
    told = f"The plate '{plate.name}': {plate.kind}, model {plate.model}{many}; at {quantity(plate.power_w, u.WATT)}."
    return _columns(told, columns)


def readings(plate: PlateFigures) -> Table | None:
    """What the fields tell beside: speed, shear, film; None where they were not read."""
    runs = plate.runs
    if runs is None or runs.readings is None:
        return None
    found = runs.readings
    columns: dict[str, Iterable[float]] = {
        "flow (L/min)": map(u.LITRE_PER_MINUTE.of, plate.flow_m3_per_s),
        "Re (–)": runs.reynolds,
        "speed, max (m/s)": runs.speed_max_m_per_s,
        "wall shear, mean (Pa)": found.wall_shear_mean_pa,
        "wall shear, max (Pa)": found.wall_shear_max_pa,
    }
    if found.wetted_mean_k and found.wetted_to_bulk_w_per_m2k and found.nusselt:
        columns |= {
            "wetted wall, mean (°C)": map(u.CELSIUS.of, found.wetted_mean_k),
            "wall-to-bulk (W/(m²·K))": found.wetted_to_bulk_w_per_m2k,
            "Nu (–)": found.nusselt,
        }
    row = plate.design_row
    told = (
        f"Flow and film of the plate '{plate.name}', hydraulic diameter {1e3 * found.hydraulic_diameter_m:.4g} mm, wetted "
        f"walls {1e4 * found.wetted_area_m2:.4g} cm². At {quantity(plate.flow_m3_per_s[row], u.LITRE_PER_MINUTE)} the speed is "
        f"largest at ({place(found.speed_max_at_m[row])}) mm, the shear at ({place(found.wall_shear_max_at_m[row])}) mm."
    )
    return _columns(told, columns)


def erosion(plate: PlateFigures) -> Table | None:
    """The largest speed at design beside what is recommended past copper; None where the fields were not read."""
    runs = plate.runs
    if runs is None or runs.readings is None:
        return None
    row = plate.design_row
    speed, at = runs.speed_max_m_per_s[row], runs.outlet_bulk_k[row]
    told = (
        f"The largest speed in the plate '{plate.name}', {quantity(speed, u.VELOCITY)} at "
        f"{quantity(plate.flow_m3_per_s[row], u.LITRE_PER_MINUTE)}, beside the largest velocities recommended against "
        f"erosion of copper by water of {quantity(at, u.CELSIUS)}, its outlet. They are mean velocities in tubes of water, "
        "bands rather than limits: beside a wall the coolant is slower, and an inhibited one erodes less."
    )
    rows = tuple(
        (number(limit.velocity), number(100.0 * speed / limit.velocity, 3), limit.meant_for, limit.source)
        for limit in erosion_limits(at)
    )
    return Table(told, ("recommended (m/s)", "of it (%)", "meant for", "source"), rows, "rrll")


def place(at: Place) -> str:
    """A place in a plate (m) in words, in millimetres; a dash for what is not told."""
    return ", ".join("–" if x is None else number(round(1e3 * x, 3) + 0.0, 4, trim=True) for x in at)


def zones(plate: PlateFigures) -> Table | None:
    """The zones of a plate at its design flow; None of a plate without."""
    if not plate.zones:
        return None
    row = plate.design_row
    head = (
        "zone",
        "power (W)",
        "area (mm²)",
        "TIM (mm²·K/W)",
        "case, mean (°C)",
        "case, max (°C)",
        "hot spot x, y, z (mm)",
        "junction, max (°C)",
        "case-to-inlet, max (mm²·K/W)",
    )
    rows = []
    for zone in plate.zones:
        flux = zone.power_w / zone.area_m2
        junction = float("nan") if zone.junction_max_k is None else u.CELSIUS.of(zone.junction_max_k[row])
        rows.append(
            (
                zone.name,
                *map(number, (zone.power_w, 1e6 * zone.area_m2, 1e6 * zone.tim_m2k_per_w)),
                *(number(u.CELSIUS.of(kelvin[row])) for kelvin in (zone.case_mean_k, zone.case_max_k)),
                "–" if zone.hot_spot_at_m is None else place(zone.hot_spot_at_m[row]),
                number(junction),
                number(1e6 * (zone.case_max_k[row] - plate.inlet_k) / flux),
            )
        )
    at = quantity(plate.flow_m3_per_s[row], u.LITRE_PER_MINUTE)
    return Table(f"Zones of the plate '{plate.name}' at {at}.", head, tuple(rows), "l" + "r" * 5 + "l" + "r" * 2)


def uncertainty(plate: PlateFigures) -> Table:
    """How sure the curves are, part by part."""
    parts = {
        "pressure drop": plate.pressure_drop_uncertainty,
        f"{plate.resistance_from} resistance, max": plate.uncertainty,
    }
    names = list(dict.fromkeys(name for known in parts.values() for name in known))

    def cell(known: dict[str, float | None], name: str) -> str:
        return quantity(known[name], u.PERCENT, 2) if known.get(name) is not None else "not known"

    rows = tuple((what, *(cell(known, name) for name in names)) for what, known in parts.items())
    told = "Uncertainty of the curves by what it comes from; what is not known is in no sum of these."
    return Table(told, ("of", *names), rows, "l" + "r" * len(names))


def mesh_table(plate: PlateFigures) -> Table:
    """The mesh of a plate and its physical groups."""
    mesh = plate.mesh
    assert mesh is not None
    counts = {"cells": mesh.cells, "points": mesh.points, **{f"group '{name}'": n for name, n in mesh.groups.items()}}
    counts |= {f"cells across {name}": count for name, count in mesh.across.items()}
    rows = [("level", mesh.level), *((name, number(count)) for name, count in counts.items())]
    for name, value in (
        ("scaled Jacobian, smallest", mesh.scaled_jacobian),
        ("aspect ratio, largest", mesh.aspect_ratio),
    ):
        rows += [] if value is None else [(name, number(value))]
    caption = f"The mesh of the plate '{plate.name}'; of each group the number of its cells or facets."
    return Table(caption, ("mesh", "count"), tuple(rows), "lr")


def _columns(caption: str, columns: dict[str, Iterable[float]]) -> Table:
    """A table with a row for each flow."""
    rows = tuple(tuple(map(number, row)) for row in zip(*columns.values(), strict=True))
    return Table(caption, tuple(columns), rows, "r" * len(columns))
