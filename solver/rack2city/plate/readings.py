"""What the fields of a plate tell beside pressure drop and resistances: shear, speed, film, shares of the channels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rack2city import fem
from rack2city.plate.models import Channels, PlateModel
from rack2city.results.plate import Readings


@dataclass(frozen=True)
class Reading:
    """One strip at one flow.

    Attributes:
        hydraulic_diameter: 4 V / A_wall of the coolant (m).
        conductivity: of the coolant (W/(m K)).
        wetted_area: of the walls between coolant and solid in what is meshed (m²).
        wetted_mean_k: their mean temperature (K); None where there are none.
        shear_mean: mean shear stress on all walls of the coolant (Pa).
        shear: the largest, and where.
        speed: the largest, and where.
        shares: of the flow, channel by channel; None where they cannot be told apart.
    """

    hydraulic_diameter: float
    conductivity: float
    wetted_area: float
    wetted_mean_k: float | None
    shear_mean: float
    shear: fem.Peak
    speed: fem.Peak
    shares: tuple[float, ...] | None


def reading(problem: fem.ConjugateProblem, apart: Channels | None) -> Reading:
    """Read the last solution of a problem (collective)."""
    wetted, shear = fem.wetted_wall(problem), fem.wall_shear(problem.flow)
    conductivity = problem.properties.conductivity
    assert isinstance(conductivity, float)  # the plate's problem is made with that of the mean bulk
    return Reading(
        hydraulic_diameter=problem.flow.hydraulic_diameter,
        conductivity=conductivity,
        wetted_area=0.0 if wetted is None else wetted.area,
        wetted_mean_k=None if wetted is None else wetted.mean_k,
        shear_mean=shear.mean,
        shear=shear.largest,
        speed=fem.peak_speed(problem.velocity),
        shares=None if apart is None else channel_shares(problem, apart),
    )


def channel_shares(problem: fem.ConjugateProblem, apart: Channels) -> tuple[float, ...]:
    """Share of each channel in the flow through all of them (-), in the order of the bounds (collective)."""
    section = fem.plane_section(problem.fluid, (apart.x, 0.0, 0.0), (1.0, 0.0, 0.0))
    flows = [section.between(1, low, high).flow(problem.velocity) for low, high in apart.bounds]
    return tuple(flow / sum(flows) for flow in flows)


def together(found: Sequence[tuple[float, Reading]]) -> Reading:
    """Strips of a plate put together, each with how many times it is there: means are of all, extremes of the worst."""
    every = [one for _, one in found]
    size = sum(n * one.wetted_area for n, one in found)
    walls = [(n * one.wetted_area, one.wetted_mean_k) for n, one in found]
    heated = None if every[0].wetted_mean_k is None else sum(area * (kelvin or 0.0) for area, kelvin in walls) / size
    return Reading(
        hydraulic_diameter=every[0].hydraulic_diameter,
        conductivity=every[0].conductivity,
        wetted_area=size,
        wetted_mean_k=heated,
        shear_mean=sum(n * one.shear_mean for n, one in found) / sum(n for n, _ in found),
        shear=max((one.shear for one in every), key=lambda peak: peak.value),
        speed=max((one.speed for one in every), key=lambda peak: peak.value),
        shares=every[0].shares,
    )


def over_the_flow(model: PlateModel, points: Sequence[tuple[Reading, float]]) -> Readings:
    """The readings at all flows, each with the mean bulk temperature (K) of the coolant there."""
    readings, bulks = [one for one, _ in points], [bulk for _, bulk in points]

    def column(read: Callable[[Reading], Any]) -> tuple[Any, ...]:
        return tuple(read(one) for one in readings)

    first, film = readings[0], None
    walls = tuple(one.wetted_mean_k for one in readings if one.wetted_mean_k is not None)
    if walls:
        film = tuple(
            model.design.power / (first.wetted_area * (wall - bulk)) for wall, bulk in zip(walls, bulks, strict=True)
        )
    return Readings(
        hydraulic_diameter_m=first.hydraulic_diameter,
        wetted_area_m2=first.wetted_area,
        wetted_mean_k=walls or None,
        wetted_to_bulk_w_per_m2k=film,
        nusselt=film and tuple(h * first.hydraulic_diameter / first.conductivity for h in film),
        wall_shear_mean_pa=column(lambda one: one.shear_mean),
        wall_shear_max_pa=column(lambda one: one.shear.value),
        wall_shear_max_at_m=column(lambda one: one.shear.place),
        speed_max_at_m=column(lambda one: one.speed.place),
        channel_shares=None if first.shares is None else column(lambda one: one.shares),
    )
