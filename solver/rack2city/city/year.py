"""The city stage: the pod of racks and the heat network through every hour of a year."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.case import Case
from rack2city.city.balances import HOUR_S, energy, year_balances
from rack2city.city.demand import heat_demand
from rack2city.city.heat_network import NetworkYear, run_network_year
from rack2city.city.kpi import key_indicators
from rack2city.city.layout import NetworkLayout
from rack2city.city.result import CityResult
from rack2city.city.reuse import HeatSource, NetworkNeed, Reuse, reuse_heat
from rack2city.city.site import SitePower, site_power
from rack2city.city.supply import supply_temperature
from rack2city.city.weather import Weather, epw_weather, synthetic_weather
from rack2city.evidence import Check
from rack2city.plant.plant import cdu_point
from rack2city.rack import LoadResult, RackResult

UNMET_LIMIT = 1e-3
"""Largest share of the annual demand that may stay unmet (-)."""


def case_weather(case: Case) -> Weather:
    """The weather a case asks for: its EPW file, or the built year.

    Raises:
        InputError: the EPW file cannot be used.
    """
    city = case.city
    return (
        synthetic_weather(city.year, city.weather.seed)
        if city.weather.epw is None
        else epw_weather(city.weather.epw, city.year)
    )


def run_city(
    case: Case,
    rack: RackResult,
    layout: NetworkLayout,
    weather: Weather,
    progress: Callable[[int, int], None] = lambda done, hours: None,
) -> tuple[CityResult, pd.DataFrame]:
    """Run the year.

    Args:
        case: the case.
        rack: one rack at full power.
        layout: the heat network.
        weather: outdoor temperature of the year.
        progress: called with the hours of the network done and their number.

    Returns:
        Sums, indicators, balances and checks; and the hourly table (`year.parquet`).

    Raises:
        ConvergenceError: the network does not converge.
        BalanceError: energy is not conserved.
    """
    plant, city = case.plant, case.city
    outdoor = weather.temperature_k.to_numpy()
    demand = heat_demand(weather, layout.substations, city.annual_demand)
    network = run_network_year(
        layout,
        demand,
        supply_temperature(city, outdoor),
        city.return_temperature,
        city.ground_temperature,
        city.pump_efficiency,
        city.substation_drop,
        city.network_model,
        progress,
    )
    cdu = cdu_point(case, rack, plant.utilisation)
    site = site_power(plant, rack, cdu)
    source = HeatSource(site.coolant_heat, cdu.facility_supply_k, site.coolant_heat / cdu.facility_w_per_k)
    need = NetworkNeed(network.plant_heat_w, network.supply_k, network.return_k)
    reuse = reuse_heat(plant, source, need, outdoor)

    # The approach depends on heat and flows alone, which do not change: the coolant follows the facility water.
    coolant_supply = reuse.facility_supply_k + cdu.approach_k
    chip = hottest_load(rack)
    junction = coolant_supply + chip.junction_to_inlet_k_per_w * chip.power_w * plant.utilisation
    year = pd.DataFrame(
        {
            "outdoor_k": outdoor,
            "demand_w": demand.to_numpy().sum(axis=1),
            **_network_columns(network),
            **_plant_columns(reuse),
            "liquid_w": np.full(len(outdoor), site.coolant_heat),
            "facility_supply_k": reuse.facility_supply_k,
            "facility_return_k": reuse.facility_supply_k + source.facility_rise_k,
            "tcs_supply_k": coolant_supply,
            "junction_max_k": junction,
        },
        index=weather.temperature_k.index.rename("time"),
    )
    balances = year_balances(year, site, network, reuse.shaft_w, city.annual_demand)
    electricity, pump_heat = _electricity(site, year), _pump_heat(site, len(year))
    overhead = {k: electricity[k] for k in ("ups_loss", "tcs_pump", "facility_pump", "air_cooling", "dry_cooler")}
    hottest, demanded, unmet = hottest_junction(case, rack, outdoor), energy(year["demand_w"]), energy(network.unmet_w)
    result = CityResult(
        weather=weather.label,
        annual_demand_j=demanded,
        delivered_j=energy(year["delivered_w"]),
        unmet_j=unmet,
        network_loss_j=energy(year["network_loss_w"]),
        network_model=city.network_model,
        network_stored_j=energy(year["network_stored_w"]),
        network_heat_j=energy(year["network_heat_w"]),
        reused_j=energy(year["reused_w"]),
        rejected_j=energy(year["rejected_w"]),
        backup_j=energy(year["backup_w"]),
        heat_pump_heat_j=energy(year["heat_pump_w"]),
        heat_pump_electric_j=electricity["heat_pump"],
        liquid_heat_j=energy(year["liquid_w"]),
        peak_demand_w=float(year["demand_w"].max()),
        trench_length_m=layout.trench_m,
        substations=len(layout.substations),
        hours_tcs_above_setpoint=int(np.sum(coolant_supply > rack.supply_k + 1e-6)),
        junction_max_k=hottest,
        electricity_j=electricity,
        pump_heat_j=pump_heat,
        kpi=key_indicators(electricity["it"], overhead, energy(year["reused_w"])),
        loop_iterations=reuse.iterations,
        loop_change_k=reuse.loop_change_k,
        balances=balances,
        checks=(
            Check(
                "Junction temperature on the design hot day",
                hottest,
                case.limits.junction_temperature,
                "K",
                "max",
                "temperature",
                chip.case_to_inlet_uncertainty_k_per_w * chip.power_w,
            ),
            Check("Unmet heat demand of the city, share of the year", unmet / demanded, UNMET_LIMIT, "-", "max"),
        ),
    )
    return result, year


def hottest_load(rack: RackResult) -> LoadResult:
    """The kind of chip whose junction is hottest over the coolant supply."""
    return max(rack.loads, key=lambda load: load.junction_to_inlet_k_per_w * load.power_w)


def hottest_junction(case: Case, rack: RackResult, outdoor_k: Array) -> float:
    """Hottest junction (K) with all racks at full power and the dry cooler alone to cool them.

    Outdoors it is as hot as on the design day, or as in the hottest hour of the year's weather if that is hotter.
    """
    cdu, chip, cooler = cdu_point(case, rack, 1.0), hottest_load(rack), case.plant.dry_cooler
    outdoor = max(cooler.design_outdoor_temperature, float(outdoor_k.max()))
    water = max(cdu.facility_supply_k, outdoor + cooler.approach)
    return water + cdu.approach_k + chip.junction_to_inlet_k_per_w * chip.power_w


def _network_columns(network: NetworkYear) -> dict[str, Array]:
    return {
        "delivered_w": network.delivered_w,
        "network_loss_w": network.loss_w,
        "network_heat_w": network.plant_heat_w,
        "network_supply_k": network.supply_k,
        "network_return_k": network.return_k,
        "network_pump_w": network.pump_electric_w,
        "network_stored_w": network.stored_w,
    }


def _plant_columns(reuse: Reuse) -> dict[str, Array]:
    return {
        "heat_pump_w": reuse.heat_pump_w,
        "heat_pump_electric_w": reuse.electric_w,
        "reused_w": reuse.reused_w,
        "backup_w": reuse.backup_w,
        "rejected_w": reuse.rejected_w,
        "cop": reuse.cop,
        "dry_cooler_w": reuse.fan_w,
    }


def _electricity(site: SitePower, year: pd.DataFrame) -> dict[str, float]:
    """Electricity of the year by consumer (J)."""
    seconds = len(year) * HOUR_S
    steady = ("it", "ups_loss", "tcs_pump", "facility_pump", "air_cooling")
    return {
        **{name: getattr(site, name) * seconds for name in steady},
        "dry_cooler": energy(year["dry_cooler_w"]),
        "heat_pump": energy(year["heat_pump_electric_w"]),
        "network_pump": energy(year["network_pump_w"]),
    }


def _pump_heat(site: SitePower, hours: int) -> dict[str, float]:
    """Hydraulic work of the pumps over the year (J)."""
    return {"tcs": site.tcs_pump_heat * hours * HOUR_S, "facility": site.facility_pump_heat * hours * HOUR_S}
