"""Straight channels as cells that repeat: what they are is known exactly, however short the cell."""

from math import log

import numpy as np
import pytest
from dolfinx import mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem import Fluid, Flux, HeatInlet, Material, PeriodicCell, tagged_domain
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.quantities import surface_maximum, values_at

GAP, LENGTH = 1e-3, 0.7e-3
WATER = Fluid(1000.0, 4000.0, 0.6, 1e-3)
FLOW = 1e-4


def plates(cells: int, kind: mesh.CellType = mesh.CellType.quadrilateral) -> Domain:
    """A stretch between two plates, both heated."""
    corners = [[0.0, 0.0], [LENGTH, GAP]]
    msh = mesh.create_rectangle(MPI.COMM_SELF, corners, [2, cells], kind)
    return tagged_domain(
        msh,
        {
            "heated_low": lambda x: np.isclose(x[1], 0.0),
            "heated_high": lambda x: np.isclose(x[1], GAP),
            "inlet": lambda x: np.isclose(x[0], 0.0),
            "outlet": lambda x: np.isclose(x[0], LENGTH),
        },
    )


@pytest.mark.parametrize("kind", [mesh.CellType.quadrilateral, mesh.CellType.triangle])
def test_plates_are_poiseuilles_and_nusselt_converges(kind: mesh.CellType) -> None:
    errors = []
    for cells in (2, 4):
        cell = PeriodicCell(plates(cells, kind), WATER, {}, [Flux("heated_low", 1e4), Flux("heated_high", 1e4)])
        result = cell.solve(flow_rate=FLOW)
        assert result.heat is not None
        assert result.gradient_pa_per_m == pytest.approx(12.0 * 1e-3 * FLOW / GAP**3, rel=1e-9)
        assert result.fanning_friction_factor * result.reynolds == pytest.approx(24.0, rel=1e-9)
        assert result.reynolds == pytest.approx(200.0, rel=1e-9)
        assert result.heat.rise_k == pytest.approx(2e4 * LENGTH / (4e6 * FLOW), rel=1e-12)
        errors.append(abs(result.heat.nusselt / (140.0 / 17.0) - 1.0))
    assert log(errors[0] / errors[1], 2.0) == pytest.approx(4.0, abs=0.5)
    assert errors[1] < 1e-3


def test_one_heated_plate_has_five_point_four_and_the_temperature_its_level() -> None:
    """Of plates with one side adiabatic Nu, on the heated one, is 70/13; walls count both here, their mean is at half of it."""
    cell = PeriodicCell(plates(4), WATER, {}, [Flux("heated_low", 0.0), Flux("heated_high", 1e4)])
    result = cell.solve(flow_rate=FLOW, inlet_k=300.0, loads={"heated_low": 2e4, "heated_high": 0.0})
    assert result.heat is not None
    assert cell.heat is not None
    (face,) = result.heat.heated.values()
    assert set(result.heat.heated) == {"heated_low"}
    assert 2e4 * 2.0 * GAP / (0.6 * face.mean_above_bulk_k) == pytest.approx(70.0 / 13.0, rel=1e-3)
    start, end = values_at(cell.heat.temperature, [[0.0, 0.3e-3], [LENGTH, 0.3e-3]])[:, 0]
    assert end - start == pytest.approx(result.heat.rise_k, rel=1e-10)
    hottest = surface_maximum(cell.domain, cell.heat.temperature, "heated_low")
    assert hottest == pytest.approx(300.0 + result.heat.rise_k + face.highest_above_bulk_k, rel=1e-9)
    assert result.heat.bulk_k == pytest.approx(300.0 + 0.5 * result.heat.rise_k)


def test_flow_and_gradient_lead_to_each_other_and_viscosity_is_that_of_the_mean_bulk() -> None:
    seen: list[float] = []

    def viscosity(temperature: float) -> float:
        seen.append(temperature)
        return 1e-3 * float(np.exp(-0.02 * (temperature - 293.15)))

    fluxes = [Flux("heated_low", 5e5), Flux("heated_high", 5e5)]
    cell = PeriodicCell(plates(2), WATER, {}, fluxes, viscosity=viscosity)
    forth = cell.solve(flow_rate=FLOW, inlet_k=300.0)
    assert forth.heat is not None
    assert seen == [pytest.approx(forth.heat.bulk_k, rel=1e-12)]
    assert forth.viscosity_pa_s == pytest.approx(viscosity(forth.heat.bulk_k), rel=1e-12)
    back = cell.solve(gradient=forth.gradient_pa_per_m, inlet_k=300.0)
    assert back.flow_m3_per_s == pytest.approx(FLOW, rel=1e-8)


def test_wrong_drives_and_conditions_are_told() -> None:
    domain = plates(2)
    cell = PeriodicCell(domain, WATER, {})
    for wrong in ({}, {"flow_rate": 1e-4, "gradient": 1.0}):
        with pytest.raises(InputError, match="by a flow rate or by a gradient of the pressure; give one"):
            cell.solve(**wrong)
    with pytest.raises(InputError, match="the flow rate is -1 m3/s; it must be finite and above 0"):
        cell.solve(flow_rate=-1.0)
    with pytest.raises(InputError, match="'heated' has no load"):
        cell.solve(flow_rate=FLOW, loads={"heated": 1.0})
    with pytest.raises(InputError, match="fluxes and sources, not a HeatInlet"):
        PeriodicCell(domain, WATER, {}, [HeatInlet("inlet", 300.0)])
    with pytest.raises(InputError, match="the conductivity of the fluid must be a number"):
        PeriodicCell(domain, Fluid(1000.0, 4000.0, lambda t: 0.6 + 0.0 * t, 1e-3), {}, [Flux("heated_low", 1.0)])
    assert cell.solve(flow_rate=FLOW).heat is None


def test_ends_that_do_not_match_are_told() -> None:
    msh = mesh.create_rectangle(MPI.COMM_SELF, [[0.0, 0.0], [LENGTH, GAP]], [2, 4], mesh.CellType.quadrilateral)
    moved = (msh.geometry.x[:, 0] > 0.9 * LENGTH) & (np.abs(msh.geometry.x[:, 1] - 0.5 * GAP) < 0.1 * GAP)
    msh.geometry.x[moved, 1] += 0.02 * GAP
    names = {"inlet": lambda x: np.isclose(x[0], 0.0), "outlet": lambda x: np.isclose(x[0], LENGTH)}
    with pytest.raises(InputError, match=r"do not match by a shift of 0\.0007 m along x: 2 faces have no counterpart"):
        PeriodicCell(tagged_domain(msh, names), WATER, {})
    with pytest.raises(InputError, match="no surface 'outlet'"):
        PeriodicCell(tagged_domain(msh, {"inlet": names["inlet"]}), WATER, {})
    swapped = {"inlet": names["outlet"], "outlet": names["inlet"]}
    with pytest.raises(InputError, match="'outlet' lies at x = 0 m, not behind 'inlet'"):
        PeriodicCell(tagged_domain(msh, swapped), WATER, {})


def test_a_solid_without_names_at_its_ends_is_told() -> None:
    msh = mesh.create_rectangle(MPI.COMM_SELF, [[0.0, 0.0], [LENGTH, GAP]], [2, 4], mesh.CellType.quadrilateral)
    low = 0.5 * GAP
    names = {
        "inlet": lambda x: np.isclose(x[0], 0.0) & (x[1] >= low - 1e-9),
        "outlet": lambda x: np.isclose(x[0], LENGTH) & (x[1] >= low - 1e-9),
        "heated": lambda x: np.isclose(x[1], 0.0),
    }
    volumes = {"base": lambda x: x[1] <= low + 1e-9, "fluid": lambda x: x[1] >= low - 1e-9}
    with pytest.raises(
        InputError, match="4 faces at the ends of the cell are in none of its surfaces inlet, solid_inlet"
    ):
        PeriodicCell(tagged_domain(msh, names, volumes), WATER, {"base": Material(400.0)}, [Flux("heated", 1.0)])
