"""Import of pandapipes networks, and the same steady state as pandapipes' own: flows 0.1 %, temperatures 0.05 K."""

import sys

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network.tables import from_pandapipes, solve_steady

pp = pytest.importorskip("pandapipes", reason="pandapipes is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")


def empty():
    """An empty network of a liquid of constant properties."""
    from pandapipes.properties.fluids import _add_fluid_to_net, create_constant_fluid

    net = pp.create_empty_network("peer")
    properties = {"density": 983.0, "viscosity": 4.7e-4, "heat_capacity": 4185.0}
    unused = {"molar_mass": 18.0, "compressibility": 1.0, "der_compressibility": 0.0}
    _add_fluid_to_net(net, create_constant_fluid("water", "liquid", **properties, **unused))
    return net


def pipe(net, start, end, length_km=0.4, inner_mm=80.0, **more):
    columns = {"k_mm": 0.05, "u_w_per_m2k": 2.0, "text_k": 283.15, "outer_diameter_mm": inner_mm + 10.0} | more
    return pp.create_pipe_from_parameters(net, start, end, length_km, inner_mm, **columns)


def compare(net, mode="sequential"):
    """Solve on both sides and compare; returns our result. Where flows follow from temperatures theirs is bidirectional."""
    settings = {"tol_p": 1e-9, "tol_m": 1e-9, "tol_T": 1e-8, "max_iter_colebrook": 100, "max_iter_bidirect": 200}
    pp.pipeflow(net, mode=mode, friction_model="colebrook", max_iter_hyd=200, max_iter_therm=200, **settings)
    result = solve_steady(from_pandapipes(net))
    theirs = net.res_pipe.mdot_from_kg_per_s.to_numpy()
    np.testing.assert_allclose(result.res_pipes.mdot_kg_per_s, theirs, rtol=1e-3, atol=1e-3 * np.abs(theirs).max())
    np.testing.assert_allclose(result.res_junctions.t_k, net.res_junction.t_k, atol=0.05, rtol=0)
    pressure = net.res_junction.p_bar.to_numpy() * 1e5
    np.testing.assert_allclose(result.res_junctions.p_pa, pressure, atol=2e-3 * np.ptp(pressure), rtol=0)
    return result


def looped(net):
    """Four junctions in a loop with a chord."""
    at = [pp.create_junction(net, pn_bar=5, tfluid_k=340) for _ in range(4)]
    pipe(net, at[0], at[1])
    pipe(net, at[1], at[2], 0.3, 60.0, loss_coefficient=2.5)
    pipe(net, at[0], at[2], 0.5, 50.0)
    pipe(net, at[3], at[2], 0.25)
    pipe(net, at[0], at[3], 0.35, text_k=288.15)
    return at


def test_loop():
    net = empty()
    at = looped(net)
    pp.create_ext_grid(net, at[0], p_bar=5, t_k=350)
    pp.create_sink(net, at[2], 3.0)
    pp.create_sink(net, at[1], 1.0, scaling=0.5)
    result = compare(net)
    assert (result.res_pipes.mdot_kg_per_s > 0.1).all()


def test_two_producers_and_reversal():
    # each grid feeds through one pipe: pandapipes 0.16 fails where liquid arrives at a grid's own junction
    turned = []
    for pressure in (4.85, 5.15):
        net = empty()
        at = [pp.create_junction(net, pn_bar=5, tfluid_k=340) for _ in range(5)]
        for start, end in ((0, 1), (3, 2), (1, 2), (1, 4), (4, 2)):
            pipe(net, at[start], at[end])
        pp.create_ext_grid(net, at[0], p_bar=5, t_k=350)
        pp.create_ext_grid(net, at[3], p_bar=pressure, t_k=335)
        pp.create_sink(net, at[4], 4.0)
        pp.create_sink(net, at[1], 1.0)
        pp.create_sink(net, at[2], 1.0)
        result = compare(net)
        assert (result.res_boundaries.mdot_kg_per_s.iloc[:2] > 0.5).all()
        turned.append(result.res_pipes.mdot_kg_per_s["pipe 2"])
    assert turned[0] > 0.3
    assert turned[1] < -0.3


def test_supply_and_return_with_consumers():
    net = empty()
    supply, back = ([pp.create_junction(net, pn_bar=5, tfluid_k=330) for _ in range(3)] for _ in range(2))
    for start, end in ((0, 1), (1, 2)):
        pipe(net, supply[start], supply[end])
        pipe(net, back[end], back[start])
    pp.create_circ_pump_const_pressure(net, back[0], supply[0], p_flow_bar=6.0, plift_bar=2.0, t_flow_k=355.0)
    pp.create_heat_consumer(net, supply[1], back[1], qext_w=8e4, treturn_k=318.15)
    pp.create_heat_consumer(net, supply[2], back[2], qext_w=1e5, controlled_mdot_kg_per_s=0.9)
    result = compare(net, "bidirectional")
    assert result.res_substations.heat_w.tolist() == pytest.approx([8e4, 1e5])
    theirs = net.res_circ_pump_pressure.mdot_from_kg_per_s.abs().to_numpy()
    np.testing.assert_allclose(result.res_producers.mdot_kg_per_s, theirs, rtol=1e-3)


def test_exchanger_valve_and_static_head():
    net = empty()
    at = [pp.create_junction(net, pn_bar=5, tfluid_k=340, height_m=height) for height in (0.0, 2.0, 6.0, 6.0)]
    pipe(net, at[0], at[1])
    pp.create_valve(net, at[1], at[2], "ju", inner_diameter_mm=50.0, loss_coefficient=20.0)
    pp.create_heat_exchanger(net, at[2], at[3], qext_w=5e4, inner_diameter_mm=40.0, loss_coefficient=30.0)
    pp.create_ext_grid(net, at[0], p_bar=5, t_k=350)
    pp.create_sink(net, at[3], 2.0)
    result = compare(net)
    fall = result.res_junctions.t_k.diff().iloc[3]
    assert fall == pytest.approx(-5e4 / (2.0 * 4185.0), abs=1e-6)


def test_names_places_and_faults(monkeypatch):
    net = pp.create_empty_network("named", fluid="water")
    a = pp.create_junction(net, 5, 350, name="plant", geodata=(1.0, 2.0))
    b = pp.create_junction(net, 5, 350, name="end", geodata=(3.0, 4.0))
    pipe(net, a, b, name="main", in_service=False)
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
