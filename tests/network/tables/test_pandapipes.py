"""Import of pandapipes networks, and the same steady state as pandapipes' own: flows 0.1 %, temperatures 0.05 K."""

import sys

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network import from_pandapipes

pp = pytest.importorskip("pandapipes", reason="pandapipes is not installed")
peers = pytest.importorskip("tests.network.tables.peer_cases")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", peers.CASES)
def test_the_same_steady_state(name):
    pair = peers.CASES[name]()
    # 0.1 % of each flow; where one is nearly at rest, of the largest
    np.testing.assert_allclose(pair.our_flow, pair.their_flow, rtol=1e-3)
    np.testing.assert_allclose(pair.our_k, pair.their_k, atol=0.05, rtol=0)
    np.testing.assert_allclose(pair.our_pa, pair.their_pa, atol=2e-3 * np.ptp(pair.their_pa), rtol=0)


def test_the_cases_are_what_they_are_called():
    assert (peers.loop().our_flow > 0.1).all()
    apart, turned = peers.two_producers().result, peers.reversal().result
    for result in (apart, turned):
        assert (result.res_boundaries.mdot_kg_per_s.iloc[:2] > 0.5).all()
    assert apart.res_pipes.mdot_kg_per_s["pipe 2"] > 0.3
    assert turned.res_pipes.mdot_kg_per_s["pipe 2"] < -0.3


def test_consumers_and_producer_of_the_import():
    pair = peers.consumers()
    assert pair.result.res_substations.heat_w.tolist() == pytest.approx([8e4, 1e5])
    theirs = pair.net.res_circ_pump_pressure.mdot_from_kg_per_s.abs().to_numpy()
    np.testing.assert_allclose(pair.result.res_producers.mdot_kg_per_s, theirs, rtol=1e-3)


def test_the_exchanger_cools_by_its_heat():
    fall = peers.exchanger().result.res_junctions.t_k.diff().iloc[3]
    assert fall == pytest.approx(-5e4 / (2.0 * 4185.0), abs=1e-6)


def test_names_places_and_faults(monkeypatch):
    net = pp.create_empty_network("named", fluid="water")
    a = pp.create_junction(net, 5, 350, name="plant", geodata=(1.0, 2.0))
    b = pp.create_junction(net, 5, 350, name="end", geodata=(3.0, 4.0))
    peers.pipe(net, a, b, name="main", in_service=False)
    network = from_pandapipes(net, temperature_k=333.15)
    assert network.name == "named"
    assert network.junctions.loc["end", ["x_m", "y_m"]].tolist() == [3.0, 4.0]
    assert not network.pipes.in_service["main"]
    assert network.pipes.conductance_w_per_m_k["main"] == pytest.approx(2.0 * np.pi * 0.09)
    assert network.liquid.density == pytest.approx(983.2, abs=0.5)
    pp.create_heat_consumer(net, a, b, controlled_mdot_kg_per_s=1.0, treturn_k=310.0, name="house")
    with pytest.raises(InputError, match=r"table heat_consumer, 'house': .* leave its heat open"):
        from_pandapipes(net)
    pp.create_flow_control(net, a, b, 1.0, name="control")
    with pytest.raises(InputError, match="table flow_control, 'control': it cannot be imported"):
        from_pandapipes(net)
    with pytest.raises(InputError, match="holds the gas 'hgas'"):
        from_pandapipes(pp.create_empty_network(fluid="hgas"))
    with pytest.raises(InputError, match="a pandapipes network is needed, not dict"):
        from_pandapipes({})
    monkeypatch.setitem(sys.modules, "pandapipes", None)
    with pytest.raises(InputError, match="pandapipes is not installed; `pip install pandapipes`"):
        from_pandapipes(net)
