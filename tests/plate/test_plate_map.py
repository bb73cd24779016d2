"""The plate map: exact at its points, honest between them, closed outside."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_plates
from rack2city.chain.plates.runs import plate_lines
from rack2city.errors import InputError
from rack2city.evidence import load, store
from rack2city.plate import PlateMap, plate_model
from rack2city.plate.plate_map import Record
from rack2city.plate.runs import beyond_mesh
from rack2city.report.records import out_of_bounds
from rack2city.results.plate import Holdout, PlateRuns, ZoneCurves

FLOWS = (0.8e-6, 1.4e-6, 2e-6, 2.6e-6, 3.2e-6)


def analytic_map() -> PlateMap:
    """A map made from dp = a Q + b Q^2 and R = r + c / Q, the shapes a real plate has."""
    flow = np.array(FLOWS)
    drop, resistance = 1.5e10 * flow + 5e14 * flow**2, 0.0106 + 1.4e-8 / flow
    several = (320.0,) * len(flow)
    same = tuple(float(r) for r in resistance)
    return PlateMap(
        name="chip",
        kind="skived",
        model="cell",
        leaves_out=("plenums",),
        power_w=1600.0,
        inlet_k=313.15,
        area_m2=1.6e-3,
        channels=200,
        design_flow_m3_per_s=2e-6,
        flow_m3_per_s=FLOWS,
        pressure_drop_pa=tuple(float(d) for d in drop),
        resistance_from="case-to-inlet",
        case_to_inlet_max_k_per_w=same,
        zones=(
            ZoneCurves(
                name="core",
                power_w=400.0,
                area_m2=1e-4,
                tim_m2k_per_w=5e-6,
                junction_to_case_k_per_w=0.02,
                base_mean_k=several,
                base_max_k=several,
                case_mean_k=several,
                case_max_k=tuple(313.15 + 1600.0 * r for r in same),
                bulk_k=several,
            ),
        ),
        uncertainty={"interpolation in flow": 1e-3, "mesh refinement": None},
        pressure_drop_uncertainty={"interpolation in flow": 1e-3, "mesh refinement": None},
        runs=PlateRuns(
            copies=400.0,
            base_to_bulk_k_per_w=same,
            base_to_inlet_max_k_per_w=same,
            case_to_inlet_mean_k_per_w=same,
            case_max_k=tuple(313.15 + 1600.0 * r for r in same),
            outlet_bulk_k=several,
            reynolds=tuple(float(80.0 * q / 2e-6) for q in flow),
            speed_max_m_per_s=several,
            grid_pressure_drop_change=None,
            grid_case_to_inlet_change=None,
            holdout=Holdout(1e-6, 0.0, 1e-3),
            below_inlet_k=(0.05, 0.05, 0.05, 0.05, 0.6),
            above_base_k=(0.0,) * 5,
        ),
        record=Record(
            outer_iterations=(5,) * 5,
            newton_iterations=(9,) * 5,
            heat_balances=((1.0, 1.0),) * 5,
            mass_balances=((1e-8, 1e-8),) * 5,
            flow_factorisations=(2,) * 5,
            heat_factorisations=(1,) * 5,
            solver_options={"flow_": {"pc_type": "lu"}},
            solver_record={"flow": {"method": "direct"}},
            mass_tolerance=1e-10,
        ),
    )


def test_exact_at_the_points() -> None:
    plate = analytic_map()
    assert plate.pressure_drop(np.array(FLOWS)) == pytest.approx(plate.pressure_drop_pa, rel=1e-12)


def test_close_between_the_points() -> None:
    plate = analytic_map()
    flow = np.linspace(FLOWS[0], FLOWS[-1], 41)
    assert plate.pressure_drop(flow) == pytest.approx(1.5e10 * flow + 5e14 * flow**2, rel=1e-3)
    assert plate.case_to_inlet(flow) == pytest.approx(0.0106 + 1.4e-8 / flow, rel=2e-3)
    assert plate.reynolds_number(flow) == pytest.approx(80.0 * flow / 2e-6, rel=1e-12)
    assert np.all(np.diff(plate.pressure_drop(flow)) > 0.0)


def test_another_heat_changes_temperatures_and_viscosity() -> None:
    plate = analytic_map()
    half = plate.at_power(800.0, lambda t: np.exp(-0.02 * (t - 313.15)))
    rise = 320.0 - 313.15
    assert half.runs is not None
    assert plate.runs is not None
    assert half.runs.outlet_bulk_k == pytest.approx((313.15 + 0.5 * rise,) * 5)
    assert half.runs.case_max_k[2] - 313.15 == pytest.approx(0.5 * (plate.runs.case_max_k[2] - 313.15))
    assert half.zones[0].case_max_k == pytest.approx(half.runs.case_max_k)
    assert half.zones[0].power_w == pytest.approx(200.0)
    assert half.runs.below_inlet_k == pytest.approx((0.025, 0.025, 0.025, 0.025, 0.3))
    assert half.runs.above_base_k == (0.0,) * 5
    thicker = np.exp(0.02 * 0.25 * rise)
    assert half.pressure_drop_pa == pytest.approx(tuple(p * thicker for p in plate.pressure_drop_pa))
    assert half.case_to_inlet_max_k_per_w == plate.case_to_inlet_max_k_per_w


def test_temperatures_that_no_heat_makes_are_told_at_the_worst_flow() -> None:
    plate = analytic_map()
    assert plate.runs is not None
    (told,) = out_of_bounds(plate, plate.runs)
    told = " ".join(told.split())
    assert told.startswith(
        "At 0.1920 L/min the coldest place is 0.60 K colder than the coolant that enters, 2.5 % of the"
    )
    runs = replace(plate.runs, below_inlet_k=(0.05,) * 5, above_base_k=(0.0, 0.0, 3.0, 0.0, 0.0))
    (told,) = out_of_bounds(plate, runs)
    assert "the hottest place is 3.0\N{NO-BREAK SPACE}K" in told
    assert not list(out_of_bounds(plate, replace(runs, below_inlet_k=None, above_base_k=None)))


def test_a_drawing_on_a_mesh_too_coarse_for_its_flow_says_so() -> None:
    plate, case = analytic_map(), load_plates(Path(__file__).parents[2] / "cases" / "plates" / "step.toml").case
    assert plate.runs is not None
    model = plate_model(case, "u")
    (told,) = beyond_mesh(model, plate.runs, plate.flow_m3_per_s)
    assert told == (
        "resolution: at 0.192 L/min and a Reynolds number of 128 the mesh has 2.7 tetrahedra across a gap, where bends and "
        "mouths want 2.8; cells_across = 5 gives them"
    )
    assert not list(beyond_mesh(model, replace(plate.runs, reynolds=(90.0,) * 5), plate.flow_m3_per_s))
    lines = list(plate_lines(replace(plate, leaves_out=(told, "plenums"))))
    assert f"  left out: {told}" in lines
    assert not any("plenums" in line for line in lines)
    assert any("the coldest place is" in line for line in lines)


def test_the_junction_is_that_of_the_load_or_the_worst_of_the_zones() -> None:
    plate = analytic_map()
    case = plate.case_to_inlet(2e-6)
    assert plate.junction_to_inlet(2e-6, 0.03) == pytest.approx(case + 0.03)
    assert plate.junction_to_inlet(2e-6, None) == pytest.approx(case + 0.02 * 400.0 / 1600.0)


@pytest.mark.parametrize("factor", [0.39, 1.61, float("nan")])
def test_refuses_flows_outside(factor: float) -> None:
    with pytest.raises(InputError, match=r"plates.chip.flow_factors: .* outside the computed range 0.4 to 1.6; widen"):
        analytic_map().pressure_drop(factor * 2e-6)


def test_is_stored_and_read_whole(tmp_path: Path) -> None:
    plate = analytic_map()
    store(tmp_path / "plate.json", plate)
    assert load(tmp_path / "plate.json", PlateMap) == plate


def test_refuses_sequences_of_unlike_length() -> None:
    with pytest.raises(ValueError, match=r"`plates.chip.pressure_drop_pa` has 4 values, expected 5"):
        replace(analytic_map(), pressure_drop_pa=(1.0,) * 4)
