"""`summary.json`: every figure of a run in one file, SI units, documented in docs/summary.md."""

import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rack2city.case import LoadedCase
from rack2city.chain.versions import package_versions
from rack2city.city.kpi import DEFINITIONS, VERSION
from rack2city.city.result import CityResult
from rack2city.evidence import Balance, Check
from rack2city.plant import PlantResult
from rack2city.plate import PlateMap
from rack2city.rack import RackResult

SCHEMA_VERSION = 1
HEAT_TOLERANCE, MASS_TOLERANCE = 1e-8, 1e-10
ASSUMPTIONS = (
    "Every chip heats its plate's finned area evenly; all channels of a plate carry the same flow (no plenum losses).",
    "Flow in the channels is steady and laminar, with a developed profile at the inlet; density, heat capacity and "
    "conductivities are constant, viscosity follows the local temperature.",
    "Plates of all loads share the channel computed for the reference load; their flow, power and width scale its "
    "results, and another heat flux changes the pressure drop by the viscosity at the mean bulk temperature.",
    "Junction-to-case resistances are inputs; the uncertainty of checks covers interpolation in flow and mesh refinement.",
    "The rack drops what its published curve says at design flow; hoses, disconnects and orifices of each plate are "
    "sized to that.",
    "The racks run at their mean utilisation every hour; full power is checked at the design outdoor temperature of the "
    "dry cooler, with no help from the network.",
    "The heat network is solved hour by hour; in the dynamic model heat travels with the water and pipe walls, in "
    "equilibrium with it, store heat; friction heat is neglected, the ground temperature is constant.",
    "The UPS has its certified efficiency at every load; the heat pump's efficiencies are constant over load and lift; "
    "the backup boiler is large enough.",
)


def plate_balances(plate: PlateMap) -> tuple[Balance, ...]:
    """Heat and mass balances of the finite-element runs, at each flow."""
    design = plate.design_flow_per_channel_m3_per_s
    rows = []
    for flow, heat, mass in zip(plate.flow_per_channel_m3_per_s, plate.heat_balances, plate.mass_balances, strict=True):
        at = f"channel at {flow / design:.3g} x design flow"
        rows.append(Balance("fem", f"heat, {at}", *heat, "W", HEAT_TOLERANCE))
        rows.append(Balance("fem", f"mass, {at}", *mass, "m3/s", MASS_TOLERANCE))
    return tuple(balance.require() for balance in rows)


def _check(check: Check) -> dict[str, Any]:
    return {**asdict(check), "margin": check.margin, "holds": check.holds}


def _balance(balance: Balance) -> dict[str, Any]:
    row = asdict(balance)
    row.pop("scale")
    return {**row, "relative": balance.relative, "holds": balance.holds}


def _without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def summarise(
    loaded: LoadedCase,
    mesh: dict[str, Any],
    plate: PlateMap,
    rack: RackResult,
    plant: PlantResult,
    city: CityResult,
    seconds: dict[str, float],
    ranks: int,
) -> dict[str, Any]:
    """All figures of a run as plain data; `provenance` alone may differ between two runs of the same case.

    Raises:
        BalanceError: heat or mass is not conserved in a finite-element run.
    """
    checks: tuple[Check, ...] = (*rack.checks, *plant.checks, *city.checks)
    balances = (*plate_balances(plate), *rack.balances, *plant.balances, *city.balances)
    case = loaded.case
    return {
        "schema_version": SCHEMA_VERSION,
        "case": {
            "name": case.case.name,
            "title": case.case.title,
            "file": loaded.path.name,
            "inputs": [asdict(row) for row in loaded.inputs()],
        },
        "verdict": {"holds": all(check.holds for check in checks), "checks": [_check(check) for check in checks]},
        "mesh": mesh,
        "plate": {
            **_without(
                asdict(plate),
                "heat_balances",
                "mass_balances",
                "solver_options",
                "solver_record",
                "flow_factorisations",
                "heat_factorisations",
                "outer_iterations",
                "newton_iterations",
                "holdout_flow_per_channel_m3_per_s",
                "holdout_pressure_drop_error",
                "holdout_case_to_inlet_error",
            ),
            "holdout": {
                "flow_per_channel_m3_per_s": plate.holdout_flow_per_channel_m3_per_s,
                "pressure_drop_error": plate.holdout_pressure_drop_error,
                "case_to_inlet_error": plate.holdout_case_to_inlet_error,
            },
            "field_flow_factor": 1.0,
        },
        "rack": _without(asdict(rack), "balances", "checks"),
        "plant": _without(asdict(plant), "balances", "checks"),
        "city": _without(asdict(city), "balances", "checks", "kpi"),
        "kpi": {**city.kpi, "table": VERSION, "definitions": DEFINITIONS},
        "balances": [_balance(balance) for balance in balances],
        "assumptions": list(ASSUMPTIONS),
        "provenance": {
            "versions": package_versions(),
            "solver_options": plate.solver_options,
            "solver": plate.solver_record,
            "iterations": {
                "outer": list(plate.outer_iterations),
                "newton": list(plate.newton_iterations),
                "flow_factorisations": list(plate.flow_factorisations),
                "heat_factorisations": list(plate.heat_factorisations),
            },
            "ranks": ranks,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": seconds,
            "command": shlex.join(["rack2city", *sys.argv[1:]]),
        },
    }
