"""Pumps, valves and check valves of EPANET files, against EPANET 2.2 itself.

The flows and heads were computed with the EPANET 2.2 library (version 20200) that comes with WNTR 1.5.0, ACCURACY 1e-7.
EPANET's friction is Swamee & Jain's, ours Colebrook's; flows are compared in the file's unit within 0.2 % of the largest, heads
within 0.6 % of the span of heads.
"""

import pytest

from rack2city.network import load_epanet, solve_steady

OPTIONS = """
[OPTIONS]
 HEADLOSS D-W
 VISCOSITY 1.0
 UNITS {units}
 SPECIFIC GRAVITY {gravity}
[END]
"""
# two pumps side by side, of one and of three points, at two speeds; two throttles, a pipe that lets nothing back
CURVES = """
[JUNCTIONS]
 A  5  0
 B  10  36
 C  12  54
 D  8  18
 E  8  10.8
[RESERVOIRS]
 R  0
[TANKS]
 T  60 5 0 10 20 0
[PIPES]
 P1 A B 400 250 0.1 1.5 Open
 P2 B C 300 200 0.1 0 Open
 P3 A D 500 200 0.1 2.0 Open
 P4 D C 350 150 0.1 0 Open
 P5 C T 600 200 0.1 0 CV
 P6 D E 200 150 0.1 0 Open
[PUMPS]
 U1 R A HEAD one SPEED 0.95
 U2 R A HEAD three
[VALVES]
 V1 B D 150 TCV 40 0
 V2 E C 100 TCV 12 2.5
[CURVES]
 one 108 60
 three 0 80
 three 90 70
 three 180 45
"""
CURVES_FLOWS = {
    **{"P1": 107.57301, "P2": 60.62855, "P3": 55.86333, "P4": 23.97937, "P5": 44.63635, "P6": 24.82843},
    **{"U1": 57.40051, "U2": 106.03584, "V1": 10.94446, "V2": 14.02843},
}
CURVES_HEADS = {"A": 66.55063, "B": 65.94893, "C": 65.50332, "D": 65.88862, "E": 65.65379, "T": 65.0}
# a pump of constant power, a valve that holds its flow, a check valve that closes
POWER = """
[JUNCTIONS]
 A  20  0
 B  30  200
 C  25  150
 D  30  100
[RESERVOIRS]
 R  10
 S  205
[TANKS]
 T  170 10 0 30 40 0
[PIPES]
 P1 A B 2000 12 0.85 3 Open
 P2 B C 1500 10 0.85 0 Open
 P3 C T 1000 10 0.85 0 Open
 P4 S D 800 10 0.85 0 Open
 P5 B D 900 8 0.85 0 CV
[PUMPS]
 U1 R A POWER 60
[VALVES]
 F1 D C 8 FCV 350 1.2
"""
POWER_FLOWS = {
    **{"P1": 1205.17335, "P2": 1005.17337, "P3": 1205.17343, "P4": 450.00009, "P5": 0.0},
    **{"U1": 1205.17335, "F1": 350.00007},
}
POWER_HEADS = {"A": 206.95074, "B": 199.12354, "C": 189.32342, "D": 203.90212, "T": 180.0}
# the same valve set to more than the pressure drives: fully open, EPANET warns and so do we by `short_pa`
OPEN = POWER.replace("FCV 350 1.2", "FCV 2000 60")
OPEN_FLOWS = {
    **{"P1": 1191.20714, "P2": 991.20715, "P3": 1374.67851, "P4": 633.47137, "P5": 0.0},
    **{"U1": 1191.20714, "F1": 533.47136},
}
OPEN_HEADS = {"A": 209.25987, "B": 201.60895, "C": 192.07347, "D": 202.87427, "T": 180.0}
# a curve of many points at a higher speed, and a pump too weak for the head before it, which EPANET closes
POINTS = """
[JUNCTIONS]
 A  0  10
 B  0  20
 C  0  5
[RESERVOIRS]
 R  30
 H  90
[PIPES]
 P1 R A 100 150 0.05 0 Open
 P2 B C 500 150 0.05 0 Open
 P3 C H 400 125 0.05 0.5 Open
[PUMPS]
 U1 A B HEAD many
 U2 R H HEAD weak
[CURVES]
 many 0 75
 many 10 72
 many 25 66
 many 40 50
 many 60 20
 weak 30 20
[STATUS]
 U1 1.1
"""
POINTS_FLOWS = {"P1": 46.35843, "P2": 16.35843, "P3": 11.35843, "U1": 36.35843, "U2": 0.0}
POINTS_HEADS = {"A": 26.04045, "B": 95.50656, "C": 92.76446, "R": 30.0, "H": 90.0}


@pytest.mark.parametrize(
    ("text", "units", "gravity", "flow_unit", "head_unit", "flows", "heads"),
    [
        (CURVES, "CMH", 0.98, 1.0 / 3600.0, 1.0, CURVES_FLOWS, CURVES_HEADS),
        (POWER, "GPM", 1.0, 3.785411784e-3 / 60.0, 0.3048, POWER_FLOWS, POWER_HEADS),
        (OPEN, "GPM", 1.0, 3.785411784e-3 / 60.0, 0.3048, OPEN_FLOWS, OPEN_HEADS),
        (POINTS, "LPS", 1.0, 1e-3, 1.0, POINTS_FLOWS, POINTS_HEADS),
    ],
    ids=["curves", "power", "open valve", "points"],
)
def test_pumps_and_valves_of_epanet(tmp_path, text, units, gravity, flow_unit, head_unit, flows, heads):
    path = tmp_path / "net.inp"
    path.write_text(text + OPTIONS.format(units=units, gravity=gravity))
    network = load_epanet(path)
    result = solve_steady(network, heat=False)
    tables = (result.res_pipes, result.res_pumps, result.res_valves, result.res_substations)
    found = {name: row.mdot_kg_per_s for table in tables for name, row in table.iterrows()}
    largest, span = max(flows.values()), max(heads.values()) - min(heads.values())
    for name, value in flows.items():
        assert found[name] / network.liquid.density / flow_unit == pytest.approx(value, abs=2e-3 * largest), name
    assert (result.res_substations.short_pa > 0.0).tolist() == [True] * (text == OPEN) + [False] * (text == POWER)
    head = result.res_junctions.head_m / head_unit
    for name, value in heads.items():
        assert head[name] == pytest.approx(value, abs=6e-3 * span), name


def test_a_closed_pump_and_valves_set_by_their_status(tmp_path):
    path = tmp_path / "net.inp"
    status = "[STATUS]\n U1 Closed\n V1 Open\n V2 1000\n"
    path.write_text(CURVES + status + OPTIONS.format(units="CMH", gravity=1.0))
    network = load_epanet(path)
    assert network.pumps.in_service.to_dict() == {"U1": False, "U2": True}
    assert solve_steady(network, heat=False).res_pumps.mdot_kg_per_s["U1"] == 0.0
    drop = solve_steady(network, heat=False).res_valves
    # V2: K = 1000 on the velocity head in 0.1 m
    velocity = drop.mdot_kg_per_s["V2"] / 1000.0 / (3.14159265 / 4.0 * 0.1**2)
    assert drop.dp_pa["V2"] == pytest.approx(1000.0 * 500.0 * velocity**2, rel=1e-6)
    assert abs(drop.dp_pa["V1"]) < 10.0
