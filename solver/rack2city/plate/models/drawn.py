"""A mesh of the user's own in place of a plate."""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rack2city.case import OwnMesh
from rack2city.errors import InputError
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.model import Piece, PlateModel, Strip, interface, metal
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
        ratio=1.0,
        strips=lambda groups: strips(design, areas),
        conductivity=lambda body: conductivity,
        leaves_out=LEAVES_OUT,
    )


def _copy(mesh: Path, to: Path) -> None:
    if mesh != to.resolve():
        shutil.copyfile(mesh, to)


def zones_of(surface: str) -> Sequence[str]:
    """Names of the zones that lie on a heated surface, by its name: `heated_gpu+hot` has two."""
    return surface.removeprefix("heated").removeprefix("_").split("+") if surface != "heated" else ()


def strips(design: PlateDesign, areas: dict[str, float]) -> tuple[Strip, ...]:
    """The heated surfaces of a mesh, by their areas (m²), with the zones of the case that lie there.

    Raises:
        InputError: a surface speaks of a zone that the case does not have, or a zone lies nowhere.
    """
    plate = design.plate
    assert isinstance(plate, OwnMesh)
    zones = {zone.name: zone for zone in plate.zones}
    here = {surface: zones_of(surface) if zones else () for surface in areas}
    where = f"plates.{design.name}"
    for surface, names in here.items():
        for name in names:
            if name not in zones:
                raise InputError(
                    f"{where}.zones: the mesh has the heated surface '{surface}', but no zone is called '{name}'"
                )
    flux = dict.fromkeys(areas, 0.0)
    for name, zone in zones.items():
        on = [surface for surface, names in here.items() if name in names]
        if not on:
            told = ", ".join(areas) or "none"
            raise InputError(
                f"{where}.zones: no heated surface of the mesh is called 'heated_{name}'; heated are {told}"
            )
        for surface in on:
            flux[surface] += zone.heat / (plate.copies * sum(areas[other] for other in on))
    if not zones:
        flux = dict.fromkeys(areas, design.power / (plate.copies * sum(areas.values())))
    else:
        share = design.power / sum(zone.heat for zone in zones.values())
        flux = {surface: share * value for surface, value in flux.items()}
    pieces = tuple(
        Piece(surface, flux[surface], tuple(names), interface(plate, [zones[name] for name in names]))
        for surface, names in here.items()
    )
    return (Strip(plate.copies, pieces),)
