"""The reference rack's published facts, and what flow and heat must obey."""

import math
import re

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.plate.design import coolant_reference_temperature
from rack2city.rack import run_rack, tray_layout
from rack2city.rack.hydraulics import plate_curve, solve_loop

L_PER_MIN = 1e-3 / 60.0
FULL_FLOW = "rack.flow_per_power=1.5 L/min/kW"


@pytest.fixture
def run(reference_case, pg25, plate_maps):
    def run(*overrides, **map_options):
        case = reference_case(*overrides)
        return run_rack(case, pg25, plate_maps(case, **map_options))

    return run


@pytest.fixture
def loop_of(reference_case, pg25, plate_maps):
    def solve(*overrides):
        case = reference_case(*overrides)
        reference = coolant_reference_temperature(case, pg25)
        return solve_loop(case, pg25, plate_maps(case), tray_layout(case), reference)

    return solve


def test_one_and_a_half_litres_per_kilowatt_rise_ten_kelvin(run):
    rack = run(FULL_FLOW)
    assert rack.rise_k == pytest.approx(10.0, abs=0.2)
    assert rack.return_k - rack.supply_k == pytest.approx(rack.rise_k)
    assert rack.supply_k == pytest.approx(313.15)


def test_the_solved_loop_drops_what_the_published_curve_says(run):
    rack = run(FULL_FLOW)
    assert rack.flow_m3_per_s / L_PER_MIN == pytest.approx(195.75)
    assert rack.pressure_drop_pa == pytest.approx(196.0e3, rel=2e-3)  # 0.0048 Q² + 0.0617 Q
    assert rack.curve_drop_pa == pytest.approx((0.0048 * 195.75**2 + 0.0617 * 195.75) * 1e3)


@pytest.mark.parametrize("diameter", [60, 40, 30])
def test_the_drop_is_the_curve_s_with_any_manifold(run, diameter):
    rack = run(f"rack.manifold_diameter={diameter} mm")
    assert rack.pressure_drop_pa == pytest.approx(rack.curve_drop_pa, rel=2e-4)


def test_plates_share_the_flow_in_proportion_to_their_power(loop_of):
    loop = loop_of()
    flows = {plates.load.name: plates.flow_kg_per_s for plates in loop.plates}
    assert {name: len(flow) for name, flow in flows.items()} == {"accelerator": 72, "cpu": 36, "switch": 18}
    for name in ("cpu", "switch"):
        assert flows["accelerator"].mean() / flows[name].mean() == pytest.approx(1550 / 350, rel=1e-3)


def test_mass_is_conserved_in_every_node(loop_of):
    loop = loop_of()
    leaving = dict.fromkeys(loop.network.junctions.index, 0.0)
    for table in ("pipes", "heat_exchangers"):
        rows, flows = loop.network.tables[table], loop.result.tables[table].mdot_kg_per_s
        for start, end, flow in zip(rows.from_junction, rows.to_junction, flows, strict=True):
            leaving[start] += flow
            leaving[end] -= flow
    entering, left = leaving.pop("rack inlet"), leaving.pop("rack outlet")
    np.testing.assert_allclose(list(leaving.values()), 0.0, atol=1e-9 * entering)
    assert entering == pytest.approx(-left, rel=1e-9)
    assert entering > 2.0  # kg/s: all of the rack's flow


def test_heat_to_the_coolant(run, pg25):
    rack = run()
    middle = (rack.supply_k + rack.return_k) / 2
    carried = float(pg25.density(middle) * pg25.heat_capacity(middle)) * rack.flow_m3_per_s * rack.rise_k
    assert carried == pytest.approx(130.5e3, rel=1e-4)
    assert rack.liquid_w == pytest.approx(72 * 1550 + 36 * 350 + 18 * 350)
    assert rack.power_w == pytest.approx(150e3)
    assert {balance.name for balance in rack.balances} == {"coolant mass", "heat into the coolant"}
    assert all(balance.holds for balance in rack.balances)


def test_the_reference_rack_keeps_its_limits(run):
    rack = run()
    assert rack.branch_flow_spread < 0.05
    assert rack.manifold_velocity_m_per_s == pytest.approx(rack.flow_m3_per_s / (math.pi * 0.03**2))
    assert rack.manifold_velocity_m_per_s < 1.5
    assert all(check.holds for check in rack.checks), [check for check in rack.checks if not check.holds]


def test_flows_spread_more_on_a_narrower_manifold(run):
    spreads = [run(f"rack.manifold_diameter={diameter} mm").branch_flow_spread for diameter in (80, 60, 40, 30)]
    assert spreads == sorted(spreads)
    assert spreads[-1] > 10 * spreads[0]


def test_the_far_trays_get_less_and_the_spread_is_the_worst_of_all_plates(run, loop_of):
    narrow = "rack.manifold_diameter=35 mm"
    loop = loop_of(narrow)
    share = {}
    for plates in loop.plates:
        flow = plates.flow_kg_per_s
        density = loop.mass_flow[0] / (130.5 * 1.3 * L_PER_MIN)
        share[plates.load.name] = flow / density / (1.3 * L_PER_MIN * plates.load.power / 1e3)
        tray = [int(name.split()[1]) for name in loop.network.heat_exchangers.from_junction[list(plates.names)]]
        assert np.all(np.diff(flow[np.argsort(tray, kind="stable")]) <= 1e-12)
    assert share["accelerator"][0] > 1.0 > share["switch"].max()  # a whole kind at the far end, below its design
    worst = max(np.abs(values - 1.0).max() for values in share.values())
    assert run(narrow).branch_flow_spread == pytest.approx(worst, rel=1e-9)


def test_junction_is_supply_plus_power_times_resistances(run, reference_case, case_to_inlet):
    rack, case = run(), reference_case()
    for load, channels in zip(rack.loads, (200, 100, 100), strict=True):
        resistance = case_to_inlet(case, load.flow_m3_per_s, channels)
        assert load.case_to_inlet_k_per_w == pytest.approx(resistance, rel=1e-3)
        assert load.case_max_k == pytest.approx(313.15 + load.power_w * resistance, abs=0.05)
        of_package = {"accelerator": 0.008, "cpu": 0.03, "switch": 0.03}[load.name]
        assert load.junction_max_k == pytest.approx(load.case_max_k + load.power_w * of_package)
        assert load.junction_to_inlet_k_per_w * load.power_w == pytest.approx(load.junction_max_k - 313.15)
        parts = load.case_to_inlet_uncertainty_k_per_w
        assert parts["interpolation in flow"] == pytest.approx(0.002 * load.case_to_inlet_k_per_w)
        assert parts["mesh refinement"] == pytest.approx(0.003 * load.case_to_inlet_k_per_w)


def test_a_junction_s_check_is_as_sure_as_its_resistance(run):
    rack = run()
    for load, check in zip(rack.loads, rack.checks, strict=False):
        assert check.name == f"Junction temperature, {load.name}"
        assert check.uncertainty == pytest.approx(0.005 * load.case_to_inlet_k_per_w * load.power_w)
        assert (check.contains, check.lacks) == (("interpolation in flow", "mesh refinement"), ())


def test_an_uncertainty_without_its_mesh_is_not_known(run):
    """Never the smaller figure of what was computed, which the verdict counts all the same."""
    rack = run(grid=None)
    for load, check in zip(rack.loads, rack.checks, strict=False):
        assert load.case_to_inlet_uncertainty_k_per_w["mesh refinement"] is None
        assert check.uncertainty is None
        assert (check.contains, check.lacks) == (("interpolation in flow",), ("mesh refinement",))
        assert check.at_least == pytest.approx(0.002 * load.case_to_inlet_k_per_w * load.power_w)


def test_the_worst_plate_is_the_one_with_the_least_flow(run, loop_of):
    narrow = "rack.manifold_diameter=35 mm"
    loop, rack = loop_of(narrow), run(narrow)
    for load, plates in zip(rack.loads, loop.plates, strict=True):
        least = plates.flow_kg_per_s.min()
        share = least / loop.mass_flow[0]
        assert load.flow_m3_per_s / rack.flow_m3_per_s == pytest.approx(share, rel=1e-9)


def test_air_rise(run):
    rack = run()
    by_hand = 19.5e3 / (1.184 * 1006.0 * 1.2)  # textbook air at 25 degC
    assert rack.air_rise_k == pytest.approx(by_hand, rel=3e-3)


@pytest.mark.parametrize(
    ("override", "failing"),
    [
        ("limits.junction_temperature=75 degC", {"Junction temperature, accelerator"}),
        ("limits.manifold_velocity=0.9 m/s", {"Manifold velocity"}),
        ("limits.branch_flow_spread=0.001 %", {"Branch flow spread"}),
        ("rack.air.flow=1.5 m^3/s", {"Air temperature rise"}),
        ("rack.air.flow=0.1 m^3/s", {"Air that leaves the rack"}),
        ("limits.air_outlet_temperature=38 degC", {"Air that leaves the rack"}),
        ("rack.air.dew_point=20 degC", set()),
        ("rack.supply_temperature=16.9 degC", {"Coolant above the room's dew point"}),
        ("limits.dew_point_margin=25.1 K", {"Coolant above the room's dew point"}),
        ("rack.manifold_diameter=45 mm", {"Manifold velocity"}),
    ],
)
def test_a_broken_limit_shows_in_the_verdict(run, override, failing):
    assert {check.name for check in run(override).checks if not check.holds} == failing


def test_too_little_air_is_as_wrong_as_too_much(run):
    rack = run("rack.air.flow=0.1 m^3/s")
    assert rack.air_rise_k == pytest.approx(164.0, abs=0.5)
    outlet = next(check for check in rack.checks if check.name == "Air that leaves the rack")
    assert (outlet.value, outlet.limit) == (pytest.approx(298.15 + rack.air_rise_k), 333.15)


def test_loads_must_fill_the_trays(reference_case):
    with pytest.raises(InputError) as caught:
        tray_layout(reference_case("rack.trays=30"))
    assert str(caught.value) == (
        "rack.trays: the loads fill 18 trays of accelerator, cpu and 9 trays of switch, together 27 trays, "
        "but the rack has 30"
    )


def test_loads_with_as_many_trays_share_them(reference_case):
    trays = [[load.name for load in loads] for loads in tray_layout(reference_case())]
    assert trays == [["accelerator", "cpu"]] * 18 + [["switch"]] * 9


def test_a_flow_outside_the_map_is_refused(run):
    with pytest.raises(InputError) as caught:
        run("rack.manifold_diameter=35 mm", lowest=0.999)
    assert re.fullmatch(
        r"plates.accelerator.flow_factors: the plate needs 2.013 L/min, 0.999 times its design flow, outside the computed "
        r"range 0.999 to 3; widen flow_factors, or change the flow",
        str(caught.value),
    )


def test_plates_that_need_more_than_the_whole_curve_are_refused(run):
    with pytest.raises(InputError) as caught:
        run(drop_factor=10.0)
    message = str(caught.value)
    assert message.startswith("rack.curve_quadratic: at design flow the rack's curve drops 148.6 kPa, of which")
    assert "but the plate of 'accelerator' alone needs 319 kPa" in message


def test_the_plates_law_is_odd_and_rises_beyond_the_map(reference_case, plate_maps):
    table = plate_maps(reference_case())["accelerator"]
    drop, slope = plate_curve(table, 1e13)
    low, high = table.flow_range
    flow = np.concatenate([[0.0], np.geomspace(0.01 * low, 10 * high, 200)])
    np.testing.assert_allclose(drop(-flow), -drop(flow))
    assert drop(np.zeros(1))[0] == 0.0
    assert np.all(np.diff(drop(flow)) > 0.0)
    inside = flow[(flow > low) & (flow < high)]
    np.testing.assert_allclose(drop(inside), 1.9e11 * inside / 200 + 1e13 * inside**2, rtol=1e-9)
    np.testing.assert_allclose(slope(inside), 1.9e11 / 200 + 2e13 * inside, rtol=1e-5)
    np.testing.assert_allclose(slope(-inside), slope(inside))
