"""The schema of what surrounds the racks: the plant and the city."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rack2city.case.quantities import (
    Energy,
    Fraction,
    FractionOrZero,
    Power,
    PressureOrZero,
    Ratio,
    Temperature,
    TemperatureDifference,
    TemperatureDifferenceOrZero,
    ThermalConductance,
)
from rack2city.case.table import Count, File, Table
from rack2city.case.units import fault

MILD_OUTDOOR_TEMPERATURE = 288.15
"""Outdoor temperature at and above which the network runs at its mild supply temperature (K)."""


class Cdu(Table):
    """The coolant distribution unit between the racks' coolant and the facility water."""

    conductance: ThermalConductance = Field(description="UA of the heat exchanger, for all racks together (W/K)")
    facility_flow_ratio: Ratio = Field(
        description="heat capacity flow of the facility water over that of the coolant (-)"
    )
    tcs_rest_drop: PressureOrZero = Field(
        description="pressure drop of the coolant loop outside the rack, at design flow (Pa)"
    )
    facility_drop: PressureOrZero = Field(description="pressure drop of the facility water loop, at design flow (Pa)")
    pump_efficiency: Fraction = Field(description="hydraulic power over electric power of the pumps (-)")


class HeatPump(Table):
    """The heat pump that lifts the racks' heat to the network."""

    refrigerant: str = Field(min_length=1, description="refrigerant by CoolProp's name")
    capacity: Power = Field(description="largest heat to the network (W)")
    isentropic_efficiency: Fraction = Field(description="isentropic efficiency of the compressor (-)")
    motor_efficiency: Fraction = Field(description="shaft power over electric power (-)")
    superheat: TemperatureDifferenceOrZero = Field(description="superheat at the compressor's suction (K)")
    evaporator_pinch: TemperatureDifference = Field(description="smallest temperature difference in the evaporator (K)")
    condenser_pinch: TemperatureDifference = Field(description="smallest temperature difference in the condenser (K)")


class DryCooler(Table):
    """The dry cooler for the heat that nobody wants."""

    approach: TemperatureDifference = Field(description="facility water over outdoor air (K)")
    fan_power_per_heat: FractionOrZero = Field(description="electric power of the fans over heat rejected (-)")
    design_outdoor_temperature: Temperature = Field(
        description="outdoor temperature at which full power must still be cooled, even if the year's weather is milder (K)"
    )


class AirCooling(Table):
    """The cooling of the rooms' air."""

    cop: Ratio = Field(description="heat removed from the rooms over electricity (-)")


class Ups(Table):
    """The uninterruptible power supply of the racks."""

    efficiency: Fraction = Field(description="power to the racks over power from the grid (-)")


class Plant(Table):
    """What stands between the racks, the grid and the heat network."""

    racks: Count = Field(description="number of racks")
    utilisation: Fraction = Field(description="annual mean of the racks' power over their full power (-)")
    cdu: Cdu = Field(description="coolant distribution unit")
    heat_pump: HeatPump = Field(description="heat pump")
    dry_cooler: DryCooler = Field(description="dry cooler")
    air_cooling: AirCooling = Field(description="cooling of the rooms' air")
    ups: Ups = Field(description="uninterruptible power supply")


class Weather(Table):
    """The weather of the year."""

    seed: Annotated[int, Field(strict=True, ge=0)] = Field(
        1, description="seed of the noise on Uccle's monthly normals, unless `epw` is given"
    )
    epw: File | None = Field(
        None, description="an EPW weather file, instead of the built weather; relative to the case file"
    )


class City(Table):
    """The heat network and its climate."""

    pipes: File = Field(description="CSV table of the network's pipes; relative to the case file")
    substations: File = Field(description="CSV table of the network's substations; relative to the case file")
    annual_demand: Energy = Field(description="heat demand of all substations over the year (J)")
    year: Annotated[int, Field(strict=True, ge=1950, le=2100)] = Field(description="the year that is run")
    supply_temperature_cold: Temperature = Field(
        description="supply temperature at and below the outdoor design temperature (K)"
    )
    supply_temperature_mild: Temperature = Field(description="supply temperature at and above 15 degC outdoors (K)")
    outdoor_design_temperature: Temperature = Field(description="outdoor temperature the heating is designed for (K)")
    return_temperature: Temperature = Field(description="temperature at which the substations return the water (K)")
    ground_temperature: Temperature = Field(description="temperature of the ground around the pipes (K)")
    pump_efficiency: Fraction = Field(description="hydraulic power over electric power of the network's pump (-)")
    substation_drop: PressureOrZero = Field(
        description="pressure drop of the farthest substation with its valve, at design flow (Pa)"
    )
    network_model: Literal["dynamic", "steady"] = Field(
        "dynamic",
        description="dynamic: heat travels with the water and pipe walls store it; steady: each hour for itself, faster",
    )
    weather: Weather = Field(default_factory=Weather, description="the weather of the year")

    @model_validator(mode="after")
    def _check_temperatures(self) -> Self:
        rising = (
            ("return_temperature", "supply_temperature_mild", "must be below", True),
            ("supply_temperature_mild", "supply_temperature_cold", "must not be above", False),
        )
        for low, high, rule, strictly in rising:
            lower, upper = getattr(self, low), getattr(self, high)
            if lower > upper or (strictly and lower == upper):
                raise fault(
                    f"{rule} {high}, got {lower - 273.15:.6g} degC where that is {upper - 273.15:.6g} degC", low
                )
        if self.outdoor_design_temperature >= MILD_OUTDOOR_TEMPERATURE:
            raise fault(
                f"must be below 15 degC, where the mild supply temperature begins, got "
                f"{self.outdoor_design_temperature - 273.15:.6g} degC",
                "outdoor_design_temperature",
            )
        return self
