"""The tables of the report's stages, in engineering units."""

from collections.abc import Iterable

from rack2city.report import units as u
from rack2city.report.document import Table
from rack2city.report.summary import Summary
from rack2city.report.units import Scale, number, quantity


def key_figures(summary: Summary) -> Table:
    """The dozen numbers one would quote."""
    rack, plant, city, kpi = summary.rack, summary.plant, summary.city, summary.kpi
    return entries(
        "Key figures of the design point and of the year.",
        ("power of one rack", rack.power_w, u.KILOWATT),
        ("liquid heat of one rack", rack.liquid_w, u.KILOWATT),
        ("coolant flow of one rack", rack.flow_m3_per_s, u.LITRE_PER_MINUTE),
        ("pressure drop of the rack", rack.pressure_drop_pa, u.KILOPASCAL),
        ("highest junction at the design point", max(load.junction_max_k for load in rack.loads), u.CELSIUS),
        ("highest junction, design hot day", city.junction_max_k, u.CELSIUS),
        ("racks in the pod", plant.racks, u.PLAIN),
        ("coefficient of performance of the heat pump, design hour", plant.heat_pump.cop, u.PLAIN),
        ("heat reused in the year", city.reused_j, u.MEGAWATT_HOUR),
        ("heat delivered in the year", city.delivered_j, u.MEGAWATT_HOUR),
        ("power usage effectiveness, PUE", kpi.pue, u.PLAIN),
        ("energy reuse factor, ERF", kpi.erf, u.PLAIN),
        ("energy reuse effectiveness, ERE", kpi.ere, u.PLAIN),
    )


def rack_hydraulics(summary: Summary) -> Table:
    """The rack as a whole, at its design point."""
    rack = summary.rack
    return entries(
        "The rack at its design point.",
        ("power", rack.power_w, u.KILOWATT),
        ("heat to the coolant", rack.liquid_w, u.KILOWATT),
        ("heat to the air", rack.air_w, u.KILOWATT),
        ("coolant flow", rack.flow_m3_per_s, u.LITRE_PER_MINUTE),
        ("coolant supply", rack.supply_k, u.CELSIUS),
        ("coolant return", rack.return_k, u.CELSIUS),
        ("coolant rise", rack.rise_k, u.KELVIN),
        ("pressure drop", rack.pressure_drop_pa, u.KILOPASCAL),
        ("manifold velocity", rack.manifold_velocity_m_per_s, u.VELOCITY),
        ("branch flow spread", rack.branch_flow_spread, u.PERCENT),
        ("air rise", rack.air_rise_k, u.KELVIN),
    )


def rack_loads(summary: Summary) -> Table:
    """Hydraulics and temperatures of each kind of load."""
    loads = summary.rack.loads
    columns: dict[str, Iterable[float]] = {
        "count": (load.count for load in loads),
        "power (kW)": (u.KILOWATT.of(load.power_w) for load in loads),
        "flow per plate (L/min)": (u.LITRE_PER_MINUTE.of(load.flow_m3_per_s) for load in loads),
        "plate drop (kPa)": (u.KILOPASCAL.of(load.plate_pressure_drop_pa) for load in loads),
        "Re (–)": (float("nan") if load.reynolds is None else load.reynolds for load in loads),
        "case-to-inlet (K/W)": (load.case_to_inlet_k_per_w for load in loads),
        "case (°C)": (u.CELSIUS.of(load.case_max_k) for load in loads),
        "junction (°C)": (u.CELSIUS.of(load.junction_max_k) for load in loads),
    }
    names = [load.name for load in loads]
    rows = tuple(
        (name, *map(number, row)) for name, row in zip(names, zip(*columns.values(), strict=True), strict=True)
    )
    return Table(
        "Each load of the rack: highest temperatures, flow of one plate.", ("load", *columns), rows, "l" + "r" * 8
    )


def plant_table(summary: Summary) -> Table:
    """CDU, heat pump and UPS."""
    plant = summary.plant
    cdu, heat_pump, ups = plant.cdu, plant.heat_pump, plant.ups
    pump = f"heat pump with {heat_pump.refrigerant} in its design hour"
    if heat_pump.cop is None:
        pump = "in the design hour the facility water warms the network without the heat pump: no lift, no electricity"
    return entries(
        f"The plant of {plant.racks} racks; {pump}.",
        ("CDU: heat", cdu.heat_w, u.KILOWATT),
        ("CDU: effectiveness", cdu.effectiveness, u.PERCENT),
        ("CDU: number of transfer units", cdu.ntu, u.PLAIN),
        ("CDU: coolant flow over its rated flow", cdu.flow_over_rated, u.PERCENT),
        ("CDU: facility water flow over its rated flow", cdu.facility_flow_over_rated, u.PERCENT),
        ("CDU: approach", cdu.approach_k, u.KELVIN),
        ("CDU: facility water supply", cdu.facility_supply_k, u.CELSIUS),
        ("CDU: facility water return", cdu.facility_return_k, u.CELSIUS),
        ("CDU: head on the coolant side", cdu.tcs_head_pa, u.KILOPASCAL),
        ("CDU: coolant pump", cdu.tcs_pump_w, u.KILOWATT),
        ("CDU: facility pump", cdu.facility_pump_w, u.KILOWATT),
        ("heat pump: coefficient of performance", heat_pump.cop, u.PLAIN),
        ("heat pump: evaporating", heat_pump.evaporating_k, u.CELSIUS),
        ("heat pump: condensing", heat_pump.condensing_k, u.CELSIUS),
        ("heat pump: heat given", heat_pump.heat_w, u.KILOWATT),
        ("heat pump: electricity", heat_pump.electric_w, u.KILOWATT),
        ("UPS: efficiency", ups.efficiency, u.PERCENT),
        ("UPS: loss", ups.loss_w, u.KILOWATT),
    )


def city_table(summary: Summary, hours: int) -> Table:
    """The year in the heat network, of which a number of hours was computed."""
    city = summary.city
    return entries(
        f"The year in the city; weather: {city.weather}.",
        ("length of the trenches", city.trench_length_m, u.METRE),
        ("substations", city.substations, u.PLAIN),
        ("highest demand", city.peak_demand_w, u.KILOWATT),
        ("annual demand", city.annual_demand_j, u.MEGAWATT_HOUR),
        ("delivered", city.delivered_j, u.MEGAWATT_HOUR),
        ("not met", city.unmet_j, u.MEGAWATT_HOUR),
        ("lost to the ground", city.network_loss_j, u.MEGAWATT_HOUR),
        ("heat into the network", city.network_heat_j, u.MEGAWATT_HOUR),
        ("liquid heat of the racks", city.liquid_heat_j, u.MEGAWATT_HOUR),
        ("reused", city.reused_j, u.MEGAWATT_HOUR),
        ("rejected", city.rejected_j, u.MEGAWATT_HOUR),
        ("heat of the heat pump", city.heat_pump_heat_j, u.MEGAWATT_HOUR),
        ("electricity of the heat pump", city.heat_pump_electric_j, u.MEGAWATT_HOUR),
        ("backup heat", city.backup_j, u.MEGAWATT_HOUR),
        ("hours of the year computed", hours, u.PLAIN),
        ("hours with the coolant above its set-point", city.hours_tcs_above_setpoint, u.PLAIN),
        (f"hours with it above class {city.coolant_class or '–'}", city.hours_above_coolant_class, u.PLAIN),
        (
            f"hours with facility water above class {city.facility_class or '–'}",
            city.hours_above_facility_class,
            u.PLAIN,
        ),
        ("hours with unmet demand", city.hours_unmet, u.PLAIN),
    )


def entries(caption: str, *rows: tuple[str, float | None, Scale]) -> Table:
    """Quantities (SI) in their engineering units; a dash for what there is none of."""
    cells = tuple((name, quantity(value, scale)) for name, value, scale in rows)
    return Table(caption, ("quantity", "value"), cells, "lr")
