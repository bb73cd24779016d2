"""The schema of the rack: its loads, its coolant loop and its air; and that its powers add up."""

from typing import Annotated

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.table import Count, Faults, Name, Table, origin
from rack2city.case.units import celsius, fault

POWER_TOLERANCE = 1e-3
"""Accepted relative difference of a rack's power and the sum of its parts (-)."""


class RackLoad(Table):
    """Chips of one kind that are cooled by liquid."""

    name: Name = Field(description="name of the load, used once per rack")
    count: Count = Field(description="number of chips in the rack, the same in each of the load's trays")
    trays: Count = Field(description="number of the rack's trays that hold them")
    power: Annotated[float, q.POWER.within("0.1 W", "50 kW")] = Field(description="heat of one chip to the liquid (W)")
    plate: Name = Field(description="name of the cold plate on each, a table [plates.NAME]")
    junction_to_case: Annotated[float | None, q.THERMAL_RESISTANCE.or_zero()] = Field(
        None,
        description="from junction to case of one chip, unless the zones of its plate tell theirs (K/W)",
    )

    def faults(self) -> Faults:
        """Trays with unlike numbers of chips."""
        if self.count % self.trays:
            yield fault(f"{self.count} chips cannot be shared evenly by {self.trays} trays", "count")


class RackAir(Table):
    """The air through the rack."""

    supply_temperature: Annotated[float, q.TEMPERATURE.within("-20 degC", "60 degC")] = Field(
        description="temperature of the air that enters (K)"
    )
    flow: Annotated[float, q.VOLUME_FLOW.within("1 L/s", "50 m^3/s")] = Field(
        description="volume flow of the air at its supply temperature (m^3/s)"
    )
    dew_point: Annotated[float, q.TEMPERATURE.within("-40 degC", "40 degC")] = Field(
        288.15,
        description="dew point of the room's air (K)",
        json_schema_extra=origin(
            "ASHRAE TC 9.9, Thermal Guidelines (2021), recommended envelope: dew point up to 15 degC", "published"
        ),
    )

    def faults(self) -> Faults:
        """Air that is colder than its dew point."""
        if self.dew_point > self.supply_temperature:
            told = f"must not be above supply_temperature, got {celsius(self.dew_point)}"
            yield fault(f"{told} where that is {celsius(self.supply_temperature)}", "dew_point")


class Rack(Table):
    """One rack."""

    power: Annotated[float, q.POWER.within("100 W", "5 MW")] = Field(
        description="heat of the whole rack, to liquid and air (W)"
    )
    air_power: Annotated[float, q.POWER.or_zero().within("1 W", "5 MW")] = Field(
        description="heat that goes to the air (W)"
    )
    supply_temperature: q.Temperature = Field(description="temperature of the coolant that enters (K)")
    flow_per_power: q.FlowPerPower = Field(description="coolant flow per heat to the liquid, at design (m^3/s/W)")
    curve_linear: q.PressurePerFlowOrZero = Field(
        description="linear part of the rack's pressure drop over its flow (Pa/(m^3/s))"
    )
    curve_quadratic: q.PressurePerFlowSquaredOrZero = Field(
        description="quadratic part of the rack's pressure drop over its flow (Pa/(m^3/s)^2)"
    )
    trays: Count = Field(description="number of liquid-cooled trays, parallel branches of the manifold")
    tray_spacing: Annotated[float, q.LENGTH.within("5 mm", "2 m")] = Field(
        description="distance from tray to tray along the manifold (m)"
    )
    manifold_diameter: Annotated[float, q.LENGTH.within("3 mm", "500 mm")] = Field(
        description="inner diameter of the manifold (m)"
    )
    manifold_roughness: Annotated[float, q.LENGTH.or_zero().within("1 nm", "3 mm")] = Field(
        description="roughness of the manifold's wall (m)"
    )
    loads: tuple[RackLoad, ...] = Field(min_length=1, description="the liquid-cooled chips, by kind")
    air: RackAir = Field(description="the air through the rack")

    def faults(self) -> Faults:
        """A curve without drop, a name twice, too many trays, and powers that do not add up."""
        if self.curve_linear == self.curve_quadratic == 0.0:
            needs = "must not be zero together with curve_linear: the rack needs a pressure drop"
            yield fault(needs, "curve_quadratic")
        names = [load.name for load in self.loads]
        for row, load in enumerate(self.loads):
            if names.index(load.name) < row:
                yield fault(f"'{load.name}' is also the name of loads[{names.index(load.name)}]", "loads", row, "name")
            if load.trays > self.trays:
                yield fault(f"must be at most rack.trays = {self.trays}, got {load.trays}", "loads", row, "trays")
        liquid = sum(load.count * load.power for load in self.loads)
        total = liquid + self.air_power
        if abs(total - self.power) > POWER_TOLERANCE * self.power:
            yield fault(
                f"the loads sum to {liquid / 1e3:.6g} kW and air_power is {self.air_power / 1e3:.6g} kW, together "
                f"{total / 1e3:.6g} kW, but power is {self.power / 1e3:.6g} kW; they must agree within 0.1 %",
                "power",
            )
