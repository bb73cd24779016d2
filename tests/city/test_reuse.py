"""How the racks' heat is shared between network and outdoor air, and how warm the facility water gets by it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rack2city.case import load_case
from rack2city.city.heat_network import supply_temperature
from rack2city.city.reuse import NEED, HeatSource, reuse_heat, split_heat
from rack2city.plant import heat_pump_cycle

CASE = Path(__file__).parents[2] / "cases" / "rack-150kw"
SOURCE = HeatSource(heat_w=1.0e6, facility_supply_k=310.0, facility_rise_k=11.0)
COLD = 280.0  # K outdoors
APPROACH = 6.0  # K, of the dry cooler


@pytest.fixture(scope="module")
def plant():
    return load_case(CASE, ["plant.heat_pump.capacity=1500 kW", f"plant.dry_cooler.approach={APPROACH} K"]).case.plant


def one_hour(plant, heat_w, supply_k=335.0, return_k=308.0, outdoor_k=COLD, source=SOURCE):
    """One hour of reuse."""
    need = pd.DataFrame([(heat_w, supply_k, return_k)], columns=NEED, dtype=float)
    return reuse_heat(plant, source, need, np.array([float(outdoor_k)]))


def test_without_demand_all_heat_is_rejected(plant):
    hour = one_hour(plant, 0.0)
    assert hour.rejected_w[0] == 1.0e6
    assert hour.dry_cooler_w[0] == pytest.approx(0.02 * 1.0e6)
    for nothing in (hour.reused_w, hour.heat_pump_w, hour.heat_pump_electric_w, hour.shaft_w, hour.backup_w):
        assert nothing[0] == 0.0
    assert hour.facility_supply_k[0] == 310.0


def test_a_huge_demand_takes_all_heat_and_the_backup_gives_the_rest(plant):
    hour = one_hour(plant, 5.0e6)
    assert hour.reused_w[0] == pytest.approx(1.0e6, rel=1e-12)
    assert hour.rejected_w[0] == hour.dry_cooler_w[0] == 0.0
    share = float(heat_pump_cycle(plant.heat_pump, 310.0, 335.0).source_share)
    assert hour.heat_pump_w[0] == pytest.approx(1.0e6 / share)
    assert hour.backup_w[0] == pytest.approx(5.0e6 - 1.0e6 / share)


def test_the_heat_pump_gives_no_more_than_its_capacity(plant):
    small = plant.model_copy(update={"heat_pump": plant.heat_pump.model_copy(update={"capacity": 0.4e6})})
    hour = one_hour(small, 2.0e6)
    assert hour.heat_pump_w[0] == 0.4e6
    assert hour.backup_w[0] == 1.6e6
    assert hour.rejected_w[0] == pytest.approx(1.0e6 - hour.reused_w[0])
    assert 0.3e6 < hour.reused_w[0] < 0.4e6


def test_a_small_demand_is_met_alone(plant):
    hour = one_hour(plant, 0.3e6)
    assert hour.heat_pump_w[0] == 0.3e6
    assert hour.backup_w[0] == 0.0
    assert hour.reused_w[0] + 0.95 * hour.heat_pump_electric_w[0] == pytest.approx(
        0.3e6
    )  # 95 % of the electricity is shaft work


def test_heat_that_is_warm_enough_needs_no_heat_pump(plant):
    hour = one_hour(plant, 0.7e6, supply_k=317.0, return_k=300.0)  # the water returns at 321 K
    assert np.isinf(hour.cop[0])
    assert hour.heat_pump_electric_w[0] == hour.shaft_w[0] == 0.0
    assert hour.reused_w[0] == hour.heat_pump_w[0] == 0.7e6
    assert hour.rejected_w[0] == pytest.approx(0.3e6)


def test_a_source_warmer_than_the_sink_needs_no_electricity(plant):
    """Also where the water warms by less than the pinch, so that what returns is no warmer than the network by it."""
    for rise in (1.0, 11.0):
        warm = HeatSource(heat_w=1.0e6, facility_supply_k=318.0, facility_rise_k=rise)
        hour = one_hour(plant, 0.7e6, supply_k=317.0, return_k=300.0, source=warm)
        assert hour.heat_pump_electric_w[0] == hour.shaft_w[0] == 0.0
        assert hour.reused_w[0] == hour.heat_pump_w[0] == 0.7e6


def test_the_pinch_decides_between_direct_and_heat_pump(plant):
    direct, lifted = (one_hour(plant, 0.7e6, supply_k, return_k=300.0) for supply_k in (318.0, 318.01))
    assert direct.heat_pump_electric_w[0] == 0.0
    assert lifted.heat_pump_electric_w[0] > 0.0


def test_direct_heat_never_flows_from_cold_to_warm(plant):
    # water of 321 K can be cooled to 312.5 K only, where the network returns at 309.5 K and the pinch is 3 K
    hour = one_hour(plant, 2.0e6, supply_k=317.0, return_k=309.5)
    assert hour.reused_w[0] == pytest.approx(1.0e6 * (321.0 - 312.5) / 11.0)
    assert hour.rejected_w[0] == pytest.approx(1.0e6 - hour.reused_w[0])
    assert hour.backup_w[0] == pytest.approx(2.0e6 - hour.reused_w[0])


def test_a_network_that_gives_heat_back_takes_none(plant):
    hour = one_hour(plant, -1.0e3)
    assert hour.heat_pump_w[0] == hour.backup_w[0] == 0.0
    assert hour.rejected_w[0] == 1.0e6


@pytest.mark.parametrize("missing", [-5.0, 0.0, 0.5, 4.0])
def test_a_hot_hour_warms_the_water_by_what_is_missing(plant, missing):
    hour = one_hour(plant, 0.0, outdoor_k=310.0 - APPROACH + missing)
    assert hour.facility_supply_k[0] - 310.0 == pytest.approx(max(missing, 0.0), abs=1e-9)


def test_a_hot_hour_is_no_trouble_where_the_network_takes_all(plant):
    hour = one_hour(plant, 5.0e6, outdoor_k=315.0)
    assert hour.facility_supply_k[0] == 310.0
    assert hour.rejected_w[0] == 0.0


def test_between_set_point_and_dry_cooler_the_network_takes_all(plant):
    """With water at its set-point some heat is left; with water as warm as the dry cooler holds, less than none."""
    outdoor, supply = 312.0, 335.0
    shares = [float(heat_pump_cycle(plant.heat_pump, water, supply).source_share) for water in (310.0, 318.0)]
    wanted = 1.0e6 / np.mean(shares)
    hour = one_hour(plant, wanted, supply, outdoor_k=outdoor)
    assert 310.0 < hour.facility_supply_k[0] < 318.0
    assert hour.rejected_w[0] == 0.0
    assert hour.reused_w[0] == pytest.approx(1.0e6)
    assert hour.heat_pump_w[0] == pytest.approx(wanted, rel=1e-4)
    assert hour.loop_change_k <= 1e-6
    assert hour.iterations > 2


@pytest.fixture(scope="module")
def many(plant):
    """Hours of all kinds."""
    random = np.random.default_rng(3)
    hours = 400
    supply = random.uniform(300.0, 343.0, hours)
    needed, back = random.uniform(0.0, 2.5e6, hours), supply - random.uniform(3.0, 30.0, hours)
    need = pd.DataFrame(dict(zip(NEED, (needed, supply, back), strict=True)))
    outdoor = random.uniform(265.0, 325.0, hours)
    return need, outdoor, reuse_heat(plant, SOURCE, need, outdoor)


def test_energy_is_conserved_in_every_hour(many, plant):
    need, _, year = many
    np.testing.assert_allclose(year.reused_w + year.rejected_w, 1.0e6, rtol=2e-9)
    np.testing.assert_allclose(year.heat_pump_w + year.backup_w, need.network_heat_w, rtol=1e-12)
    np.testing.assert_allclose(year.reused_w + year.shaft_w, year.heat_pump_w, rtol=1e-12)
    np.testing.assert_allclose(year.shaft_w, plant.heat_pump.motor_efficiency * year.heat_pump_electric_w, rtol=1e-12)
    for flow in (year.reused_w, year.rejected_w, year.backup_w, year.heat_pump_electric_w, year.heat_pump_w):
        assert np.all(flow >= 0.0)
    assert np.all(year.heat_pump_w <= need.network_heat_w)


def test_the_loop_is_closed_in_every_hour(many, plant):
    need, outdoor, year = many
    again = split_heat(plant, SOURCE, need, year.facility_supply_k)
    np.testing.assert_array_equal(again.rejected_w, year.rejected_w)
    held = np.maximum(310.0, outdoor + APPROACH)
    rejects = year.rejected_w > 0.0
    np.testing.assert_array_equal(year.facility_supply_k[rejects], held[rejects])
    assert np.all(year.facility_supply_k >= 310.0)
    assert np.all(year.facility_supply_k <= held)
    # warmer than the set-point without rejecting: only where the set-point would have left heat over
    floating = ~rejects & (year.facility_supply_k > 310.0)
    assert np.all(split_heat(plant, SOURCE, need, np.full(400, 310.0)).rejected_w[floating] > 0.0)
    assert rejects.any()
    assert floating.any()
    assert (~rejects & ~floating).any()


def test_supply_follows_the_weather_between_its_ends():
    city = load_case(CASE).case.city
    outdoor = 273.15 + np.array([-20.0, -8.0, 3.5, 15.0, 35.0])
    np.testing.assert_allclose(supply_temperature(city, outdoor) - 273.15, [70.0, 70.0, 65.0, 60.0, 60.0])
