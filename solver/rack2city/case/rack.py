"""The schema of the rack: its loads, its coolant loop and its air; and that its powers add up."""

from typing import Self

from pydantic import Field, model_validator

from rack2city.case.quantities import (
    FlowPerPower,
    Length,
    LengthOrZero,
    Power,
    PowerOrZero,
    PressurePerFlowOrZero,
    PressurePerFlowSquaredOrZero,
    Temperature,
    ThermalResistanceOrZero,
    VolumeFlow,
)
from rack2city.case.table import Count, Name, Table
from rack2city.case.units import fault

POWER_TOLERANCE = 1e-3
"""Accepted relative difference of a rack's power and the sum of its parts (-)."""


class RackLoad(Table):
    """Chips of one kind that are cooled by liquid."""

    name: Name = Field(description="name of the load, used once per rack")
    count: Count = Field(description="number of chips in the rack, the same in each of the load's trays")
    trays: Count = Field(description="number of the rack's trays that hold them")
    power: Power = Field(description="heat of one chip to the liquid (W)")
    plate_width: Length = Field(
        description="heated width of the plate across its channels, rounded to whole pitches (m)"
    )
    junction_to_case: ThermalResistanceOrZero = Field(
        description="thermal resistance from junction to case of one chip (K/W)"
    )

    @model_validator(mode="after")
    def _check_count(self) -> Self:
        if self.count % self.trays:
            raise fault(f"{self.count} chips cannot be shared evenly by {self.trays} trays", "count")
        return self


class RackAir(Table):
    """The air through the rack."""

    supply_temperature: Temperature = Field(description="temperature of the air that enters (K)")
    flow: VolumeFlow = Field(description="volume flow of the air at its supply temperature (m^3/s)")


class Rack(Table):
    """One rack."""

    power: Power = Field(description="heat of the whole rack, to liquid and air (W)")
    air_power: PowerOrZero = Field(description="heat that goes to the air (W)")
    supply_temperature: Temperature = Field(description="temperature of the coolant that enters (K)")
    flow_per_power: FlowPerPower = Field(description="coolant flow per heat to the liquid, at design (m^3/s/W)")
    curve_linear: PressurePerFlowOrZero = Field(
        description="linear part of the rack's pressure drop over its flow (Pa/(m^3/s))"
    )
    curve_quadratic: PressurePerFlowSquaredOrZero = Field(
        description="quadratic part of the rack's pressure drop over its flow (Pa/(m^3/s)^2)"
    )
    trays: Count = Field(description="number of liquid-cooled trays, parallel branches of the manifold")
    tray_spacing: Length = Field(description="distance from tray to tray along the manifold (m)")
    manifold_diameter: Length = Field(description="inner diameter of the manifold (m)")
    manifold_roughness: LengthOrZero = Field(description="roughness of the manifold's wall (m)")
    loads: tuple[RackLoad, ...] = Field(min_length=1, description="the liquid-cooled chips, by kind")
    air: RackAir = Field(description="the air through the rack")

    @model_validator(mode="after")
    def _check_curve(self) -> Self:
        if self.curve_linear == self.curve_quadratic == 0.0:
            raise fault(
                "must not be zero together with curve_linear: the rack needs a pressure drop", "curve_quadratic"
            )
        return self

    @model_validator(mode="after")
    def _check_loads(self) -> Self:
        names: list[str] = []
        for row, load in enumerate(self.loads):
            if load.name in names:
                raise fault(f"'{load.name}' is also the name of loads[{names.index(load.name)}]", "loads", row, "name")
            if load.trays > self.trays:
                raise fault(f"must be at most rack.trays = {self.trays}, got {load.trays}", "loads", row, "trays")
            names.append(load.name)
        return self

    @model_validator(mode="after")
    def _check_powers(self) -> Self:
        liquid = sum(load.count * load.power for load in self.loads)
        total = liquid + self.air_power
        if abs(total - self.power) > POWER_TOLERANCE * self.power:
            raise fault(
                f"the loads sum to {liquid / 1e3:.6g} kW and air_power is {self.air_power / 1e3:.6g} kW, together "
                f"{total / 1e3:.6g} kW, but power is {self.power / 1e3:.6g} kW; they must agree within 0.1 %",
                "power",
            )
        return self
