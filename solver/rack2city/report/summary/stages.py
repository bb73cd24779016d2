"""The figures of mesh, plate and city in the summary."""

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
class PlateFigures:
    """The plate; sequences run over the flow."""

    load: str
    heat_flux: float
    inlet_k: float
    channels: int
    area_m2: float
    design_flow_per_channel_m3_per_s: float
    flow_per_channel_m3_per_s: Runs
    pressure_drop_pa: Runs
    base_to_bulk_m2k_per_w: Runs
    case_to_inlet_max_m2k_per_w: Runs
    case_to_inlet_mean_m2k_per_w: Runs
    case_max_k: Runs
    outlet_bulk_k: Runs
    reynolds: Runs
    grid_pressure_drop_change: float | None
    grid_case_to_inlet_change: float | None
    holdout: Holdout
    field_flow_factor: float

    def __post_init__(self) -> None:
        """Refuse curves that differ in length, as they would in a damaged file."""
        for name, values in vars(self).items():
            if isinstance(values, tuple) and len(values) != len(self.flow_per_channel_m3_per_s):
                expected = len(self.flow_per_channel_m3_per_s)
                raise ValueError(f"`plate.{name}` has {len(values)} values, expected {expected}, one per flow rate")


@dataclass(frozen=True)
class Electricity:
    """Electricity of the year by consumer (J)."""

    it: float
    ups_loss: float
    tcs_pump: float
    facility_pump: float
    air_cooling: float
    dry_cooler: float
    heat_pump: float
    network_pump: float


@dataclass(frozen=True)
class PumpHeat:
    """Hydraulic work of the pumps of coolant and facility water, which warms what they pump (J)."""

    tcs: float
    facility: float


@dataclass(frozen=True)
class CityFigures:
    """The year in the city."""

    weather: str
    annual_demand_j: float
    delivered_j: float
    unmet_j: float
    network_loss_j: float
    network_model: str
    network_stored_j: float
    network_heat_j: float
    reused_j: float
    rejected_j: float
    backup_j: float
    heat_pump_heat_j: float
    heat_pump_electric_j: float
    liquid_heat_j: float
    peak_demand_w: float
    trench_length_m: float
    substations: int
    hours_tcs_above_setpoint: int
    junction_max_k: float
    electricity_j: Electricity
    pump_heat_j: PumpHeat
    loop_iterations: int
    loop_change_k: float
