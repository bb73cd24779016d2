"""A year of one rack and a tiny network: sums, indicators, balances, and what breaks them."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_case
from rack2city.city import year as year_module
from rack2city.city.layout import load_layout
from rack2city.city.weather import synthetic_weather
from rack2city.city.year import case_weather, run_city
from rack2city.errors import BalanceError
from rack2city.results.rack import LoadResult, RackResult

CASE = Path(__file__).parents[2] / "cases" / "rack-150kw"
HOUR_S = 3600.0
PIPES = """name,start,end,length_m,inner_diameter_mm,outer_diameter_mm,nominal_diameter,loss_w_per_m_k,roughness_mm,x_m,y_m
p1,plant,a,200,82.5,87.7,DN80,0.2,0.05,200,0
p2,a,b,100,70.3,75.5,DN65,0.18,0.05,200,100
"""
SUBSTATIONS = """name,node,building,building_class,share_percent
s1,a,MFH,11,60
s2,b,GHD,0,40
"""
ONE_RACK = (
    "plant.racks=1",
    "plant.cdu.conductance=41 kW/K",
    "plant.cdu.rated_flow=169.65 L/min",
    "plant.heat_pump.capacity=190 kW",
    "city.annual_demand=1.2 GWh",
    "city.network_model=steady",
)


def load_of(name, count, power_w, case_to_inlet, junction_to_case):
    return LoadResult(
        name=name,
        plate=name,
        count=count,
        power_w=power_w,
        flow_m3_per_s=1.3e-3 / 60e3 * power_w,
        plate_pressure_drop_pa=30e3,
        case_to_inlet_k_per_w=case_to_inlet,
        case_to_inlet_uncertainty_k_per_w={
            "interpolation in flow": 0.004 * case_to_inlet,
            "mesh refinement": 0.006 * case_to_inlet,
        },
        junction_to_case_k_per_w=junction_to_case,
        case_max_k=313.15 + power_w * case_to_inlet,
        junction_max_k=313.15 + power_w * (case_to_inlet + junction_to_case),
        reynolds=80.0,
    )


@pytest.fixture(scope="module")
def rack():
    """The reference rack as the rack stage would give it; the hotter junction is the accelerator's."""
    return RackResult(
        power_w=150e3,
        liquid_w=130.5e3,
        air_w=19.5e3,
        flow_m3_per_s=2.8275e-3,
        heat_capacity_flow_w_per_k=11336.5,
        supply_k=313.15,
        return_k=313.15 + 130.5e3 / 11336.5,
        rise_k=130.5e3 / 11336.5,
        pressure_drop_pa=148.6e3,
        curve_drop_pa=148.6e3,
        manifold_velocity_m_per_s=1.0,
        branch_flow_spread=0.001,
        air_rise_k=13.6,
        loads=(load_of("accelerator", 72, 1550.0, 0.0174, 0.008), load_of("cpu", 54, 350.0, 0.052, 0.03)),
        balances=(),
        checks=(),
    )


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    (folder / "pipes.csv").write_text(PIPES)
    (folder / "substations.csv").write_text(SUBSTATIONS)
    return load_layout(folder / "pipes.csv", folder / "substations.csv")


@pytest.fixture(scope="module")
def run(rack, layout):
    """The year, with overrides, and with weather that is warmer by some kelvin."""

    def run(*overrides, warmer=0.0):
        case = load_case(CASE, (*ONE_RACK, *overrides)).case
        weather = synthetic_weather(2025, 1)
        return run_city(case, rack, layout, replace(weather, temperature_k=weather.temperature_k + warmer))

    return run


@pytest.fixture(scope="module")
def reference(run):
    return run()


def test_the_year_has_every_kind_of_hour(reference):
    _, hours = reference
    assert len(hours) == 8760
    assert (hours["rejected_w"] > 0).any()
    assert (hours["backup_w"] > 0).any()
    assert not hours.isna().to_numpy().any()


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("annual_demand_j", "demand_w"),
        ("delivered_j", "delivered_w"),
        ("network_loss_j", "network_loss_w"),
        ("network_heat_j", "network_heat_w"),
        ("reused_j", "reused_w"),
        ("rejected_j", "rejected_w"),
        ("backup_j", "backup_w"),
        ("heat_pump_heat_j", "heat_pump_w"),
        ("heat_pump_electric_j", "heat_pump_electric_w"),
        ("liquid_heat_j", "liquid_w"),
    ],
)
def test_sums_are_those_of_the_hourly_table(reference, name, column):
    result, hours = reference
    assert getattr(result, name) == pytest.approx(float(hours[column].sum()) * HOUR_S, rel=1e-12)
    assert getattr(result, name) > 0.0


def test_heat_follows_its_way(reference):
    result, hours = reference
    assert result.annual_demand_j == pytest.approx(1.2e9 * 3600.0)
    assert result.delivered_j + result.unmet_j == pytest.approx(result.annual_demand_j)
    assert result.network_heat_j == pytest.approx(result.delivered_j + result.network_loss_j)
    assert result.heat_pump_heat_j + result.backup_j == pytest.approx(result.network_heat_j)
    assert result.reused_j + result.rejected_j == pytest.approx(result.liquid_heat_j)
    heat = 0.85 * 130.5e3 + 2.8275e-3 * (148.6e3 + 95e3) + 11336.5 / 4.146e6 * 150e3
    np.testing.assert_allclose(hours["liquid_w"], heat, rtol=1e-5)
    assert result.peak_demand_w == hours["demand_w"].max()
    assert (result.trench_length_m, result.substations) == (300.0, 2)


def test_electricity_by_hand(reference):
    result, hours = reference
    year_s = 8760 * HOUR_S
    power = {name: energy / year_s for name, energy in asdict(result.electricity_j).items()}
    assert power["it"] == pytest.approx(0.85 * 150e3)
    assert power["it"] / (power["it"] + power["ups_loss"]) == pytest.approx(0.9783)
    hydraulic = 2.8275e-3 * (148.6e3 + 95e3)
    assert power["tcs_pump"] == pytest.approx(hydraulic / 0.65)
    assert result.pump_heat_j.tcs == pytest.approx(hydraulic * year_s)
    assert result.pump_heat_j.facility == pytest.approx(0.65 * result.electricity_j.facility_pump)
    in_rooms = 0.85 * 19.5e3 + power["ups_loss"] + 0.35 * (power["tcs_pump"] + power["facility_pump"])
    assert power["air_cooling"] == pytest.approx(in_rooms / 6.0)
    assert result.electricity_j.dry_cooler == pytest.approx(0.02 * result.rejected_j)
    assert result.electricity_j.heat_pump == result.heat_pump_electric_j
    lifted = hours[np.isfinite(hours["cop"])]
    np.testing.assert_allclose(lifted["heat_pump_electric_w"] * lifted["cop"], lifted["heat_pump_w"])
    assert result.electricity_j.network_pump == pytest.approx(float(hours["network_pump_w"].sum()) * HOUR_S)


def test_indicators_by_their_definitions(reference):
    result, _ = reference
    inside = ("it", "ups_loss", "tcs_pump", "facility_pump", "air_cooling", "dry_cooler")
    site = sum(getattr(result.electricity_j, name) for name in inside)
    assert result.kpi["pue"] == pytest.approx(site / result.electricity_j.it)
    assert result.kpi["erf"] == pytest.approx(result.reused_j / site)
    assert result.kpi["ere"] == pytest.approx(result.kpi["pue"] * (1.0 - result.kpi["erf"]))
    assert 1.03 < result.kpi["pue"] < 1.12
    assert 0.0 < result.kpi["erf"] < 130.5 / 150.0  # no more than the liquid's share, and less by the overhead


def test_the_balances_hold(reference):
    result, _ = reference
    assert len(result.balances) == 6
    assert all(balance.holds and balance.tolerance <= 1e-6 for balance in result.balances)


def test_a_cool_year_leaves_the_coolant_at_its_set_point(reference):
    result, hours = reference
    np.testing.assert_allclose(hours["tcs_supply_k"], 313.15, rtol=1e-12)
    assert result.hours_tcs_above_setpoint == 0
    design_day = 308.15 + 6.0 + full_approach() + 1550.0 * 0.0254  # full power at 35 degC outdoors, dry cooler alone
    assert result.junction_max_k == pytest.approx(design_day, abs=0.01)
    np.testing.assert_allclose(hours["junction_max_k"], 313.15 + 0.85 * 1550.0 * 0.0254)
    check = next(check for check in result.checks if check.name.startswith("Junction"))
    assert check.value == result.junction_max_k
    assert check.uncertainty == pytest.approx(1550.0 * 0.01 * 0.0174)
    assert all(check.holds for check in result.checks)


def test_a_hot_summer_reaches_the_junctions(run, reference):
    result, hours = run(warmer=10.0)
    hottest = hours["outdoor_k"].idxmax()
    water = hours.loc[hottest, "outdoor_k"] + 6.0
    assert hours.loc[hottest, "facility_supply_k"] == pytest.approx(water)
    approach = reference[1]["tcs_supply_k"].iloc[0] - reference[1]["facility_supply_k"].iloc[0]
    assert hours.loc[hottest, "tcs_supply_k"] == pytest.approx(water + approach)
    above = hours["tcs_supply_k"] > 313.15 + 1e-6
    assert result.hours_tcs_above_setpoint == above.sum() > 10
    assert (result.coolant_class, result.hours_above_coolant_class) == ("S40", above.sum())
    failing = {check.name for check in result.checks if not check.holds}
    assert "Hours of the year with coolant above class S40" in failing
    allowed, _ = run("limits.coolant_class=S45", "limits.hours_above_class=8760", warmer=10.0)
    hours_of_class = [check for check in allowed.checks if check.name.startswith("Hours")]
    assert [check.holds for check in hours_of_class] == [True, True]
    assert hours_of_class[0].value == (hours["tcs_supply_k"] > 318.15 + 1e-6).sum() < above.sum()
    assert result.junction_max_k > hours["junction_max_k"].max()  # the year's mean load is not the worst
    assert result.junction_max_k == pytest.approx(water + full_approach() + 1550.0 * 0.0254, abs=0.01)
    assert all(balance.holds for balance in result.balances)


def test_a_mild_design_day_leaves_the_rack_at_its_set_point(run):
    result, _ = run("plant.dry_cooler.design_outdoor_temperature=25 degC")
    assert result.junction_max_k == pytest.approx(313.15 + 1550.0 * 0.0254)  # the rack at full power


def test_the_dynamic_network_delivers_the_same_and_stores_what_it_says(run, reference):
    steady, _ = reference
    result, hours = run("city.network_model=dynamic")
    assert result.network_model == "dynamic"
    assert result.delivered_j == pytest.approx(steady.delivered_j, rel=1e-5)
    assert result.network_heat_j == pytest.approx(steady.network_heat_j, rel=5e-3)
    assert hours["network_stored_w"].abs().max() > 0.0
    kept = hours["network_heat_w"] - hours["delivered_w"] - hours["network_loss_w"] - hours["network_stored_w"]
    assert kept.abs().max() < 1e-6 * hours["network_heat_w"].max()
    assert all(balance.holds for balance in result.balances)


def full_approach():
    """Approach (K) of the one rack's CDU with equal flows at full power: Q / UA."""
    return (130.5e3 + 2.8275e-3 * (148.6e3 + 95e3)) / 41e3


def test_more_demand_reuses_more(run, reference):
    more, less = run("city.annual_demand=2.4 GWh")[0], reference[0]
    assert more.reused_j > less.reused_j
    assert more.kpi["erf"] > less.kpi["erf"]
    assert more.backup_j > less.backup_j
    assert more.electricity_j.it == less.electricity_j.it


def test_unmet_demand_fails_the_verdict(run):
    result, _ = run("city.supply_temperature_mild=38 degC", "city.supply_temperature_cold=70 degC")
    check = next(check for check in result.checks if check.name.startswith("Unmet"))
    assert result.unmet_j > 0.0
    assert check.value == pytest.approx(result.unmet_j / result.annual_demand_j)
    assert not check.holds
    assert result.hours_unmet > 0


def test_a_little_unmet_heat_is_counted(run):
    """Hours say so, and the limit is that of the case."""
    short = ("city.supply_temperature_mild=39.99 degC", "city.return_temperature=35 degC")
    result, _ = run(*short, "limits.unmet_heat=0 %")
    check = next(check for check in result.checks if check.name.startswith("Unmet"))
    assert 0.0 < check.value < 0.01
    assert result.hours_unmet > 0
    assert not check.holds
    allowed, _ = run(*short, "limits.unmet_heat=1 %")
    assert allowed.unmet_j == result.unmet_j
    assert next(check for check in allowed.checks if check.name.startswith("Unmet")).holds


def test_all_heat_is_delivered_where_the_network_is_warm_enough(reference):
    assert reference[0].hours_unmet == 0


@pytest.mark.parametrize(
    ("stage", "field", "balance"),
    [
        ("run_network_year", "network_loss_w", "network heat: fed in against delivered, lost and stored"),
        ("run_network_year", "unmet_w", "demand: asked for against delivered and unmet"),
        ("run_network_year", "residual", "network heat, residual of the worst hour"),
        ("reuse_heat", "backup_w", "network heat: plant and backup against fed in"),
        ("reuse_heat", "rejected_w", "racks' heat: offered against reused and rejected"),
        ("reuse_heat", "shaft_w", "site: electricity"),
    ],
)
def test_every_balance_can_break(run, monkeypatch, stage, field, balance):
    honest = getattr(year_module, stage)

    def dishonest(*args):
        result = honest(*args)
        wrong = {field: 1.001 * getattr(result, field) + 0.2}
        return result.assign(**wrong) if stage == "run_network_year" else replace(result, **wrong)

    monkeypatch.setattr(year_module, stage, dishonest)
    with pytest.raises(BalanceError) as caught:
        run()
    assert str(caught.value).startswith(f"city: the balance of {balance}")


def test_weather_of_a_case():
    assert case_weather(load_case(CASE).case).label.startswith("synthetic")
