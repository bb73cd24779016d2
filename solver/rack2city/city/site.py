"""The site at its mean load: powers that are the same every hour."""

from dataclasses import dataclass

from rack2city.case import Plant
from rack2city.plant import ups_loss
from rack2city.results.plant import CduPoint
from rack2city.results.rack import RackFigures


@dataclass(frozen=True)
class SitePower:
    """Electricity and heat of the site at the racks' mean utilisation (W).

    Electricity is that of the racks (`it`), of the loss of their UPS, of the pumps of coolant and facility water, whose
    hydraulic power (`..._heat`) warms what they pump, and of the cooling of the rooms' air. `coolant_heat` is offered to the
    network in the facility water; `room_heat` of racks, pump motors and UPS goes to the rooms' air.
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
