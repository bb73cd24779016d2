"""From a STEP file to a mesh of the naming contract: read, join, name, mesh, check; a file is written only if all holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import gmsh

from rackmesh.cells.quality import Quality, quality_of, refuse_below
from rackmesh.contract.description import PlateMesh
from rackmesh.contract.read import checked
from rackmesh.contract.roles import role_of
from rackmesh.files import MeshError, session, write_whole
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.step.bodies import Tag, load, named_bodies, place, refuse_gaps
from rackmesh.step.coolant import capped, enclosed, surroundings
from rackmesh.step.labels import StepText, read_text
from rackmesh.step.plate import StepPlate
from rackmesh.step.sizes import expected_cells, set_sizes
from rackmesh.step.surfaces import chosen, named_faces, rectangles

STEP_SIZES = Sizes(across=4, growth=1.6)
"""Four curved tetrahedra across each gap: with two, cells that touch walls all round are stiff, and bends are missed."""
_OPTIONS: tuple[str, ...] = (
    "Geometry.OCCImportLabels",
    "Geometry.ToleranceBoolean",
    "Geometry.OCCBoundsUseStl",
    "Mesh.ScalingFactor",
    "Mesh.Binary",
)
_OPTIONS += tuple(f"Mesh.MeshSize{name}" for name in ("ExtendFromBoundary", "FromPoints", "FromCurvature", "Max"))
_POOR = 0.3  # scaled Jacobian of curved cells below which they are straightened where it helps


def write_step_plate(plate: StepPlate, path: Path, sizes: Sizes = STEP_SIZES) -> tuple[PlateMesh, Quality]:
    """Mesh a plate that is drawn in a STEP file, with curved tetrahedra of second order, in metres.

    Args:
        plate: what is what in the file.
        path: the `.msh` file.
        sizes: cells across gaps, growth, and the factor for a family of meshes.

    Returns:
        What the mesh is made of, and the quality of its cells.

    Raises:
        MeshError: the first thing that is wrong with the file, its names or the mesh, in a sentence; nothing is written then.
        OSError: the file cannot be written.
    """
    text = _read(plate, sizes)
    with TemporaryDirectory(prefix="rack2city-") as folder, _drawing(plate):
        whole = Path(folder) / "plate.msh"
        quality = _mesh(plate, text, sizes, path)
        gmsh.option.setNumber("Mesh.ScalingFactor", 1e-3)
        gmsh.option.setNumber("Mesh.Binary", 1)
        write_whole(whole)
        mesh = checked(whole, plate.file, path)
    return mesh, replace(quality, notes=mesh.notes)


def check_step_plate(plate: StepPlate, sizes: Sizes = STEP_SIZES) -> tuple[set[str], set[str]]:
    """Check all of a drawing that can be checked before its mesh is made.

    Returns:
        Names of its bodies and of its surface groups.

    Raises:
        MeshError: as `write_step_plate`.
    """
    text = _read(plate, sizes)
    with _drawing(plate):
        bodies, faces = _prepared(plate, text, sizes)
    return set(bodies.values()), set(faces)


def _read(plate: StepPlate, sizes: Sizes) -> StepText:
    plate.check()
    sizes.check()
    return read_text(plate.file)


@contextmanager
def _drawing(plate: StepPlate) -> Iterator[None]:
    """A model of Gmsh for a drawing."""
    with session() as model:
        model.add("step")
        with options_kept():
            try:
                yield
            except (OSError, MeshError):
                raise
            except Exception as error:  # gmsh raises bare Exception
                raise MeshError(f"{plate.file}: Gmsh could not mesh the plate: {error}") from None


@contextmanager
def options_kept() -> Iterator[None]:
    """A caller's own session of Gmsh has its options back afterwards, and none of our views."""
    kept = {name: gmsh.option.getNumber(name) for name in _OPTIONS}
    views = set(gmsh.view.getTags())
    try:
        yield
    finally:
        for name, value in kept.items():
            gmsh.option.setNumber(name, value)
        for view in set(gmsh.view.getTags()) - views:
            gmsh.view.remove(view)


def _prepared(plate: StepPlate, text: StepText, sizes: Sizes) -> tuple[dict[int, str], dict[str, list[int]]]:
    """Bodies, joined and named, and surface groups in Gmsh's current model, in millimetres, with their sizes of cells."""
    bodies, faces = _joined(plate, text)
    for dim, groups in ((3, _by_name(bodies)), (2, faces)):
        for name, tags in groups.items():
            gmsh.model.addPhysicalGroup(dim, tags, name=name)
    ports, symmetry = (
        [t for n, tags in faces.items() if role_of(n, 2) in of for t in tags]
        for of in (("inlet", "outlet"), ("symmetry",))
    )
    narrowest = set_sizes(
        [t for t, name in bodies.items() if role_of(name, 3) == "fluid"], ports, symmetry, sizes, plate.around
    )
    if (cells := expected_cells()) > plate.most_cells:
        raise MeshError(
            f"{plate.file}: about {cells:.2g} cells are needed for {sizes.across * sizes.factor:g} across its narrowest gap of "
            f"{narrowest:.3g} mm, more than the limit of {plate.most_cells:g}"
        )
    return bodies, faces


def _mesh(plate: StepPlate, text: StepText, sizes: Sizes, path: Path) -> Quality:
    """The mesh in Gmsh's current model."""
    _prepared(plate, text, sizes)
    gmsh.model.mesh.clear()
    gmsh.model.mesh.generate(3)
    gmsh.model.mesh.setOrder(2)
    across = {"narrowest gap": max(1, round(sizes.across * sizes.factor))}
    quality = quality_of(gmsh.model, across)
    if quality.scaled_jacobian < _POOR:
        gmsh.model.mesh.optimize("HighOrder")
        quality = quality_of(gmsh.model, across)
    refuse_below(quality, path)
    return quality


def _by_name(bodies: dict[int, str]) -> dict[str, list[int]]:
    return {name: [tag for tag, own in bodies.items() if own == name] for name in dict.fromkeys(bodies.values())}


def _joined(plate: StepPlate, text: StepText) -> tuple[dict[int, str], dict[str, list[int]]]:
    """Bodies that share their faces, by tag, and the faces of each surface group."""
    occ = gmsh.model.occ
    names = named_bodies(plate, text, load(plate, text))
    refuse_gaps(plate, names)
    filled = not plate.fluids
    originals = chosen(plate, text, filled)
    zones = rectangles(plate, originals.get("heated", []))
    caps = capped(plate, text, names) if filled else {}
    originals |= {name: [tag for _, tag in occ.copy([(2, cap) for cap in own])] for name, own in caps.items()}
    parts: list[Tag] = [(3, body) for body in names]
    tools = [(2, tag) for tag in zones.values()] + [(2, cap) for own in caps.values() for cap in own]
    tools += [surroundings()] if filled else []
    _, became = occ.fragment(parts, tools)
    occ.synchronize()
    of = dict(zip([*parts, *tools], became, strict=True))
    bodies: dict[int, str] = {}
    for part, name in names.items():
        for _, body in of[3, part]:
            if body in bodies:
                raise MeshError(
                    f"{plate.file}: '{bodies[body]}' and '{name}' overlap by {occ.getMass(3, body):.4g} mm3 {place(3, body)}; "
                    "cut one by the other in the drawing"
                )
            bodies[body] = name
    if filled:
        spaces = [body for _, body in of[tools[-1]] if body not in bodies]
        covers = {name: [tag for cap in own for _, tag in of[2, cap]] for name, own in caps.items()}
        bodies |= dict.fromkeys(enclosed(plate, spaces, bodies, covers), "fluid")
    faces = named_faces(plate, bodies, originals, {zone: [tag for _, tag in of[2, tag]] for zone, tag in zones.items()})
    every = {tag for _, tag in gmsh.model.getBoundary([(3, body) for body in bodies], combined=False, oriented=False)}
    occ.remove([(2, copy) for own in originals.values() for copy in own], recursive=True)
    stray = [entity for entity in occ.getEntities(2) if entity[1] not in every]
    occ.remove(stray, recursive=True)
    occ.synchronize()
    return bodies, faces
