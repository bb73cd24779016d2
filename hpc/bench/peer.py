"""pandapipes on the benchmark's net: the same pipes, liquid, loads and temperatures, solved by what a user would call."""

import contextlib
import importlib.util
import io
import logging
import time
import warnings
from dataclasses import dataclass
from typing import Any

import nets
import numpy as np


@dataclass(frozen=True)
class PeerStep:
    """pandapipes' step, or why there is none.

    Attributes:
        seconds: median wall time of `pipeflow`, None where it failed.
        root_heat_w: heat its circulation pump puts in.
        return_k: temperature back at its pump.
        worst_flow_difference: largest difference of a consumer's flow to ours, over the largest flow (-).
        failure: what it said when it failed.
    """

    seconds: float | None = None
    root_heat_w: float | None = None
    return_k: float | None = None
    worst_flow_difference: float | None = None
    failure: str | None = None


def pandapipes_version() -> str | None:
    """Its version, or None where it is not installed."""
    try:
        import pandapipes
    except ImportError:
        return None
    return str(pandapipes.__version__)


def build(net: nets.BenchNet, lift_pa: float) -> Any:
    """The net in pandapipes: junction i is supply node i, junction N + i return node i."""
    import pandapipes as pp

    liquid, end = nets.LIQUID, np.arange(1, len(net.start) + 1)
    fluid = pp.create_constant_fluid(
        name="water of the benchmark",
        fluid_type="liquid",
        density=liquid.density,
        viscosity=liquid.viscosity,
        heat_capacity=liquid.heat_capacity,
        molar_mass=18.0,
        compressibility=1.0,
        der_compressibility=0.0,
    )
    other = pp.create_empty_network(fluid=fluid, add_stdtypes=False)
    nodes = len(end) + 1
    pp.create_junctions(other, nodes, pn_bar=10.0, tfluid_k=nets.SUPPLY_K)
    pp.create_junctions(other, nodes, pn_bar=10.0, tfluid_k=nets.RETURN_K)
    pp.create_pipes_from_parameters(
        other,
        np.concatenate([net.start, end + nodes]),
        np.concatenate([end, net.start + nodes]),
        length_km=np.tile(net.length_m, 2) / 1000.0,
        inner_diameter_mm=np.tile(net.diameter_m, 2) * 1000.0,
        k_mm=nets.ROUGHNESS_M * 1000.0,
        u_w_per_m2k=nets.LOSS_W_PER_M_K / (np.pi * np.tile(net.diameter_m, 2)),
        text_k=nets.GROUND_K,
    )
    pp.create_heat_consumers(other, net.consumer, net.consumer + nodes, qext_w=nets.LOAD_W, treturn_k=nets.RETURN_K)
    lift = lift_pa / 1e5
    pp.create_circ_pump_const_pressure(other, nodes, 0, p_flow_bar=lift + 5.0, plift_bar=lift, t_flow_k=nets.SUPPLY_K)
    return other


def peer_step(net: nets.BenchNet, lift_pa: float, our_flow: Any, repeats: int) -> PeerStep:
    """Solve the net `repeats` times from scratch and compare with our flows.

    `mode="bidirectional"` is the one that fits: a consumer of given heat and return temperature draws a flow that depends
    on the temperature arriving, so flow and heat are one system (`sequential` would keep the first guess). Colebrook's
    friction as ours; numba where it is installed.
    """
    import pandapipes as pp

    logging.getLogger("pandapipes").setLevel(logging.ERROR)
    other = build(net, lift_pa)
    options: dict[str, Any] = {"mode": "bidirectional", "friction_model": "colebrook"}
    options |= {"use_numba": importlib.util.find_spec("numba") is not None}
    options |= {"max_iter_hyd": 100, "max_iter_therm": 100, "max_iter_bidirect": 100}
    times = []
    try:
        for _ in range(repeats):
            started = time.perf_counter()
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                pp.pipeflow(other, **options)
            times.append(time.perf_counter() - started)
    except Exception as error:  # whatever stops a peer is a row of the table, not the end of the benchmark
        return PeerStep(failure=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}")
    flow = other.res_heat_consumer["mdot_from_kg_per_s"].to_numpy()
    pump = other.res_circ_pump_pressure.iloc[0]
    back = float(other.res_junction["t_k"].iloc[len(net.start) + 1])
    total = abs(float(pump["mdot_from_kg_per_s"]))
    return PeerStep(
        seconds=float(np.median(times)),
        root_heat_w=total * nets.LIQUID.heat_capacity * (nets.SUPPLY_K - back),
        return_k=back,
        worst_flow_difference=float(np.abs(flow - our_flow).max() / np.abs(our_flow).max()),
    )
