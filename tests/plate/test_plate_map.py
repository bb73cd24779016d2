"""The plate map: exact at its points, honest between them, closed outside."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.evidence import load, store
from rack2city.plate import PlateMap

FLOWS = (0.4e-8, 0.7e-8, 1e-8, 1.3e-8, 1.6e-8)


def analytic_map() -> PlateMap:
    """A map made from dp = a Q + b Q^2 and R = r + c / Q, the shapes a real plate has."""
    flow = np.array(FLOWS)
    drop, resistance = 3e12 * flow + 2e19 * flow**2, 17e-6 + 1.1e-13 / flow
    same = tuple(float(r) for r in resistance)
    return PlateMap(
        load="chip",
        heat_flux=1e6,
        inlet_k=313.15,
        channels=200,
        area_m2=1.6e-3,
        design_flow_per_channel_m3_per_s=1e-8,
        flow_per_channel_m3_per_s=FLOWS,
        pressure_drop_pa=tuple(float(d) for d in drop),
        base_to_bulk_m2k_per_w=same,
        base_to_inlet_max_m2k_per_w=same,
        case_to_inlet_max_m2k_per_w=same,
        case_to_inlet_mean_m2k_per_w=same,
        case_max_k=tuple(313.15 + 1e6 * r for r in same),
        outlet_bulk_k=tuple(320.0 for _ in same),
        reynolds=tuple(float(80.0 * q / 1e-8) for q in flow),
        outer_iterations=(5,) * 5,
        newton_iterations=(9,) * 5,
        heat_balances=((1.0, 1.0),) * 5,
        mass_balances=((1e-8, 1e-8),) * 5,
        flow_factorisations=(2,) * 5,
        heat_factorisations=(1,) * 5,
        solver_options={"flow_": {"pc_type": "lu"}},
        solver_record={"flow": {"method": "direct"}},
    )


def test_exact_at_the_points() -> None:
    plate = analytic_map()
    assert plate.pressure_drop(np.array(FLOWS)) == pytest.approx(plate.pressure_drop_pa, rel=1e-12)


def test_close_between_the_points() -> None:
    plate = analytic_map()
    flow = np.linspace(FLOWS[0], FLOWS[-1], 41)
    assert plate.pressure_drop(flow) == pytest.approx(3e12 * flow + 2e19 * flow**2, rel=1e-3)
    assert plate.case_to_inlet(flow) == pytest.approx(17e-6 + 1.1e-13 / flow, rel=2e-3)
    assert plate.reynolds_number(flow) == pytest.approx(80.0 * flow / 1e-8, rel=1e-12)
    assert np.all(np.diff(plate.pressure_drop(flow)) > 0.0)


def test_another_heat_flux_changes_temperatures_and_viscosity() -> None:
    plate = analytic_map()
    half = plate.at_flux(0.5e6, lambda t: np.exp(-0.02 * (t - 313.15)))
    rise = 320.0 - 313.15
    assert half.outlet_bulk_k == pytest.approx((313.15 + 0.5 * rise,) * 5)
    assert half.case_max_k[2] - 313.15 == pytest.approx(0.5 * (plate.case_max_k[2] - 313.15))
    thicker = np.exp(0.02 * 0.25 * rise)
    assert half.pressure_drop_pa == pytest.approx(tuple(p * thicker for p in plate.pressure_drop_pa))
    assert half.case_to_inlet_max_m2k_per_w == plate.case_to_inlet_max_m2k_per_w


@pytest.mark.parametrize("factor", [0.39, 1.61, float("nan")])
def test_refuses_flows_outside(factor: float) -> None:
    with pytest.raises(InputError, match=r"outside the computed range 0.4 to 1.6; widen plate.flow_factors"):
        analytic_map().pressure_drop(factor * 1e-8)


def test_is_stored_and_read_whole(tmp_path: Path) -> None:
    plate = replace(analytic_map(), grid_pressure_drop_change=1e-3, holdout_pressure_drop_error=0.0)
    plate = replace(plate, holdout_flow_per_channel_m3_per_s=5e-9, holdout_case_to_inlet_error=0.0)
    store(tmp_path / "plate.json", plate)
    assert load(tmp_path / "plate.json", PlateMap) == plate
