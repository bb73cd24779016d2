"""A run folder of plausible numbers whose energies add up: what the report is tested on."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyvista as pv

HOUR_S = 3600.0
FIELDS = "plates/accelerator/fields"


def write_sample(folder: Path) -> dict[str, Any]:
    """Write `summary.json`, `year.parquet` and the fields of a plate into `folder`; returns the summary."""
    year = sample_year()
    summary = sample_summary(year)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(summary))
    year.to_parquet(folder / "year.parquet")
    write_field(folder / FIELDS)
    return summary


def sample_year() -> pd.DataFrame:
    """8760 hours; network heat = demand + loss = heat pump + backup, liquid = reused + rejected in each."""
    time = pd.date_range("2025-01-01", periods=8760, freq="h", tz="Etc/GMT-1", name="time")
    hour = np.arange(8760)
    noise = np.random.default_rng(1).normal(0.0, 2.0, 8760)
    outdoor = (
        284.15
        - 7.5 * np.cos(2 * np.pi * (hour / 24 - 17) / 365)
        - 3.0 * np.cos(2 * np.pi * (hour % 24 - 3) / 24)
        + noise
    )
    demand = 150e3 + 110e3 * np.clip(289.15 - outdoor, 0.0, None) * (1 + 0.2 * np.sin(2 * np.pi * hour / 24))
    loss = 95e3 + 500.0 * (284.0 - outdoor)
    liquid = np.full(8760, 0.85 * 8 * 130.5e3)
    cop = 4.6 - 0.02 * np.clip(288.0 - outdoor, 0.0, None)
    heat = demand + loss
    pumped = np.minimum(heat, 1500e3 / 1.3)
    pumped = np.minimum(pumped, liquid / (1.0 - 0.97 / cop))
    electric = pumped / cop
    reused = pumped - 0.97 * electric
    mild = np.clip((outdoor - 265.15) / 23.0, 0.0, 1.0)
    columns = {
        "outdoor_k": outdoor,
        "demand_w": demand,
        "delivered_w": demand,
        "network_loss_w": loss,
        "network_heat_w": heat,
        "heat_pump_w": pumped,
        "heat_pump_electric_w": electric,
        "reused_w": reused,
        "backup_w": heat - pumped,
        "rejected_w": liquid - reused,
        "liquid_w": liquid,
        "network_supply_k": 343.15 - 10.0 * mild,
        "network_return_k": 309.15 - 0.5 * mild,
        "facility_supply_k": 308.65 + 0.8 * mild,
        "facility_return_k": 318.15 + 0.8 * mild,
        "tcs_supply_k": 313.15 + np.clip(outdoor - 302.0, 0.0, None),
        "junction_max_k": 347.0 + np.clip(outdoor - 302.0, 0.0, None),
        "network_pump_w": 4e3 * (heat / heat.max()) ** 2,
        "cop": cop,
        "dry_cooler_w": 0.02 * (liquid - reused),
    }
    return pd.DataFrame(columns, index=time)


def sample_summary(year: pd.DataFrame) -> dict[str, Any]:
    """A summary with every documented key, consistent with the year."""
    energy = {name.removesuffix("_w") + "_j": float(year[name].sum() * HOUR_S) for name in year if name.endswith("_w")}
    it = 0.85 * 8 * 150e3 * 8760 * HOUR_S
    electricity = {
        "it": it,
        "ups_loss": it * (1 / 0.9783 - 1),
        "tcs_pump": 0.012 * it,
        "facility_pump": 0.005 * it,
        "air_cooling": (it - energy["liquid_j"]) / 6.0,
        "dry_cooler": energy["dry_cooler_j"],
        "heat_pump": energy["heat_pump_electric_j"],
        "network_pump": energy["network_pump_j"],
    }
    inside = sum(v for k, v in electricity.items() if k not in ("heat_pump", "network_pump"))
    return {
        "schema_version": 2,
        "case": {
            "name": "rack-150kw",
            "title": "150 kW rack, pod of eight, heat to a Brussels district network",
            "file": "cases/rack-150kw/case.toml",
            "inputs": [
                _input(
                    "plates.accelerator.channel_width",
                    "0.1 mm",
                    1e-4,
                    "m",
                    "skived copper plate, rack2city reference design",
                ),
                _input(
                    "plates.accelerator.tim_resistance",
                    "5 mm^2*K/W",
                    5e-6,
                    "m2K/W",
                    "range 3-10 mm2K/W of current TIM2 data sheets",
                ),
                _input("plates.accelerator.flow_factors", "0.4, 0.7, 1.0, 1.3, 1.6", "0.4, 0.7, 1, 1.3, 1.6", "-", ""),
                _input(
                    "rack.power",
                    "150 kW",
                    150e3,
                    "W",
                    "rack2city reference rack; flow curve as published for NVL72-class racks",
                ),
                _input("rack.supply_temperature", "40 degC", 313.15, "K", "ASHRAE S40 <draft & notes>"),
                _input("coolant.name", "PG25", "PG25", "", "CoolProp 8, Melinder (2010)"),
            ],
        },
        "verdict": {
            "holds": True,
            "checks": [
                check("junction temperature", 347.0, 358.15, "K", "max", "temperature"),
                check("head of the CDU", 245.3e3, 276e3, "Pa", "max"),
                check("manifold velocity", 1.0, 1.5, "m/s", "max"),
                check("branch flow spread", 0.021, 0.05, "-", "max"),
                check("temperature rise of the air", 13.6, 12.0, "K", "min", "difference"),
                check("approach of the CDU", 4.4, 5.0, "K", "max", "difference"),
            ],
        },
        "plates": {"accelerator": _plate(), "cpu": _measured()},
        "rack": {
            "power_w": 150e3,
            "liquid_w": 130.5e3,
            "air_w": 19.5e3,
            "flow_m3_per_s": 195.0 / 6e4,
            "heat_capacity_flow_w_per_k": 12490.0,
            "supply_k": 313.15,
            "return_k": 323.6,
            "rise_k": 10.45,
            "pressure_drop_pa": 194.6e3,
            "curve_drop_pa": 194.5e3,
            "manifold_velocity_m_per_s": 1.15,
            "branch_flow_spread": 0.021,
            "air_rise_k": 13.6,
            "loads": [
                _load("accelerator", "accelerator", 72, 1550.0, 2.31, 11.2e3, 0.0152, 0.008),
                _load("cpu", "cpu", 36, 350.0, 0.53, 4.1e3, 0.031, 0.03),
                _load("switch", "cpu", 18, 350.0, 0.53, 4.1e3, 0.031, 0.03),
            ],
        },
        "plant": {
            "racks": 8,
            "cdu": {
                "heat_w": 1.044e6,
                "effectiveness": 0.71,
                "ntu": 2.4,
                "approach_k": 4.4,
                "coolant_return_k": 323.6,
                "facility_supply_k": 308.75,
                "facility_return_k": 319.2,
                "tcs_head_pa": 245.3e3,
                "tcs_hydraulic_w": 6.4e3,
                "tcs_pump_w": 9.8e3,
                "facility_hydraulic_w": 3.9e3,
                "facility_pump_w": 6.0e3,
                "conductance_w_per_k": 3.3e5,
                "flow_over_rated": 1.0,
                "facility_flow_over_rated": 1.0,
                "coolant_w_per_k": 1e5,
                "facility_w_per_k": 1e5,
            },
            "heat_pump": {
                "refrigerant": "R1234ze(E)",
                "cop": 4.3,
                "evaporating_k": 305.75,
                "condensing_k": 346.15,
                "heat_w": 1.3e6,
                "electric_w": 302e3,
            },
            "ups": {"efficiency": 0.9783, "loss_w": 26.6e3},
        },
        "city": {
            "weather": "synthetic: Uccle monthly normals 1991-2020 with a daily cycle and seeded noise",
            "annual_demand_j": energy["demand_j"],
            "delivered_j": energy["delivered_j"],
            "unmet_j": 0.0,
            "network_loss_j": energy["network_loss_j"],
            "network_model": "steady",
            "network_stored_j": 0.0,
            "network_heat_j": energy["network_heat_j"],
            "reused_j": energy["reused_j"],
            "rejected_j": energy["rejected_j"],
            "backup_j": energy["backup_j"],
            "heat_pump_heat_j": energy["heat_pump_j"],
            "heat_pump_electric_j": energy["heat_pump_electric_j"],
            "liquid_heat_j": energy["liquid_j"],
            "pump_heat_j": {"tcs": 0.65 * electricity["tcs_pump"], "facility": 0.65 * electricity["facility_pump"]},
            "peak_demand_w": float(year["demand_w"].max()),
            "trench_length_m": 9871.0,
            "substations": 40,
            "hours_unmet": 0,
            "coolant_class": "S40",
            "facility_class": "W40",
            "hours_above_coolant_class": 0,
            "hours_above_facility_class": 0,
            "hours_tcs_above_setpoint": int((year["tcs_supply_k"] > 313.15).sum()),
            "junction_max_k": float(year["junction_max_k"].max()),
            "electricity_j": electricity,
            "loop_iterations": 3,
            "loop_change_k": 1e-9,
        },
        "kpi": {
            "pue": inside / it,
            "erf": energy["reused_j"] / inside,
            "ere": (inside - energy["reused_j"]) / it,
            "table": "table 1",
            "definitions": {
                "pue": "Electricity of the data centre over that of its IT, ISO/IEC 30134-2.",
                "erf": "Heat reused outside, counted at the hand-over, over the data centre's energy, ISO/IEC 30134-6.",
            },
        },
        "balances": [
            balance("fem", "heat into and out of the half channel", 0.03875, 0.03875 * (1 + 2e-12), "W", 1e-8),
            balance("rack", "heat into the coolant", 130.5e3, 130.5e3, "W", 1e-6),
            balance("plant", "heat through the CDU", 1.044e6, 1.044e6, "W", 1e-6),
            balance(
                "network",
                "heat of the year",
                energy["network_heat_j"],
                energy["demand_j"] + energy["network_loss_j"],
                "J",
                1e-6,
            ),
        ],
        "assumptions": [
            "The flow is laminar, steady and the same in every channel.",
            "The network is in a steady state in each hour.",
        ],
        "provenance": {
            "commit": "0123456789abcdef0123456789abcdef01234567",
            "versions": {"rack2city": "0.1.0", "fenics-dolfinx": "0.11.0", "petsc4py": "3.24.0", "python": "3.12.7"},
            "plates": {
                "accelerator": {
                    "solver_options": {
                        "flow_": {
                            "ksp_type": "preonly",
                            "pc_type": "lu",
                            "pc_factor_mat_solver_type": "mumps",
                            "snes_rtol": 1e-10,
                        },
                        "heat_": {"ksp_type": "gmres", "ksp_rtol": 1e-12, "pc_type": "hypre", "ksp_monitor": None},
                    },
                    "solver": {
                        "flow": {
                            "method": "direct",
                            "unknowns": 12345,
                            "pressure": "discontinuous",
                            "stabilisation": {"skew": True, "backflow": True, "grad_div": 0.04},
                        },
                        "heat": {"method": "multigrid", "unknowns": 123456},
                        "libraries": {"petsc": "3.24.0"},
                    },
                    "iterations": {
                        "outer": [5, 4, 4, 4, 5],
                        "newton": [21, 14, 13, 12, 11],
                        "flow_factorisations": [7, 3, 3, 3, 3],
                        "heat_factorisations": [2, 1, 1, 1, 1],
                    },
                },
            },
            "ranks": 1,
            "date": "2026-01-15",
            "seconds": {"mesh": 0.8, "plate": 52.4, "rack": 0.1, "plant": 0.4, "city": 6.2},
            "command": "rack2city run cases/rack-150kw/case.toml",
        },
    }


def check(name: str, value: float, limit: float, unit: str, sense: str, kind: str = "") -> dict[str, Any]:
    """One row of the verdict, margin and outcome computed."""
    margin = limit - value if sense == "max" else value - limit
    row = {"name": name, "value": value, "limit": limit, "unit": unit, "sense": sense, "margin": margin}
    return row | {"holds": margin >= 0.0, "kind": kind, "uncertainty": 0.0, "contains": [], "lacks": []}


def balance(stage: str, name: str, entering: float, leaving: float, unit: str, tolerance: float) -> dict[str, Any]:
    """One balance, residual computed."""
    relative = abs(entering - leaving) / max(entering, leaving)
    row = {"stage": stage, "name": name, "entering": entering, "leaving": leaving, "unit": unit}
    return row | {"relative": relative, "tolerance": tolerance, "holds": relative <= tolerance}


def _input(field: str, given: str, si: Any, unit: str, source: str) -> dict[str, Any]:
    status = "assumed" if unit else ""
    return {"field": field, "given": given, "si": si, "unit": unit, "source": source, "status": status}


def _load(
    name: str, plate: str, count: int, power: float, flow: float, drop: float, resistance: float, package: float
) -> dict[str, Any]:
    case = 313.15 + power * resistance
    return {
        "name": name,
        "plate": plate,
        "count": count,
        "power_w": power,
        "flow_m3_per_s": flow / 6e4,
        "plate_pressure_drop_pa": drop,
        "case_to_inlet_k_per_w": resistance,
        "case_to_inlet_uncertainty_k_per_w": {"interpolation in flow": 0.0004 * resistance, "mesh refinement": None},
        "junction_to_case_k_per_w": package,
        "case_max_k": case,
        "junction_max_k": case + power * package,
        "reynolds": 110.0 * flow / 2.31,
    }


def _plate() -> dict[str, Any]:
    factor = np.array([0.4, 0.7, 1.0, 1.3, 1.6])
    design, power = 2.31 / 6e4, 1550.0
    rise = power / (design * 4.0e6) / factor
    bulk = (9e-6 + 1e-6 / factor) / 0.0016
    largest = rise / power + bulk + 5e-6 / 0.0016
    drop = 11.2e3 * (0.97 * factor + 0.03 * factor**2)
    wall = 313.15 + 0.5 * rise + 3.0
    place = [[0.03, 0.0, 0.0015]] * 5
    return {
        "name": "accelerator",
        "kind": "skived",
        "model": "cell",
        "leaves_out": ["plenums and ports", "turbulence"],
        "power_w": power,
        "inlet_k": 313.15,
        "area_m2": 0.0016,
        "channels": 200,
        "design_flow_m3_per_s": design,
        "flow_m3_per_s": list(design * factor),
        "pressure_drop_pa": list(drop),
        "resistance_from": "case-to-inlet",
        "case_to_inlet_max_k_per_w": list(largest),
        "zones": [
            {
                "name": "die",
                "power_w": power,
                "area_m2": 0.0016,
                "tim_m2k_per_w": 5e-6,
                "junction_to_case_k_per_w": 0.008,
                "base_mean_k": list(wall),
                "base_max_k": list(wall + 1.0),
                "case_mean_k": list(wall + 5.0),
                "case_max_k": list(wall + 6.0),
                "bulk_k": list(wall - 3.0),
                "hot_spot_at_m": [[0.0331, 0.0, -0.002]] * 5,
                "junction_max_k": list(wall + 6.0 + 0.008 * power),
            }
        ],
        "uncertainty": {"interpolation in flow": 8.7e-4, "mesh refinement": None},
        "pressure_drop_uncertainty": {"interpolation in flow": 3.1e-4, "mesh refinement": 0.004},
        "runs": {
            "copies": 400.0,
            "base_to_bulk_k_per_w": list(bulk),
            "base_to_inlet_max_k_per_w": list(largest - 5e-6 / 0.0016),
            "case_to_inlet_mean_k_per_w": list(largest - (0.4e-6 / factor + 1e-6) / 0.0016),
            "case_max_k": list(313.15 + largest * power),
            "outlet_bulk_k": list(313.15 + rise),
            "reynolds": list(110.0 * factor),
            "speed_max_m_per_s": list(0.9 * factor),
            "grid_pressure_drop_change": 0.004,
            "grid_case_to_inlet_change": -0.0125,
            "holdout": {
                "flow_m3_per_s": 0.85 * design,
                "pressure_drop_error": 3.1e-4,
                "case_to_inlet_error": -8.7e-4,
            },
            "readings": {
                "hydraulic_diameter_m": 1.935e-4,
                "wetted_area_m2": 0.0488,
                "wetted_mean_k": list(wall),
                "wetted_to_bulk_w_per_m2k": [19500.0] * 5,
                "nusselt": [7.7] * 5,
                "wall_shear_mean_pa": list(37.0 * factor),
                "wall_shear_max_pa": list(43.0 * factor),
                "wall_shear_max_at_m": place,
                "speed_max_at_m": place,
                "channel_shares": [[0.3, 0.4, 0.3]] * 5,
            },
        },
        "mesh": {
            "level": "medium",
            "cells": 9216,
            "points": 11025,
            "groups": {"fluid": 3456, "fin": 3456, "base": 1536, "tim": 768, "heated": 384},
        },
    }


def _measured() -> dict[str, Any]:
    """A plate of which curves alone are known."""
    return {
        "name": "cpu",
        "kind": "curve",
        "model": "measured",
        "leaves_out": [],
        "power_w": 350.0,
        "inlet_k": 313.15,
        "area_m2": None,
        "channels": None,
        "design_flow_m3_per_s": 0.53 / 6e4,
        "flow_m3_per_s": [0.3 / 6e4, 0.6 / 6e4, 1.2 / 6e4],
        "pressure_drop_pa": [2.1e3, 4.9e3, 11e3],
        "resistance_from": "case-to-inlet",
        "case_to_inlet_max_k_per_w": [0.041, 0.029, 0.022],
        "zones": [],
        "uncertainty": {"measurement": 0.05},
        "pressure_drop_uncertainty": {"measurement": 0.02},
        "runs": None,
        "mesh": None,
    }


def write_field(folder: Path) -> Path:
    """Smooth fields on hexahedra of the half channel, as ParaView collections: temperature (K) and velocity (m/s)."""
    folder.mkdir(parents=True, exist_ok=True)
    x, y, z = np.linspace(0.0, 40.0, 41), np.linspace(0.0, 0.1, 9), np.r_[-2.05, np.linspace(-2.0, 3.0, 26)]
    grid = pv.RectilinearGrid(x * 1e-3, y * 1e-3, z * 1e-3).cast_to_unstructured_grid()
    px, py, pz = (grid.points * 1e3).T
    fluid = np.clip(1.0 - py / 0.05, 0.0, 1.0) * np.clip(pz / 0.5, 0.0, 1.0)
    wall = 9.0 + 5.0 * np.exp(-np.clip(pz, 0.0, None)) - np.clip(pz, None, 0.0)
    grid.point_data["temperature"] = 313.15 + 0.25 * px + wall * (1.0 - 0.7 * fluid)
    flow = pv.RectilinearGrid(x * 1e-3, y[:5] * 1e-3, z[z >= 0.0] * 1e-3).cast_to_unstructured_grid()
    _, py, pz = (flow.points * 1e3).T
    speed = (1.0 - (py / 0.05) ** 2) * (1.0 - (pz / 1.5 - 1.0) ** 8)
    flow.point_data["velocity"] = np.column_stack([speed, 0.0 * speed, 0.0 * speed])
    for name, field in (("flow", flow), ("temperature", grid)):
        field.save(folder / f"{name}_p0_000000.vtu")
        entry = f'<DataSet timestep="0" part="0" file="{name}_p0_000000.vtu"/>'
        collection = f'<VTKFile type="Collection" version="0.1"><Collection>{entry}</Collection></VTKFile>'
        (folder / f"{name}.pvd").write_text(f'<?xml version="1.0"?>{collection}')
    return folder / "temperature.pvd"
