"""The plant with all racks at full power: pumps, heat pump, UPS, balances and verdict."""

from dataclasses import replace

import pytest

from rack2city.errors import BalanceError
from rack2city.plant import cdu, cdu_point, run_plant, ups_loss


def test_ups_takes_what_its_efficiency_says():
    loss = ups_loss(1.2e6, 0.9783)
    assert 1.2e6 / (1.2e6 + loss) == pytest.approx(0.9783)
    assert loss == pytest.approx(26.6e3, rel=2e-3)
    assert ups_loss(1.2e6, 1.0) == 0.0


def test_pump_power_is_flow_times_head(reference_case, rack):
    point = run_plant(reference_case(), rack).cdu
    assert point.tcs_head_pa == pytest.approx(150e3 + 95e3)
    assert point.tcs_hydraulic_w == pytest.approx(8 * 2.8e-3 * 245e3)
    assert point.tcs_pump_w == pytest.approx(point.tcs_hydraulic_w / 0.65)
    assert point.heat_w == pytest.approx(8 * 130.5e3 + point.tcs_hydraulic_w)  # pump work warms the coolant
    water = 90.4e3 / (992.2 * 4179.0)  # textbook water at 40 degC, as much heat capacity flow as the coolant
    assert point.facility_hydraulic_w == pytest.approx(water * 150e3, rel=2e-3)
    assert point.facility_pump_w == pytest.approx(point.facility_hydraulic_w / 0.65)


def test_heat_pump_takes_all_heat_that_its_capacity_allows(reference_case, rack):
    plant = run_plant(reference_case(), rack)
    offered = plant.cdu.heat_w + plant.cdu.facility_hydraulic_w
    assert plant.heat_pump.electric_w == pytest.approx(plant.heat_pump.heat_w / plant.heat_pump.cop)
    assert plant.heat_pump.heat_w - 0.95 * plant.heat_pump.electric_w == pytest.approx(offered)  # the motor loses 5 %
    assert plant.heat_pump.condensing_k == pytest.approx(343.15 + 3.0)
    assert plant.heat_pump.evaporating_k == pytest.approx(plant.cdu.facility_supply_k - 3.0, abs=1e-3)
    small = run_plant(reference_case("plant.heat_pump.capacity=900 kW"), rack)
    assert small.heat_pump.heat_w == 900e3
    assert small.heat_pump.cop == plant.heat_pump.cop


@pytest.mark.parametrize(
    "warm",
    [
        ("city.supply_temperature_cold=45 degC", "city.supply_temperature_mild=44 degC"),
        ("rack.supply_temperature=80 degC",),
    ],
)
def test_without_lift_the_heat_pump_stands(reference_case, rack, warm):
    case = reference_case(*warm)
    plant = run_plant(case, replace(rack, supply_k=case.rack.supply_temperature))
    assert plant.heat_pump.electric_w == 0.0
    assert (plant.heat_pump.cop, plant.heat_pump.evaporating_k, plant.heat_pump.condensing_k) == (None, None, None)
    assert plant.heat_pump.heat_w == plant.cdu.heat_w + plant.cdu.facility_hydraulic_w
    assert all(balance.holds for balance in plant.balances)


def test_the_balances_hold(reference_case, rack):
    plant = run_plant(reference_case(), rack)
    assert len(plant.balances) == 3
    assert all(balance.holds for balance in plant.balances)
    assert plant.balances[0].entering == plant.cdu.heat_w


@pytest.mark.parametrize("conductance", [330, 3300, 33000])
@pytest.mark.parametrize("ratio", [0.5, 0.999999, 1.0, 2.0])
def test_a_generous_exchanger_is_no_trouble(reference_case, rack, conductance, ratio):
    # its smaller temperature difference is lost to rounding
    case = reference_case(f"plant.cdu.conductance={conductance} kW/K", f"plant.cdu.facility_flow_ratio={ratio}")
    assert run_plant(case, rack).balances[0].relative < 1e-8


def test_an_exchanger_that_is_wrong_breaks_its_balance(reference_case, rack, monkeypatch):
    honest = cdu.counterflow_effectiveness
    monkeypatch.setattr(cdu, "counterflow_effectiveness", lambda ntu, ratio: 0.999 * honest(ntu, ratio))
    with pytest.raises(BalanceError, match="UA LMTD"):
        run_plant(reference_case(), rack)


def test_limits_show_in_the_verdict(reference_case, rack):
    def failing(case, rack=rack):
        return {check.name for check in run_plant(case, rack).checks if not check.holds}

    assert failing(reference_case()) == set()
    assert failing(reference_case("limits.cdu_head=172 kPa")) == {"CDU head for the coolant loop"}
    assert failing(reference_case(), replace(rack, pressure_drop_pa=196e3)) == {"CDU head for the coolant loop"}
    small = reference_case("plant.cdu.conductance=150 kW/K")
    assert failing(small) == {"CDU approach temperature difference"}


def test_away_from_the_rated_flow_drops_and_conductance_follow(reference_case, rack):
    """Drops with the square of each flow, films with its power 0.8; at the rated flow what the case says."""
    at_rated = cdu_point(reference_case(), rack, 1.0)
    assert (at_rated.flow_over_rated, at_rated.facility_flow_over_rated) == (pytest.approx(1.0), pytest.approx(1.0))
    assert at_rated.conductance_w_per_k == pytest.approx(330e3)
    more = cdu_point(reference_case(), replace(rack, flow_m3_per_s=1.1 * 2.8e-3), 1.0)
    assert more.flow_over_rated == pytest.approx(1.1)
    assert more.tcs_head_pa == pytest.approx(150e3 + 95e3 * 1.21)
    assert more.conductance_w_per_k == pytest.approx(330e3 * 1.1**0.8)
    half_facility = cdu_point(reference_case("plant.cdu.facility_flow_ratio=0.5"), rack, 1.0)
    assert half_facility.tcs_head_pa == pytest.approx(245e3)
    assert half_facility.facility_hydraulic_w == pytest.approx(at_rated.facility_hydraulic_w / 8.0)
    assert half_facility.conductance_w_per_k == pytest.approx(330e3 / (0.5 + 0.5 * 0.5**-0.8))
    assert half_facility.approach_k > at_rated.approach_k


def test_a_little_more_flow_breaks_the_head(reference_case, rack):
    """1.4 L/min/kW: 282 kPa with the rest of the loop scaled, where 266 kPa would have held."""
    case = reference_case("plant.cdu.rated_flow=1357.2 L/min", "rack.flow_per_power=1.4 L/min/kW")
    flow = 130.5 * 1.4
    loop = replace(rack, flow_m3_per_s=flow / 6e4, pressure_drop_pa=1e3 * (0.0617 * flow + 0.0048 * flow**2))
    check = run_plant(case, loop).checks[0]
    assert check.value == pytest.approx(282e3, abs=0.5e3)
    assert not check.holds


def test_a_case_without_rated_flow_is_sized_for_its_own(reference_case, rack):
    table = reference_case().plant.cdu.model_copy(update={"rated_flow": None, "rated_facility_flow_ratio": None})
    case = reference_case()
    case = case.model_copy(update={"plant": case.plant.model_copy(update={"cdu": table})})
    point = cdu_point(case, replace(rack, flow_m3_per_s=5e-3), 1.0)
    assert (point.flow_over_rated, point.facility_flow_over_rated) == (1.0, 1.0)
    assert point.conductance_w_per_k == pytest.approx(330e3)


def test_cold_water_freezes(reference_case, rack):
    """Coolant at 5 degC: facility water at 1.8 degC, evaporation at -1.2 degC."""
    cold = run_plant(reference_case("rack.supply_temperature=5 degC"), replace(rack, supply_k=278.15))
    checks = {check.name: check for check in cold.checks}
    water, evaporation = checks["Facility water above freezing"], checks["Evaporation in the heat pump above freezing"]
    assert water.value == pytest.approx(1.8, abs=0.05)
    assert water.holds
    assert evaporation.value == pytest.approx(water.value - 3.0, abs=1e-3)
    assert not evaporation.holds
    colder = run_plant(reference_case(), replace(rack, supply_k=276.0))
    assert not next(check for check in colder.checks if check.name.startswith("Facility")).holds


def test_at_part_load_heat_falls_and_pumps_run_on(reference_case, rack):
    full, part = (cdu_point(reference_case(), rack, share) for share in (1.0, 0.5))
    assert full.heat_w - part.heat_w == pytest.approx(0.5 * 8 * 130.5e3)
    assert part.tcs_pump_w == full.tcs_pump_w
    assert part.approach_k / full.approach_k == pytest.approx(part.heat_w / full.heat_w)
    assert part.facility_supply_k > full.facility_supply_k  # at the same coolant supply
