"""Heated surfaces of a mesh that are named after the zones that lie there."""

from collections.abc import Iterable, Mapping, Sequence

from rack2city.case import ComputedPlate, FinField
from rack2city.errors import InputError
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.model import Piece, Strip, interface


def zones_of(surface: str) -> Sequence[str]:
    """Names of the zones that lie on a heated surface, by its name: `heated_gpu+hot` has two."""
    return surface.removeprefix("heated").removeprefix("_").split("+") if surface != "heated" else ()


def named_strips(design: PlateDesign, areas: Mapping[str, float], copies: float = 1.0) -> tuple[Strip, ...]:
    """The heated surfaces of a mesh, by their areas (m²), with the zones of the case that lie there.

    Without zones in the case all of them are heated evenly.

    Raises:
        InputError: a surface speaks of a zone that the case does not have, or a zone lies nowhere.
    """
    plate, where = design.plate, f"plates.{design.name}"
    assert isinstance(plate, ComputedPlate)
    if not areas:
        raise InputError(f"{where}: the mesh has no surface 'heated' or 'heated_...'")
    zones = {zone.name: zone for zone in plate.zones}
    here = {surface: zones_of(surface) if zones else () for surface in areas}
    for surface, names in here.items():
        for name in names:
            if name not in zones:
                raise InputError(
                    f"{where}.zones: the mesh has the heated surface '{surface}', but no zone is called '{name}'"
                )
    flux = dict.fromkeys(areas, 0.0 if zones else design.power / (copies * sum(areas.values())))
    share = design.power / sum(zone.heat for zone in zones.values()) if zones else 0.0
    for name, zone in zones.items():
        on = [surface for surface, names in here.items() if name in names]
        if not on:
            told = ", ".join(areas)
            raise InputError(
                f"{where}.zones: no heated surface of the mesh is called 'heated_{name}'; heated are {told}"
            )
        for surface in on:
            flux[surface] += share * zone.heat / (copies * sum(areas[other] for other in on))
    pieces = tuple(
        Piece(
            surface, flux[surface], tuple(names), interface(plate, [zone for zone in plate.zones if zone.name in names])
        )
        for surface, names in here.items()
    )
    return (Strip(copies, pieces),)


def contacts(design: PlateDesign, surfaces: Iterable[str]) -> dict[str, float]:
    """Area resistance (m² K/W) of the contacts among the surfaces of a mesh, by surface.

    Raises:
        InputError: the mesh has one whose resistance nobody tells, or lacks one.
    """
    plate, where = design.plate, f"plates.{design.name}.contacts"
    assert isinstance(plate, ComputedPlate)
    found = [name for name in surfaces if name == "contact" or name.startswith("contact_")]
    names = {name: name.removeprefix("contact").removeprefix("_") or "contact" for name in found}
    for surface, name in names.items():
        if name not in plate.contacts:
            raise InputError(f"{where}: the mesh has the surface '{surface}'; give the area resistance of '{name}'")
    for name in plate.contacts:
        if name not in names.values():
            raise InputError(f"{where}.{name}: the mesh has no surface 'contact_{name}'")
    return {surface: plate.contacts[name] for surface, name in names.items()}


def require_bodies(design: PlateDesign, solids: Iterable[str], surfaces: Iterable[str]) -> None:
    """Refuse bodies without a material that is known, materials without a body, and contacts that do not fit."""
    plate, names = design.plate, list(solids)
    assert isinstance(plate, ComputedPlate)
    for name in names:
        design.solid(name)
    for name in plate.materials:
        if name not in names:
            where, told = f"plates.{design.name}.materials.{name}", ", ".join(sorted(names))
            raise InputError(f"{where}: the plate has no body '{name}'; its bodies are {told}")
    contacts(design, surfaces)


def cell_solids(plate: FinField) -> list[str]:
    """Names of the solid bodies of a cell of a finned field."""
    return ["base", "fins", *(["lid"] if plate.lid_thickness else [])]
