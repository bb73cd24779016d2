"""The schema of what surrounds the racks: the plant and the city."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.table import Count, Faults, File, Table
from rack2city.case.units import celsius, fault

MILD_OUTDOOR_TEMPERATURE = 288.15
"""Outdoor temperature at and above which the network runs at its mild supply temperature (K)."""


class Cdu(Table):
    """The coolant distribution unit between the racks' coolant and the facility water."""

    conductance: q.ThermalConductance = Field(
        description="UA of the heat exchanger, for all racks together, at the rated flows (W/K)"
    )
    facility_flow_ratio: Annotated[float, q.RATIO.within("0.01", "100")] = Field(
        description="heat capacity flow of the facility water over that of the coolant (-)"
    )
    tcs_rest_drop: Annotated[float, q.PRESSURE.or_zero().within("10 Pa", "5 MPa")] = Field(
        description="pressure drop of the coolant loop outside the rack, at the rated flow (Pa)"
    )
    facility_drop: Annotated[float, q.PRESSURE.or_zero().within("10 Pa", "5 MPa")] = Field(
        description="pressure drop of the facility water loop, at its rated flow (Pa)"
    )
    pump_efficiency: q.Fraction = Field(description="hydraulic power over electric power of the pumps (-)")
    rated_flow: Annotated[float | None, q.VOLUME_FLOW.within("0.1 L/min", "100 m^3/s")] = Field(
        None,
        description="coolant flow of all racks together at which conductance and drops hold; without it the case's own flow, "
        "as if the loop were sized anew for each (m^3/s)",
    )
    rated_facility_flow_ratio: Annotated[float | None, q.RATIO.within("0.01", "100")] = Field(
        None,
        description="heat capacity flow of facility water over that of the coolant's rated flow at which conductance and "
        "facility_drop hold; without it facility_flow_ratio (-)",
    )


class HeatPump(Table):
    """The heat pump that lifts the racks' heat to the network."""

    refrigerant: str = Field(min_length=1, description="refrigerant by CoolProp's name")
    capacity: Annotated[float, q.POWER.within("100 W", "1 GW")] = Field(description="largest heat to the network (W)")
    isentropic_efficiency: q.Fraction = Field(description="isentropic efficiency of the compressor (-)")
    motor_efficiency: q.Fraction = Field(description="shaft power over electric power (-)")
    superheat: q.TemperatureDifferenceOrZero = Field(description="superheat at the compressor's suction (K)")
    evaporator_pinch: q.TemperatureDifference = Field(
        description="smallest temperature difference in the evaporator (K)"
    )
    condenser_pinch: q.TemperatureDifference = Field(description="smallest temperature difference in the condenser (K)")


class DryCooler(Table):
    """The dry cooler for the heat that nobody wants."""

    approach: q.TemperatureDifference = Field(description="facility water over outdoor air (K)")
    fan_power_per_heat: q.FractionOrZero = Field(description="electric power of the fans over heat rejected (-)")
    design_outdoor_temperature: Annotated[float, q.TEMPERATURE.within("-30 degC", "65 degC")] = Field(
        description="outdoor temperature at which full power must still be cooled, even if the year's weather is milder (K)"
    )


class AirCooling(Table):
    """The cooling of the rooms' air."""

    cop: Annotated[float, q.RATIO.within("0.5", "200")] = Field(
        description="heat removed from the rooms over electricity (-)"
    )


class Ups(Table):
    """The uninterruptible power supply of the racks."""

    efficiency: q.Fraction = Field(description="power to the racks over power from the grid (-)")


class Plant(Table):
    """What stands between the racks, the grid and the heat network."""

    racks: Count = Field(description="number of racks")
    utilisation: q.Fraction = Field(description="annual mean of the racks' power over their full power (-)")
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
    annual_demand: q.Energy = Field(description="heat demand of all substations over the year (J)")
    year: Annotated[int, Field(strict=True, ge=1950, le=2100)] = Field(description="the year that is run")
    supply_temperature_cold: Annotated[float, q.TEMPERATURE.within("10 degC", "180 degC")] = Field(
        description="supply temperature at and below the outdoor design temperature (K)"
    )
    supply_temperature_mild: Annotated[float, q.TEMPERATURE.within("10 degC", "180 degC")] = Field(
        description="supply temperature at and above 15 degC outdoors (K)"
    )
    outdoor_design_temperature: Annotated[float, q.TEMPERATURE.within("-60 degC", "40 degC")] = Field(
        description="outdoor temperature the heating is designed for (K)"
    )
    return_temperature: Annotated[float, q.TEMPERATURE.within("0 degC", "150 degC")] = Field(
        description="temperature at which the substations return the water (K)"
    )
    ground_temperature: Annotated[float, q.TEMPERATURE.within("-20 degC", "50 degC")] = Field(
        description="temperature of the ground around the pipes (K)"
    )
    pump_efficiency: q.Fraction = Field(description="hydraulic power over electric power of the network's pump (-)")
    substation_drop: Annotated[float, q.PRESSURE.or_zero().within("10 Pa", "5 MPa")] = Field(
        description="pressure drop of the farthest substation with its valve, at design flow (Pa)"
    )
    network_model: Literal["dynamic", "steady"] = Field(
        "dynamic",
        description="dynamic: heat travels with the water and pipe walls store it; steady: each hour for itself, faster",
    )
    weather: Weather = Field(default_factory=Weather, description="the weather of the year")

    def faults(self) -> Faults:
        """Temperatures of the network that do not rise from return over mild to cold supply, or no cold weather."""
        back, mild, cold = self.return_temperature, self.supply_temperature_mild, self.supply_temperature_cold
        if back >= mild:
            told = f"must be below supply_temperature_mild, got {celsius(back)} where that is {celsius(mild)}"
            yield fault(told, "return_temperature")
        if mild > cold:
            told = f"must not be above supply_temperature_cold, got {celsius(mild)} where that is {celsius(cold)}"
            yield fault(told, "supply_temperature_mild")
        if self.outdoor_design_temperature >= MILD_OUTDOOR_TEMPERATURE:
            got = celsius(self.outdoor_design_temperature)
            told = f"must be below 15 degC, where the mild supply temperature begins, got {got}"
            yield fault(told, "outdoor_design_temperature")
