"""The tables of the report: engineering units, with SI where a number decides."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from rack2city.report.document import Table, VerdictRow
from rack2city.report.units import (
    CELSIUS,
    KELVIN,
    KILOPASCAL,
    KILOWATT,
    LITRE_PER_MINUTE,
    MEGAWATT_HOUR,
    METRE,
    PERCENT,
    PLAIN,
    RESISTANCE,
    VELOCITY,
    Scale,
    engineering,
    number,
    quantity,
)

Entry = tuple[str, float, Scale]


def verdict_rows(summary: dict[str, Any]) -> tuple[VerdictRow, ...]:
    """The checks as texts, in engineering units and in SI."""
    return tuple(_verdict_row(check, summary["rack"]["supply_k"]) for check in summary["verdict"]["checks"])


def _verdict_row(check: dict[str, Any], supply_k: float) -> VerdictRow:
    scale = engineering(check["unit"], check["kind"])
    margin = KELVIN if scale is CELSIUS else scale
    unit = "" if check["unit"] == "-" else f" {check['unit']}"
    bound = "at most" if check["sense"] == "max" else "at least"
    return VerdictRow(
        name=check["name"],
        value=quantity(check["value"], scale),
        limit=f"{bound} {quantity(check['limit'], scale, trim=True)}",
        margin=quantity(check["margin"], margin, 3) + _plus_minus(check["uncertainty"], margin),
        si=f"{number(check['value'], 5)} / {number(check['limit'], 5, trim=True)}{unit}",
        share=_share_used(check, supply_k),
        holds=check["holds"],
    )


def _plus_minus(uncertainty: float, scale: Scale) -> str:
    """Numerical uncertainty behind a margin; nothing where none was estimated."""
    return f" ± {number(uncertainty * scale.factor, 2)}" if uncertainty > 0.0 else ""


def _share_used(check: dict[str, Any], supply_k: float) -> float:
    """Used part of what the limit allows (-); a temperature is counted from the coolant's supply."""
    value, limit = check["value"], check["limit"]
    if check["kind"] == "temperature" and limit > supply_k:
        value, limit = value - supply_k, limit - supply_k
    part, whole = (value, limit) if check["sense"] == "max" else (limit, value)
    return max(part / whole, 0.0) if whole > 0.0 else float(not check["holds"])


def key_figures(summary: dict[str, Any]) -> Table:
    """The dozen numbers one would quote."""
    rack, plant, city, kpi = (summary[name] for name in ("rack", "plant", "city", "kpi"))
    return _entries(
        "Key figures of the design point and of the year.",
        [
            ("power of one rack", rack["power_w"], KILOWATT),
            ("liquid heat of one rack", rack["liquid_w"], KILOWATT),
            ("coolant flow of one rack", rack["flow_m3_per_s"], LITRE_PER_MINUTE),
            ("pressure drop of the rack", rack["pressure_drop_pa"], KILOPASCAL),
            ("highest junction at the design point", max(load["junction_max_k"] for load in rack["loads"]), CELSIUS),
            ("highest junction, design hot day", city["junction_max_k"], CELSIUS),
            ("racks in the pod", plant["racks"], PLAIN),
            ("coefficient of performance of the heat pump, design hour", plant["heat_pump"]["cop"], PLAIN),
            ("heat reused in the year", city["reused_j"], MEGAWATT_HOUR),
            ("heat delivered in the year", city["delivered_j"], MEGAWATT_HOUR),
            ("power usage effectiveness, PUE", kpi["pue"], PLAIN),
            ("energy reuse factor, ERF", kpi["erf"], PLAIN),
            ("energy reuse effectiveness, ERE", kpi["ere"], PLAIN),
        ],
    )


def rack_hydraulics(summary: dict[str, Any]) -> Table:
    """The rack as a whole, at its design point."""
    rack = summary["rack"]
    return _entries(
        "The rack at its design point.",
        [
            ("power", rack["power_w"], KILOWATT),
            ("heat to the coolant", rack["liquid_w"], KILOWATT),
            ("heat to the air", rack["air_w"], KILOWATT),
            ("coolant flow", rack["flow_m3_per_s"], LITRE_PER_MINUTE),
            ("coolant supply", rack["supply_k"], CELSIUS),
            ("coolant return", rack["return_k"], CELSIUS),
            ("coolant rise", rack["rise_k"], KELVIN),
            ("pressure drop", rack["pressure_drop_pa"], KILOPASCAL),
            ("manifold velocity", rack["manifold_velocity_m_per_s"], VELOCITY),
            ("branch flow spread", rack["branch_flow_spread"], PERCENT),
            ("air rise", rack["air_rise_k"], KELVIN),
        ],
    )


def rack_loads(summary: dict[str, Any]) -> Table:
    """Hydraulics and temperatures of each kind of load."""
    columns: dict[str, tuple[str, Scale]] = {
        "count": ("count", PLAIN),
        "power (kW)": ("power_w", KILOWATT),
        "flow per plate (L/min)": ("flow_m3_per_s", LITRE_PER_MINUTE),
        "plate drop (kPa)": ("plate_pressure_drop_pa", KILOPASCAL),
        "Re (–)": ("reynolds", PLAIN),
        "case-to-inlet (K/W)": ("case_to_inlet_k_per_w", RESISTANCE),
        "case (°C)": ("case_max_k", CELSIUS),
        "junction (°C)": ("junction_max_k", CELSIUS),
    }
    rows = tuple(
        (
            load["name"],
            *(number(scale.of(load[key]) if scale is not PLAIN else load[key]) for key, scale in columns.values()),
        )
        for load in summary["rack"]["loads"]
    )
    return Table(
        "Each load of the rack: highest temperatures, flow of one plate.", ("load", *columns), rows, "l" + "r" * 8
    )


def plate_runs(summary: dict[str, Any]) -> Table:
    """The finite-element runs behind the plate's curves."""
    plate = summary["plate"]
    columns = {
        "flow per plate (L/min)": [
            LITRE_PER_MINUTE.of(q * plate["channels"]) for q in plate["flow_per_channel_m3_per_s"]
        ],
        "Re (–)": plate["reynolds"],
        "pressure drop (kPa)": [KILOPASCAL.of(p) for p in plate["pressure_drop_pa"]],
        "base-to-bulk (mm²·K/W)": [1e6 * r for r in plate["base_to_bulk_m2k_per_w"]],
        "case-to-inlet, max (mm²·K/W)": [1e6 * r for r in plate["case_to_inlet_max_m2k_per_w"]],
        "case, max (°C)": [CELSIUS.of(t) for t in plate["case_max_k"]],
        "outlet bulk (°C)": [CELSIUS.of(t) for t in plate["outlet_bulk_k"]],
    }
    rows = tuple(tuple(number(value) for value in row) for row in zip(*columns.values(), strict=True))
    caption = (
        f"Finite-element runs of one channel of the plate '{plate['load']}' ({plate['channels']} channels per plate)."
    )
    return Table(caption, tuple(columns), rows, "r" * len(columns))


def plant_table(summary: dict[str, Any]) -> Table:
    """CDU, heat pump and UPS."""
    plant = summary["plant"]
    cdu, heat_pump, ups = plant["cdu"], plant["heat_pump"], plant["ups"]
    return _entries(
        f"The plant of {plant['racks']} racks; heat pump with {heat_pump['refrigerant']} in its design hour.",
        [
            ("CDU: heat", cdu["heat_w"], KILOWATT),
            ("CDU: effectiveness", cdu["effectiveness"], PERCENT),
            ("CDU: number of transfer units", cdu["ntu"], PLAIN),
            ("CDU: approach", cdu["approach_k"], KELVIN),
            ("CDU: facility water supply", cdu["facility_supply_k"], CELSIUS),
            ("CDU: facility water return", cdu["facility_return_k"], CELSIUS),
            ("CDU: head on the coolant side", cdu["tcs_head_pa"], KILOPASCAL),
            ("CDU: coolant pump", cdu["tcs_pump_w"], KILOWATT),
            ("CDU: facility pump", cdu["facility_pump_w"], KILOWATT),
            ("heat pump: coefficient of performance", heat_pump["cop"], PLAIN),
            ("heat pump: evaporating", heat_pump["evaporating_k"], CELSIUS),
            ("heat pump: condensing", heat_pump["condensing_k"], CELSIUS),
            ("heat pump: heat given", heat_pump["heat_w"], KILOWATT),
            ("heat pump: electricity", heat_pump["electric_w"], KILOWATT),
            ("UPS: efficiency", ups["efficiency"], PERCENT),
            ("UPS: loss", ups["loss_w"], KILOWATT),
        ],
    )


def city_table(summary: dict[str, Any], year: pd.DataFrame) -> Table:
    """The year in the heat network."""
    city = summary["city"]
    return _entries(
        f"The year in the city; weather: {city['weather']}.",
        [
            ("length of the trenches", city["trench_length_m"], METRE),
            ("substations", city["substations"], PLAIN),
            ("highest demand", city["peak_demand_w"], KILOWATT),
            ("annual demand", city["annual_demand_j"], MEGAWATT_HOUR),
            ("delivered", city["delivered_j"], MEGAWATT_HOUR),
            ("not met", city["unmet_j"], MEGAWATT_HOUR),
            ("lost to the ground", city["network_loss_j"], MEGAWATT_HOUR),
            ("heat into the network", city["network_heat_j"], MEGAWATT_HOUR),
            ("liquid heat of the racks", city["liquid_heat_j"], MEGAWATT_HOUR),
            ("reused", city["reused_j"], MEGAWATT_HOUR),
            ("rejected", city["rejected_j"], MEGAWATT_HOUR),
            ("heat of the heat pump", city["heat_pump_heat_j"], MEGAWATT_HOUR),
            ("electricity of the heat pump", city["heat_pump_electric_j"], MEGAWATT_HOUR),
            ("backup heat", city["backup_j"], MEGAWATT_HOUR),
            ("hours of the year computed", len(year), PLAIN),
            ("hours with the coolant above its set-point", city["hours_tcs_above_setpoint"], PLAIN),
        ],
    )


def balances(summary: dict[str, Any]) -> Table:
    """Every conserved quantity of every stage, counted on both sides."""
    rows = tuple(
        (
            b["stage"],
            b["name"],
            f"{number(b['entering'], 7)} {b['unit']}",
            f"{number(b['leaving'], 7)} {b['unit']}",
            number(b["relative"], 2),
            number(b["tolerance"], 1),
            "holds" if b["holds"] else "FAILS",
        )
        for b in summary["balances"]
    )
    head = ("stage", "balance of", "entering", "leaving", "relative residual", "tolerance", "")
    return Table("What enters each stage must leave it or be stored there.", head, rows, "llrrrrl")


def inputs(summary: dict[str, Any]) -> Table:
    """Every input of the case with its source."""
    rows = tuple(
        (
            i["field"],
            _plain(i["given"]),
            f"{_plain(i['si'])} {'' if i['unit'] in (None, '-') else i['unit']}".strip(),
            i["source"] or "–",
        )
        for i in summary["case"]["inputs"]
    )
    return Table("Inputs as given, in SI, and where they come from.", ("field", "given", "SI", "source"), rows, "llll")


def provenance(summary: dict[str, Any]) -> tuple[Table, ...]:
    """Versions, how the finite elements were solved, solver options and the time each stage took."""
    p = summary["provenance"]
    versions = _pairs(
        "Versions of the software.", ("package", "version"), (p["versions"] | p["solver"]["libraries"]).items()
    )
    options = (
        (prefix, ", ".join(f"{key} {'' if value is None else value}".strip() for key, value in chosen.items()))
        for prefix, chosen in p["solver_options"].items()
    )
    seconds = ((stage, quantity(float(s), Scale("s"), 3)) for stage, s in p["seconds"].items())
    return (
        versions,
        _pairs("How flow and heat were solved.", ("solver", ""), _solver_rows(p)),
        _pairs("Options of the linear and nonlinear solvers (PETSc), by prefix.", ("prefix", "options"), options),
        _pairs(f"Time of each stage on {p['ranks']} rank(s).", ("stage", "time"), seconds, "lr"),
    )


def _solver_rows(p: dict[str, Any]) -> list[tuple[str, str]]:
    flow, heat, counts = p["solver"]["flow"], p["solver"]["heat"], p["iterations"]
    terms = ", ".join(f"{name} {_plain(value)}" for name, value in flow["stabilisation"].items())

    def runs(key: str) -> str:
        return ", ".join(str(count) for count in counts[key])

    return [
        ("flow: method", flow["method"]),
        ("flow: unknowns", number(flow["unknowns"])),
        ("flow: linear pressure", flow["pressure"]),
        ("flow: stabilisation", terms),
        ("flow: Newton steps of each run", runs("newton")),
        ("flow: factorisations of each run", runs("flow_factorisations")),
        ("heat: method", heat["method"]),
        ("heat: unknowns", number(heat["unknowns"])),
        ("heat: factorisations of each run", runs("heat_factorisations")),
        ("exchanges of viscosity and temperature of each run", runs("outer")),
    ]


def mesh_table(summary: dict[str, Any]) -> Table:
    """The mesh and its physical groups."""
    mesh = summary["mesh"]
    groups = ((f"group '{name}'", number(count)) for name, count in mesh["groups"].items())
    counts = [
        ("level", str(mesh["level"])),
        ("cells", number(mesh["cells"])),
        ("points", number(mesh["points"])),
        *groups,
    ]
    return _pairs(
        "The mesh of the half channel; of each group the number of its cells or facets.",
        ("mesh", "count"),
        counts,
        "lr",
    )


def _entries(caption: str, entries: Iterable[Entry]) -> Table:
    return _pairs(
        caption, ("quantity", "value"), ((name, quantity(value, scale)) for name, value, scale in entries), "lr"
    )


def _pairs(caption: str, head: tuple[str, str], rows: Iterable[tuple[str, Any]], align: str = "ll") -> Table:
    return Table(caption, head, tuple((name, str(value)) for name, value in rows), align)


def _plain(value: Any) -> str:
    """An input as text: numbers in the report's look, lists with commas, nothing as nothing."""
    if value is None or isinstance(value, bool | str):
        return "" if value is None else str(value)
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return number(value, 6, trim=True)
