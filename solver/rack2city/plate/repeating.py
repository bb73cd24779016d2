"""A field that repeats along the flow, by the developed flow and heat of one of its cells.

Along a column the bulk warms by the heat that was put in before, q''(x) pitch dx / (rho c V); above it the heated face stands
as in the cell, in proportion to its own flux: R'' of the cell, mean and highest.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

from rack2city import fem
from rack2city.case import PlatesCase
from rack2city.errors import BalanceError, InputError
from rack2city.fem.coupled.problem import record_of
from rack2city.fem.periodic.readings import CONSERVED
from rack2city.fem.solvers.newton import Log
from rack2city.materials import Coolant
from rack2city.plate.design import mean_bulk
from rack2city.plate.laminar import Crossings, narrows
from rack2city.plate.models import MESH, PlateModel, Strip
from rack2city.plate.models.model import Repeats
from rack2city.plate.point import PlatePoint, plate_point
from rack2city.plate.problem import fluid_at
from rack2city.plate.readings import Reading


@dataclass(frozen=True)
class RepeatingProblem:
    """The cell of a model on its mesh.

    Attributes:
        model: what it stands for.
        cell: the finite elements.
        strips: columns of the plate with their heat.
        coolant: for its viscosity and the range of its properties.
        properties: of the coolant at the mean bulk temperature of the design.
        trusted: whether the mesh has to resolve flow and heat; coarser ones, which only tell its error, need not.
        across: sections of the coolant.
    """

    model: PlateModel
    cell: fem.PeriodicCell
    strips: tuple[Strip, ...]
    coolant: Coolant
    properties: fem.Fluid
    trusted: bool
    across: Crossings

    @property
    def copies(self) -> float:
        """How many half columns are in the plate (-)."""
        return sum(strip.copies for strip in self.strips)

    @property
    def area(self) -> float:
        """Heated area of the plate (m²)."""
        return sum(s.copies * _size(self.repeats, p.span) for s in self.strips for p in s.pieces if p.flux > 0.0)

    @property
    def repeats(self) -> Repeats:
        """How the cell repeats."""
        assert self.model.repeats is not None
        return self.model.repeats

    @property
    def mass_tolerance(self) -> float:
        """Share of the flow by which the mean flow and that through the outlet may differ (-)."""
        return CONSERVED

    @property
    def cells(self) -> int:
        """Number of cells of the mesh."""
        return int(self.cell.domain.mesh.topology.index_map(self.cell.domain.dimensions).size_global)

    def point(self, flow: float) -> PlatePoint:
        """The plate at a flow (m³/s) (collective).

        Raises:
            ConvergenceError: no steady flow was found.
            InputError: the coolant leaves the range of its properties.
        """
        model, repeats, fluid = self.model, self.repeats, self.properties
        design, column = model.design, flow / self.copies
        capacity = fluid.density * fluid.heat_capacity
        length, width = repeats.cell, repeats.width
        mean = design.inlet_k + 0.5 * design.power / (capacity * flow)
        even = design.power / (self.copies * width * repeats.length)  # flux of the whole field (W/m²)
        found = self.cell.solve(
            column, inlet_k=mean - 0.5 * even * width * length / (capacity * column), loads={"heated": even}
        )
        if self.trusted:
            self._require_resolved(found, flow)
        heat = found.heat
        assert heat is not None
        film, worst = heat.base_to_bulk_mean_m2_k_per_w, heat.base_to_bulk_highest_m2_k_per_w
        shear = fem.wall_shear(self.cell.flow)
        read = Reading(
            hydraulic_diameter=heat.hydraulic_diameter_m,
            conductivity=heat.conductivity_w_per_m_k,
            wetted_area=heat.wetted_m2 * repeats.length / length,
            wetted_mean_k=mean + heat.wall_above_bulk_k,
            shear_mean=shear.mean,
            shear=shear.largest,
            speed=fem.peak_speed(self.cell.velocity),
            shares=None,
        )
        balances = {
            balance.unit: (balance.entering, balance.leaving) for balance in found.balances
        }  # of W the last: heat
        narrow, runs = narrows(self.cell.flow, self.across), []
        for number, strip in enumerate(self.strips):
            solved = int(number == 0)  # one cell is solved for all of them
            steps = self.cell.steps if solved else []
            told = {
                "pressure_drop_pa": found.gradient_pa_per_m * repeats.length,
                "reynolds": found.reynolds,
                "reading": read,
                "narrows": narrow,
                "outer_iterations": solved,
                "newton_iterations": sum(step.iterations for step in steps),
                "heat_balances": balances["W"],
                "mass_balances": balances["m3/s"],
                "flow_factorisations": sum(step.factorisations for step in steps),
                "heat_factorisations": solved,
            }
            runs.append((strip, told | self._along(strip, flow, (film, worst))))
        return plate_point(model, flow, runs)

    def _require_resolved(self, found: fem.CellResult, flow: float) -> None:
        try:
            found.require_resolved()
        except BalanceError as error:
            raise BalanceError(
                f"plates.{self.model.design.name}: at {flow * 6e4:.4g} L/min, Re {found.reynolds:.0f} on the hydraulic "
                f"diameter, the mesh of level '{self.model.plate.level}' is too coarse; take a finer level, more cells_across, "
                f"or less flow ({error})"
            ) from None

    def _along(self, strip: Strip, flow: float, resistances: tuple[float, float]) -> dict[str, Any]:
        """Temperatures along a strip at a flow of the plate, by the cell's mean and highest base-to-bulk R'' (m² K/W)."""
        fluid, inlet = self.properties, self.model.design.inlet_k
        per_flux = self.repeats.width / (fluid.density * fluid.heat_capacity * flow / self.copies)  # K/m of bulk
        film, worst = resistances
        bulk, pieces, middles = inlet, dict[str, dict[str, Any]](), dict[str, float]()
        for piece in strip.pieces:
            start, end = piece.span
            leaving = bulk + per_flux * piece.flux * (end - start)
            for zone in piece.zones:
                if start <= strip.places[zone] <= end:
                    middles[zone] = bulk + per_flux * piece.flux * (strip.places[zone] - start)
            pieces[piece.surface] = {
                "area_m2": _size(self.repeats, piece.span),
                "base_mean_k": 0.5 * (bulk + leaving) + piece.flux * film,
                "base_max_k": leaving + piece.flux * worst,
                "hottest_at_m": (end, None, None),  # the columns of a strip are alike
            }
            bulk = leaving
        self._check_range(flow, max(bulk, *(float(piece["base_max_k"]) for piece in pieces.values())))
        return {"bulk_k": 0.5 * (inlet + bulk), "outlet_bulk_k": bulk, "pieces": pieces, "zone_bulk_k": middles}

    def _check_range(self, flow: float, wall: float) -> None:
        high = self.coolant.temperature_range_k[1]
        if wall > high:
            raise InputError(
                f"plates.{self.model.design.name}.flow_factors: at {flow * 6e4:.4g} L/min the coolant comes near walls of "
                f"{wall - 273.15:.1f} °C, beyond the {high - 273.15:.0f} °C to which the properties of "
                f"{self.coolant.name} are known; use larger factors or a lower power"
            )

    def write_fields(self, folder: Path) -> None:
        """Write the fields of the cell."""
        assert self.cell.heat is not None
        fem.write_functions(folder, self.cell.heat.temperature, self.cell.velocity, self.cell.flow.pressure())

    def solver_options(self) -> dict[str, dict[str, Any]]:
        """Method and PETSc options in use, by prefix."""
        assert self.cell.heat is not None
        return {"flow_": dict(self.cell.flow.options), "heat_": self.cell.heat.options}

    def solver_record(self) -> dict[str, dict[str, Any]]:
        """What else decides how flow and heat were solved."""
        assert self.cell.heat is not None
        return record_of(self.cell.flow, self.cell.heat.options["method"], self.cell.heat.space)


def _size(repeats: Repeats, span: tuple[float, float]) -> float:
    """Area of a stretch of the heated face of half a column (m²)."""
    return (span[1] - span[0]) * repeats.width


def repeating_problem(
    case: PlatesCase, model: PlateModel, coolant: Coolant, mesh_file: Path, comm: MPI.Comm, log: Log
) -> RepeatingProblem:
    """Set up the cell of a model on its mesh (collective); conductivities are those at the mean bulk temperature.

    Raises:
        InputError: the mesh does not fit the model.
    """
    design = model.design
    domain = fem.read_domain(mesh_file, comm)
    bulk = mean_bulk(coolant, design.inlet_k, design.power / design.flow)
    fluid = fluid_at(coolant, bulk, float(coolant.viscosity(bulk)))
    solids = {
        name: fem.Material(float(design.solid(name).conductivity_at(bulk)))
        for name in domain.volumes
        if name != "fluid"
    }
    cell = fem.PeriodicCell(
        domain,
        fluid,
        solids,
        [fem.Flux("heated")],
        viscosity=lambda kelvin: float(coolant.viscosity(kelvin)),
        options=case.solver.options,
        log=log,
    )
    return RepeatingProblem(
        model, cell, model.strips({}), coolant, fluid, mesh_file.name == MESH, fem.crossings(cell.flow)
    )
