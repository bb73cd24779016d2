"""Where heat enters a plate: its chips and their hot spots as rectangles, and the interface material before them."""

from itertools import combinations
from typing import Annotated

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.table import Faults, Name, Table
from rack2city.case.units import fault

_EDGE = 1e-9  # m
TIM_THICKNESS = q.LENGTH.within("0.1 um", "5 mm")


class Interface(Table):
    """The thermal interface material (TIM) between a plate and what heats it."""

    tim_resistance: Annotated[float | None, q.AREA_RESISTANCE.or_zero()] = Field(
        None, description="area resistance of the thermal interface material (m^2*K/W)"
    )
    tim_thickness: Annotated[float | None, TIM_THICKNESS] = Field(
        None, description="its thickness, with `tim_conductivity` instead of `tim_resistance` (m)"
    )
    tim_conductivity: Annotated[float | None, q.CONDUCTIVITY] = Field(
        None, description="its thermal conductivity (W/(m*K))"
    )

    @property
    def area_resistance(self) -> float | None:
        """Area resistance of the interface (m² K/W); None where nothing is told."""
        if self.tim_thickness is not None and self.tim_conductivity is not None:
            return self.tim_thickness / self.tim_conductivity
        return self.tim_resistance

    def faults(self) -> Faults:
        """A resistance told twice, or half."""
        layer = [name for name in ("tim_thickness", "tim_conductivity") if getattr(self, name) is not None]
        if self.tim_resistance is not None and layer:
            yield fault(f"the resistance follows from {' and '.join(layer)}; give one or the other", "tim_resistance")
        if len(layer) == 1:
            missing = "tim_conductivity" if layer == ["tim_thickness"] else "tim_thickness"
            yield fault(f"missing; with {layer[0]} it makes the resistance of the interface", missing)


class Zone(Interface):
    """A rectangle of the heated face under which heat is set free; where rectangles overlap their heat adds up."""

    name: Name = Field(description="name of the chip or hot spot, used once per plate")
    x: Annotated[float, q.LENGTH.or_zero().within("1 um", "2 m")] = Field(
        description="distance of its edge from the plate's, along the flow (m)"
    )
    y: Annotated[float, q.LENGTH.or_zero().within("1 um", "2 m")] = Field(
        description="distance of its edge from the plate's, across the flow (m)"
    )
    length: Annotated[float, q.LENGTH.within("50 um", "2 m")] = Field(description="its size along the flow (m)")
    width: Annotated[float, q.LENGTH.within("50 um", "2 m")] = Field(description="its size across the flow (m)")
    power: Annotated[float | None, q.POWER.within("1 mW", "50 kW")] = Field(None, description="its heat (W)")
    flux: Annotated[float | None, q.HEAT_FLUX] = Field(
        None, description="its heat per area, instead of `power` (W/m^2)"
    )
    junction_to_case: Annotated[float | None, q.THERMAL_RESISTANCE.or_zero()] = Field(
        None, description="thermal resistance from junction to case under it, of its own heat (K/W)"
    )

    @property
    def area(self) -> float:
        """Its area (m²)."""
        return self.length * self.width

    @property
    def heat(self) -> float:
        """Its heat (W)."""
        return self.power if self.power is not None else float(self.flux or 0.0) * self.area

    def faults(self) -> Faults:
        """Heat told twice or not at all."""
        yield from super().faults()
        if self.power is None and self.flux is None:
            yield fault("missing; a zone needs its power, or its flux", "power")
        if self.power is not None and self.flux is not None:
            yield fault("the heat follows from the power; give one or the other", "flux")


def interface_faults(zones: tuple[Zone, ...]) -> Faults:
    """Zones that overlap and tell unlike interfaces: of one place only one can be true."""
    told = [(row, zone) for row, zone in enumerate(zones) if zone.area_resistance is not None]
    for (_, first), (row, zone) in combinations(told, 2):
        apart = (
            zone.x >= first.x + first.length - _EDGE
            or first.x >= zone.x + zone.length - _EDGE
            or zone.y >= first.y + first.width - _EDGE
            or first.y >= zone.y + zone.width - _EDGE
        )
        if not apart and zone.area_resistance != first.area_resistance:
            name = "tim_resistance" if zone.tim_resistance is not None else "tim_thickness"
            told_twice = f"'{first.name}' overlaps '{zone.name}' and tells another interface; give it in one of them"
            yield fault(told_twice, "zones", row, name)


def zone_faults(zones: tuple[Zone, ...], length: float, width: float) -> Faults:
    """Zones that leave a heated face of a length and a width (m)."""
    for row, zone in enumerate(zones):
        for start, size, all_of, along in (("x", "length", length, "long"), ("y", "width", width, "wide")):
            end = getattr(zone, start) + getattr(zone, size)
            if end > all_of * (1.0 + 1e-9):
                told = f"the zone reaches to {1e3 * end:.6g} mm, outside the heated face, {1e3 * all_of:.6g} mm {along}"
                yield fault(told, "zones", row, size)
