"""The generators' meshes in the engine: every kind flows and is heated with its balances closed; exact ducts and pins."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.fem.coupled.couplings import Fluid
from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Slip
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Flux, HeatInlet, HeatOutlet, Material
from rack2city.fem.heat.quantities import bulk_temperature_at
from rack2city.fem.mesh.domain import fluid_domain, read_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface, surface_maximum
from rackmesh.plates.offset_strip import OffsetStrip, write_offset_strip
from rackmesh.plates.parts.axes import axis
from rackmesh.plates.parts.extrusion import Extrusion, Wall, write_extrusion
from rackmesh.plates.parts.pins import all_quarters, quarter
from rackmesh.plates.parts.plan import assemble
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.pin_fin import PinFin, write_pin_cell
from rackmesh.plates.serpentine import Serpentine, write_serpentine
from rackmesh.plates.skived import Skived, write_skived
from rackmesh.plates.split_flow import SplitFlow, write_split_flow_cell
from rackmesh.tensor import Segment
from tests.fem.cells import DENSITY, INLET_K, SPECIFIC_HEAT, VISCOSITY

MM = 1e-3
COARSE = Sizes(across=2, factor=0.8)
SHAPES: dict[str, tuple[Callable[[Path], object], float]] = {
    "skived": (
        lambda path: write_skived(
            Skived(6 * MM, 1 * MM, 0.5 * MM, 0.3 * MM, 1.5 * MM, 1 * MM, 1 * MM, 0.5 * MM), COARSE, (), path
        ),
        1e-7,
    ),
    "split-flow": (
        lambda path: write_split_flow_cell(
            SplitFlow(8 * MM, 1 * MM, 0.5 * MM, 0.3 * MM, 1.5 * MM, 1 * MM, 1 * MM, 1 * MM, 1 * MM, 1 * MM),
            COARSE,
            path,
        ),
        1e-8,
    ),
    "offset-strip": (
        lambda path: write_offset_strip(OffsetStrip(2 * MM, 0.2 * MM, 1 * MM, 1.5 * MM, 1 * MM), COARSE, path),
        1e-8,
    ),
    "pin-fin": (
        lambda path: write_pin_cell(PinFin(1 * MM, 2 * MM, 2 * MM, 1.5 * MM, 1 * MM), Sizes(across=2), path),
        3e-8,
    ),
    "serpentine": (
        lambda path: write_serpentine(Serpentine(12 * MM, 2, 1 * MM, 1 * MM, 1 * MM, 1 * MM, 1 * MM), COARSE, (), path),
        1e-7,
    ),
}


def boundaries(surfaces: Iterable[str]) -> list[Boundary]:
    """Inlet, outlet, and every plane of symmetry."""
    return [FlowInlet(), FlowOutlet(), *(Slip(name) for name in surfaces if name.startswith("symmetry"))]


@pytest.mark.parametrize("kind", SHAPES)
def test_every_kind_flows_and_is_heated(kind: str, tmp_path: Path) -> None:
    """From rest, with every face that is not named a wall: what enters leaves, and the heat with it."""
    write, flow_rate = SHAPES[kind]
    path, flux = tmp_path / "plate.msh", 1e5
    write(path)
    domain = read_domain(path, MPI.COMM_SELF)
    problem = ConjugateProblem(
        domain,
        Fluid(DENSITY, SPECIFIC_HEAT, 0.485, VISCOSITY),
        {name: Material(391.0) for name in domain.volumes if name != "fluid"},
        boundaries(domain.surfaces),
        [HeatInlet("inlet", INLET_K), HeatOutlet("outlet"), Flux("heated")],
    )
    problem.solve(flow_rate, {"heated": flux})
    velocity = problem.flow.velocity()
    assert flow_through(problem.fluid, velocity, "outlet") == pytest.approx(flow_rate, rel=1e-9)
    heat = flux * problem.domain.integral(1.0 * problem.domain.ds(problem.domain.surfaces["heated"]))
    rise = bulk_temperature_at(problem.heat, "outlet") - INLET_K
    assert rise == pytest.approx(heat / (DENSITY * SPECIFIC_HEAT * flow_rate), rel=1e-7)
    assert surface_maximum(problem.domain, problem.heat.temperature, "heated") > INLET_K + rise


def test_a_straight_pass_is_a_duct(tmp_path: Path) -> None:
    """Cells of second order: the exact pressure drop of a rectangular duct.

    Source: White, Viscous Fluid Flow: Q = w h^3 / (12 mu) G (1 - 192 h / (pi^5 w) sum tanh(n pi w / 2 h) / n^5), n odd.
    """
    width, height, length, flow_rate = 3 * MM, 2 * MM, 12 * MM, 1e-7
    path = tmp_path / "duct.msh"
    write_serpentine(Serpentine(length, 1, width, height, 1 * MM, 1 * MM, 1 * MM), Sizes(across=4), (), path)
    fluid = fluid_domain(read_domain(path, MPI.COMM_SELF))
    problem = FlowProblem(fluid, DENSITY, VISCOSITY, VISCOSITY)
    problem.solve(flow_rate)
    odd = np.arange(1, 60, 2)
    series = np.sum(np.tanh(odd * np.pi * width / (2.0 * height)) / odd**5)
    exact = 12.0 * VISCOSITY * length * flow_rate / (width * height**3)
    exact /= 1.0 - 192.0 * height / (np.pi**5 * width) * series
    assert mean_over_surface(fluid, problem.pressure(), "inlet") == pytest.approx(exact, rel=1e-3)


def pins_between_mirrors(share: float, cells: int, path: Path) -> None:
    """A row of square cells of 1 m with a long round pin of a share of their area in each, no floor and no lid."""
    patches = quarter("round", math.sqrt(share / math.pi), (0.5, 0.5), 4, Segment(1.0, 5, "start", 3.0).points(), 1)
    quarters = all_quarters(patches)
    plan = assemble(patch.moved(0.5 + cell, 0.0) for cell in range(cells) for x in (-1, 1) for patch in quarters[x, 1])

    sides = {"inlet": (0, -1), "outlet": (0, 1), "symmetry_low": (1, -1), "symmetry_high": (1, 1)}
    sides |= {"symmetry_floor": (2, -1), "symmetry_top": (2, 1)}
    ends = {"inlet": 0.0, "outlet": float(cells)}

    def surface(wall: Wall) -> str | None:
        """A pin's edge looks along x or y here and there, but not at the ends and planes."""
        at = {**ends, "symmetry_low": 0.0, "symmetry_high": 0.5}
        for name, (axis_, side) in sides.items():
            if wall.looks(axis_, side) and abs(wall.middle[axis_] - at.get(name, wall.middle[axis_])) < 1e-9:
                return name
        return None

    layers = axis([("channel", Segment(0.2, 1))])
    write_extrusion(Extrusion(plan, layers, lambda region, _: "fluid" if region == "free" else None, surface), path)


@pytest.mark.parametrize(("share", "drag"), [(0.1, 24.832), (0.2, 51.528), (0.4, 217.916)])
def test_creeping_flow_across_pins(share: float, drag: float, tmp_path: Path) -> None:
    """The drag of a square array of long round pins by their share of the area: two cells more, two drags more.

    Source: Sangani & Acrivos (1982), force per length over viscosity and mean speed: 24.83, 51.53, 217.89; compared with the
    values that five cells of plane curved triangles gave.
    """
    drops = []
    for cells in (2, 4):
        pins_between_mirrors(share, cells, tmp_path / "pins.msh")
        fluid = fluid_domain(read_domain(tmp_path / "pins.msh", MPI.COMM_SELF))
        problem = FlowProblem(fluid, 1e-6, 1.0, 1.0, boundaries=boundaries(fluid.surfaces))
        problem.solve(0.5 * 0.2)
        drops.append(mean_over_surface(fluid, problem.pressure(), "inlet"))
    found = 0.5 * (drops[1] - drops[0])
    print(share, found)
    assert found == pytest.approx(drag, rel=5e-4)
