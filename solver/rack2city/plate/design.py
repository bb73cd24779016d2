"""What a case asks of each cold plate: flow, heat flux and number of channels at design."""

from dataclasses import dataclass

import numpy as np

from rack2city.case import Case, RackLoad
from rack2city.errors import InputError
from rack2city.materials import Coolant, coolant_of

_ROOM_K = 15.0  # over the coolant's lowest temperature: supply below that is unusual, and the flow to blame


@dataclass(frozen=True)
class PlateDesign:
    """One cold plate at the rack's design point.

    Attributes:
        load: name of the load it cools.
        power: heat of one plate (W).
        flow: coolant flow of one plate (m³/s).
        channels: number of parallel channels (-).
        area: heated area (m²).
    """

    load: str
    power: float
    flow: float
    channels: int
    area: float

    @property
    def flow_per_channel(self) -> float:
        """Coolant flow of one channel (m³/s)."""
        return self.flow / self.channels

    @property
    def heat_flux(self) -> float:
        """Heat flux into the heated face (W/m²)."""
        return self.power / self.area


def plate_design(case: Case, load: RackLoad) -> PlateDesign:
    """Design point of the plates of a load: flow in proportion to power, a whole number of channels."""
    channels = max(1, round(load.plate_width / case.channel.pitch))
    return PlateDesign(
        load=load.name,
        power=load.power,
        flow=case.rack.flow_per_power * load.power,
        channels=channels,
        area=channels * case.channel.pitch * case.channel.length,
    )


def reference_design(case: Case) -> PlateDesign:
    """Design point of the load whose flow and heat flux the finite-element runs carry."""
    return plate_design(case, next(load for load in case.rack.loads if load.name == case.plate.reference_load))


def case_coolant(case: Case) -> Coolant:
    """The coolant of a case."""
    return coolant_of(case.coolant)


def coolant_reference_temperature(case: Case, coolant: Coolant) -> float:
    """Mean bulk temperature of the coolant at design (K): supply plus half the rise of rho c Q dT = P.

    Density, heat capacity and conductivity are taken here, once for plate and rack alike; over the 10-15 K of a rack
    they change by less than 1 %. Viscosity, which changes by 2 % per kelvin, follows the local temperature.
    """
    supply = case.rack.supply_temperature
    temperature = supply
    for _ in range(5):  # a contraction by about 1e-4 a step
        heat_capacity = float(coolant.density(temperature) * coolant.heat_capacity(temperature))
        temperature = supply + 0.5 / (heat_capacity * case.rack.flow_per_power)
    return temperature


def check_coolant_range(case: Case) -> None:
    """Refuse a coolant that would leave the range of its properties, before anything is solved.

    The hottest coolant is estimated at the least flow of the finite-element runs: supply plus the rise of rho c Q dT = P to
    the outlet, and the film at the channel's floor there. The runs say exactly how warm it is, and refuse it as well.

    Raises:
        InputError: naming the field: the supply temperature, or the flow where no usual supply would do.
    """
    rack, medium, factor = case.rack, case_coolant(case), case.plate.flow_factors[0]
    low, high = medium.temperature_range_k
    supply, known = rack.supply_temperature, f"where the properties of {medium.name} are known"
    if not low <= supply < high - 10.0:
        raise InputError(
            f"rack.supply_temperature: must be between {low - 273.15:.0f} and {high - 283.15:.0f} degC, {known}, "
            f"got {supply - 273.15:.6g} degC"
        )
    rise = 1.0 / (float(medium.density(supply) * medium.heat_capacity(supply)) * rack.flow_per_power * factor)
    film = reference_design(case).heat_flux * _floor_to_bulk(case, float(medium.conductivity(supply)))
    if supply + rise + film <= high:
        return
    reaches = (
        f"at {factor:g} times the design flow, the least of plate.flow_factors, the coolant warms by about {rise + film:.4g} "
        f"K to {supply + rise + film - 273.15:.4g} degC at the outlet's wall, beyond the {high - 273.15:.0f} degC {known}"
    )
    if high - rise - film >= low + _ROOM_K:
        raise InputError(
            f"rack.supply_temperature: {reaches}; use at most {high - rise - film - 273.15:.4g} degC, or more flow"
        )
    if supply + film >= high:
        raise InputError(f"rack.supply_temperature: {reaches}; use a colder supply and more flow, or spread the power")
    least = rise / (high - supply - film) * rack.flow_per_power * 6e7  # L/min/kW
    raise InputError(f"rack.flow_per_power: {reaches}; use at least {least:.3g} L/min/kW")


def _floor_to_bulk(case: Case, conductivity: float) -> float:
    """About the resistance (m² K/W of heated area) from the channels' floor to the bulk of a coolant (W/(m K)).

    Source: fins with an adiabatic tip, and developed laminar flow between plates, Nu = 8.235 (Incropera & DeWitt).
    """
    channel = case.channel
    film = 8.235 * conductivity / (2.0 * channel.width)
    units = channel.fin_height * np.sqrt(2.0 * film / (channel.conductivity * (channel.pitch - channel.width)))
    return float(channel.pitch / (film * (channel.width + 2.0 * channel.fin_height * np.tanh(units) / units)))
