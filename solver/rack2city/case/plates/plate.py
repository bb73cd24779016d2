"""What all kinds of cold plate have in common: where they work, at which flows they are computed, and what heats them."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from rack2city.case import quantities as q
from rack2city.case.plates.heat import Interface, Zone, interface_faults
from rack2city.case.table import Faults, Label, Name, Number
from rack2city.case.units import fault


def _spanning(factors: tuple[float, ...]) -> tuple[float, ...]:
    """Refuse flow factors that a curve cannot be drawn through, or that do not enclose the design flow."""
    if any(high <= low for low, high in pairwise(factors)):
        raise fault("must increase from one to the next, got " + ", ".join(f"{factor:g}" for factor in factors))
    if not factors[0] < 1.0 < factors[-1]:
        raise fault(f"must reach from below 1 to above 1, the design flow; got {factors[0]:g} to {factors[-1]:g}")
    return factors


class Plate(Interface):
    """A cold plate, whatever its kind."""

    power: Annotated[float | None, q.POWER.within("0.1 W", "50 kW")] = Field(
        None,
        description="heat of the plate at design; without it that of its zones, or of its first load in the rack (W)",
    )
    flow: Annotated[float | None, q.VOLUME_FLOW.within("0.001 L/min", "500 L/min")] = Field(
        None, description="coolant flow of the plate at design; without it that of its first load in the rack (m^3/s)"
    )
    inlet_temperature: Annotated[float | None, q.TEMPERATURE] = Field(
        None, description="temperature of the coolant that enters; without it the rack's (K)"
    )


class ComputedPlate(Plate):
    """A plate that the finite elements compute; its subclasses say of which `kind` and by which `model`."""

    kind: str = Field(description="what kind of plate it is")
    model: str = Field(description="what is computed of it")

    flow_factors: Annotated[tuple[Number, ...], Field(min_length=3), AfterValidator(_spanning)] = Field(
        (0.35, 0.65, 1.0, 1.35, 1.7),
        description="flow rates of the runs over the design flow, increasing, from below 1 to above 1 (-)",
    )
    level: Literal["coarse", "medium", "fine"] = Field("medium", description="refinement of the mesh")
    cells_across: Annotated[int | None, Field(strict=True, ge=1, le=12)] = Field(
        None, description="cells across the narrowest gap of the coolant at level medium, where its model takes that"
    )
    growth: Annotated[float | None, Field(strict=True, ge=1.0, le=4.0)] = Field(
        None, description="largest ratio of the sizes of neighbouring cells, where its model takes that (-)"
    )
    material: Label | None = Field(None, description="what it is made of, by name")
    conductivity: Annotated[float | None, q.CONDUCTIVITY] = Field(
        None, description="thermal conductivity of the plate, instead of `material` (W/(m*K))"
    )
    materials: dict[Name, Label] = Field(
        default_factory=dict, description="materials of single bodies, by the names of the bodies, where they differ"
    )
    contacts: dict[Name, q.AreaResistance] = Field(
        default_factory=dict, description="area resistance of surfaces `contact_NAME` between two bodies (m^2*K/W)"
    )
    zones: tuple[Zone, ...] = Field(
        (), description="chips and hot spots on the heated face; without them it is heated evenly"
    )

    fixed: ClassVar[tuple[str, ...]] = ()
    """Models whose meshes have levels, but no target for the size of cells."""

    def faults(self) -> Faults:
        """Sizes that no mesh takes, a metal told twice or not at all, and heat that does not add up."""
        yield from super().faults()
        for name in ("cells_across", "growth"):
            if self.model in self.fixed and getattr(self, name) is not None:
                yield fault(f'has no place with kind = "{self.kind}", model = "{self.model}"; give a level', name)
        if (self.material is None) == (self.conductivity is None):
            lack = self.material is None
            told = (
                'missing; name the material, as in "copper", or give a conductivity'
                if lack
                else "is told besides `material`; give one or the other"
            )
            yield fault(told, "material" if lack else "conductivity")
        names = [zone.name for zone in self.zones]
        for row, name in enumerate(names):
            if names.index(name) < row:
                yield fault(f"'{name}' is also the name of zones[{names.index(name)}]", "zones", row, "name")
        yield from interface_faults(self.zones)
        heat = sum(zone.heat for zone in self.zones)
        if self.zones and self.power is not None and abs(heat - self.power) > 1e-3 * self.power:
            yield fault(f"is {self.power:.6g} W, but the zones sum to {heat:.6g} W", "power")
