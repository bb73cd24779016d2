"""What is known of a cold plate: its curves over the flow, its zones, and the finite-element runs behind them."""

from dataclasses import dataclass, field, fields
from typing import Any

type Runs = tuple[float, ...]
"""A number for each flow."""
type Place = tuple[float | None, float | None, float | None]
"""x, y, z (m); None of what the model does not tell apart, such as columns of pins that are alike."""
type RunsOfPlaces = tuple[Place, ...]
"""A place for each flow."""
type RunsOfShares = tuple[tuple[float, ...], ...]
"""For each flow, a number for each channel."""


@dataclass(frozen=True)
class MeshFigures:
    """The mesh of a plate.

    Attributes:
        level: of refinement.
        cells: number of cells.
        points: number of points.
        groups: number of elements of each physical group.
        scaled_jacobian: the smallest of a cell (-); of tetrahedra it tells how much curved faces distort them.
        aspect_ratio: the largest ratio of the longest to the shortest edge of a cell (-).
        across: cells across gaps of the coolant, by the name of the gap, where that is known.
        notes: what a user should know of it, a sentence each.
    """

    level: str
    cells: int
    points: int
    groups: dict[str, int]
    scaled_jacobian: float | None = None
    aspect_ratio: float | None = None
    across: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holdout:
    """A finite-element run that is not in the map, against the map."""

    flow_m3_per_s: float
    pressure_drop_error: float
    case_to_inlet_error: float


@dataclass(frozen=True)
class ZoneCurves:
    """A chip or hot spot on a plate; sequences run over the flow of the plate."""

    name: str
    power_w: float
    area_m2: float
    tim_m2k_per_w: float
    junction_to_case_k_per_w: float | None
    base_mean_k: Runs
    base_max_k: Runs
    case_mean_k: Runs
    case_max_k: Runs
    bulk_k: Runs | None
    hot_spot_at_m: RunsOfPlaces | None = None
    junction_max_k: Runs | None = None


@dataclass(frozen=True)
class Readings:
    """What the fields tell beside pressure drop and resistances; sequences run over the flow of the plate.

    docs/plates-results.md defines each.
    """

    hydraulic_diameter_m: float
    wetted_area_m2: float
    wetted_mean_k: Runs | None
    wetted_to_bulk_w_per_m2k: Runs | None
    nusselt: Runs | None
    wall_shear_mean_pa: Runs
    wall_shear_max_pa: Runs
    wall_shear_max_at_m: RunsOfPlaces
    speed_max_at_m: RunsOfPlaces
    channel_shares: RunsOfShares | None


@dataclass(frozen=True)
class PortRuns:
    """The flow through an inlet or outlet of what is meshed; sequences run over the flow of the plate."""

    name: str
    hydraulic_diameter_m: float
    speed_m_per_s: Runs
    reynolds: Runs


@dataclass(frozen=True)
class SectionRuns:
    """The plane section with the highest Reynolds number, normal to `axis` at a place (m)."""

    axis: str
    at_m: float
    reynolds: Runs


@dataclass(frozen=True)
class PlateRuns:
    """What finite elements tell of a plate beside its curves; sequences run over the flow, which increases."""

    copies: float
    base_to_bulk_k_per_w: Runs
    base_to_inlet_max_k_per_w: Runs
    case_to_inlet_mean_k_per_w: Runs
    case_max_k: Runs
    outlet_bulk_k: Runs
    reynolds: Runs
    speed_max_m_per_s: Runs
    grid_pressure_drop_change: float | None
    grid_case_to_inlet_change: float | None
    holdout: Holdout
    readings: Readings | None = None
    ports: tuple[PortRuns, ...] = ()
    section: SectionRuns | None = None
    below_inlet_k: Runs | None = None
    above_base_k: Runs | None = None


@dataclass(frozen=True)
class PlateCurves:
    """A cold plate at several flow rates; sequences run over the flow, which increases.

    `case_to_inlet_max_k_per_w` holds what `resistance_from` says: "case-to-inlet", or of a plate that was measured so
    "junction-to-inlet".
    """

    name: str
    kind: str
    model: str
    leaves_out: tuple[str, ...]
    power_w: float
    inlet_k: float
    area_m2: float | None
    channels: int | None
    design_flow_m3_per_s: float
    flow_m3_per_s: Runs
    pressure_drop_pa: Runs
    resistance_from: str
    case_to_inlet_max_k_per_w: Runs
    zones: tuple[ZoneCurves, ...]
    uncertainty: dict[str, float | None]
    pressure_drop_uncertainty: dict[str, float | None]

    def __post_init__(self) -> None:
        """Refuse sequences that differ in length, as they would in a damaged file."""
        check_lengths(self, f"plates.{self.name}", len(self.flow_m3_per_s))
        for number, zone in enumerate(self.zones):
            check_lengths(zone, f"plates.{self.name}.zones[{number}]", len(self.flow_m3_per_s))

    @property
    def pumping_power_w(self) -> Runs:
        """What it takes to drive the coolant through the plate (W): pressure drop times flow, at each flow."""
        return tuple(p * q for p, q in zip(self.pressure_drop_pa, self.flow_m3_per_s, strict=True))

    @property
    def design_row(self) -> int:
        """Place in the sequences of the flow next to that of the design."""
        flows, design = self.flow_m3_per_s, self.design_flow_m3_per_s
        return min(range(len(flows)), key=lambda row: abs(flows[row] - design))


def check_lengths(table: Any, where: str, expected: int) -> None:
    """Raise ValueError where a sequence of numbers has not the expected length."""
    for each in fields(table):
        values = getattr(table, each.name)
        if str(each.type).startswith("Runs") and values is not None and len(values) != expected:
            raise ValueError(f"`{where}.{each.name}` has {len(values)} values, expected {expected}, one per flow rate")


@dataclass(frozen=True)
class PlateFigures(PlateCurves):
    """The plate, as the summary tells it; without `runs` and `mesh` where its curves were measured."""

    runs: PlateRuns | None
    mesh: MeshFigures | None
