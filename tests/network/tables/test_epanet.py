"""EPANET files: the solved grid of the reference, units, and what is refused."""

import pandas as pd
import pytest

from rack2city.errors import InputError
from rack2city.network import load_epanet, solve_steady
from tests.network.tables.epanet_grid import solve_grid

FILE = """
[JUNCTIONS]
 J1  10  36  ; a demand
 J2  20  0
[RESERVOIRS]
 R  50
[TANKS]
 T  40 5 0 10 20 0
[PIPES]
 P1 R J1 100 200 0.1 1.5 Open ;
 P2 J1 J2 50 100 0.1 0 Open
 P3 J2 T 50 100 0.1 0 Closed
[DEMANDS]
 J2 18 day
 J2 9
[PATTERNS]
 day 2.0 1.0
[OPTIONS]
 UNITS CMH
 HEADLOSS D-W
 VISCOSITY 1.0
 SPECIFIC GRAVITY 0.98
[COORDINATES]
 R 1.5 2.5
[END]
"""


def read(tmp_path, *changes):
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "net.inp"
    path.write_text(text)
    return load_epanet(path)


def test_si_units_patterns_and_status(tmp_path):
    network = read(tmp_path)
    assert network.boundaries.mass_flow_kg_per_s["demand J1"] == pytest.approx(-0.01 * 980.0)
    assert network.boundaries.mass_flow_kg_per_s["demand J2"] == pytest.approx(-45.0 / 3600.0 * 980.0)
    assert network.pipes.loc["P1", ["length_m", "inner_diameter_m", "roughness_m", "minor_loss"]].tolist() == (
        pytest.approx([100.0, 0.2, 1e-4, 1.5])
    )
    assert network.pipes.in_service.tolist() == [True, True, False]
    assert network.junctions.x_m["R"] == 1.5
    head = solve_steady(network, heat=False).res_junctions.head_m
    assert head["R"] == pytest.approx(50.0)
    assert head["T"] == pytest.approx(45.0)
    assert 40.0 < head["J2"] < head["J1"] < 50.0


def test_the_demand_multiplier_raises_every_demand(tmp_path):
    network = read(tmp_path, ("UNITS CMH", "UNITS CMH\n DEMAND MULTIPLIER 1.5"))
    assert network.boundaries.mass_flow_kg_per_s["demand J1"] == pytest.approx(-1.5 * 0.01 * 980.0)
    assert network.boundaries.mass_flow_kg_per_s["demand J2"] == pytest.approx(-1.5 * 45.0 / 3600.0 * 980.0)


def test_us_units_mean_the_same(tmp_path):
    feet, inch = 1 / 0.3048, 1 / 0.0254
    lines = f"""
 P1 R J1 {100 * feet} {0.2 * inch} {0.1 * feet} 1.5 Open ;
 P2 J1 J2 {50 * feet} {0.1 * inch} {0.1 * feet} 0
 P3 J2 T {50 * feet} {0.1 * inch} {0.1 * feet} Closed
"""
    flow = 1.0 / 0.3048**3 / 3600.0  # ft3/s per m3/h
    us = read(
        tmp_path,
        ("CMH", "CFS"),
        (FILE[FILE.index(" P1") : FILE.index("[DEMANDS]")], lines),
        ("J1  10  36", f"J1 {10 * feet} {36 * flow}"),
        ("J2  20  0", f"J2 {20 * feet} 0"),
        ("R  50", f"R {50 * feet}"),
        ("T  40 5", f"T {40 * feet} {5 * feet}"),
        ("J2 18 day", f"J2 {18 * flow} day"),
        ("J2 9", f"J2 {9 * flow}"),
    )
    si = read(tmp_path)
    for table in ("junctions", "pipes", "boundaries"):
        pd.testing.assert_frame_equal(
            us.table(table).drop(columns=["x_m"], errors="ignore"),
            si.table(table).drop(columns=["x_m"], errors="ignore"),
            rtol=1e-12,
        )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HEADLOSS D-W", "HEADLOSS H-W", r"HEADLOSS H-W: only D-W \(Darcy-Weisbach\) is supported"),
        ("HEADLOSS D-W", "", "HEADLOSS H-W: only D-W"),
        ("UNITS CMH", "UNITS XYZ", "UNITS XYZ: it must be one of CFS, GPM"),
        ("[END]", "[PUMPS]\n PU R J1 HEAD 1\n", r"\[PUMPS\] PU: there is no curve '1'"),
        ("[END]", "[PUMPS]\n PU R J1 POWER 4 PATTERN day\n", r"PU: PATTERN day: patterns of speed are not supported"),
        ("[END]", "[PUMPS]\n PU R J1 POWER 4 SPEED 0.9\n", r"\[PUMPS\] PU: a pump of constant power has no SPEED"),
        ("[END]", "[PUMPS]\n PU R J1 POWER 4 SPEED\n", r"\[PUMPS\] PU: 'SPEED' has no value"),
        ("[END]", "[PUMPS]\n PU R J1 SPEED 1\n", r"\[PUMPS\] PU: give either HEAD with a curve or POWER"),
        (
            "[END]",
            "[CURVES]\n c 1 2\n c 2 3\n[PUMPS]\n PU R J1 HEAD c\n",
            r"\[CURVES\] c: the head of a pump must fall as its flow rises",
        ),
        ("[END]", "[VALVES]\n V R J1 12 PRV 120 0\n", r"V: valves of type PRV are not supported, only TCV and FCV"),
        ("[END]", "[STATUS]\n P1 0.5\n", r"\[PIPES\] P1: its status '0.5' must be Open, Closed or CV"),
        ("[END]", "[STATUS]\n P8 Open\n", r"\[STATUS\] P8: there is no such pipe, pump or valve"),
        ("UNITS CMH", "UNITS CMH\n DEMAND MODEL PDA", "DEMAND MODEL PDA: only DDA"),
        ("100 200 0.1", "100 wide 0.1", r"\[PIPES\] P1: 'wide' is not a number"),
        ("18 day", "18 night", r"\[DEMANDS\] J2: there is no pattern 'night'"),
        ("P2 J1 J2", "P2 J1 J7", r"table pipes, row 'P2', column to_junction: there is no junction 'J7'"),
        ("P2 J1 J2 50 100 0.1 0 Open", "P2 J1 J2", r"\[PIPES\] P2 J1 J2: 6 values are needed"),
        ("[END]", "[GASKETS]", r"line 25: \[GASKETS\] is no section"),
    ],
)
def test_what_is_refused(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, (old, new))
    assert "net.inp: " in str(error.value)


@pytest.mark.reference
def test_looped_grid_of_epanet(reference):
    grid = solve_grid(reference)
    assert len(grid.flow) > 20
    assert grid.flow_error.abs().max() < 0.005
    assert grid.head_error.abs().max() < 0.02
    assert grid.balanced
