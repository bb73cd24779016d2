"""Replays of measured pipes, for the tests and for the plots of the docs page."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from CoolProp.CoolProp import PropsSI

from rack2city.network.pipes.plug_flow import PlugFlowPipes
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


def replay(time, flow, inlet, measured, around, length, inner, outer, wall, loss, sections=32) -> Replay:
    """Simulate one pipe from its measured inlet temperature and flow, both linear between samples.

    Water and wall start at the outlet temperature of the first sample. Density and heat capacity of water are those at
    the mean temperature of the run. Nothing is fitted.
    """
    kelvin = (np.mean(inlet) + np.mean(measured)) / 2 + 273.15
    pipe = PlugFlowPipes(
        length,
        inner,
        loss,
        wall_capacity(inner, outer, *wall),
        measured[0] + 273.15,
        sections=sections,
        density=PropsSI("D", "T", kelvin, "P", 3e5, "Water"),
        heat_capacity=PropsSI("C", "T", kelvin, "P", 3e5, "Water"),
    )
    edges = np.interp(np.arange((len(time) - 1) * PARTS + 1) / PARTS, np.arange(len(time)), time)
    middle = (edges[1:] + edges[:-1]) / 2
    columns = [np.interp(middle, time, values) for values in (flow, inlet, around)]
    outlet = [
        pipe.step(step, m, t + 273.15, a + 273.15).outlet_k[0] - 273.15
        for step, m, t, a in zip(np.diff(edges), *columns, strict=True)
    ]
    return Replay(np.asarray(time), np.asarray(inlet), np.asarray(measured), np.interp(time, middle, outlet))


def replay_ulg(reference: Path, run: str, sections: int = 32, wall=(7800.0, 480.0)) -> Replay:
    """39 m of DN50 steel at the University of Liège; data of IBPSA project 1 (BSD)."""
    data = pd.read_csv(reference / f"network/ulg/{run}.csv", comment="#")
    columns = [data[name].to_numpy() for name in ("time_s", "m_flow_kg_s", "T_water_in_degC", "T_water_out_degC")]
    return replay(*columns, np.full(len(data), 18.0), 39.0, 0.05248, 0.0603, wall, 0.462, sections)


def replay_schweiger(reference: Path, sections: int = 32, wall=(8960.0, 385.0)) -> Replay:
    """60.33 m of copper pipe, case 1 of Schweiger et al."""
    data = pd.read_csv(reference / "network/schweiger/case1_inputs_measured.csv", comment="#")
    columns = [data[name].to_numpy() for name in ("time_s", "m_flow_kg_h", "T_in_degC", "T_out_measured_degC")]
    columns[1] = columns[1] / 3600.0
    return replay(*columns, data.T_amb_degC.to_numpy(), 60.33, 0.02, 0.022, wall, 0.255, sections)
