"""DESTEST CE_0, as the case defines it and with Colebrook's friction; the other validation items have files of their own.

EPANET: tables/test_epanet.py; analytic: tables/test_analytic.py; measured pipes: test_measured_pipes.py; pandapipes:
tables/test_pandapipes.py; convergence: test_plug_flow.py and test_retarded.py; robustness: test_robustness.py.
"""

import pytest

from tests.network.destest import COLEBROOK_PA, COLUMNS, STATED, drop_of_junctions, other_tools, solve_case

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("way", ["radial", "graph"])
def test_destest_ce0_as_it_is_defined(reference, way):
    case = solve_case(reference, "haaland", way)
    assert case.drop_pa == pytest.approx(STATED.drop_pa, rel=1e-3)
    assert case.drop_pa == pytest.approx(STATED.drop_pa, abs=0.005)  # the same formula: every digit that is stated
    assert case.first_building == pytest.approx(STATED.first_building, abs=0.005)
    assert case.back == pytest.approx(STATED.back, abs=0.005)
    assert case.heat_w == pytest.approx(STATED.heat_w, rel=5e-4)
    assert case.balance < 1e-12


@pytest.mark.parametrize("way", ["radial", "graph"])
def test_destest_ce0_with_colebrook(reference, way):
    case = solve_case(reference, "colebrook", way)
    assert case.drop_pa == pytest.approx(COLEBROOK_PA, rel=1e-5)
    assert case.drop_pa / STATED.drop_pa == pytest.approx(1.01346, abs=1e-5)
    assert case.first_building == pytest.approx(STATED.first_building, abs=0.005)
    assert case.heat_w == pytest.approx(STATED.heat_w, rel=5e-4)


@pytest.mark.parametrize(("friction", "drop_pa"), [("haaland", STATED.drop_pa), ("colebrook", COLEBROOK_PA)])
def test_destest_ce0_by_pressures_of_junctions(reference, friction, drop_pa):
    assert drop_of_junctions(reference, friction) == pytest.approx(drop_pa, rel=1e-5)


def test_published_tools_lie_around_ours(reference):
    tools, case = other_tools(reference), solve_case(reference, "colebrook")
    for field, column in COLUMNS.items():
        assert tools[column].min() < getattr(case, field) < tools[column].max(), field
