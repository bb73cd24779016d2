"""A plate known in closed form, in place of the finite elements."""

from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_case
from rack2city.materials import coolant
from rack2city.plate import PlateMap
from rack2city.plate.design import coolant_reference_temperature, reference_design

CASES = Path(__file__).parents[2] / "cases"
DROP_PER_FLOW = 1.9e11  # Pa/(m3/s) of a channel
BASE_RESISTANCE = 1.6e-5  # m2 K/W


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
    """Largest case-to-inlet resistance of the analytic plate (m2 K/W): a constant, and the coolant's rise to the outlet."""

    def resistance(case, flow_per_channel):
        reference = coolant_reference_temperature(case, pg25)
        heat_capacity = float(pg25.density(reference) * pg25.heat_capacity(reference))
        area = case.channel.pitch * case.channel.length
        return BASE_RESISTANCE + area / (heat_capacity * flow_per_channel)

    return resistance


@pytest.fixture
def plate_map(case_to_inlet):
    """Map of the analytic plate: a drop in proportion to the flow, from `lowest` times the design flow on."""

    def make(case, lowest=0.2, drop_factor=1.0, grid=0.003):
        design = reference_design(case)
        flow = design.flow_per_channel * np.geomspace(lowest, 3.0, 40)
        several = [0.0] * len(flow)
        return PlateMap(
            load=design.load,
            heat_flux=design.heat_flux,
            inlet_k=case.rack.supply_temperature,
            channels=design.channels,
            area_m2=design.area,
            design_flow_per_channel_m3_per_s=design.flow_per_channel,
            flow_per_channel_m3_per_s=tuple(flow),
            pressure_drop_pa=tuple(drop_factor * DROP_PER_FLOW * flow),
            base_to_bulk_m2k_per_w=tuple(several),
            base_to_inlet_max_m2k_per_w=tuple(several),
            case_to_inlet_max_m2k_per_w=tuple(case_to_inlet(case, flow)),
            case_to_inlet_mean_m2k_per_w=tuple(several),
            case_max_k=tuple(several),
            outlet_bulk_k=(case.rack.supply_temperature,)
            * len(flow),  # no rise: viscosity is that of the map at any flux
            reynolds=tuple(80.0 * flow / design.flow_per_channel),
            outer_iterations=(1,) * len(flow),
            newton_iterations=(1,) * len(flow),
            heat_balances=((0.0, 0.0),) * len(flow),
            mass_balances=((0.0, 0.0),) * len(flow),
            flow_factorisations=(1,) * len(flow),
            heat_factorisations=(1,) * len(flow),
            solver_options={},
            solver_record={},
            holdout_flow_per_channel_m3_per_s=float(flow[1]),
            holdout_pressure_drop_error=0.0,
            holdout_case_to_inlet_error=-0.002,
            grid_pressure_drop_change=0.0,
            grid_case_to_inlet_change=0.001,  # less than by direction: two of them hide each other
            grid_case_to_inlet_uncertainty=grid,
        )

    return make
