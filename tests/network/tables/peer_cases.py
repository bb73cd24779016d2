"""Steady cases solved by pandapipes and by us, for the tests and for the plots of the docs page; needs pandapipes."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandapipes as pp
from pandapipes.properties.fluids import _add_fluid_to_net, create_constant_fluid

from rack2city.arrays import Array
from rack2city.network import SteadyResult, from_pandapipes, solve_steady


@dataclass(frozen=True)
class Pair:
    """Pipe flows (kg/s), junction temperatures (K) and pressures (Pa) of both; pandapipes' network and our result."""

    their_flow: Array
    our_flow: Array
    their_k: Array
    our_k: Array
    their_pa: Array
    our_pa: Array
    net: Any
    result: SteadyResult


def empty() -> Any:
    """An empty network of a liquid of constant properties."""
    net = pp.create_empty_network("peer")
    properties = {"density": 983.0, "viscosity": 4.7e-4, "heat_capacity": 4185.0}
    unused = {"molar_mass": 18.0, "compressibility": 1.0, "der_compressibility": 0.0}
    _add_fluid_to_net(net, create_constant_fluid("water", "liquid", **properties, **unused))
    return net


def pipe(net: Any, start: int, end: int, length_km: float = 0.4, inner_mm: float = 80.0, **more: Any) -> int:
    """A pipe that loses heat."""
    columns = {"k_mm": 0.05, "u_w_per_m2k": 2.0, "text_k": 283.15, "outer_diameter_mm": inner_mm + 10.0} | more
    return int(pp.create_pipe_from_parameters(net, start, end, length_km, inner_mm, **columns))


def solve_both(net: Any, mode: str = "sequential") -> Pair:
    """Solve on both sides. Where flows follow from temperatures their mode is bidirectional."""
    settings = {"tol_p": 1e-9, "tol_m": 1e-9, "tol_T": 1e-8, "max_iter_colebrook": 100, "max_iter_bidirect": 200}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pp.pipeflow(net, mode=mode, friction_model="colebrook", max_iter_hyd=200, max_iter_therm=200, **settings)
        result = solve_steady(from_pandapipes(net))
    return Pair(
        net.res_pipe.mdot_from_kg_per_s.to_numpy(),
        result.res_pipes.mdot_kg_per_s.to_numpy(),
        net.res_junction.t_k.to_numpy(),
        result.res_junctions.t_k.to_numpy(),
        net.res_junction.p_bar.to_numpy() * 1e5,
        result.res_junctions.p_pa.to_numpy(),
        net,
        result,
    )


def loop() -> Pair:
    """Four junctions in a loop with a chord."""
    net = empty()
    at = [pp.create_junction(net, pn_bar=5, tfluid_k=340) for _ in range(4)]
    pipe(net, at[0], at[1])
    pipe(net, at[1], at[2], 0.3, 60.0, loss_coefficient=2.5)
    pipe(net, at[0], at[2], 0.5, 50.0)
    pipe(net, at[3], at[2], 0.25)
    pipe(net, at[0], at[3], 0.35, text_k=288.15)
    pp.create_ext_grid(net, at[0], p_bar=5, t_k=350)
    pp.create_sink(net, at[2], 3.0)
    pp.create_sink(net, at[1], 1.0, scaling=0.5)
    return solve_both(net)


def two_producers(second_bar: float = 4.85) -> Pair:
    """Two producers of given pressure on a loop; the pressure of the second turns the flow between them.

    Each feeds through one pipe: pandapipes 0.16 fails where liquid arrives at a grid's own junction.
    """
    net = empty()
    at = [pp.create_junction(net, pn_bar=5, tfluid_k=340) for _ in range(5)]
    for start, end in ((0, 1), (3, 2), (1, 2), (1, 4), (4, 2)):
        pipe(net, at[start], at[end])
    pp.create_ext_grid(net, at[0], p_bar=5, t_k=350)
    pp.create_ext_grid(net, at[3], p_bar=second_bar, t_k=335)
    pp.create_sink(net, at[4], 4.0)
    pp.create_sink(net, at[1], 1.0)
    pp.create_sink(net, at[2], 1.0)
    return solve_both(net)


def reversal() -> Pair:
    """The same with the flow between the producers turned round."""
    return two_producers(5.15)


def consumers() -> Pair:
    """Supply and return, one consumer of given return temperature and one of given flow."""
    net = empty()
    supply, back = ([pp.create_junction(net, pn_bar=5, tfluid_k=330) for _ in range(3)] for _ in range(2))
    for start, end in ((0, 1), (1, 2)):
        pipe(net, supply[start], supply[end])
        pipe(net, back[end], back[start])
    pp.create_circ_pump_const_pressure(net, back[0], supply[0], p_flow_bar=6.0, plift_bar=2.0, t_flow_k=355.0)
    pp.create_heat_consumer(net, supply[1], back[1], qext_w=8e4, treturn_k=318.15)
    pp.create_heat_consumer(net, supply[2], back[2], qext_w=1e5, controlled_mdot_kg_per_s=0.9)
    return solve_both(net, "bidirectional")


def exchanger() -> Pair:
    """A valve, an exchanger and a climb in a row."""
    net = empty()
    at = [pp.create_junction(net, pn_bar=5, tfluid_k=340, height_m=height) for height in (0.0, 2.0, 6.0, 6.0)]
    pipe(net, at[0], at[1])
    pp.create_valve(net, at[1], at[2], "ju", inner_diameter_mm=50.0, loss_coefficient=20.0)
    pp.create_heat_exchanger(net, at[2], at[3], qext_w=5e4, inner_diameter_mm=40.0, loss_coefficient=30.0)
    pp.create_ext_grid(net, at[0], p_bar=5, t_k=350)
    pp.create_sink(net, at[3], 2.0)
    return solve_both(net)


CASES: dict[str, Callable[[], Pair]] = {
    "loop": loop,
    "two producers": two_producers,
    "reversal": reversal,
    "consumers": consumers,
    "exchanger, valve": exchanger,
}


def flow_error(pair: Pair) -> Array:
    """Ours less theirs over the largest flow (-)."""
    return np.asarray((pair.our_flow - pair.their_flow) / np.abs(pair.their_flow).max())
