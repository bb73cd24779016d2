"""A plate known in closed form, in place of the finite elements."""

from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_case
from rack2city.materials import coolant
from rack2city.plate import PlateMap
from rack2city.plate.design import coolant_reference_temperature, load_flow
from rack2city.results.plate import Holdout, PlateRuns

CASES = Path(__file__).parents[2] / "cases"
DROP_PER_FLOW = 1.9e11  # Pa/(m3/s) of a channel
BASE_RESISTANCE = 1.6e-5  # m2 K/W
CHANNELS = {"accelerator": 200, "cpu": 100}  # of each plate
AREA = 0.2e-3 * 40e-3  # of a channel (m2)


@pytest.fixture
def pg25():
    return coolant("PG25")


@pytest.fixture
def reference_case():
    """The reference rack with some fields overridden."""

    def load(*overrides):
        return load_case(CASES / "rack-150kw", overrides).case

    return load


@pytest.fixture
def case_to_inlet(pg25):
    """Largest case-to-inlet resistance of a plate (K/W): a constant, and the coolant's rise to the outlet."""

    def resistance(case, flow, channels):
        reference = coolant_reference_temperature(case, pg25)
        heat_capacity = float(pg25.density(reference) * pg25.heat_capacity(reference))
        return BASE_RESISTANCE / (channels * AREA) + 1.0 / (heat_capacity * flow)

    return resistance


@pytest.fixture
def plate_maps(case_to_inlet):
    """Maps of the analytic plates: a drop in proportion to the flow, from `lowest` times the design flow on."""

    def make(case, lowest=0.2, drop_factor=1.0, grid=0.003):
        maps = {}
        for name, channels in CHANNELS.items():
            load = next(load for load in case.rack.loads if load.plate == name)
            design = load_flow(case, load)
            flow = design * np.geomspace(lowest, 3.0, 40)
            several = (0.0,) * len(flow)
            maps[name] = PlateMap(
                name=name,
                kind="skived",
                model="cell",
                leaves_out=(),
                power_w=load.power,
                inlet_k=case.rack.supply_temperature,
                area_m2=channels * AREA,
                channels=channels,
                design_flow_m3_per_s=design,
                flow_m3_per_s=tuple(flow),
                pressure_drop_pa=tuple(drop_factor * DROP_PER_FLOW * flow / channels),
                resistance_from="case-to-inlet",
                case_to_inlet_max_k_per_w=tuple(case_to_inlet(case, flow, channels)),
                zones=(),
                uncertainty={"interpolation in flow": 0.002, "mesh refinement": grid},
                pressure_drop_uncertainty={"interpolation in flow": 0.0, "mesh refinement": 0.0},
                runs=PlateRuns(
                    copies=2.0 * channels,
                    base_to_bulk_k_per_w=several,
                    base_to_inlet_max_k_per_w=several,
                    case_to_inlet_mean_k_per_w=several,
                    case_max_k=several,
                    outlet_bulk_k=(case.rack.supply_temperature,) * len(flow),  # no rise: the map's own viscosity
                    reynolds=tuple(80.0 * flow / design),
                    speed_max_m_per_s=several,
                    grid_pressure_drop_change=0.0,
                    grid_case_to_inlet_change=0.001,  # less than by direction: two of them hide each other
                    holdout=Holdout(float(flow[1]), 0.0, -0.002),
                ),
            )
        return maps

    return make
