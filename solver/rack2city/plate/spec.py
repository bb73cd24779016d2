"""The numbers of a cold plate by name: what each is, its unit, and where it is taken; and the plainest of their formulas.

The layout follows what the Open Compute Project asks of a single-phase cold plate: common definitions, so that plates of unlike
makers compare - the fluid, its temperature and flow, and where pressures and temperatures are taken, beside every value.
Source: the public slides of OCP's Coldplate Base Specification (B. Pilapil, CoolIT) and the summary of its call of 10
December 2025, which asks for tests at 40 to 45 degC and for velocities by CFD. The specification's own text was not at hand, so
the order and the wording of the rows are ours (grade: secondary).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.errors import InputError


@dataclass(frozen=True)
class Row:
    """One line of a plate's results.

    Attributes:
        key: what the value is called in files, with its unit.
        name: what it is called in a report.
        symbol: letter in formulas.
        unit: SI unit.
        taken: where and how it is taken.
    """

    key: str
    name: str
    symbol: str
    unit: str
    taken: str


ROWS = (
    Row("inlet_k", "coolant at the inlet", "T_in", "K", "flow-weighted mean over the plate's inlet ports"),
    Row("flow_m3_per_s", "coolant flow", "Q", "m³/s", "through the inlet ports, at the inlet's density"),
    Row("power_w", "heat", "P", "W", "into the heated faces of all zones"),
    Row("outlet_k", "coolant at the outlet", "T_out", "K", "flow-weighted mean over the plate's outlet ports"),
    Row(
        "pressure_drop_pa",
        "pressure drop",
        "Δp",
        "Pa",
        "static, mean over the inlet ports minus mean over the outlet ports; without fittings and hoses",
    ),
    Row("pumping_power_w", "pumping power", "P_p", "W", "Δp Q, hydraulic, without the pump's losses"),
    Row(
        "case_max_k",
        "hottest case",
        "T_c,max",
        "K",
        "largest temperature of the chips' lids, below the interface material",
    ),
    Row("case_mean_k", "mean case", "T_c,mean", "K", "mean over the chips' lids, below the interface material"),
    Row("case_to_inlet_max_k_per_w", "case-to-inlet, hottest", "R_ci,max", "K/W", "(T_c,max - T_in) / P"),
    Row("case_to_inlet_mean_k_per_w", "case-to-inlet, mean", "R_ci,mean", "K/W", "(T_c,mean - T_in) / P"),
    Row(
        "junction_to_inlet_k_per_w", "junction-to-inlet", "R_ji", "K/W", "case-to-inlet, hottest, plus junction-to-case"
    ),
    Row(
        "base_to_bulk_k_per_w",
        "base-to-bulk",
        "R_bb",
        "K/W",
        "(mean of the base's heated face - mean bulk of the coolant) / P",
    ),
    Row(
        "heat_transfer_w_per_m2_k",
        "heat transfer coefficient",
        "h",
        "W/(m² K)",
        "heat over wetted area and wall-to-bulk",
    ),
    Row("nusselt", "Nusselt number", "Nu", "-", "h D_h / k of the coolant"),
    Row(
        "reynolds_channel",
        "Reynolds number of the channels",
        "Re",
        "-",
        "mean speed and hydraulic diameter of a channel",
    ),
    Row(
        "reynolds_port", "Reynolds number of the ports", "Re_port", "-", "mean speed and hydraulic diameter of the port"
    ),
    Row("velocity_max_m_per_s", "peak velocity", "u_max", "m/s", "largest speed anywhere in the coolant"),
    Row(
        "wall_shear_max_pa", "peak wall shear", "τ_max", "Pa", "largest on a wetted wall, corners of the mesh left out"
    ),
    Row("flow_share_min", "least flow share", "q_min", "-", "least flow of a channel over the mean of all"),
    Row("flow_share_max", "largest flow share", "q_max", "-", "largest flow of a channel over the mean of all"),
)


def laid_out(values: Mapping[str, float]) -> list[tuple[Row, float]]:
    """Values by key in the order of the rows; rows without a value are left out.

    Raises:
        InputError: there is no row of a key.
    """
    known = {row.key: row for row in ROWS}
    for key in values:
        if key not in known:
            raise InputError(f"plate: no row is called '{key}'; there are {', '.join(known)}")
    return [(row, values[row.key]) for row in ROWS if row.key in values]


def thermal_resistance(hot_k: ArrayLike, cold_k: ArrayLike, power: ArrayLike) -> Array:
    """Temperature difference over the heat that flows (K/W); its name says from where to where."""
    return (np.asarray(hot_k, dtype=float) - np.asarray(cold_k)) / np.asarray(power)


def pumping_power(pressure_drop: ArrayLike, flow: ArrayLike, efficiency: float = 1.0) -> Array:
    """Power (W) that a pressure drop (Pa) at a flow (m³/s) takes, by a pump and motor of an efficiency (-)."""
    if not 0.0 < efficiency <= 1.0:
        raise InputError(f"plate: the efficiency of a pump must be more than 0 and at most 1, got {efficiency:g}")
    return np.asarray(pressure_drop, dtype=float) * np.asarray(flow) / efficiency


def hydraulic_diameter(area: ArrayLike, perimeter: ArrayLike) -> Array:
    """Four times the area (m²) of a section over its wetted perimeter (m), in m."""
    return 4.0 * np.asarray(area, dtype=float) / np.asarray(perimeter)


def reynolds_number(density: ArrayLike, speed: ArrayLike, diameter: ArrayLike, viscosity: ArrayLike) -> Array:
    """Density times speed times diameter over the dynamic viscosity (-)."""
    return np.asarray(density, dtype=float) * np.asarray(speed) * np.asarray(diameter) / np.asarray(viscosity)
