"""The map of a measured plate, as the rack takes it."""

import numpy as np

from rack2city.case import CurvePlate, PlatesCase
from rack2city.plate.design import case_coolant, plate_design
from rack2city.plate.measured.read import measured_curve
from rack2city.plate.plate_map import MEASUREMENT, PlateMap

POINTS = 24  # of the map, evenly in the logarithm of the flow, over what was measured


def measured_map(case: PlatesCase, name: str) -> PlateMap:
    """The map of a plate of measured curves, its pressure drop told for the coolant and inlet of the case.

    Raises:
        InputError: the curve is wrong, or does not hold the design flow.
    """
    design = plate_design(case, name)
    plate = design.plate
    assert isinstance(plate, CurvePlate)
    curve = measured_curve(name, plate.curve).in_coolant(case_coolant(case), design.inlet_k)
    curve.resistance(design.flow)  # refuses a design beyond what was measured
    flow = np.unique(np.append(np.geomspace(*curve.flow_range, POINTS), design.flow))
    drop, resistance = curve.pressure_drop(flow), curve.resistance(flow)
    k = curve.coverage
    shares = {
        "drop": float(np.max(k * curve.pressure_drop_uncertainty(flow) / drop)),
        "resistance": float(np.max(k * curve.resistance_uncertainty(flow) / resistance)),
    }
    return PlateMap(
        name=name,
        kind=plate.kind,
        model="measured",
        leaves_out=(f"everything but what was measured: {curve.resistance_from} and the pressure drop", *curve.notes),
        power_w=design.power,
        inlet_k=design.inlet_k,
        area_m2=None,
        channels=None,
        design_flow_m3_per_s=design.flow,
        flow_m3_per_s=tuple(flow.tolist()),
        pressure_drop_pa=tuple(drop.tolist()),
        resistance_from=curve.resistance_from,
        case_to_inlet_max_k_per_w=tuple(resistance.tolist()),
        zones=(),
        uncertainty={MEASUREMENT: shares["resistance"]},
        pressure_drop_uncertainty={MEASUREMENT: shares["drop"]},
    )
