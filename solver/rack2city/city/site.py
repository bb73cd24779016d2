"""The site at its mean load: powers that are the same every hour."""

from dataclasses import dataclass

from rack2city.case import Plant
from rack2city.plant import ups_loss
from rack2city.results.plant import CduPoint
from rack2city.results.rack import RackFigures


@dataclass(frozen=True)
class SitePower:
    """Electricity and heat of the site at the racks' mean utilisation (W).

    Attributes:
        it: electricity of the racks.
        ups_loss: loss of the UPS that feeds them.
        tcs_pump: electricity of the coolant pumps.
        facility_pump: electricity of the facility water's pumps.
        tcs_pump_heat: hydraulic power of the coolant pumps, which warms the coolant.
        facility_pump_heat: hydraulic power of the facility water's pumps, which warms that.
        coolant_heat: heat offered to the network in the facility water.
        room_heat: heat to the rooms' air: of the racks, of the pumps' motors and of the UPS.
        air_cooling: electricity that takes it out.
    """

    it: float
    ups_loss: float
    tcs_pump: float
    facility_pump: float
    tcs_pump_heat: float
    facility_pump_heat: float
    coolant_heat: float
    room_heat: float
    air_cooling: float


def site_power(plant: Plant, rack: RackFigures, cdu: CduPoint) -> SitePower:
    """Powers of the site, of one rack at full power and the CDU at the racks' mean utilisation."""
    it = plant.racks * rack.power_w * plant.utilisation
    loss = ups_loss(it, plant.ups.efficiency)
    motors = cdu.tcs_pump_w - cdu.tcs_hydraulic_w + cdu.facility_pump_w - cdu.facility_hydraulic_w
    room_heat = plant.racks * rack.air_w * plant.utilisation + motors + loss
    return SitePower(
        it=it,
        ups_loss=loss,
        tcs_pump=cdu.tcs_pump_w,
        facility_pump=cdu.facility_pump_w,
        tcs_pump_heat=cdu.tcs_hydraulic_w,
        facility_pump_heat=cdu.facility_hydraulic_w,
        coolant_heat=cdu.heat_w + cdu.facility_hydraulic_w,
        room_heat=room_heat,
        air_cooling=room_heat / plant.air_cooling.cop,
    )
