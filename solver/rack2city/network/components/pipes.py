"""Pipes, each by itself or beside another in one trench."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components.columns import FLOW, IN_SERVICE, REQUIRED, THROUGH, Column, Quantity, ends, number
from rack2city.network.components.component import Arrays, Columns, Component, Fault, Foreign
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import PipeLaw

_ALIKE = 0.01  # of the longer length: what the two pipes of a trench may differ by


def _faults(columns: Columns) -> Iterator[Fault]:
    thin = columns["outer_diameter_m"] < columns["inner_diameter_m"]
    yield thin, "outer_diameter_m", "it is less than the inner diameter"


def _faults_of_pairs(frame: pd.DataFrame) -> Iterator[Fault]:
    """Two do not name each other, differ in length, or tell two conductances; a conductance to no pair."""
    name, own = frame.index, np.arange(len(frame))
    other = name.get_indexer(pd.Index(frame.pair, dtype=object))
    length, between = (frame[column].to_numpy(dtype=float) for column in ("length_m", "pair_w_per_m_k"))
    paired = other >= 0
    back = np.where(paired, other, own)
    yield paired & (other == own), "pair", "a pipe is not its own pair"
    yield (
        paired & (other[back] != own),
        "pair",
        lambda row: f"pipe '{name[back[row]]}' does not name it as its pair; each must name the other",
    )
    yield (
        paired & (np.abs(length - length[back]) > _ALIKE * np.maximum(length, length[back])),
        "length_m",
        lambda row: (
            f"it is {length[row]:g} m, that of its pair '{name[back[row]]}' {length[back[row]]:g} m; in one trench they "
            "differ by 1 % at most"
        ),
    )
    yield ~paired & (between > 0.0), "pair_w_per_m_k", "it has no pair to exchange heat with"
    yield (
        paired & (np.abs(between - between[back]) > 1e-9 * np.abs(between)),
        "pair_w_per_m_k",
        lambda row: f"its pair '{name[back[row]]}' tells another value; give one, or the same twice",
    )


def _law(arrays: Arrays, label: str, rows: Index, static_pa: Array) -> PipeLaw:
    at = {name: column[rows] for name, column in arrays["pipes"].items()}
    size, liquid = (at["length_m"], at["inner_diameter_m"], at["roughness_m"]), arrays.liquid
    return PipeLaw(*size, liquid.density, liquid.viscosity, at["minor_loss"], arrays.friction)


def _from_pandapipes(frame: pd.DataFrame, net: Foreign) -> Mapping[str, Any]:
    """`u_w_per_m2k` is on the outer circumference."""
    outer = frame.outer_diameter_mm.fillna(frame.inner_diameter_mm).astype(float) / 1e3
    return {
        "from_junction": net.junctions(frame.from_junction),
        "to_junction": net.junctions(frame.to_junction),
        "length_m": 1e3 * frame.length_km,
        "inner_diameter_m": frame.inner_diameter_mm.astype(float) / 1e3,
        "outer_diameter_m": outer,
        "roughness_m": frame.k_mm / 1e3,
        "minor_loss": frame.loss_coefficient,
        "conductance_w_per_m_k": frame.u_w_per_m2k.astype(float) * np.pi * outer,
        "ambient_k": frame.text_k.astype(float).fillna(net.ambient_k),
        "in_service": frame.in_service,
    }


PIPES = Component(
    "pipes",
    "pipe",
    "straight pipes",
    (
        *ends(),
        number("length_m", "m", "length", REQUIRED, above=True),
        number("inner_diameter_m", "m", "inner diameter", REQUIRED, above=True),
        number("outer_diameter_m", "m", "outer diameter of the bare pipe, not less than the inner one"),
        number("roughness_m", "m", "wall roughness", 4.5e-5),
        number("minor_loss", "-", "sum of the local loss coefficients, on the velocity head in the pipe", 0.0),
        number("conductance_w_per_m_k", "W/(m K)", "heat loss per length and kelvin above `ambient_k`", 0.0),
        number("ambient_k", "K", "temperature of the ground or air around it", 283.15, above=True, varies=True),
        number("wall_density_kg_per_m3", "kg/m3", "density of the wall", above=True),
        number("wall_heat_capacity_j_per_kg_k", "J/(kg K)", "specific heat capacity of the wall", above=True),
        number("depth_m", "m", "depth of its axis below the surface"),
        Column("pair", "the other pipe of the same trench; each names the other", "", "pipe", None),
        number("pair_w_per_m_k", "W/(m K)", "conductance to the other pipe of the trench, given on one row or on both"),
        IN_SERVICE,
    ),
    faults=_faults,
    faults_of_all=_faults_of_pairs,
    law=_law,
    law_varies=False,
    results=(
        FLOW,
        Quantity("v_m_per_s", "m/s", "velocity"),
        *THROUGH[1:],
        Quantity("loss_w", "W", "heat lost to the surroundings"),
        Quantity("exchange_w", "W", "heat given to the other pipe of its pair"),
        Quantity("reynolds", "-", "Reynolds number"),
        Quantity("stored_w", "W", "growth of the heat in its water and wall", in_time=True),
    ),
    pandapipes={"pipe": _from_pandapipes},
)
