"""Replays of measured pipes, by the pipe itself and through the tables, for the tests and for the plots of the docs page."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from CoolProp.CoolProp import PropsSI

from rack2city.network import (
    Liquid,
    Network,
    PlugFlowPipes,
    create_boundaries,
    create_junctions,
    create_pipes,
    simulate,
)
from rack2city.network.pipes.wall import wall_capacity

ULG_RUNS = ("ULg150801", "ULg151202", "ULg151204_1", "ULg151204_2", "ULg160118_1")
PARTS = 4  # steps per sampling interval, so that the mean over a step is close to the reading at an instant


@dataclass(frozen=True)
class Replay:
    """A measured run beside its simulation: times (s) and temperatures (°C), all of one length."""

    time_s: np.ndarray
    inlet: np.ndarray
    measured: np.ndarray
    simulated: np.ndarray

    @property
    def rmse(self) -> float:
        """Root mean square of the simulated outlet less the measured one (K)."""
        return float(np.sqrt(np.mean((self.simulated - self.measured) ** 2)))


@dataclass(frozen=True)
class Pipe:
    """A rig: one pipe, filled with water of one temperature.

    Attributes:
        length: length (m).
        inner: inner diameter (m).
        outer: outer diameter of the bare pipe (m).
        wall: density (kg/m3) and heat capacity (J/(kg K)) of the wall.
        loss: conductance to the surroundings (W/(m K)).
        start_k: temperature of water and wall at the start (K).
        liquid: constant properties.
    """

    length: float
    inner: float
    outer: float
    wall: tuple[float, float]
    loss: float
    start_k: float
    liquid: Liquid


Solve = Callable[..., np.ndarray]
"""From a pipe, lengths of steps (s), flows (kg/s), inlets and surroundings (K) to the mean outlet of each step (K)."""


def by_class(pipe: Pipe, steps, flow, inlet_k, around_k, sections=32) -> np.ndarray:
    """The pipe by itself."""
    liquid = pipe.liquid
    pipes = PlugFlowPipes(
        pipe.length,
        pipe.inner,
        pipe.loss,
        wall_capacity(pipe.inner, pipe.outer, *pipe.wall),
        pipe.start_k,
        sections=sections,
        density=liquid.density,
        heat_capacity=liquid.heat_capacity,
    )
    each = zip(steps, flow, inlet_k, around_k, strict=True)
    return np.array([pipes.step(step, m, t, around).outlet_k[0] for step, m, t, around in each])


def by_tables(pipe: Pipe, steps, flow, inlet_k, around_k) -> np.ndarray:
    """A network of one pipe between two boundaries; that the film is resolved follows from the steps."""
    network = Network("rig", pipe.liquid)
    create_junctions(network, ["in", "out"])
    create_pipes(
        network,
        "pipe",
        from_junction="in",
        to_junction="out",
        length_m=pipe.length,
        inner_diameter_m=pipe.inner,
        outer_diameter_m=pipe.outer,
        conductance_w_per_m_k=pipe.loss,
        wall_density_kg_per_m3=pipe.wall[0],
        wall_heat_capacity_j_per_kg_k=pipe.wall[1],
    )
    create_boundaries(network, "inlet", junction="in", pressure_pa=3e5, supply_k=300.0)
    create_boundaries(network, "outlet", junction="out", mass_flow_kg_per_s=0.0)
    profiles = {
        ("boundaries", "mass_flow_kg_per_s"): pd.DataFrame({"outlet": -np.asarray(flow)}),
        ("boundaries", "supply_k"): pd.DataFrame({"inlet": inlet_k}),
        ("pipes", "ambient_k"): pd.DataFrame({"pipe": around_k}),
    }
    told = simulate(network, profiles, steps, initial=pipe.start_k, keep=["pipes.t_to_k"])
    assert told.method.endswith("pipes with a film between water and wall")
    return told.res_pipes["t_to_k"]["pipe"].to_numpy()


def replay(time, flow, inlet, measured, around, length, inner, outer, wall, loss, solve: Solve = by_class) -> Replay:
    """Simulate one pipe from its measured inlet temperature and flow, both linear between samples.

    Water and wall start at the outlet temperature of the first sample. Density and heat capacity of water are those at
    the mean temperature of the run. Nothing is fitted.
    """
    kelvin = (np.mean(inlet) + np.mean(measured)) / 2 + 273.15
    density, capacity = (float(PropsSI(name, "T", kelvin, "P", 3e5, "Water")) for name in ("D", "C"))
    pipe = Pipe(length, inner, outer, wall, loss, measured[0] + 273.15, Liquid(density, capacity, 5e-4))
    edges = np.interp(np.arange((len(time) - 1) * PARTS + 1) / PARTS, np.arange(len(time)), time)
    middle = (edges[1:] + edges[:-1]) / 2
    m, t, a = (np.interp(middle, time, values) for values in (flow, inlet, around))
    outlet = solve(pipe, np.diff(edges), m, t + 273.15, a + 273.15) - 273.15
    return Replay(np.asarray(time), np.asarray(inlet), np.asarray(measured), np.interp(time, middle, outlet))


def replay_ulg(reference: Path, run: str, solve: Solve = by_class, wall=(7800.0, 480.0)) -> Replay:
    """39 m of DN50 steel at the University of Liège; data of IBPSA project 1 (BSD)."""
    data = pd.read_csv(reference / f"network/ulg/{run}.csv", comment="#")
    columns = [data[name].to_numpy() for name in ("time_s", "m_flow_kg_s", "T_water_in_degC", "T_water_out_degC")]
    return replay(*columns, np.full(len(data), 18.0), 39.0, 0.05248, 0.0603, wall, 0.462, solve)


def replay_schweiger(reference: Path, solve: Solve = by_class, wall=(8960.0, 385.0)) -> Replay:
    """60.33 m of copper pipe, case 1 of Schweiger et al."""
    data = pd.read_csv(reference / "network/schweiger/case1_inputs_measured.csv", comment="#")
    columns = [data[name].to_numpy() for name in ("time_s", "m_flow_kg_h", "T_in_degC", "T_out_measured_degC")]
    columns[1] = columns[1] / 3600.0
    return replay(*columns, data.T_amb_degC.to_numpy(), 60.33, 0.02, 0.022, wall, 0.255, solve)
