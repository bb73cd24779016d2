"""A mesh of the user's own in place of a plate."""

import shutil
from functools import partial
from pathlib import Path

from rack2city.case import OwnMesh
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.model import PlateModel, metal
from rack2city.plate.models.named import named_strips
from rackmesh.statistics import mesh_sizes

LEAVES_OUT = (
    "what is not in the mesh",
    "turbulence: laminar, developed at the inlet",
    "refinement: the error of the mesh is not known from it alone",
)


def own_mesh(design: PlateDesign) -> PlateModel:
    """Model of a plate by a mesh that the user brings."""
    plate = design.plate
    assert isinstance(plate, OwnMesh)
    areas = {name: area for name, area in mesh_sizes(plate.file)[1].items() if name.startswith("heated")}
    conductivity = metal(plate, design.name)
    return PlateModel(
        design=design,
        area=plate.copies * sum(areas.values()),
        channels=None,
        write=partial(_copy, plate.file),
        coarser={},
        single=False,
        strips=lambda areas: named_strips(design, areas, plate.copies),
        conductivity=lambda body: conductivity,
        leaves_out=LEAVES_OUT,
        check=lambda: named_strips(design, areas, plate.copies),
    )


def _copy(mesh: Path, to: Path) -> None:
    if mesh != to.resolve():
        shutil.copyfile(mesh, to)
