"""What a case asks of each cold plate: flow, heat flux and number of channels at design."""

from dataclasses import dataclass

from rack2city.case import Case, RackLoad
from rack2city.materials import Coolant


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
