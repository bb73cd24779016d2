"""The schema of a case: what a user may ask for, in the words and the order of the case file; SI values inside."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rack2city.case import quantities as q
from rack2city.case.coolant import Coolant
from rack2city.case.plates import AnyPlate, ComputedPlate, CurvePlate
from rack2city.case.rack import Rack
from rack2city.case.site import City, Plant
from rack2city.case.solids import Solid
from rack2city.case.table import Faults, Name, Option, Table, origin
from rack2city.case.units import fault


class Identity(Table):
    """What the case is called."""

    name: Name = Field(description="short name, used for folders")
    title: str = Field("", description="one line for the head of the report")


class Limits(Table):
    """What the design must keep."""

    junction_temperature: Annotated[float, q.TEMPERATURE.within("30 degC", "250 degC")] = Field(
        description="highest junction temperature of a chip (K)"
    )
    cdu_head: Annotated[float, q.PRESSURE.within("1 kPa", "5 MPa")] = Field(
        description="head of the CDU's pumps for the whole coolant loop (Pa)"
    )
    manifold_velocity: q.Velocity = Field(description="highest velocity in the manifold (m/s)")
    branch_flow_spread: q.Fraction = Field(
        description="largest deviation of a plate's flow from its share by power (-)"
    )
    air_temperature_rise: q.TemperatureDifference = Field(description="lowest temperature rise of the rack's air (K)")
    cdu_approach: q.TemperatureDifference = Field(
        description="largest coolant supply temperature over facility water supply (K)"
    )
    air_outlet_temperature: Annotated[float, q.TEMPERATURE.within("20 degC", "120 degC")] = Field(
        333.15,
        description="highest temperature of the air that leaves the rack (K)",
        json_schema_extra=origin("Open Rack Frame V3 specification, OCP: operating at 10 to 60 degC", "published"),
    )
    dew_point_margin: q.TemperatureDifferenceOrZero = Field(
        2.0,
        description="least temperature of the coolant supply over the dew point of the room's air (K)",
        json_schema_extra=origin("ASHRAE, Liquid Cooling Guidelines for Datacom Equipment Centers: 2 K", "published"),
    )
    coolant_class: Literal["S30", "S40", "S45", "S50"] | None = Field(
        None, description="ASHRAE class of the coolant supply; without it the least one that the set-point keeps"
    )
    facility_class: Literal["W17", "W27", "W32", "W40", "W45"] | None = Field(
        None, description="ASHRAE class of the facility water; without it the least one that the set-point keeps"
    )
    hours_above_class: Annotated[int, Field(strict=True, ge=0, le=8760)] = Field(
        0, description="hours of the year in which coolant or facility water may be warmer than their class allows"
    )
    unmet_heat: q.FractionOrZero = Field(
        0.001,
        description="largest share of the city's annual heat demand that may stay unmet (-)",
        json_schema_extra=origin("rack2city: an hour's shortage now and then", "assumed"),
    )


def _prefixes_end(options: dict[str, dict[str, Option]]) -> dict[str, dict[str, Option]]:
    """Refuse a prefix that no solver would look for, and options that load programs."""
    for prefix, given in options.items():
        if not prefix.endswith("_"):
            raise fault(f"the prefix '{prefix}' must end in '_', as in '{prefix}_'")
        for name in given:
            if "python" in name:
                raise fault(f"{prefix}{name} may not stand in a case: it loads a program")
    return options


class Solver(Table):
    """Choices for the linear and nonlinear solvers, by PETSc's names."""

    options: Annotated[dict[str, dict[str, Option]], AfterValidator(_prefixes_end)] = Field(
        default_factory=dict, description="PETSc options by solver prefix, over the built-in ones"
    )


class PlatesCase(Table):
    """What cold plates alone need: a coolant and the plates."""

    case: Identity = Field(description="what the case is called")
    coolant: Coolant = Field(description="the coolant of the racks")
    materials: dict[Name, Solid] = Field(default_factory=dict, description="solids of one's own, by name")
    plates: Annotated[dict[Name, AnyPlate], Field(min_length=1)] = Field(description="the cold plates, by name")
    solver: Solver = Field(default_factory=Solver, description="PETSc options")


class Case(PlatesCase):
    """A case: plates, rack, plant and city, checked, in SI units."""

    rack: Rack = Field(description="one rack: powers, coolant flow, air")
    limits: Limits = Field(description="what the design must keep")
    plant: Plant = Field(description="what stands between the racks, the grid and the heat network")
    city: City = Field(description="the heat network and its climate")

    def faults(self) -> Faults:
        """A load whose plate is none of the case's, and a junction that no one places."""
        for row, load in enumerate(self.rack.loads):
            plate = self.plates.get(load.plate)
            if plate is None:
                known = ", ".join(map(repr, self.plates))
                yield fault(f"no plate is called '{load.plate}'; there are {known}", "rack", "loads", row, "plate")
                continue
            zones = plate.zones if isinstance(plate, ComputedPlate) else ()
            own = [zone.name for zone in zones if zone.junction_to_case is not None]
            measured = plate.curve.resistance_from if isinstance(plate, CurvePlate) else ""
            if measured == "junction-to-inlet":
                own = [*own, "curve"]
            if load.junction_to_case is None and not own:
                told = "missing; give it here, or in the zones of the plate"
                yield fault(told, "rack", "loads", row, "junction_to_case")
            if load.junction_to_case is not None and own:
                told = f"is told by '{own[0]}' of the plate; give it in one place"
                yield fault(told, "rack", "loads", row, "junction_to_case")
