"""What is read off a plate's fields beside its curves, against exact answers."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.evidence import load
from rack2city.plate import PlateMap, case_coolant, plate_model
from rack2city.plate.models import Channels
from rack2city.plate.problem import plate_problem
from rack2city.plate.readings import channel_shares
from tests import plates as two


def plate_of(folder: Path, name: str) -> PlateMap:
    return load(folder / "run" / "plates" / name / "plate.json", PlateMap)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_flow_between_plates(finished_plates):
    """Shear by the balance of forces, twice the gap as hydraulic diameter, 3/2 of the mean as largest speed."""
    plate = plate_of(finished_plates, "slab")
    found = plate.runs.readings
    assert found.hydraulic_diameter_m == pytest.approx(2.0 * two.HEIGHT)
    drop = np.array(plate.pressure_drop_pa)
    assert found.wall_shear_mean_pa == pytest.approx(drop * two.HEIGHT / (2.0 * two.LENGTH), rel=1e-4)
    assert np.all(np.array(found.wall_shear_max_pa) < 1.03 * np.array(found.wall_shear_mean_pa))
    speeds = np.array([0.5, 1.0, 2.0]) * 1.5 * two.SPEED
    assert plate.runs.speed_max_m_per_s == pytest.approx(speeds, rel=5e-3)
    for place in found.speed_max_at_m:
        assert place[2] == pytest.approx(0.5 * two.HEIGHT)
    assert found.channel_shares is None


def test_power_of_the_pump_is_pressure_drop_times_flow(finished_plates):
    plate = plate_of(finished_plates, "slab")
    assert plate.pumping_power_w[1] == pytest.approx(plate.pressure_drop_pa[1] * two.COPIES * two.SLAB_FLOW)


def test_nusselt_number_of_a_slab_heated_from_one_side(finished_plates):
    """5.385 developed (Shah & London). The entrance adds to it, the more the faster it flows; conduction along the coolant,
    which warms the bulk before it has come that far, takes 2.7 / Pe², 1 % at half the design flow."""
    plate = plate_of(finished_plates, "slab")
    found = plate.runs.readings
    assert found.wetted_area_m2 == pytest.approx(two.COPIES * two.LENGTH * two.WIDTH)  # the floor, not the lid
    slow, design, fast = found.nusselt
    assert 5.385 * 0.985 < slow < design < fast < 5.385 * 1.02
    assert design == pytest.approx(5.385, rel=0.01)
    film = found.wetted_to_bulk_w_per_m2k[1]
    conductivity = case_coolant(load_plates(finished_plates / "case.toml").case).conductivity(plate.inlet_k)
    assert design == pytest.approx(film * found.hydraulic_diameter_m / conductivity, rel=1e-3)


def test_the_jet_feeds_the_channel_in_the_middle_best(finished_plates):
    shares = np.array(plate_of(finished_plates, "whole").runs.readings.channel_shares)
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))
    assert shares[:, 0] == pytest.approx(shares[:, 2], rel=1e-9)  # the plate is alike on both sides
    assert np.all(np.diff(shares[:, 1]) > 0.01)  # the faster the more
    assert shares[0, 1] > 1.0 / 3.0


def test_shares_are_the_same_all_along_the_channels(finished_plates):
    """Walls part them: what enters a channel leaves it, cell by cell. Bounds anywhere in the fins tell the same."""
    case = load_plates(finished_plates / "case.toml").case
    model = plate_model(case, "whole")
    plate = plate_problem(
        case, model, case_coolant(case), finished_plates / "run/plates/whole/mesh.msh", MPI.COMM_SELF, lambda line: None
    )
    strip = plate.strips[-1]
    from rack2city.plate.problem import solve_strip

    found, runs = solve_strip(plate, strip, model.design.flow), plate_of(finished_plates, "whole").runs
    mine = found["reading"].shares
    assert mine == pytest.approx(runs.readings.channel_shares[1], rel=1e-6)
    nodes = plate.problem.heat.temperature.x.array
    colder = model.design.inlet_k - nodes.min()
    assert colder > 0.0  # the mesh is coarse
    assert (runs.below_inlet_k[1], found["below_inlet_k"]) == pytest.approx((colder, colder), rel=1e-3)
    hotter = max(0.0, nodes.max() - max(piece["base_max_k"] for piece in found["pieces"].values()))
    assert (runs.above_base_k[1], found["above_base_k"]) == pytest.approx((hotter, hotter), abs=1e-6)
    middle = model.apart
    for x in (2e-3, 7e-3):
        assert channel_shares(plate.problem, replace(middle, x=x)) == pytest.approx(mine, rel=1e-6)
    shifted = Channels(middle.x, tuple((low - 0.1e-3, high - 0.1e-3) for low, high in middle.bounds))
    assert channel_shares(plate.problem, shifted) == pytest.approx(mine, rel=1e-12)


def test_hot_spot_and_junction_of_a_zone(finished_plates):
    """The zone lies on the lower face from (3.5, 1.2) to (5.5, 2.0) mm of the plate; its hottest place is downstream of its
    middle, in the middle of its width."""
    plate = plate_of(finished_plates, "whole")
    (zone,) = plate.zones
    for x, y, z in zone.hot_spot_at_m:
        assert 4.4e-3 < x < 5.5e-3
        assert (y, z) == (pytest.approx(1.6e-3), pytest.approx(-1e-3))
    assert zone.junction_max_k == pytest.approx(np.array(zone.case_max_k) + 0.5 * 1.0)
    assert plate.runs.case_max_k == pytest.approx(zone.case_max_k)
    half = plate.at_power(0.5, lambda t: 1e-3 * t)
    assert half.zones[0].junction_max_k == pytest.approx(
        plate.inlet_k + 0.5 * (np.array(zone.junction_max_k) - plate.inlet_k)
    )
    assert half.runs.readings is None  # they are those of the other heat


@pytest.mark.parametrize("name", ["slab", "whole"])
def test_tables_tell_what_the_map_does(finished_plates, name):
    plate, folder = plate_of(finished_plates, name), finished_plates / "run" / "plates" / name
    rows = rows_of(folder / "plate.csv")
    assert len(rows) == 3
    for column, values in {
        "flow_m3_per_s": plate.flow_m3_per_s,
        "pressure_drop_pa": plate.pressure_drop_pa,
        "pumping_power_w": plate.pumping_power_w,
        "nusselt": plate.runs.readings.nusselt,
        "wall_shear_max_z_m": [place[2] for place in plate.runs.readings.wall_shear_max_at_m],
    }.items():
        assert [float(row[column]) for row in rows] == pytest.approx(list(values))
    if name == "whole":
        assert [float(row["channel_2_share"]) for row in rows] == [
            shares[1] for shares in plate.runs.readings.channel_shares
        ]
        zones = rows_of(folder / "zones.csv")
        assert [row["zone"] for row in zones] == ["die"] * 3
        assert [float(row["junction_max_k"]) for row in zones] == list(plate.zones[0].junction_max_k)
    else:
        assert not (folder / "zones.csv").exists()
