"""Cells that repeat against what others found: cylinders in creeping flow, ducts, conjugate micro-channels."""

import csv
from math import pi, sqrt
from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.fem import Fluid, Flux, Material, PeriodicCell, read_domain
from tests.fem.periodic.shapes import write_channel_cell, write_plane_pins

MICRON = 1e-6


@pytest.mark.parametrize(("share", "drag"), [(0.1, 24.83), (0.2, 51.53), (0.4, 217.89)])
def test_creeping_flow_across_a_square_array(tmp_path: Path, share: float, drag: float) -> None:
    """Drag of a cylinder over mu U and its length, by solid share: Sangani & Acrivos (1982), within 0.05 %."""
    path = tmp_path / "pin.msh"
    write_plane_pins(path, 1.0, 0.5, [(0.5, 0.0, sqrt(share / pi))], 0.05)
    cell = PeriodicCell(read_domain(path, MPI.COMM_SELF), Fluid(1e-9, 1.0, 1.0, 1.0), {})
    once = cell.solve(gradient=1.0)
    speed = once.flow_m3_per_s / 0.5  # over the pitch
    assert once.gradient_pa_per_m / speed == pytest.approx(drag, rel=5e-4)  # of a cell of area one
    assert cell.solve(gradient=7.0).flow_m3_per_s == pytest.approx(7.0 * once.flow_m3_per_s, rel=1e-9)
    assert cell.solve(flow_rate=once.flow_m3_per_s).gradient_pa_per_m == pytest.approx(1.0, rel=1e-8)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in path.read_text().splitlines() if not line.startswith("#")))


@pytest.mark.reference
@pytest.mark.parametrize("alpha", ["0.5", "0.2"])
def test_a_duct_in_a_perfect_conductor(tmp_path: Path, reference: Path, alpha: str) -> None:
    """f Re, and Nu_H1 of a wall that is even around the duct, of which the lid is a plane of symmetry."""
    table = rows(reference / "heat" / "rect_duct_fully_developed_computed.csv")
    row = next(r for r in table if r["alpha"] == alpha)
    path, gap, height = tmp_path / "duct.msh", 1e-3, 0.5e-3 / float(alpha)
    found = []
    for cells in ((1, 2, 1, 3, 1), (1, 4, 1, 6, 1)):
        write_channel_cell(path, gap, 0.2e-3, height, 0.1e-3, 0.5e-3, cells, mirrored=True)
        solids = dict.fromkeys(("base", "fins"), Material(1e6))
        cell = PeriodicCell(
            read_domain(path, MPI.COMM_SELF), Fluid(1000.0, 4180.0, 0.6, 1e-3), solids, [Flux("heated", 1e5)]
        )
        result = cell.solve(flow_rate=1e-8)
        assert result.heat is not None
        friction = result.fanning_friction_factor * result.reynolds / float(row["fRe_Fanning"]) - 1.0
        found.append((friction, result.heat.nusselt / float(row["Nu_H1"]) - 1.0))
    (coarse_friction, coarse_nusselt), (friction, nusselt) = found
    assert abs(friction) < 1e-3 and abs(nusselt) < 1e-3  # noqa: PT018  (one statement: both are of one mesh)
    assert abs(friction) < abs(coarse_friction) / 2**3
    assert abs(nusselt) < abs(coarse_nusselt) / 2**2


CHANNELS = {
    "TP81 Si/water 27C": (56, 44, 320, 213, 148.0, 0.61),
    "QM2002a Cu unit cell (adiabatic lid)": (231, 236, 713, 500, 391.0, 0.6),
    "skived Cu PG25 pitch0.2 h3 b2": (100, 100, 3000, 2000, 391.0, 0.485),
}
KNOWN = {  # f Re, mean and highest R'' of the same table, so that it also guards where the file is absent
    "TP81 Si/water 27C": (19.5384, 6.7573, 6.7573),
    "QM2002a Cu unit cell (adiabatic lid)": (17.2038, 33.5490, 33.5495),
    "skived Cu PG25 pitch0.2 h3 b2": (22.9589, 12.0196, 12.0196),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_conjugate_micro_channel(tmp_path: Path, name: str) -> None:
    """Two cells along x are enough: developed flow and heat are linear in x, which a cell that repeats takes out."""
    gap, fin, height, base, solid, fluid = CHANNELS[name]
    path = tmp_path / "channel.msh"
    sizes = (MICRON * gap, MICRON * fin, MICRON * height, MICRON * base)
    write_channel_cell(path, *sizes, MICRON * gap, (2, 3, 2, 10, 4))
    solids = dict.fromkeys(("base", "fins"), Material(solid))
    cell = PeriodicCell(
        read_domain(path, MPI.COMM_SELF), Fluid(1000.0, 4180.0, fluid, 1e-3), solids, [Flux("heated", 1e5)]
    )
    result = cell.solve(flow_rate=1e-8)
    assert result.heat is not None
    friction, mean, highest = KNOWN[name]
    assert result.fanning_friction_factor * result.reynolds == pytest.approx(friction, rel=1e-3)
    assert 1e6 * result.heat.base_to_bulk_mean_m2_k_per_w == pytest.approx(mean, rel=2e-3)
    assert 1e6 * result.heat.base_to_bulk_highest_m2_k_per_w == pytest.approx(highest, rel=2e-3)
    area = sizes[0] * 0.25 * 2.0 + 0.5 * sizes[1]  # of the heated face over its length: half a gap, half a fin
    assert result.heat.heat_w == pytest.approx(1e5 * area * sizes[0], rel=1e-12)
