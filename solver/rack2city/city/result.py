"""What the city stage ends in: the sums, indicators, balances and checks of the year."""

from dataclasses import dataclass

from rack2city.evidence import Balance, Check


@dataclass(frozen=True)
class CityResult:
    """The year; energies in J. Field names are those of the report's `city` section.

    Attributes:
        weather: what weather was used.
        annual_demand_j: heat demand of all substations.
        delivered_j: heat delivered to them.
        unmet_j: demand not met.
        network_loss_j: lost to the ground.
        network_model: dynamic or steady.
        network_stored_j: growth over the year of the heat in the network's water and walls.
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
        junction_max_k: hottest junction at full power on the design hot day, or in a hotter hour of the year (K).
        electricity_j: electricity by consumer.
        pump_heat_j: hydraulic work of the coolant's (`tcs`) and the facility water's pumps, which warms what they pump.
        kpi: PUE, ERF, ERE.
        loop_iterations: passes that closed the loop between network, plant and racks.
        loop_change_k: within what the facility water's temperature is then known (K).
        balances: of the network, the plant and the whole site.
        checks: of the year.
    """

    weather: str
    annual_demand_j: float
    delivered_j: float
    unmet_j: float
    network_loss_j: float
    network_model: str
    network_stored_j: float
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
