"""Flows that separate, from rest with the defaults over a sweep of Reynolds numbers: a step, a sudden expansion.

Gartling's step at Re 800 on a fine mesh without stabilisation is in `test_benchmarks_flow.py`.
"""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, tagged_domain
from rack2city.fem.mesh.quantities import values_at
from tests.fem.plates import Liquid, flow_from_rest
from tests.fem.test_benchmarks_flow import column, table

QUAD = mesh.CellType.quadrilateral


def behind_a_step(length: float, cells: tuple[int, int], symmetric: bool) -> FluidDomain:
    """A channel of height 1 behind an inlet in its upper half; the upper side a wall or the middle of the flow."""
    msh = mesh.create_rectangle(MPI.COMM_SELF, [(0.0, 0.0), (length, 1.0)], list(cells), QUAD)
    x = msh.geometry.x[:, 0].copy()
    msh.geometry.x[:, 0] = x * (0.3 + 0.7 * x / length)
    markers = {
        "inlet": lambda x: np.isclose(x[0], 0.0) & (x[1] > 0.5 - 1e-9),
        "outlet": lambda x: np.isclose(x[0], length),
        **({"symmetry": lambda x: np.isclose(x[1], 1.0)} if symmetric else {}),
    }
    return fluid_domain(tagged_domain(msh, markers))


def reattachment(velocity: fem.Function, length: float) -> float:
    """Where the flow next to the lower wall turns forward for good (m)."""
    x = np.linspace(1e-3 * length, 0.95 * length, 2000)
    u = values_at(velocity, np.column_stack([x, np.full_like(x, 1e-5)]))[:, 0]
    i = int(np.flatnonzero((u[:-1] < 0.0) & (u[1:] >= 0.0))[-1])
    return float(x[i] - u[i] * (x[i + 1] - x[i]) / (u[i + 1] - u[i]))


def from_rest(fluid: FluidDomain, reynolds: float) -> float:
    """Reattachment length of a flow of viscosity 1 / Re that enters at 1 m/s through half a metre (m)."""
    start = time.process_time()
    flow, steps = flow_from_rest(fluid, 0.5, Liquid(1.0, 1.0, 1.0, 1.0 / reynolds))
    found = reattachment(flow.velocity(), float(np.max(fluid.mesh.geometry.x[:, 0])))
    unknowns = flow.space.dofmap.index_map.size_global
    print(
        f"Re {reynolds:g}: {unknowns} unknowns, {steps} steps, {time.process_time() - start:.1f} s, length {found:.4f}"
    )
    return found


@pytest.mark.reference
def test_flow_over_a_step(reference: Path) -> None:
    """Step 1:2 without inlet channel, Re = mean velocity of the inlet times the height behind it / viscosity."""
    rows = table(reference / "flow" / "bfs_no_inlet_channel_recomputed.csv")
    expected = dict(zip(column(rows, "Re"), column(rows, "xr_extrap"), strict=True))
    fluid = behind_a_step(30.0, (70, 16), symmetric=False)
    assert 0.1 < from_rest(fluid, 1.0) < from_rest(fluid, 10.0) < expected[100.0]
    for reynolds in (100.0, 200.0, 400.0, 600.0):
        assert from_rest(fluid, reynolds) == pytest.approx(expected[reynolds], rel=0.01)


def test_symmetric_expansion() -> None:
    """1:2, half of it, Re = mean velocity of the narrow part times its whole height / viscosity.

    The symmetric flow exists at any Reynolds number, although without the plane of symmetry it would turn to one side
    above some 150. Its bubble grows in proportion to the Reynolds number, as inertia and viscosity have it.
    """
    fluid = behind_a_step(60.0, (80, 12), symmetric=True)
    lengths = {re: from_rest(fluid, re) for re in (1.0, 10.0, 50.0, 100.0, 200.0, 400.0)}
    values = list(lengths.values())
    assert all(b > a for a, b in pairwise(values))
    slopes = [(lengths[b] - lengths[a]) / (b - a) for a, b in pairwise((50.0, 100.0, 200.0, 400.0))]
    assert slopes == pytest.approx([slopes[-1]] * 3, rel=0.05)
