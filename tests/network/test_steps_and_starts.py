"""Steps of unlike lengths, profiles along a pipe at the start, small heat that is missing, and pumps in time."""

import numpy as np
import pandas as pd
import pytest

from rack2city.errors import InputError
from rack2city.network import (
    Network,
    create_boundaries,
    create_curve,
    create_junctions,
    create_pumps,
    create_valves,
    simulate,
    solve_steady,
)
from tests.network.street import GROUND_K, LIQUID, RETURN_K, run, start_of, steady, street, with_houses

BOTH_WAYS = pytest.mark.parametrize("way", ["radial", "graph"])
CP = LIQUID.heat_capacity


def houses(wall: float = 1500.0, **columns: object) -> Network:
    """Two houses on a street of given flows."""
    network = street([0, 1, 1], [120.0, 30.0, 60.0], 0.05, wall_j_per_m_k=wall)
    return with_houses(network, [2, 3], **{"mass_flow_kg_per_s": [0.1, 0.2], "demand_w": 0.0, **columns})


@BOTH_WAYS
def test_steps_of_unlike_lengths_are_the_sums_of_short_ones(way: str) -> None:
    """Through one pipe without loss the parcels are the same, however the time is cut."""
    lengths = np.array([300.0, 300.0, 900.0, 1500.0, 600.0, 3600.0])
    parts = (lengths / 300.0).astype(int)
    supply = np.array([343.15, 353.15, 338.15, 348.15, 343.15, 350.15])
    network = street([0], 400.0, 0.05, 0.0, wall_j_per_m_k=1500.0)
    with_houses(network, [1], mass_flow_kg_per_s=0.4)
    options = {"mode": "dynamic", "way": way, "initial": start_of(network, 333.15, 313.15)}
    load = np.full((6, 1), 1e4)
    short = run(network, np.repeat(load, parts, axis=0), np.repeat(supply, parts), step_s=300.0, **options)
    unlike = run(network, load, supply, step_s=lengths, **options)
    first = np.concatenate([[0], np.cumsum(parts)[:-1]])
    means = np.add.reduceat(short.arriving_k[:, 0], first) / parts
    np.testing.assert_allclose(unlike.arriving_k[:, 0], means, rtol=0, atol=1e-6)
    assert np.ptp(means) > 10.0
    assert unlike.balance.max() < 1e-9


@BOTH_WAYS
def test_losses_in_steps_of_unlike_lengths_come_to_those_of_short_ones(way: str) -> None:
    """The finer the same unlike steps are cut, the closer they come to steps of 15 s."""
    lengths = np.array([600.0, 3600.0, 1200.0, 60.0, 1740.0])
    supply = np.array([343.15, 353.15, 338.15, 348.15, 343.15])
    network = houses()
    options = {"mode": "dynamic", "way": way, "initial": start_of(network, 343.15, 313.15), "wall_film": False}

    def lost_j(parts: np.ndarray) -> float:
        steps = np.repeat(lengths / parts, parts)
        told = run(network, np.zeros((len(steps), 2)), np.repeat(supply, parts), step_s=steps, **options)
        assert told.balance.max() < 1e-9
        return float((told.loss_w * steps).sum())

    fine = lost_j((lengths / 15.0).astype(int))
    errors = [abs(lost_j(np.full(5, parts)) / fine - 1.0) for parts in (1, 4, 16)]
    assert errors[0] < 5e-3
    assert errors[0] > 2.0 * errors[1] > 4.0 * errors[2]


@BOTH_WAYS
@pytest.mark.parametrize("backwards", [False, True])
def test_a_profile_along_a_pipe_arrives_piece_by_piece(way: str, backwards: bool) -> None:
    """Three pieces from start to end of the table's pipe, without loss or wall: the last piece comes first."""
    network = street([0], 300.0, 0.05, 0.0)
    with_houses(network, [1], mass_flow_kg_per_s=0.5)
    pieces = np.array([330.0, 345.0, 338.0])
    if backwards:  # the table may draw it against the flow
        network.pipes.loc["s p1", ["from_junction", "to_junction"]] = ["s 1", "s 0"]
    along = pieces[::-1] if backwards else pieces
    initial = pd.DataFrame({"s p1": along, "r p1": np.full(3, 313.15)})
    content = 300.0 * np.pi / 4.0 * 0.05**2 * LIQUID.density / 0.5  # seconds to pass the pipe
    options = {"mode": "dynamic", "way": way, "initial": initial, "wall_film": False}
    told = run(network, np.zeros((18, 1)), 350.15, step_s=content / 12.0, **options)
    arrived = told.arriving_k[:, 0]
    expected = np.repeat([*pieces[::-1], 350.15], [4, 4, 4, 6])
    np.testing.assert_allclose(arrived, expected, rtol=0, atol=1e-6)
    with pytest.raises(InputError, match="initial: it has 25 pieces along each pipe; 1 to 24 are allowed"):
        run(
            network,
            np.zeros((1, 1)),
            mode="dynamic",
            initial=pd.DataFrame(np.full((25, 2), 300.0), columns=initial.columns),
        )


@pytest.mark.parametrize("mode", ["steady", "quasi_steady", "dynamic"])
@BOTH_WAYS
def test_half_a_percent_that_is_missing_is_told(way: str, mode: str) -> None:
    """A largest flow that carries 99.5 % of what the house wants: 0.5 % is no remainder of the iteration."""
    network = street([0], 100.0, 0.05, 0.0)
    flow, demand = 0.3, 0.3 * CP * 30.0 / 0.995
    with_houses(network, [1], max_flow_kg_per_s=flow, return_set_k=RETURN_K)
    if mode == "steady":
        if way == "graph":
            create_boundaries(network, "none", junction="r 0", mass_flow_kg_per_s=0.0, supply_k=300.0)
        told = steady(network, [demand])
        assert (told.method == "radial") == (way == "radial")
    else:
        told = run(network, np.full((6, 1), demand), mode=mode, way=way)
    assert told.unmet_w[-1, 0] == pytest.approx(0.005 * demand, rel=1e-6)
    assert told.delivered_w[-1, 0] + told.unmet_w[-1, 0] == pytest.approx(demand, rel=1e-9)
    enough = street([0], 100.0, 0.05, 0.0)
    with_houses(enough, [1], max_flow_kg_per_s=1.001 * flow / 0.995)
    assert run(enough, np.full((6, 1), demand), mode="dynamic", way=way).unmet_w[-1, 0] == 0.0


@pytest.mark.parametrize("efficiency", [0.45, 0.85])
def test_electricity_of_pumps_in_time_is_their_work_over_their_efficiency(efficiency: float) -> None:
    """A pump that holds 1.5 bar in the supply of a street whose plant holds little."""
    network = street([0, 1], [100.0, 80.0], 0.05, wall_j_per_m_k=1500.0, control="own")
    network.producers["difference_pa"] = 1e3
    create_junctions(network, "s pump")
    network.pipes.loc["s p1", "from_junction"] = "s pump"
    create_curve(network, "flat", [0.0, 1e-2], [1.5e5, 1.5e5 - 1e-3])
    create_pumps(network, "pump", from_junction="s 0", to_junction="s pump", curve="flat", efficiency=efficiency)
    with_houses(network, [1, 2], max_flow_kg_per_s=1.0)
    profiles = {("substations", "demand_w"): pd.DataFrame({"1": [1e4, 3e4, 2e4], "2": [2e4, 0.0, 1e4]})}
    told = simulate(network, profiles, 900.0)
    flow, electric = told.res_pumps["mdot_kg_per_s"]["pump"], told.res_pumps["electric_w"]["pump"]
    assert (flow > 0.1).all()
    np.testing.assert_allclose(electric, flow * 1.5e5 / LIQUID.density / efficiency, rtol=1e-9)


@pytest.mark.parametrize("mode", ["steady", "quasi_steady", "dynamic"])
def test_check_valves_in_a_network_without_any_flow_end_at_rest(mode: str) -> None:
    """Rings of check valves and houses that ask for nothing: the signs of flows that are rounding open or shut none."""
    network = street([0, 1, 2, 1, 2, 3, 3], 60.0, 0.05, control="own")
    with_houses(network, [4, 5, 6, 7], max_flow_kg_per_s=1.0)
    network.junctions["height_m"] = np.linspace(0.0, 37.0, len(network.junctions)) ** 1.1
    ends = {"from_junction": ["s 4", "s 5", "s 7", "r 6", "s 6"], "to_junction": ["s 5", "s 7", "s 4", "r 7", "s 4"]}
    create_valves(
        network, [f"check {i}" for i in range(5)], **ends, kv_m3_per_h=[3.0, 10.0, 0.5, 40.0, 7.0], check=True
    )
    if mode == "steady":
        told = solve_steady(network)
        flows = [frame.mdot_kg_per_s for frame in (told.res_pipes, told.res_valves, told.res_substations)]
        pressure = told.res_junctions.p_pa
    else:
        series = simulate(network, {}, 600.0, steps=3, mode=mode, initial=320.0)
        flows = [table["mdot_kg_per_s"] for table in (series.res_pipes, series.res_valves, series.res_substations)]
        pressure = series.res_junctions["p_pa"]
    for flow in flows:
        np.testing.assert_array_equal(flow, 0.0)
    assert np.isfinite(pressure.to_numpy()).all()


def test_ground_of_each_step_and_pair_are_told_in_the_losses() -> None:
    """Losses of standing pipes fall with what is around each: the ground of a step counts in that step."""
    network = houses(mass_flow_kg_per_s=0.0)
    ground = np.array([[GROUND_K] * 3, [GROUND_K, GROUND_K + 10.0, GROUND_K], [GROUND_K] * 3])
    told = run(network, np.zeros((3, 2)), ground_k=ground, mode="dynamic", initial=320.0)
    assert told.supply_loss_w[1, 1] < 0.75 * told.supply_loss_w[0, 1]
    assert told.supply_loss_w[2, 1] > 1.2 * told.supply_loss_w[1, 1]


@pytest.mark.parametrize(("lengths", "film"), [([30.0, 60.0], True), ([30.0, 61.0], False), ([3600.0, 30.0], False)])
def test_the_film_is_resolved_where_all_steps_are_short(lengths: list[float], film: bool) -> None:
    network = street([0], 300.0, 0.05, 0.0)
    with_houses(network, [1], mass_flow_kg_per_s=0.5)
    assert simulate(network, {}, lengths, steps=2).method.endswith("a film between water and wall") == film


def test_the_clock_of_the_profiles_is_that_of_the_steps() -> None:
    """Quarters of an hour are not run as hours, and an index with a gap not as if it had none."""
    network = street([0], 300.0, 0.05, 0.0)
    with_houses(network, [1], mass_flow_kg_per_s=0.5)
    quarters = pd.date_range("2026-01-01", periods=4, freq="15min")
    profiles = {("producers", "supply_k"): pd.Series(343.15, index=quarters)}
    with pytest.raises(
        InputError, match=r"goes on by 900 s from step 0 \(2026-01-01 00:00:00\), but step_s is 3600 s there"
    ):
        simulate(network, profiles)
    assert simulate(network, profiles, 900.0).steps.step_s.tolist() == [900.0] * 4
    gap = pd.DatetimeIndex(["2026-01-01 00:00", "2026-01-01 01:00", "2026-01-01 04:00", "2026-01-01 05:00"])
    profiles = {("producers", "supply_k"): pd.Series(343.15, index=gap)}
    with pytest.raises(InputError, match="goes on by 10800 s from step 1"):
        simulate(network, profiles)
    assert simulate(network, profiles, [3600.0, 10800.0, 3600.0, 3600.0]).method == "radial"
