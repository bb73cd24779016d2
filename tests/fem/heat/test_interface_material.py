"""A thin layer of interface material is one thing in three ways: cells of its own, a contact, or a resistance added after."""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.fem import (
    ConjugateProblem,
    Contact,
    Fluid,
    Flux,
    HeatInlet,
    HeatOutlet,
    Material,
    bulk_temperature_at,
    mean_over_surface,
    read_domain,
)
from rackmesh.tensor import Block, BlockMesh, Face, Segment, write_blocks

THICKNESS, CONDUCTIVITY, FLUX, LENGTH = 50e-6, 5.0, 1e5, 5e-3
BODIES = ("die", "tim", "base")
SOLIDS = {"die": Material(120.0), "tim": Material(CONDUCTIVITY), "base": Material(391.0), "fins": Material(391.0)}


def write_plate(path: Path, layer: bool) -> None:
    """Half a channel and half a fin on a copper base, below it a die heated from below, with or without the layer between."""
    segments = [Segment(0.5e-3, 1), *([Segment(THICKNESS, 1)] if layer else []), Segment(1e-3, 2), Segment(2e-3, 3)]
    levels = [name for name in (*BODIES, "") if layer or name != "tim"]

    def volume(block: Block) -> str:
        return levels[block[2]] or ("fluid", "fins")[block[1]]

    def surface(face: Face) -> str | None:
        if face.beyond is not None:
            return "contact_die" if {face.volume, face.beyond} == {"die", "base"} else None
        if face.volume == "fluid" and face.axis == 0:
            return "inlet" if face.side < 0 else "outlet"
        if face.axis == 1:
            return "symmetry" if face.volume == "fluid" else None
        return "heated" if face.axis == 2 and face.side < 0 else None

    axes = ((Segment(LENGTH, 5),), (Segment(0.125e-3, 2), Segment(0.1e-3, 1)), tuple(segments))
    write_blocks(BlockMesh(axes, (0.0, 0.0, 0.0), volume, surface), path)


def rise(path: Path, layer: bool, contacts: tuple[Contact, ...] = ()) -> float:
    """Mean temperature of the heated face above the inlet (K)."""
    write_plate(path, layer)
    problem = ConjugateProblem(
        read_domain(path, MPI.COMM_SELF),
        Fluid(1000.0, 4180.0, 0.6, 1e-3),
        {name: material for name, material in SOLIDS.items() if layer or name != "tim"},
        None,
        [HeatInlet("inlet", 300.0), HeatOutlet("outlet"), Flux("heated", FLUX)],
        contacts=contacts,
    )
    problem.solve(2e-7)
    warmed = FLUX * LENGTH * 0.225e-3 / (4.18e6 * 2e-7)
    assert bulk_temperature_at(problem.heat, "outlet") - 300.0 == pytest.approx(warmed, rel=1e-8)
    return mean_over_surface(problem.domain, problem.heat.temperature, "heated") - 300.0


def test_layer_contact_and_added_resistance_agree(tmp_path: Path) -> None:
    path, resistance = tmp_path / "plate.msh", THICKNESS / CONDUCTIVITY
    own = FLUX * resistance
    assert own == pytest.approx(1.0)
    without = rise(path, layer=False)
    as_contact = rise(path, layer=False, contacts=(Contact("contact_die", resistance),))
    as_layer = rise(path, layer=True)
    assert as_contact - without == pytest.approx(own, abs=1e-3 * own)
    assert as_layer - without == pytest.approx(own, abs=1e-3 * own)
    assert as_layer - as_contact == pytest.approx(0.0, abs=1e-3 * own)
