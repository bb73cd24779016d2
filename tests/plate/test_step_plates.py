"""Plates from STEP files against the same plates by their generators: two kinds of cells, one answer within their errors."""

import re
import time
from dataclasses import replace
from pathlib import Path

import gmsh
import numpy as np
import pytest
from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.chain.plates.meshes import make_meshes
from rack2city.chain.plates.runs import run_plates
from rack2city.chain.stages.plate import plate_balances
from rack2city.plate import MESH, PlateMap, case_coolant, plate_model
from rack2city.plate.models import drawn
from rack2city.plate.models.drawn import needed_across
from rack2city.plate.problem import plate_problem
from rackmesh.files import session
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.serpentine import Serpentine
from rackmesh.plates.skived import Skived
from rackmesh.step.plate import StepPlate
from rackmesh.step.writing import STEP_SIZES

HEAD = """
[case]
name = "round-trip"

[coolant]
name = "water"
"""
COMMON = """
flow_factors = [0.5, 1.0, 1.5]
inlet_temperature = "40 degC"
conductivity = { value = "391 W/(m*K)", source = "Cu-OF" }
"""
FINS = Skived(3e-3, 2e-3, 1e-3, 5e-4, 1e-3, 5e-4, 1e-3, 5e-4, lid_thickness=5e-4)
WINDING = Serpentine(40e-3, 3, 3e-3, 2e-3, 2.5e-3, 3e-3, 3e-3, lid_thickness=1e-3)


def block(size: tuple[float, float, float], water: list[tuple[int, int]], path: Path) -> None:
    """Save a block (mm) with its lowest corner in the origin, without its water."""
    occ = gmsh.model.occ
    occ.cut([(3, occ.addBox(0.0, 0.0, 0.0, *size))], water)
    occ.synchronize()
    gmsh.write(str(path))


def draw_fins(path: Path) -> tuple[float, float, float]:
    """The plate of straight fins as one body, its coolant left out; its size (mm)."""
    fins, mm = FINS, 1e3
    size = (mm * fins.size[0], mm * fins.size[1], mm * (fins.base_thickness + fins.fin_height + fins.lid_thickness))
    low, high, plenum, wall = (
        mm * fins.base_thickness,
        mm * fins.fin_height,
        mm * fins.plenum_length,
        mm * fins.side_wall,
    )
    with session() as model:
        model.add("fins")
        box, width = model.occ.addBox, mm * fins.width
        water = [(3, box(x, wall, low, plenum, width, high)) for x in (0.0, size[0] - plenum)]
        for number in range(round(fins.width / fins.pitch)):
            y = wall + mm * ((number + 0.5) * fins.pitch - 0.5 * fins.channel_width)
            water.append((3, box(plenum, y, low, mm * fins.length, mm * fins.channel_width, high)))
        block(size, water, path)
    return size


def draw_winding(path: Path) -> tuple[float, float, float]:
    """The serpentine as one body, its coolant left out; its size (mm)."""
    one, mm = WINDING, 1e3
    size = (mm * one.size[0], mm * one.size[1], mm * (one.base_thickness + one.channel_height + one.lid_thickness))
    low, high, wide, inner = (
        mm * x for x in (one.base_thickness, one.channel_height, one.channel_width, one.inner_radius)
    )
    ends = mm * one.end, size[0] - mm * one.end
    with session() as model:
        occ = model.occ
        model.add("winding")
        water = []
        for number in range(one.passes):
            start = 0.0 if number == 0 else ends[0]
            end = size[0] if number == one.passes - 1 else ends[1]
            water.append((3, occ.addBox(start, mm * one.middle(number) - 0.5 * wide, low, end - start, wide, high)))
        for number in range(one.passes - 1):
            x, y = ends[1 - number % 2], mm * (one.middle(number) + 0.5 * one.pitch)
            outer, core = (
                occ.addCylinder(x, y, low, 0, 0, high, radius, angle=np.pi) for radius in (inner + wide, inner)
            )
            occ.rotate([(3, outer), (3, core)], x, y, 0, 0, 0, 1, (0.5 if number % 2 else -0.5) * np.pi)
            water += occ.cut([(3, outer)], [(3, core)])[0]
        block(size, water, path)
    return size


def table_of(
    name: str,
    file: Path,
    size: tuple[float, float, float],
    ports: tuple[tuple[float, float], tuple[float, float]],
    height: float,
) -> str:
    """A plate of a case by a drawing whose ports are openings at x = 0 and at the other end, at (y, z) in mm."""
    overall = ", ".join(f'"{extent:.9g} mm"' for extent in size)
    inlet, outlet = (
        f'["{x:.9g} mm", "{y:.9g} mm", "{z:.9g} mm"]' for x, (y, z) in zip((0.0, size[0]), ports, strict=True)
    )
    return f"""
[plates.{name}]
kind = "step"
file = "{file.name}"
overall = [{overall}]
bodies = {{ block = {{ low = ["-1 mm", "-1 mm", "-1 mm"], high = ["200 mm", "200 mm", "{height:g} mm"] }} }}
faces = {{ inlet = {{ point = {inlet} }}, outlet = {{ point = {outlet} }} }}
heated = {{ point = ["{0.5 * size[0]:.9g} mm", "{0.5 * size[1]:.9g} mm", "0 mm"] }}
"""


def fins_case(folder: Path) -> Path:
    """A case with the plate of fins twice, by its generator and by its drawing, under one chip."""
    size = draw_fins(folder / "fins.step")
    port = 1e3 * FINS.side_wall + 0.5e3 * FINS.width, 1e3 * (FINS.base_thickness + 0.5 * FINS.fin_height)
    sizes = "\n".join(
        f'{name} = "{1e3 * getattr(FINS, name):.9g} mm"'
        for name in (*("length", "width", "pitch", "channel_width", "fin_height", "base_thickness"),)
    )
    more = "\n".join(
        f'{name} = "{1e3 * getattr(FINS, name):.9g} mm"' for name in ("plenum_length", "side_wall", "lid_thickness")
    )

    def chip(plate: str, x: float, y: float) -> str:
        at = f'x = "{x:.9g} mm"\ny = "{y:.9g} mm"\nlength = "2 mm"\nwidth = "1 mm"'
        return f'\n[[plates.{plate}.zones]]\nname = "die"\n{at}\npower = "1 W"\n'

    flow = 'flow = "0.003 L/min"\n'
    case = folder / "case.toml"
    case.write_text(
        HEAD
        + f'\n[plates.generated]\nkind = "skived"\nmodel = "whole"\nlevel = "fine"\n{sizes}\n{more}\n{flow}{COMMON}'
        + chip("generated", 0.5, 0.5)
        + table_of("drawn", folder / "fins.step", size, (port, port), 10.0)
        + flow
        + COMMON
        + chip("drawn", 0.5 + 1e3 * FINS.plenum_length, 0.5 + 1e3 * FINS.side_wall)
    )
    return case


@pytest.mark.parametrize(
    ("reynolds", "sizes", "told"),
    [
        (500.0, STEP_SIZES, None),
        (50.0, replace(STEP_SIZES, across=3), None),
        (203.0, replace(STEP_SIZES, across=2), "2 tetrahedra across a gap, .* want 3.2; cells_across = 4 "),
        (1014.0, replace(STEP_SIZES, factor=2.0 / 3.0), "2.7 tetrahedra across a gap, .* want 4.8; cells_across = 8 "),
        (1014.0, replace(STEP_SIZES, across=5), None),
    ],
)
def test_a_drawing_says_how_many_cells_its_reynolds_number_asks_for(
    reynolds: float, sizes: Sizes, told: str | None
) -> None:
    found = needed_across(reynolds, sizes)
    assert found is None if told is None else re.match(told, found or "")


def test_no_mesh_of_a_drawings_family_is_too_coarse_to_measure_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default 4, 3.1 and 2.4 across: at 1.8 cells touch walls all round, and what they tell is no trend."""
    sizes: list[Sizes] = []
    file = Path(__file__).parents[2] / "cases" / "plates" / "step.toml"
    model = plate_model(load_plates(file, ["plates.u.level=medium"]).case, "u")

    def written(plate: StepPlate, path: Path, of: Sizes) -> tuple[None, None]:
        sizes.append(of)
        return None, None

    monkeypatch.setattr(drawn, "write_step_plate", written)
    for write in (model.write, *model.coarser.values()):
        write(tmp_path / MESH)
    assert [of.across * of.factor for of in sizes] == pytest.approx([4.0, 4.0 / 1.3, 4.0 / 1.69])


@pytest.mark.slow  # six curves' worth of runs
def test_a_generated_plate_through_step_has_the_same_curves_within_the_gci(tmp_path: Path) -> None:
    """The drawing at the level that is recommended, the generator a level above.

    At medium the resistance of the generator's own is 0.9 % above both, while its index says 0.6 %.
    """
    case = load_plates(fins_case(tmp_path)).case
    make_meshes(case, tmp_path)
    maps: dict[str, PlateMap] = {}
    run_plates(case, tmp_path, MPI.COMM_SELF, lambda plate: maps.update({plate.name: plate}))
    assert all(plate_balances(plate) for plate in maps.values())
    one, other = maps["generated"], maps["drawn"]
    for what, known in (
        ("pressure_drop_pa", "pressure_drop_uncertainty"),
        ("case_to_inlet_max_k_per_w", "uncertainty"),
    ):
        errors = [getattr(plate, known)["mesh refinement"] for plate in (one, other)]
        ratio = np.divide(getattr(other, what), getattr(one, what))
        print(what, ratio, errors)
        # the index of the tetrahedra's pressure drop alone is 8 %
        assert np.abs(ratio - 1.0).max() < min(np.hypot(*errors), 0.03), what


@pytest.mark.slow
def test_the_serpentine_block_from_step(tmp_path: Path) -> None:
    """Re 203 and 1014, by hexahedra and by tetrahedra, each at the level that is recommended: energy is closed."""
    size = draw_winding(tmp_path / "winding.step")
    z = 1e3 * (WINDING.base_thickness + 0.5 * WINDING.channel_height)
    ports = (1e3 * WINDING.middle(0), z), (1e3 * WINDING.middle(2), z)
    of_generator = """
kind = "serpentine"
length = "40 mm"
passes = 3
channel_width = "3 mm"
channel_height = "2 mm"
pitch = "8 mm"
wall = "3 mm"
base_thickness = "3 mm"
lid_thickness = "1 mm"
"""
    power = 'flow = "0.1 L/min"\npower = "15 W"\n'
    (tmp_path / "case.toml").write_text(
        f"{HEAD}\n[plates.generated]{of_generator}{power}{COMMON}"
        + table_of("drawn", tmp_path / "winding.step", size, ports, 10.0)
        + power
        + COMMON
    )
    case = load_plates(tmp_path / "case.toml").case
    found = {}
    for name in case.plates:
        model, file, begun = plate_model(case, name), tmp_path / f"{name}-{MESH}", time.process_time()
        model.write(file)
        plate = plate_problem(case, model, case_coolant(case), file, MPI.COMM_SELF, lambda line: None)
        points = [plate.point(flow) for flow in (0.02e-3 / 60.0, 0.1e-3 / 60.0)]
        for point in points:
            assert point.counts["heat_balances"] == pytest.approx((15.0, 15.0), rel=1e-8)
        found[name] = np.array([[point.pressure_drop_pa, point.base_max_k - 313.15] for point in points])
        told = [(point.reynolds, point.below_inlet_k, point.above_base_k) for point in points]
        print(name, plate.cells, found[name], told, time.process_time() - begun)
    ratio = found["drawn"] / found["generated"]
    assert ratio[:, 0] == pytest.approx(np.ones(2), abs=0.03)
    # of the base at Re 1014 either mesh errs: the generator's own coolant is 0.8 K hotter somewhere than the heated face
    assert ratio[:, 1] == pytest.approx(np.ones(2), abs=0.08)
