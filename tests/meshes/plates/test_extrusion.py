"""Extruded plans: a ring of curved quadrilaterals is round, bodies share their faces, what touches is joined."""

from pathlib import Path

import numpy as np
import pytest

from rackmesh.contract.inspection import inspect
from rackmesh.files import opened
from rackmesh.plates.parts.axes import axis
from rackmesh.plates.parts.extrusion import Extrusion, Wall, write_extrusion
from rackmesh.plates.parts.plan import Patch, assemble, between, with_middles
from rackmesh.tensor import Segment
from tests.meshes.sizes_of_groups import group_sizes


def arc(radius: float, start: float, end: float, cells: int) -> np.ndarray:
    angle = np.linspace(start, end, 2 * cells + 1)
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


def ring(cells: int) -> list[Patch]:
    """A pipe of radii 1 and 2 and what flows around it up to 3, in four quarters."""
    share, patches = with_middles(np.linspace(0.0, 1.0, 3)), []
    for quarter in range(4):
        start = 0.5 * np.pi * quarter
        arcs = [arc(radius, start, start + 0.5 * np.pi, cells) for radius in (1.0, 2.0, 3.0)]
        patches += [between("pipe", *arcs[:2], share), between("around", *arcs[1:], share)]
    return patches


def surface(wall: Wall) -> str | None:
    if wall.volume == "fluid" and wall.beyond == "pipe":
        assert np.hypot(*wall.middle[:2]) == pytest.approx(2.0)
        assert np.dot(wall.normal[:2], wall.middle[:2]) < 0.0  # out of the fluid
        return "wetted"
    if wall.looks(2, -1) and wall.beyond is None:
        return "heated"
    return "outer" if wall.beyond is None and np.hypot(*wall.middle[:2]) > 2.9 else None


def test_rings_are_round_and_joined(tmp_path: Path) -> None:
    path = tmp_path / "ring.msh"
    layers = axis([("foot", Segment(0.5, 1)), ("high", Segment(2.0, 2))], -0.5)

    def volume(region: str, layer: str) -> str:
        return "foot" if layer == "foot" else {"pipe": "pipe", "around": "fluid"}[region]

    quality = write_extrusion(Extrusion(assemble(ring(3)), layers, volume, surface), path)
    assert quality.cells == 4 * 3 * 2 * 2 * 3
    assert quality.scaled_jacobian > 0.95
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": 5 * np.pi * 2,
            "pipe": 3 * np.pi * 2,
            "foot": 8 * np.pi * 0.5,
            "wetted": 2 * np.pi * 2 * 2,
            "heated": 8 * np.pi,
            "outer": 2 * np.pi * 3 * 2.5,
        },
        rel=2e-4,  # twelve arcs of second order; twelve straight ones would lack 4.5 %
    )
    with opened(path):
        assert inspect(path) == 3


def test_straight_cells_and_moved_points(tmp_path: Path) -> None:
    path = tmp_path / "ring.msh"
    layers = axis([("high", Segment(2.0, 2))])

    def volume(region: str, layer: str) -> str | None:
        return "fluid" if region == "around" else None

    mesh = Extrusion(assemble(ring(3)), layers, volume, surface, False, lambda points: points * np.array([1, 1, 3]))
    assert write_extrusion(mesh, path).points == 3 * 12 * 3
    area = 12 * 0.5 * np.sin(np.pi / 6) * (9 - 4)
    sides = 12 * 2 * 3 * np.sin(np.pi / 12) * 6
    assert group_sizes(path) == pytest.approx({"fluid": 6 * area, "heated": area, "outer": sides}, rel=1e-9)
