"""The kinds of quantity a case may hold: annotated floats in SI units.

Where one range of plausible values fits all fields of a kind it stands here, else with the field; a value out of it is
most likely a slip of the unit.
"""

from typing import Annotated

from rack2city.case.units import Dimension

LENGTH = Dimension("a length", "m", "0.2 mm")
COORDINATE = Dimension("a coordinate", "m", "12 mm", zero=True, signed=True)
POWER = Dimension("a power", "W", "150 kW")
PRESSURE = Dimension("a pressure", "Pa", "95 kPa")
TEMPERATURE = Dimension("a temperature", "K", "40 degC")
TEMPERATURE_DIFFERENCE = Dimension("a temperature difference", "K", "5 K", plausible=("0.01 K", "200 K"))
AREA_RESISTANCE = Dimension("an area resistance", "m^2*K/W", "5 mm^2*K/W", plausible=("0.01 mm^2*K/W", "1000 mm^2*K/W"))
THERMAL_RESISTANCE = Dimension("a thermal resistance", "K/W", "0.02 K/W", plausible=("0.1 mK/W", "100 K/W"))
CONDUCTIVITY = Dimension("a conductivity", "W/(m*K)", "391 W/(m*K)", plausible=("0.1 W/(m*K)", "5000 W/(m*K)"))
DENSITY = Dimension("a density", "kg/m^3", "998 kg/m^3", plausible=("300 kg/m^3", "25000 kg/m^3"))
HEAT_CAPACITY = Dimension("a heat capacity", "J/(kg*K)", "4180 J/(kg*K)", plausible=("100 J/(kg*K)", "10000 J/(kg*K)"))
VISCOSITY = Dimension("a dynamic viscosity", "Pa*s", "1.2 mPa*s", plausible=("0.05 mPa*s", "10 Pa*s"))
HEAT_FLUX = Dimension("a heat flux", "W/m^2", "100 W/cm^2", plausible=("1 W/m^2", "5000 W/cm^2"))
VELOCITY = Dimension("a velocity", "m/s", "1.5 m/s", plausible=("1 cm/s", "20 m/s"))
VOLUME_FLOW = Dimension("a volume flow", "m^3/s", "1.2 m^3/s")
FLOW_PER_POWER = Dimension("a flow per power", "m^3/s/W", "1.5 L/min/kW", plausible=("0.001 L/min/kW", "100 L/min/kW"))
PRESSURE_PER_FLOW = Dimension(
    "a pressure per flow", "Pa/(m^3/s)", "0.0617 kPa/(L/min)", plausible=("1e-9 kPa/(L/min)", "1000 kPa/(L/min)")
)
PRESSURE_PER_FLOW_SQUARED = Dimension(
    "a pressure per squared flow",
    "Pa/(m^3/s)^2",
    "0.0048 kPa/(L/min)^2",
    plausible=("1e-9 kPa/(L/min)^2", "1000 kPa/(L/min)^2"),
)
THERMAL_CONDUCTANCE = Dimension("a thermal conductance", "W/K", "330 kW/K", plausible=("1 W/K", "1 GW/K"))
ENERGY = Dimension("an energy", "J", "8 GWh", plausible=("1 MWh", "100 TWh"))
FRACTION = Dimension("a fraction", "-", "85 %", maximum=1.0)
RATIO = Dimension("a ratio", "-", "6.0")

Temperature = Annotated[float, TEMPERATURE]
TemperatureDifference = Annotated[float, TEMPERATURE_DIFFERENCE]
TemperatureDifferenceOrZero = Annotated[float, TEMPERATURE_DIFFERENCE.or_zero()]
AreaResistance = Annotated[float, AREA_RESISTANCE]
ThermalResistanceOrZero = Annotated[float, THERMAL_RESISTANCE.or_zero()]
Conductivity = Annotated[float, CONDUCTIVITY]
Density = Annotated[float, DENSITY]
HeatCapacity = Annotated[float, HEAT_CAPACITY]
Velocity = Annotated[float, VELOCITY]
FlowPerPower = Annotated[float, FLOW_PER_POWER]
PressurePerFlowOrZero = Annotated[float, PRESSURE_PER_FLOW.or_zero()]
PressurePerFlowSquaredOrZero = Annotated[float, PRESSURE_PER_FLOW_SQUARED.or_zero()]
ThermalConductance = Annotated[float, THERMAL_CONDUCTANCE]
Energy = Annotated[float, ENERGY]
Fraction = Annotated[float, FRACTION]
FractionOrZero = Annotated[float, FRACTION.or_zero()]
