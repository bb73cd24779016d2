"""Pumps and producers under control, and substations that lack pressure, against calculation by hand."""

import numpy as np
import pytest

from rack2city.errors import ConvergenceError, InputError
from rack2city.network import (
    Network,
    create_boundaries,
    create_curve,
    create_heat_exchangers,
    create_junctions,
    create_pipes,
    create_producers,
    create_pumps,
    create_substations,
    create_valves,
    pipe_pressure_drop,
    solve_steady,
)
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.solvers.graph.plants import share_by_merit

LIQUID = Liquid(density=980.0, heat_capacity=4190.0, viscosity=4e-4)
LENGTH, DIAMETER = 200.0, 0.06


def street(**substations: object) -> Network:
    """Three houses along a street of supply and return; no producer yet, the level is held at r0."""
    network = Network("street", LIQUID)
    create_junctions(network, [f"{side}{place}" for side in "sr" for place in range(4)])
    for side in "sr":
        ends = [f"{side}{place}" for place in range(4)]
        create_pipes(
            network,
            [f"{side}-pipe {place}" for place in range(1, 4)],
            from_junction=ends[:3] if side == "s" else ends[1:],
            to_junction=ends[1:] if side == "s" else ends[:3],
            length_m=LENGTH,
            inner_diameter_m=DIAMETER,
        )
    create_boundaries(network, "level", junction="r0", pressure_pa=2e5, supply_k=283.15)
    columns: dict[str, object] = {"demand_w": 8e4, "return_set_k": 313.0, "min_difference_pa": 5e4, **substations}
    at = [f"{side}{place}" for side in "sr" for place in (1, 2, 3)]
    create_substations(network, ["A", "B", "C"], supply_junction=at[:3], return_junction=at[3:], **columns)
    return network


def plant(network: Network, name: str = "plant", place: int = 0, **columns: object) -> Network:
    """Adds a producer at a place of the street."""
    columns = {"mode": "pressure", "supply_k": 353.0, **columns}
    create_producers(network, name, return_junction=f"r{place}", supply_junction=f"s{place}", **columns)
    return network


def way(flows: list[float]) -> float:
    """Drop along the street there and back at the flows of its pipes (Pa)."""
    drop = pipe_pressure_drop(
        np.array(flows), LENGTH, DIAMETER, 4.5e-5, LIQUID.density, LIQUID.viscosity, minor_loss=0.0
    )
    return 2.0 * float(np.sum(drop))


FLOW = 8e4 / (4190.0 * 40.0)  # of each house: no heat is lost on the way


def test_a_producer_gives_the_worst_house_just_what_it_needs():
    result = solve_steady(plant(street(min_difference_pa=[6e4, 5e4, 5e4]), control="worst"))
    assert result.res_substations.mdot_kg_per_s.tolist() == pytest.approx([FLOW] * 3)
    assert result.worst == "C"
    assert result.margin_pa == pytest.approx(0.0, abs=1e-3)
    assert result.res_substations.difference_pa["C"] == pytest.approx(5e4, rel=1e-6)
    lift = 5e4 + way([3 * FLOW, 2 * FLOW, FLOW])
    assert result.res_producers.difference_pa["plant"] == pytest.approx(lift, rel=1e-6)
    assert result.res_substations.short_pa.tolist() == pytest.approx([0.0] * 3, abs=1e-3)
    # a set-point above what the houses need counts instead
    held = solve_steady(plant(street(min_difference_pa=[6e4, 5e4, 5e4]), control="worst", difference_pa=8e4))
    assert held.res_substations.difference_pa["C"] == pytest.approx(8e4, rel=1e-6)
    # the first house may be the worst, if it needs much
    near = solve_steady(plant(street(min_difference_pa=[2e5, 5e4, 5e4]), control="worst"))
    assert near.worst == "A"
    assert near.res_producers.difference_pa["plant"] == pytest.approx(2e5 + way([3 * FLOW]), rel=1e-6)


def by_passed(network: Network) -> Network:
    """The same with a pipe that joins supply and return at the far end, so that a lift moves the flows, too."""
    create_pipes(
        network, "by-pass", from_junction="s3", to_junction="r3", length_m=500.0, inner_diameter_m=0.02, minor_loss=1.0
    )
    return network


def test_a_lift_that_moves_the_flows_is_found_as_well():
    network = by_passed(plant(street(mass_flow_kg_per_s=0.8, return_set_k=None), control="worst"))
    result = solve_steady(network, heat=False)
    assert (result.worst, result.margin_pa) == ("C", pytest.approx(0.0, abs=1e-3))
    leak = result.res_pipes.mdot_kg_per_s["by-pass"]
    assert leak > 0.05
    lift = 5e4 + way([2.4 + leak, 1.6 + leak, 0.8 + leak])
    assert result.res_producers.difference_pa["plant"] == pytest.approx(lift, rel=1e-8)


def test_a_producer_goes_no_higher_than_its_largest_difference():
    network = plant(street(demand_w=[8e4, 8e4, 0.0]), control="worst", max_difference_pa=5e4)
    result = solve_steady(network)
    assert result.res_producers.difference_pa["plant"] == pytest.approx(5e4, rel=1e-12)
    assert result.margin_pa == pytest.approx(result.res_substations.difference_pa["C"] - 5e4)
    assert result.margin_pa < 0.0


def test_a_lift_that_does_not_reach_the_worst_house_is_refused():
    network = street(mass_flow_kg_per_s=0.8, return_set_k=None, min_difference_pa=[5e4, 5e4, 3e5])
    create_boundaries(network, ["hot", "cold"], junction=["s3", "r3"], pressure_pa=[3e5, 2e5], supply_k=333.0)
    with pytest.raises(
        InputError, match=r"lift of producer 'plant' does not reach substation 'C': its pressure drop stays"
    ):
        solve_steady(plant(network, control="worst"), heat=False)


def pumped(speed: float = 1.0, **substations: object) -> Network:
    """The street with a pump between r0 and s0; all flows given."""
    network = street(mass_flow_kg_per_s=0.8, return_set_k=None, **substations)
    create_curve(network, "head", [0.0, 0.01], [6e5, 1e5])
    columns = {"curve": "head", "control": "worst", "speed": speed}
    create_pumps(network, "pump", from_junction="r0", to_junction="s0", **columns)
    return network


def test_a_pump_turns_just_fast_enough_for_the_worst_house():
    result = solve_steady(pumped(), heat=False)
    lift, flow = 5e4 + way([2.4, 1.6, 0.8]), 2.4 / 980.0
    # the head of two points is s^2 6e5 - s 5e7 Q
    speed = (5e7 * flow + np.sqrt((5e7 * flow) ** 2 + 4.0 * 6e5 * lift)) / (2.0 * 6e5)
    assert 0.1 < speed < 1.0
    assert result.res_pumps.speed["pump"] == pytest.approx(speed, rel=1e-6)
    assert result.res_pumps.dp_pa["pump"] == pytest.approx(-lift, rel=1e-6)
    assert result.res_pumps.electric_w["pump"] == pytest.approx(lift * flow / 0.6, rel=1e-6)
    assert (result.worst, result.margin_pa) == ("C", pytest.approx(0.0, abs=1.0))


def test_a_pump_turns_just_fast_enough_where_its_lift_moves_the_flows():
    result = solve_steady(by_passed(pumped()), heat=False)
    leak = result.res_pipes.mdot_kg_per_s["by-pass"]
    lift, flow = 5e4 + way([2.4 + leak, 1.6 + leak, 0.8 + leak]), (2.4 + leak) / 980.0
    speed = (5e7 * flow + np.sqrt((5e7 * flow) ** 2 + 4.0 * 6e5 * lift)) / (2.0 * 6e5)
    assert leak > 0.05
    assert speed < 1.0
    assert result.res_pumps.speed["pump"] == pytest.approx(speed, rel=1e-6)
    assert result.res_pumps.dp_pa["pump"] == pytest.approx(-lift, rel=1e-6)


def test_a_network_at_rest_keeps_its_pressure():
    network = pumped()
    network.substations["mass_flow_kg_per_s"] = 0.0
    result = solve_steady(network, heat=False)
    assert result.res_pumps.speed["pump"] == pytest.approx(np.sqrt(5e4 / 6e5), rel=1e-6)
    assert result.res_substations.difference_pa.tolist() == pytest.approx([5e4] * 3, rel=1e-6)
    network.substations["min_difference_pa"] = 0.0
    assert solve_steady(network, heat=False).res_pumps.speed["pump"] == 0.0
    still = solve_steady(plant(street(demand_w=0.0), control="worst"))
    assert still.res_producers.difference_pa["plant"] == pytest.approx(5e4, rel=1e-6)
    assert still.res_producers.heat_w["plant"] == 0.0


def test_a_pump_at_its_largest_speed_leaves_the_far_houses_short():
    network = pumped(speed=0.4)
    result = solve_steady(network, heat=False)
    assert result.res_pumps.speed["pump"] == 0.4
    flow, houses = result.res_substations.mdot_kg_per_s, result.res_substations
    assert flow["C"] < flow["B"] < 0.8
    for house in ("B", "C"):  # fully open valves: 0.8 kg/s at 5e4 Pa, and as the root of less
        assert flow[house] == pytest.approx(0.8 * np.sqrt(houses.difference_pa[house] / 5e4), rel=1e-8)
        assert houses.short_pa[house] == pytest.approx(5e4 - houses.difference_pa[house], rel=1e-8)
    total = float(flow.sum())
    pipes = [total, float(flow["B"] + flow["C"]), float(flow["C"])]
    assert -result.res_pumps.dp_pa["pump"] == pytest.approx(0.16 * 6e5 - 0.4 * 5e7 * total / 980.0, rel=1e-8)
    assert -result.res_pumps.dp_pa["pump"] == pytest.approx(way(pipes) + houses.difference_pa["C"], rel=1e-8)
    assert result.worst == "C"
    assert result.margin_pa == pytest.approx(-houses.short_pa["C"], rel=1e-8)


def test_an_open_valve_passes_what_the_pressure_drives():
    # lift = k m^2 + need (m / most)^2, k of the valve before it: one root
    network = Network("one", LIQUID)
    create_junctions(network, ["s0", "s1", "r"])
    create_valves(network, "way", from_junction="s0", to_junction="s1", kv_m3_per_h=5.0)
    columns = {"mode": "pressure", "difference_pa": 6e4, "return_pressure_pa": 1e5, "supply_k": 353.0}
    create_producers(network, "plant", return_junction="r", supply_junction="s0", **columns)
    house = {"demand_w": 4e5, "return_set_k": 313.0, "min_difference_pa": 5e4, "max_flow_kg_per_s": 2.0}
    create_substations(network, "A", supply_junction="s1", return_junction="r", **house)
    result = solve_steady(network)
    resistance = 1e5 / (5.0 / 3600.0) ** 2 / (1000.0 * 980.0)
    flow = np.sqrt(6e4 / (resistance + 5e4 / 4.0))
    assert flow < 2.0 < 4e5 / (4190.0 * 40.0)
    draw = result.res_substations.loc["A"]
    assert draw.mdot_kg_per_s == pytest.approx(flow, rel=1e-9)
    assert draw.heat_w == pytest.approx(4190.0 * 40.0 * flow, rel=1e-9)
    assert draw.unmet_w == pytest.approx(4e5 - draw.heat_w)
    # half open it has enough, though less than its full flow needs: told, not limited
    network.substations["demand_w"] = 1.2e5
    network.producers["difference_pa"] = 4.5e4
    draw = solve_steady(network).res_substations.loc["A"]
    wanted = 1.2e5 / (4190.0 * 40.0)
    assert draw.mdot_kg_per_s == pytest.approx(wanted)
    assert draw.unmet_w == 0.0
    assert draw.short_pa == pytest.approx(5e4 - (4.5e4 - resistance * wanted**2), rel=1e-9)


def test_nothing_flows_backwards_through_a_house_without_pressure():
    # a producer of given flow draws from the return through its own valve: there the supply lies below the return
    network = plant(street(max_flow_kg_per_s=1.0), difference_pa=0.0)
    result = solve_steady(network)
    assert result.res_substations.mdot_kg_per_s.tolist() == [0.0] * 3
    assert result.res_substations.unmet_w.tolist() == [8e4] * 3
    assert result.res_substations.short_pa.tolist() == [5e4] * 3


def test_a_producer_of_given_power_gives_it():
    network = plant(plant(street(), difference_pa=3e5), "solar", 3, mode="power", power_w=1e5, supply_k=343.0)
    result = solve_steady(network)
    made = result.res_producers
    assert made.heat_w["solar"] == pytest.approx(1e5, rel=1e-7)
    assert made.mdot_kg_per_s["solar"] == pytest.approx(1e5 / (4190.0 * 30.0), rel=1e-7)
    assert made.heat_w.sum() == pytest.approx(2.4e5, rel=1e-7)  # no pipe loses heat
    assert result.res_substations.unmet_w.tolist() == [0.0] * 3
    # more than the network takes is not made, and presses nobody backwards
    network.producers.loc["solar", "power_w"] = 1e7
    result = solve_steady(network)
    assert result.res_producers.heat_w["plant"] == pytest.approx(0.0, abs=1e-3)
    assert result.res_producers.heat_w["solar"] == pytest.approx(2.4e5, rel=1e-7)
    network.substations["demand_w"] = 0.0
    assert solve_steady(network).res_producers.heat_w.tolist() == [0.0, 0.0]


def test_a_given_flow_of_nearly_the_whole_load_is_no_fault():
    # lossy pipes ask for 1.48 kg/s; before temperatures are known it seems less than what is given
    network = plant(plant(street(), difference_pa=3e5), "solar", 3, mode="flow", mass_flow_kg_per_s=1.45)
    network.pipes["conductance_w_per_m_k"] = 0.3
    made = solve_steady(network).res_producers
    assert 0.0 < made.mdot_kg_per_s["plant"] < 0.1
    network.producers.loc["solar", "mass_flow_kg_per_s"] = 1.6
    with pytest.raises(InputError, match="the flow through producer 'plant' goes backwards"):
        solve_steady(network)


def test_a_producer_with_lossy_pipes_still_gives_its_power():
    network = plant(plant(street(), control="worst"), "solar", 2, mode="power", power_w=6e4)
    network.pipes["conductance_w_per_m_k"] = 0.5
    result = solve_steady(network)
    assert result.res_producers.heat_w["solar"] == pytest.approx(6e4, rel=1e-7)
    assert result.res_producers.heat_w.sum() == pytest.approx(2.4e5 + result.res_pipes.loss_w.sum(), rel=1e-7)
    assert result.res_substations.difference_pa.min() == pytest.approx(5e4, rel=1e-6)


@pytest.mark.parametrize(("supply", "share"), [(313.5, 0.25), (313.0, 0.0), (310.0, 0.0)])
def test_a_producer_whose_return_is_as_hot_as_its_supply_stops(supply, share):
    # within a kelvin it throttles: half its flow at half a kelvin, a quarter of its power; colder it stops
    network = plant(plant(street(), difference_pa=3e5), "cold", 1, mode="power", power_w=1e3, supply_k=supply)
    made = solve_steady(network).res_producers
    assert made.heat_w["cold"] == pytest.approx(share * 1e3, rel=1e-6, abs=1e-9)
    assert made.heat_w.sum() == pytest.approx(2.4e5, rel=1e-6)


ORDER = {"base": 1e5, "middle": 5e4}  # largest powers; the peak plant has none


@pytest.mark.parametrize("load", [0.0, 3e4, 9.9e4, 1.01e5, 1.4e5, 1.6e5, 2.4e5])
@pytest.mark.parametrize("holds", ["base", "middle", "peak"])
def test_producers_follow_in_order_of_merit(load, holds):
    # the same powers whoever holds the pressure
    network = street(demand_w=load / 3.0, min_difference_pa=0.0)
    for place, name in enumerate(("base", "middle", "peak")):
        mode = {"mode": "pressure", "difference_pa": 3e5} if name == holds else {"mode": "merit"}
        plant(network, name, place + 1, **mode, merit=place, max_power_w=ORDER.get(name))
    made = solve_steady(network).res_producers.heat_w
    base = min(load, 1e5)
    middle = min(load - base, 5e4)
    assert made.tolist() == pytest.approx([base, middle, load - base - middle], rel=1e-6, abs=1e-3)


def test_merit_order_fills_the_cheapest_first():
    able, rank = np.array([10.0, 5.0, 15.0, 0.0]), np.array([2.0, 1.0, 2.0, 0.0])
    for demand, shares in ((3.0, [0, 3, 0, 0]), (12.0, [2.8, 5, 4.2, 0]), (40.0, [10, 5, 15, 0]), (0.0, [0, 0, 0, 0])):
        np.testing.assert_allclose(share_by_merit(demand, able, rank), shares, atol=1e-14)


def test_equal_merit_shares_by_largest_power_at_different_temperatures():
    network = street(min_difference_pa=0.0)
    plant(network, "one", 1, difference_pa=3e5, max_power_w=3e5)
    plant(network, "two", 3, mode="merit", max_power_w=1e5, supply_k=333.0)
    result = solve_steady(network)
    made = result.res_producers
    assert made.heat_w.sum() == pytest.approx(2.4e5, rel=1e-6)
    # in proportion to the flows that carry their largest powers, 3e5 / 40 K and 1e5 / 20 K
    assert made.mdot_kg_per_s["two"] / made.mdot_kg_per_s["one"] == pytest.approx((1e5 / 20.0) / (3e5 / 40.0))


def test_too_little_power_is_delivered_colder_and_told_as_unmet():
    network = plant(street(max_flow_kg_per_s=1.0, min_difference_pa=0.0), difference_pa=3e5, max_power_w=1.5e5)
    result = solve_steady(network)
    assert result.res_producers.heat_w["plant"] == pytest.approx(1.5e5, rel=1e-6)
    assert result.res_substations.unmet_w.sum() == pytest.approx(0.9e5, rel=1e-6)
    assert result.res_substations.mdot_kg_per_s.tolist() == pytest.approx([1.0] * 3)
    supplied = 313.0 + 1.5e5 / (4190.0 * 3.0)
    assert result.res_producers.t_supply_k["plant"] == pytest.approx(supplied, abs=1e-6)
    # a helper of a later merit makes up for it
    plant(network, "peak", 3, mode="merit", merit=1.0)
    result = solve_steady(network)
    assert result.res_substations.unmet_w.tolist() == [0.0] * 3
    assert result.res_producers.heat_w.tolist() == pytest.approx([1.5e5, 0.9e5], rel=1e-6)


def test_controls_that_leave_something_open_are_refused_by_name():
    network = plant(plant(street(), control="worst"), "other", 3, control="worst")
    with pytest.raises(InputError, match=r"producers, row 'other': control 'worst' is already that of .*'plant'"):
        solve_steady(network)
    network = plant(plant(street(), difference_pa=1e5), "other", 3, difference_pa=1e5)
    plant(network, "third", 2, mode="merit")
    with pytest.raises(InputError, match=r"row 'third': sharing by merit needs exactly one .* there are 2"):
        solve_steady(network)
    network = plant(plant(street(), difference_pa=1e5), "solar", 3, mode="power", power_w=1e3)
    network.substations["return_set_k"] = None
    network.substations["mass_flow_kg_per_s"] = 1.0
    with pytest.raises(
        InputError, match="row 'solar': its flow follows from its power, so temperatures must be solved"
    ):
        solve_steady(network, heat=False)
    with pytest.raises(InputError, match="'worst' is for mode 'pressure'"):
        plant(street(), mode="flow", mass_flow_kg_per_s=1.0, control="worst")
    with pytest.raises(InputError, match="give either a curve or a power"):
        create_pumps(street(), "P", from_junction="r0", to_junction="s0")
    network = plant(street(), control="worst")
    network.substations["in_service"] = False
    with pytest.raises(InputError, match="row 'plant': control 'worst' finds no substation to look to"):
        solve_steady(network)


def test_a_return_that_does_not_settle_names_the_producer_that_heeds_it():
    """A plant of given power whose only load is a heat exchanger: no substation is there to be named."""
    network = plant(street(in_service=False), mode="power", power_w=1e5)
    network.pipes["conductance_w_per_m_k"] = 0.3
    create_heat_exchangers(
        network, "load", from_junction="s3", to_junction="r3", quadratic_pa_s2_per_m6=1e9, heat_w=-5e4
    )
    with pytest.raises(ConvergenceError, match=r"in 2 passes; what returns to the producers .* producer 'plant'"):
        solve_steady(network, max_iterations=2)
    result = solve_steady(network)
    given = result.res_producers.heat_w["plant"]
    assert 5e4 < given < 1e5  # its return comes within 1 K of its supply, so it throttles
    assert given == pytest.approx(5e4 + result.res_pipes.loss_w.sum(), rel=1e-6)
