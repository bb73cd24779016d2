"""What a cell that repeats is worth: numbers with their definitions.

Temperatures of walls and faces are told above the bulk with the rise along the cell taken out of both (theta, not T): so it
does not matter where along the cell a face lies, and in a straight channel they are those of developed flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rack2city.evidence.balance import Balance


@dataclass(frozen=True)
class Heated:
    """A heated face: its area (m²), the heat into it (W), its mean and highest temperature above the bulk (K)."""

    area_m2: float
    heat_w: float
    mean_above_bulk_k: float
    highest_above_bulk_k: float


@dataclass(frozen=True)
class HeatOfCell:
    """Heat of a cell.

    Attributes:
        heat_w: heat put in, by faces and sources (W).
        rise_k: rise of all temperatures from one cell to the next, Q / (rho c V) (K).
        inlet_k: bulk temperature, weighted with the flow, at the beginning (K).
        wetted_m2: area of the walls through which the fluid takes up heat (m²): those shared with solids, and its own heated
            faces. An adiabatic lid is not among them.
        wall_above_bulk_k: mean of these walls over their area, above the bulk: the mean of theta weighted with u_x (K).
        conductivity_w_per_m_k: of the fluid (W/(m K)).
        hydraulic_diameter_m: four times the fluid's volume over the area of all its walls, adiabatic ones too (m).
        heated: faces into which heat flows, by name.
    """

    heat_w: float
    rise_k: float
    inlet_k: float
    wetted_m2: float
    wall_above_bulk_k: float
    conductivity_w_per_m_k: float
    hydraulic_diameter_m: float
    heated: Mapping[str, Heated]

    @property
    def bulk_k(self) -> float:
        """Mean bulk temperature of the cell (K), half a rise above that of the inlet."""
        return self.inlet_k + 0.5 * self.rise_k

    @property
    def heat_transfer_w_per_m2_k(self) -> float:
        """Heat transfer coefficient h of the walls (W/(m² K)): heat over wetted area and distance of wall to bulk."""
        return self.heat_w / (self.wetted_m2 * self.wall_above_bulk_k)

    @property
    def nusselt(self) -> float:
        """Nusselt number h D_h / k of the fluid (-)."""
        return self.heat_transfer_w_per_m2_k * self.hydraulic_diameter_m / self.conductivity_w_per_m_k

    @property
    def base_mean_above_bulk_k(self) -> float:
        """Mean of all heated faces over their area above the bulk (K); NaN where no face is heated."""
        area = self._heated_m2
        whole = sum(face.area_m2 * face.mean_above_bulk_k for face in self.heated.values())
        return whole / area if area else float("nan")

    @property
    def base_highest_above_bulk_k(self) -> float:
        """Highest nodal temperature of the heated faces above the bulk (K); NaN where no face is heated."""
        return max((face.highest_above_bulk_k for face in self.heated.values()), default=float("nan"))

    @property
    def base_to_bulk_mean_k_per_w(self) -> float:
        """Resistance from the mean of the heated faces to the bulk (K/W)."""
        return self.base_mean_above_bulk_k / self.heat_w

    @property
    def base_to_bulk_highest_k_per_w(self) -> float:
        """Resistance from the hottest point of the heated faces to the bulk (K/W)."""
        return self.base_highest_above_bulk_k / self.heat_w

    @property
    def base_to_bulk_mean_m2_k_per_w(self) -> float:
        """The same as `base_to_bulk_mean_k_per_w` times the heated area (m² K/W)."""
        return self.base_to_bulk_mean_k_per_w * self._heated_m2

    @property
    def base_to_bulk_highest_m2_k_per_w(self) -> float:
        """The same as `base_to_bulk_highest_k_per_w` times the heated area (m² K/W)."""
        return self.base_to_bulk_highest_k_per_w * self._heated_m2

    @property
    def _heated_m2(self) -> float:
        return sum(face.area_m2 for face in self.heated.values())


@dataclass(frozen=True)
class CellResult:
    """Flow and heat of a cell as it is meshed: of half a cell between planes of symmetry, half the flow.

    Attributes:
        length_m: length of the cell along x (m).
        section_m2: mean cross-section of the fluid: its volume over the length (m²; in two dimensions m).
        hydraulic_diameter_m: four times the fluid's volume over the area of all its walls (m).
        density_kg_per_m3, viscosity_pa_s: of the fluid, the latter at the mean bulk temperature.
        gradient_pa_per_m: mean fall of the pressure over length, G (Pa/m).
        flow_m3_per_s: volume flow V (m³/s; in two dimensions m²/s), as the mean of u_x over the fluid times its section.
        heat: None where nothing heats.
        balances: of mass, work, heat, and the conduction of heat; each counted in two ways and asserted.
    """

    length_m: float
    section_m2: float
    hydraulic_diameter_m: float
    density_kg_per_m3: float
    viscosity_pa_s: float
    gradient_pa_per_m: float
    flow_m3_per_s: float
    heat: HeatOfCell | None
    balances: tuple[Balance, ...]

    def require_resolved(self) -> "CellResult":
        """The result itself; a `BalanceError` where stabilisation or upwinding has too large a share in it."""
        for balance in self.balances:
            balance.require()
        return self

    @property
    def pressure_drop_pa(self) -> float:
        """Pressure drop of the cell, G L (Pa)."""
        return self.gradient_pa_per_m * self.length_m

    @property
    def speed_m_per_s(self) -> float:
        """Mean speed along x of the fluid (m/s)."""
        return self.flow_m3_per_s / self.section_m2

    @property
    def reynolds(self) -> float:
        """Reynolds number of the mean speed and the hydraulic diameter (-)."""
        return self.density_kg_per_m3 * self.speed_m_per_s * self.hydraulic_diameter_m / self.viscosity_pa_s

    @property
    def fanning_friction_factor(self) -> float:
        """Fanning's friction factor G D_h / (2 rho U²) (-), of the mean speed."""
        drag = self.gradient_pa_per_m * self.hydraulic_diameter_m
        return drag / (2.0 * self.density_kg_per_m3 * self.speed_m_per_s**2)
