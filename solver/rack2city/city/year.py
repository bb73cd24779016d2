"""The city stage: the pod of racks and the heat network through every hour of a year."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.case import Case
from rack2city.city.balances import HOUR_S, energy, year_balances
from rack2city.city.classes import COOLANT_CLASSES, FACILITY_CLASSES, class_limit
from rack2city.city.demand import heat_demand
from rack2city.city.heat_network import run_network_year, supply_temperature
from rack2city.city.kpi import key_indicators
from rack2city.city.layout import NetworkLayout
from rack2city.city.reuse import HeatSource, reuse_heat
from rack2city.city.site import site_power
from rack2city.city.weather import Weather, epw_weather, synthetic_weather
from rack2city.evidence import Check
from rack2city.plant import cdu_point
from rack2city.rack import junction_check
from rack2city.results.city import CityResult, Electricity, PumpHeat
from rack2city.results.rack import LoadResult, RackFigures

UNMET_RESOLVED = 1e-5
"""Share of an hour's demand (-) up to which what is unmet is the accuracy of the network's solution; energies count it."""
_SUMMED = ("delivered", "unmet", "network_loss", "network_stored", "network_heat", "reused", "rejected", "backup")
_NOT_TOLD = ["unmet_w", "difference_pa", "residual"]  # of the network: for sums and balances alone
_OF_PLANT = ("heat_pump_w", "heat_pump_electric_w", "reused_w", "backup_w", "rejected_w", "cop", "dry_cooler_w")


def case_weather(case: Case) -> Weather:
    """The weather a case asks for: its EPW file, or the built year.

    Raises:
        InputError: the EPW file cannot be used.
    """
    year, weather = case.city.year, case.city.weather
    return synthetic_weather(year, weather.seed) if weather.epw is None else epw_weather(weather.epw, year)


def run_city(
    case: Case,
    rack: RackFigures,
    layout: NetworkLayout,
    weather: Weather,
    progress: Callable[[int, int], None] = lambda done, hours: None,
) -> tuple[CityResult, pd.DataFrame]:
    """Run the year of racks at their mean utilisation; `progress` hears of the hours of the network done and their number.

    Returns:
        Sums, indicators, balances and checks; and the hourly table (`year.parquet`).

    Raises:
        ConvergenceError: the network does not converge.
        BalanceError: energy is not conserved.
    """
    plant, city = case.plant, case.city
    outdoor = weather.temperature_k.to_numpy()
    demand = heat_demand(weather, layout.substations, city.annual_demand)
    network = run_network_year(city, layout, demand, supply_temperature(city, outdoor), progress)
    cdu = cdu_point(case, rack, plant.utilisation)
    site = site_power(plant, rack, cdu)
    source = HeatSource(site.coolant_heat, cdu.facility_supply_k, site.coolant_heat / cdu.facility_w_per_k)
    reuse = reuse_heat(plant, source, network, outdoor)

    # The approach depends on heat and flows alone, which do not change: the coolant follows the facility water.
    coolant_supply = reuse.facility_supply_k + cdu.approach_k
    chip = hottest_load(rack)
    year = pd.DataFrame(
        {
            "outdoor_k": outdoor,
            "demand_w": demand.sum(axis=1),
            **{str(name): values for name, values in network.drop(columns=_NOT_TOLD).items()},
            **{name: getattr(reuse, name) for name in _OF_PLANT},
            "liquid_w": site.coolant_heat,
            "facility_supply_k": reuse.facility_supply_k,
            "facility_return_k": reuse.facility_supply_k + source.facility_rise_k,
            "tcs_supply_k": coolant_supply,
            "junction_max_k": coolant_supply + chip.junction_to_inlet_k_per_w * chip.power_w * plant.utilisation,
        },
        index=weather.temperature_k.index.rename("time"),
    )
    seconds = len(year) * HOUR_S
    sums = {str(name): energy(powers) for name, powers in year.filter(regex="_w$").items()}
    sums |= {"unmet_w": energy(network["unmet_w"]), "shaft_w": energy(reuse.shaft_w)}
    electricity = Electricity(
        **{
            name: getattr(site, name) * seconds
            for name in ("it", "ups_loss", "tcs_pump", "facility_pump", "air_cooling")
        },
        dry_cooler=sums["dry_cooler_w"],
        heat_pump=sums["heat_pump_electric_w"],
        network_pump=sums["network_pump_w"],
    )
    energies: dict[str, Any] = {f"{name}_j": sums[f"{name}_w"] for name in _SUMMED}
    hottest, unmet = hottest_junction(case, rack, outdoor), sums["unmet_w"] / sums["demand_w"]
    limits, water = case.limits, reuse.facility_supply_k
    coolant_class = class_limit(limits.coolant_class, COOLANT_CLASSES, rack.supply_k)
    facility_class = class_limit(limits.facility_class, FACILITY_CLASSES, cdu.facility_supply_k)
    result = CityResult(
        weather=weather.label,
        annual_demand_j=sums["demand_w"],
        network_model=city.network_model,
        heat_pump_heat_j=sums["heat_pump_w"],
        heat_pump_electric_j=sums["heat_pump_electric_w"],
        liquid_heat_j=sums["liquid_w"],
        peak_demand_w=float(year["demand_w"].max()),
        trench_length_m=layout.trench_m,
        substations=len(layout.substations),
        hours_tcs_above_setpoint=int(np.sum(coolant_supply > rack.supply_k + 1e-6)),
        hours_unmet=int(np.sum(network["unmet_w"].to_numpy() > UNMET_RESOLVED * year["demand_w"].to_numpy())),
        coolant_class=coolant_class.name,
        facility_class=facility_class.name,
        hours_above_coolant_class=coolant_class.hours_above(coolant_supply),
        hours_above_facility_class=facility_class.hours_above(water),
        junction_max_k=hottest,
        electricity_j=electricity,
        pump_heat_j=PumpHeat(site.tcs_pump_heat * seconds, site.facility_pump_heat * seconds),
        kpi=key_indicators(electricity, sums["reused_w"]),
        loop_iterations=reuse.iterations,
        loop_change_k=reuse.loop_change_k,
        **energies,
        balances=year_balances(sums, site, seconds, city.annual_demand, float(network["residual"].max())),
        checks=(
            junction_check("Junction temperature on the design hot day", case, chip, hottest),
            coolant_class.check("coolant", coolant_supply, limits.hours_above_class),
            facility_class.check("facility water", water, limits.hours_above_class),
            Check("Unmet heat demand of the city, share of the year", unmet, limits.unmet_heat, "-", "max"),
        ),
    )
    return result, year


def hottest_load(rack: RackFigures) -> LoadResult:
    """The kind of chip whose junction is hottest over the coolant supply."""
    return max(rack.loads, key=lambda load: load.junction_to_inlet_k_per_w * load.power_w)


def hottest_junction(case: Case, rack: RackFigures, outdoor_k: Array) -> float:
    """Hottest junction (K) with all racks at full power and the dry cooler alone to cool them.

    Outdoors it is as hot as on the design day, or as in the hottest hour of the year's weather if that is hotter.
    """
    cdu, chip, cooler = cdu_point(case, rack, 1.0), hottest_load(rack), case.plant.dry_cooler
    outdoor = max(cooler.design_outdoor_temperature, float(outdoor_k.max()))
    water = max(cdu.facility_supply_k, outdoor + cooler.approach)
    return water + cdu.approach_k + chip.junction_to_inlet_k_per_w * chip.power_w
