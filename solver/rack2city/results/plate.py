"""The finite-element runs of the plate and their mesh."""

from dataclasses import dataclass

Runs = tuple[float, ...]


@dataclass(frozen=True)
class MeshFigures:
    """The mesh of the plate."""

    level: str
    cells: int
    points: int
    groups: dict[str, int]


@dataclass(frozen=True)
class Holdout:
    """A finite-element run that is not in the map, against the map."""

    flow_per_channel_m3_per_s: float
    pressure_drop_error: float
    case_to_inlet_error: float


@dataclass(frozen=True)
class PlateCurves:
    """One repeating channel of the plate at several flow rates; sequences run over the flow, which increases."""

    load: str
    heat_flux: float
    inlet_k: float
    channels: int
    area_m2: float
    design_flow_per_channel_m3_per_s: float
    flow_per_channel_m3_per_s: Runs
    pressure_drop_pa: Runs
    base_to_bulk_m2k_per_w: Runs
    base_to_inlet_max_m2k_per_w: Runs
    case_to_inlet_max_m2k_per_w: Runs
    case_to_inlet_mean_m2k_per_w: Runs
    case_max_k: Runs
    outlet_bulk_k: Runs
    reynolds: Runs

    def __post_init__(self) -> None:
        """Refuse sequences that differ in length, as they would in a damaged file."""
        expected = len(self.flow_per_channel_m3_per_s)
        for name, values in vars(self).items():
            if isinstance(values, tuple) and len(values) != expected:
                raise ValueError(f"`plate.{name}` has {len(values)} values, expected {expected}, one per flow rate")


@dataclass(frozen=True)
class PlateFigures(PlateCurves):
    """The plate, as the summary tells it."""

    grid_pressure_drop_change: float | None
    grid_case_to_inlet_change: float | None
    grid_case_to_inlet_uncertainty: float | None
    holdout: Holdout
    field_flow_factor: float
