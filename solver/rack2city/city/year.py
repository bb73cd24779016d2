"""The city stage: the pod of racks and the heat network through every hour of a year."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.case import Case
from rack2city.city.demand import heat_demand
from rack2city.city.heat_network import run_network_year
from rack2city.city.kpi import key_indicators
from rack2city.city.layout import NetworkLayout
from rack2city.city.reuse import HeatSource, reuse_heat
from rack2city.city.supply import supply_temperature
from rack2city.city.weather import Weather, epw_weather, synthetic_weather
from rack2city.evidence import Balance, Check
from rack2city.network.friction import Array
from rack2city.plant import ups_loss
from rack2city.plant.plant import cdu_point
from rack2city.rack import RackResult

HOUR_S = 3600.0
UNMET_LIMIT = 1e-3
"""Largest share of the annual demand that may stay unmet (-)."""


@dataclass(frozen=True)
class CityResult:
    """The year; energies in J. Field names are those of the report's `city` section.

    Attributes:
        weather: what weather was used.
        annual_demand_j: heat demand of all substations.
        delivered_j: heat delivered to them.
        unmet_j: demand not met.
        network_loss_j: lost to the ground.
        network_heat_j: heat fed into the network.
        reused_j: heat of the racks that left for the network, before the heat pump.
        rejected_j: heat of the racks given to the outdoor air.
        backup_j: heat of the backup boiler.
        heat_pump_heat_j: heat from the plant to the network.
        heat_pump_electric_j: electricity of the heat pump.
        liquid_heat_j: heat of the racks' coolant, pump work included.
        peak_demand_w: highest hourly demand (W).
        trench_length_m: length of the network's trenches (m).
        substations: number of substations.
        hours_tcs_above_setpoint: hours in which the coolant supply is warmer than its set-point.
        junction_max_k: hottest junction of the year (K).
        electricity_j: electricity by consumer.
        pump_heat_j: hydraulic work of the coolant's (`tcs`) and the facility water's pumps, which warms what they pump.
        kpi: PUE, ERF, ERE.
        loop_iterations: passes that closed the loop between network, plant and racks.
        loop_change_k: what changed in the last of them (K).
        balances: of the network, the plant and the whole site.
        checks: of the year.
    """

    weather: str
    annual_demand_j: float
    delivered_j: float
    unmet_j: float
    network_loss_j: float
    network_heat_j: float
    reused_j: float
    rejected_j: float
    backup_j: float
    heat_pump_heat_j: float
    heat_pump_electric_j: float
    liquid_heat_j: float
    peak_demand_w: float
    trench_length_m: float
    substations: int
    hours_tcs_above_setpoint: int
    junction_max_k: float
    electricity_j: dict[str, float]
    pump_heat_j: dict[str, float]
    kpi: dict[str, float]
    loop_iterations: int
    loop_change_k: float
    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]


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


def run_city(case: Case, rack: RackResult, layout: NetworkLayout, weather: Weather) -> tuple[CityResult, pd.DataFrame]:
    """Run the year.

    Args:
        case: the case.
        rack: one rack at full power.
        layout: the heat network.
        weather: outdoor temperature of the year.

    Returns:
        Sums, indicators, balances and checks; and the hourly table (`year.parquet`).

    Raises:
        ConvergenceError: the network, or the loop between network and racks, does not converge.
        BalanceError: energy is not conserved.
    """
    plant, city = case.plant, case.city
    outdoor = weather.temperature_k.to_numpy()
    demand = heat_demand(weather, layout.substations, city.annual_demand)
    supply = supply_temperature(city, outdoor)
    network = run_network_year(
        layout,
        demand,
        supply,
        city.return_temperature,
        city.ground_temperature,
        city.pump_efficiency,
        city.substation_drop,
    )
    cdu = cdu_point(case, rack, plant.utilisation)
    offered = cdu.heat_w + cdu.facility_hydraulic_w
    source = HeatSource(offered, cdu.facility_supply_k, offered / cdu.facility_w_per_k)
    reuse = reuse_heat(plant, source, network.root_heat_w, supply, outdoor)

    # The approach depends on heat and flows alone, which do not change: the coolant follows the facility water.
    coolant_supply = reuse.facility_supply_k + cdu.approach_k
    rise = max(load.junction_to_inlet_k_per_w * load.power_w for load in rack.loads) * plant.utilisation
    # Full power can come at any hour: the hottest hour is checked with it, the hourly table shows the mean load.
    full = cdu_point(case, rack, 1.0)
    hottest = np.maximum(rack.supply_k, reuse.facility_supply_k.max() + full.approach_k) + max(
        load.junction_to_inlet_k_per_w * load.power_w for load in rack.loads
    )

    racks_w = plant.racks * rack.power_w * plant.utilisation
    room_heat = (
        plant.racks * rack.air_w * plant.utilisation
        + cdu.tcs_pump_w
        - cdu.tcs_hydraulic_w
        + cdu.facility_pump_w
        - cdu.facility_hydraulic_w
        + ups_loss(racks_w, plant.ups.efficiency)
    )
    hours = len(outdoor)
    electricity = {
        "it": racks_w * hours * HOUR_S,
        "ups_loss": ups_loss(racks_w, plant.ups.efficiency) * hours * HOUR_S,
        "tcs_pump": cdu.tcs_pump_w * hours * HOUR_S,
        "facility_pump": cdu.facility_pump_w * hours * HOUR_S,
        "air_cooling": room_heat / plant.air_cooling.cop * hours * HOUR_S,
        "dry_cooler": _energy(reuse.fan_w),
        "heat_pump": _energy(reuse.electric_w),
        "network_pump": _energy(network.pump_electric_w),
    }
    loss = network.supply_loss_w.sum(axis=1) + network.return_loss_w.sum(axis=1)
    overhead = {k: electricity[k] for k in ("ups_loss", "tcs_pump", "facility_pump", "air_cooling", "dry_cooler")}
    year = pd.DataFrame(
        {
            "outdoor_k": outdoor,
            "demand_w": demand.to_numpy().sum(axis=1),
            "delivered_w": network.delivered_w.sum(axis=1),
            "network_loss_w": loss,
            "network_heat_w": network.root_heat_w,
            "heat_pump_w": reuse.heat_pump_w,
            "heat_pump_electric_w": reuse.electric_w,
            "reused_w": reuse.reused_w,
            "backup_w": reuse.backup_w,
            "rejected_w": reuse.rejected_w,
            "liquid_w": np.full(hours, offered),
            "network_supply_k": supply,
            "network_return_k": network.root_return_k,
            "facility_supply_k": reuse.facility_supply_k,
            "facility_return_k": reuse.facility_supply_k + source.facility_rise_k,
            "tcs_supply_k": coolant_supply,
            "junction_max_k": coolant_supply + rise,
            "network_pump_w": network.pump_electric_w,
            "cop": reuse.cop,
            "dry_cooler_w": reuse.fan_w,
        },
        index=weather.temperature_k.index.rename("time"),
    )
    delivered, demanded = _energy(year["delivered_w"]), _energy(year["demand_w"])
    worst = float(network.balance_residual.max())
    scale = _energy(network.root_heat_w)
    into_site = (
        electricity["it"]
        + _energy(reuse.electric_w)
        + (cdu.tcs_pump_w + cdu.facility_pump_w) * hours * HOUR_S
        + overhead["ups_loss"]
    )
    motor = _energy(reuse.electric_w) - _energy(reuse.shaft_w)
    out_of_site = _energy(reuse.heat_pump_w) + _energy(reuse.rejected_w) + room_heat * hours * HOUR_S + motor
    balances = (
        Balance("city", "network heat: fed in against delivered and lost", scale, delivered + _energy(loss), "J", 1e-6),
        Balance("city", "network heat in the worst hour (relative)", worst, 0.0, "-", 1e-6, scale=1.0),
        Balance(
            "city",
            "network heat: plant and backup against fed in",
            _energy(reuse.heat_pump_w + reuse.backup_w),
            scale,
            "J",
            1e-6,
        ),
        Balance(
            "city",
            "racks' heat: reused and rejected against offered",
            _energy(reuse.reused_w + reuse.rejected_w),
            _energy(year["liquid_w"]),
            "J",
            1e-6,
        ),
        Balance(
            "city",
            "site: electricity of racks, pumps, UPS and heat pump against heat out",
            into_site,
            out_of_site,
            "J",
            1e-6,
        ),
        Balance(
            "city",
            "demand: delivered and unmet",
            delivered + _energy(network.unmet_w.sum(axis=1)),
            city.annual_demand,
            "J",
            1e-6,
        ),
    )
    unmet = _energy(network.unmet_w.sum(axis=1))
    result = CityResult(
        weather=weather.label,
        annual_demand_j=demanded,
        delivered_j=delivered,
        unmet_j=unmet,
        network_loss_j=_energy(loss),
        network_heat_j=scale,
        reused_j=_energy(reuse.reused_w),
        rejected_j=_energy(reuse.rejected_w),
        backup_j=_energy(reuse.backup_w),
        heat_pump_heat_j=_energy(reuse.heat_pump_w),
        heat_pump_electric_j=electricity["heat_pump"],
        liquid_heat_j=_energy(year["liquid_w"]),
        peak_demand_w=float(year["demand_w"].max()),
        trench_length_m=layout.trench_m,
        substations=len(layout.substations),
        hours_tcs_above_setpoint=int(np.sum(coolant_supply > rack.supply_k + 1e-6)),
        junction_max_k=float(hottest),
        electricity_j=electricity,
        pump_heat_j={
            "tcs": cdu.tcs_hydraulic_w * hours * HOUR_S,
            "facility": cdu.facility_hydraulic_w * hours * HOUR_S,
        },
        kpi=key_indicators(electricity["it"], overhead, _energy(reuse.reused_w)),
        loop_iterations=reuse.iterations,
        loop_change_k=reuse.loop_change_k,
        balances=tuple(balance.require() for balance in balances),
        checks=(
            Check(
                "Junction temperature in the hottest hour of the year",
                float(hottest),
                case.limits.junction_temperature,
                "K",
                "max",
                "temperature",
            ),
            Check("Unmet heat demand of the city, share of the year", unmet / demanded, UNMET_LIMIT, "-", "max"),
        ),
    )
    return result, year


def _energy(power_w: Array | pd.Series) -> float:
    """Energy (J) of hourly mean powers (W)."""
    return float(np.sum(power_w)) * HOUR_S
