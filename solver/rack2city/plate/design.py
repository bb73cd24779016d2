"""Where a cold plate works: its heat, its flow and its inlet, by its own table or by the rack that it is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rack2city.case import Case, ComputedPlate, Plate, PlatesCase, RackLoad
from rack2city.case.solids import Solid as Asked
from rack2city.errors import InputError
from rack2city.materials import Coolant, Solid, coolant_of, solid


@dataclass(frozen=True)
class PlateDesign:
    """A cold plate at its design point.

    Attributes:
        name: of the plate.
        plate: its table of the case.
        power: its heat (W).
        flow: its coolant flow (m³/s).
        inlet_k: temperature of the coolant that enters (K).
        flow_field: the field of the case that tells the flow.
        inlet_field: that which tells the temperature.
        solids: the case's own solids, by name.
    """

    name: str
    plate: Plate
    power: float
    flow: float
    inlet_k: float
    flow_field: str
    inlet_field: str
    solids: Mapping[str, Asked] = field(default_factory=dict)

    def solid(self, body: str) -> Solid:
        """What a solid body is made of, by the name of its group.

        Raises:
            InputError: no solid has the name that the case says.
        """
        plate, where = self.plate, f"plates.{self.name}"
        assert isinstance(plate, ComputedPlate)
        if body in plate.materials:
            return solid(plate.materials[body], self.solids, f"{where}.materials.{body}")
        if plate.material is not None:
            return solid(plate.material, self.solids, f"{where}.material")
        assert plate.conductivity is not None
        return Solid(f"the metal of {where}", plate.conductivity, "the case", plate.status)


def plate_design(case: PlatesCase, name: str) -> PlateDesign:
    """The design point of a plate: what its table does not tell is that of the first load of the rack that has it.

    Raises:
        InputError: neither tells its heat, flow or inlet temperature.
    """
    plate, rack = case.plates[name], case.rack if isinstance(case, Case) else None
    load = next((load for load in rack.loads if load.plate == name), None) if rack else None
    zones = plate.zones if isinstance(plate, ComputedPlate) else ()
    power, flow, inlet = plate.power, plate.flow, plate.inlet_temperature
    if power is None:
        power = sum(zone.heat for zone in zones) or (load.power if load else None)
    if flow is None and rack and load:
        flow = rack.flow_per_power * load.power
    if inlet is None and rack:
        inlet = rack.supply_temperature
    missing = {"power": power, "flow": flow, "inlet_temperature": inlet}
    for what, value in missing.items():
        if value is None:
            told = f"missing; no load of a rack has the plate '{name}', so its table says at which {what} it works"
            raise InputError(f"plates.{name}.{what}: {told}")
    assert power is not None
    assert flow is not None
    assert inlet is not None
    flow_field = "rack.flow_per_power" if plate.flow is None else f"plates.{name}.flow"
    inlet_field = "rack.supply_temperature" if plate.inlet_temperature is None else f"plates.{name}.inlet_temperature"
    return PlateDesign(name, plate, power, flow, inlet, flow_field, inlet_field, case.materials)


def load_flow(case: Case, load: RackLoad) -> float:
    """Coolant flow of each plate of a load at the rack's design (m³/s): in proportion to its heat."""
    return case.rack.flow_per_power * load.power


def case_coolant(case: PlatesCase) -> Coolant:
    """The coolant of a case."""
    return coolant_of(case.coolant)


def mean_bulk(medium: Coolant, inlet_k: float, heat_per_flow: float) -> float:
    """Mean bulk temperature of a coolant (K): inlet (K) plus half the rise of rho c dT = P/Q (J/m³).

    Density, heat capacity and conductivity are taken here; over the 10-15 K of a plate they change by less than 1 %.
    Viscosity, which changes by 2 % per kelvin, follows the local temperature.
    """
    temperature = inlet_k
    for _ in range(5):  # a contraction by about 1e-4 a step
        heat_capacity = float(medium.density(temperature) * medium.heat_capacity(temperature))
        temperature = inlet_k + 0.5 * heat_per_flow / heat_capacity
    return temperature


def coolant_reference_temperature(case: Case, medium: Coolant) -> float:
    """Mean bulk temperature of the rack's coolant at design (K)."""
    return mean_bulk(medium, case.rack.supply_temperature, 1.0 / case.rack.flow_per_power)
