"""The schema of a solid of one's own: a conductivity, or one at several temperatures."""

from itertools import pairwise

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.table import Faults, Table
from rack2city.case.units import celsius, fault


class ConductivityPoint(Table):
    """The conductivity of a solid at one temperature."""

    temperature: q.Temperature = Field(description="temperature of the solid (K)")
    conductivity: q.Conductivity = Field(description="thermal conductivity at that temperature (W/(m*K))")


class Solid(Table):
    """What a body of a plate is made of."""

    conductivity: q.Conductivity | None = Field(
        None, description="thermal conductivity at every temperature (W/(m*K)); or `points`"
    )
    points: tuple[ConductivityPoint, ...] = Field(
        (),
        description="conductivity at rising temperatures, at least two; between them a smooth curve, beyond them none",
    )
    density: q.Density | None = Field(None, description="density, needed where heat is stored over time (kg/m^3)")
    heat_capacity: q.HeatCapacity | None = Field(
        None, description="specific heat capacity, needed where heat is stored over time (J/(kg*K))"
    )

    def faults(self) -> Faults:
        """No conductivity or two, a single point, or temperatures that do not rise."""
        if self.conductivity is None and not self.points:
            yield fault('missing; expected a conductivity, for example "391 W/(m*K)", or points', "conductivity")
        if self.conductivity is not None and self.points:
            yield fault("has no place beside conductivity; one of the two is enough", "points")
        if len(self.points) == 1:
            yield fault("needs at least 2 entries, got 1; a constant conductivity is `conductivity`", "points")
        for k, (low, high) in enumerate(pairwise(self.points)):
            if not high.temperature > low.temperature:
                told = f"must be above that of the point before, got {celsius(high.temperature)}"
                yield fault(told, "points", k + 1, "temperature")
