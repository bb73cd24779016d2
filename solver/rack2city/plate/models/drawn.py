"""A plate that comes as a file: a mesh of the user's own, or a drawing."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from rack2city.case import OwnMesh, Pick, Step
from rack2city.errors import InputError
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.family import coarser_sizes, sizes_of
from rack2city.plate.models.model import PlateModel
from rack2city.plate.models.named import named_strips, require_bodies, zones_of
from rack2city.plate.models.whole import rectangle
from rackmesh.cells.quality import Quality, mesh_quality
from rackmesh.contract.description import PlateMesh
from rackmesh.contract.read import read_plate
from rackmesh.foreign.importing import import_mesh
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.step.plate import Pick as Chosen
from rackmesh.step.plate import StepPlate
from rackmesh.step.writing import STEP_SIZES, check_step_plate, write_step_plate

LAMINAR = "turbulence: laminar, developed at the inlet"
SAME_AREA = 0.02  # a chip with rounded corners is one still
RATIO = 1.3  # of the cells of the family: the third has 2.4 across where the first has 4; 1.8 would be no measure of it
RESOLVED = 500.0  # Reynolds number to which `STEP_SIZES` give the pressure drop of bends within 3 %


def own_mesh(design: PlateDesign) -> PlateModel:
    """Model of a plate by a mesh that the user brings."""
    plate = design.plate
    assert isinstance(plate, OwnMesh)
    lacks = "refinement: the error of the mesh is not known from it alone"
    return PlateModel(
        design=design,
        channels=None,
        write=partial(_write, plate),
        coarser={},
        single=False,
        strips=lambda areas: named_strips(design, areas, plate.copies),
        leaves_out=("what is not in the mesh", LAMINAR, lacks),
        refuse=partial(_check_own, design),
    )


def _import(plate: OwnMesh, path: Path) -> PlateMesh:
    """Make the mesh of the contract, unless the file is there already, as it is."""
    if (plate.unit, plate.groups, plate.more) == ("m", {}, ()) and plate.file == path.resolve():
        return read_plate(path)
    groups: dict[int | str, str] = dict(plate.groups.items())
    return import_mesh([plate.file, *plate.more], plate.unit, path, groups, plate.field)


def _write(plate: OwnMesh, path: Path) -> Quality:
    mesh = _import(plate, path)
    return replace(mesh_quality(path), notes=mesh.notes)


def _check_own(design: PlateDesign) -> None:
    """Refuse a mesh that does not keep the contract, or whose heated faces are not the zones of the case."""
    plate = design.plate
    assert isinstance(plate, OwnMesh)
    with TemporaryDirectory(prefix="rack2city-") as folder:
        mesh = _import(plate, Path(folder) / "mesh.msh")
    areas = {surface.name: surface.area for surface in mesh.surfaces_of("heated")}
    named_strips(design, areas, plate.copies)
    _require_sizes(design, plate, areas)
    require_bodies(design, [body.name for body in mesh.solids], [surface.name for surface in mesh.surfaces])


def _require_sizes(design: PlateDesign, plate: OwnMesh, areas: Mapping[str, float]) -> None:
    """Refuse zones whose sizes in the case are not those of their surfaces (m²): results per area would be wrong unseen."""
    for row, zone in enumerate(plate.zones):
        meshed = plate.copies * sum(area for name, area in areas.items() if zone.name in zones_of(name))
        if abs(meshed - zone.area) > SAME_AREA * zone.area:
            raise InputError(
                f"plates.{design.name}.zones[{row}].length: with its width makes {1e6 * zone.area:.6g} mm^2, but surfaces of "
                f"'{zone.name}' in the mesh, times copies, are {1e6 * meshed:.6g} mm^2"
            )


def drawing(design: PlateDesign) -> PlateModel:
    """Model of a plate by a drawing in a STEP file."""
    plate = design.plate
    assert isinstance(plate, Step)
    drawn = StepPlate(
        file=plate.file,
        overall=plate.overall,
        bodies={name: _pick(pick) for name, pick in plate.bodies.items()},
        faces={name: _pick(pick) for name, pick in plate.faces.items()},
        heated=_pick(plate.heated),
        zones=tuple(rectangle(zone, 0.0, 0.0) for zone in plate.zones),
        gap=plate.gap,
        around=plate.around,
        most_cells=plate.most_cells,
    )
    drawn.check()
    sizes = sizes_of(plate, STEP_SIZES)
    coarser = coarser_sizes(plate, STEP_SIZES, RATIO)

    def write(sizes: Sizes, path: Path) -> Quality:
        return write_step_plate(drawn, path, sizes)[1]

    def check() -> None:
        require_bodies(design, drawn.solids, drawn.faces)
        check_step_plate(drawn, sizes)

    return PlateModel(
        design=design,
        channels=None,
        write=partial(write, sizes),
        coarser={name: partial(write, coarse) for name, coarse in coarser.items()},
        single=False,
        strips=lambda areas: named_strips(design, areas),
        leaves_out=("what is not drawn", LAMINAR),
        resolves=lambda reynolds: needed_across(reynolds, sizes),
        refuse=check,
    )


def needed_across(reynolds: float, sizes: Sizes) -> str | None:
    """What cells a Reynolds number asks for beyond those of a size; None where they serve.

    The thickness of layers in bends falls with the root of the Reynolds number, and the error of the pressure drop with the
    fourth power of the size of the cells: so may their size grow with the fourth root.
    """
    needed = STEP_SIZES.across * (reynolds / RESOLVED) ** 0.25
    if needed <= sizes.across * sizes.factor * 1.05:
        return None
    return (
        f"{sizes.across * sizes.factor:.2g} tetrahedra across a gap, where bends and mouths want {needed:.2g}; "
        f"cells_across = {ceil(needed / sizes.factor)} gives them"
    )


def _pick(pick: Pick) -> Chosen:
    box = (pick.low, pick.high) if pick.low is not None and pick.high is not None else None
    return Chosen(pick.label, pick.point, box, pick.between)
