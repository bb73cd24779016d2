"""The schema of a case: what a user may ask for, in the words and the order of the case file; SI values inside."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rack2city.case import quantities as q
from rack2city.case.coolant import Coolant
from rack2city.case.rack import Rack
from rack2city.case.site import City, Plant
from rack2city.case.table import Faults, File, Name, Number, Option, Table, origin
from rack2city.case.units import fault


class Identity(Table):
    """What the case is called."""

    name: Name = Field(description="short name, used for folders")
    title: str = Field("", description="one line for the head of the report")


class Channel(Table):
    """The repeating cell of the cold plate: one channel and one fin."""

    pitch: Annotated[float, q.LENGTH.within("10 um", "20 mm")] = Field(
        description="distance from channel to channel (m)"
    )
    width: Annotated[float, q.LENGTH.within("5 um", "20 mm")] = Field(
        description="width of a channel, less than the pitch (m)"
    )
    fin_height: Annotated[float, q.LENGTH.within("50 um", "100 mm")] = Field(
        description="height of fins and channels (m)"
    )
    base_thickness: Annotated[float, q.LENGTH.within("10 um", "50 mm")] = Field(
        description="thickness of the plate below the channels (m)"
    )
    length: Annotated[float, q.LENGTH.within("1 mm", "2 m")] = Field(
        description="length of a channel in flow direction (m)"
    )
    conductivity: q.Conductivity = Field(description="thermal conductivity of the plate (W/(m*K))")
    tim_thickness: Annotated[float, q.LENGTH.within("0.1 um", "5 mm")] = Field(
        description="thickness of the thermal interface material (m)"
    )
    tim_resistance: q.AreaResistance = Field(description="area resistance of the thermal interface material (m^2*K/W)")

    def faults(self) -> Faults:
        """A channel as wide as its pitch."""
        if self.width >= self.pitch:
            got = f"{1e3 * self.width:.6g} mm in a pitch of {1e3 * self.pitch:.6g} mm"
            yield fault(f"must be less than the pitch, got {got}", "width")


class Mesh(Table):
    """The mesh of the finite-element runs."""

    level: Literal["coarse", "medium", "fine"] = Field("medium", description="refinement, unless `file` is given")
    file: File | None = Field(
        None, description="a Gmsh mesh that keeps the naming contract, instead of `level`; relative to the case file"
    )


def _spanning(factors: tuple[float, ...]) -> tuple[float, ...]:
    """Refuse flow factors that a curve cannot be drawn through, or that do not enclose the design flow."""
    if any(high <= low for low, high in pairwise(factors)):
        raise fault("must increase from one to the next, got " + ", ".join(f"{factor:g}" for factor in factors))
    if not factors[0] < 1.0 < factors[-1]:
        raise fault(f"must reach from below 1 to above 1, the design flow; got {factors[0]:g} to {factors[-1]:g}")
    return factors


class PlateRuns(Table):
    """The finite-element runs that the reduced model of the plate is made of."""

    flow_factors: Annotated[tuple[Number, ...], Field(min_length=3), AfterValidator(_spanning)] = Field(
        description="flow rates over the design flow of `reference_load`, increasing, from below 1 to above 1 (-)"
    )
    reference_load: Name = Field(description="the load of the rack whose heat flux and flow the runs carry")


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


class Case(Table):
    """A case: rack, plant and city, checked, in SI units."""

    case: Identity = Field(description="what the case is called")
    coolant: Coolant = Field(description="the coolant of the racks")
    channel: Channel = Field(description="the repeating cell of the cold plate: one channel and one fin")
    mesh: Mesh = Field(default_factory=Mesh, description="the mesh of the finite-element runs")
    plate: PlateRuns = Field(description="the finite-element runs that the reduced model of the plate is made of")
    solver: Solver = Field(default_factory=Solver, description="PETSc options")
    rack: Rack = Field(description="one rack: powers, coolant flow, air")
    limits: Limits = Field(description="what the design must keep")
    plant: Plant = Field(description="what stands between the racks, the grid and the heat network")
    city: City = Field(description="the heat network and its climate")

    def faults(self) -> Faults:
        """A reference load that is not in the rack."""
        name, names = self.plate.reference_load, [load.name for load in self.rack.loads]
        if name not in names:
            known = ", ".join(map(repr, names))
            yield fault(f"no load is called '{name}'; there are {known}", "plate", "reference_load")
