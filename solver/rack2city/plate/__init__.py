"""A cold plate's engineering numbers: pressure drop and thermal resistances over the flow, from finite elements."""

from rack2city.plate.design import (
    PlateDesign,
    case_coolant,
    coolant_reference_temperature,
    load_flow,
    plate_design,
)
from rack2city.plate.measured.curve import MeasuredCurve
from rack2city.plate.measured.read import measured_curve
from rack2city.plate.models import MESH, PlateModel, plate_model, plate_models, told_of
from rack2city.plate.plate_map import PlateMap
from rack2city.plate.range import check_coolant_range

__all__ = [
    "MESH",
    "MeasuredCurve",
    "PlateDesign",
    "PlateMap",
    "PlateModel",
    "case_coolant",
    "check_coolant_range",
    "coolant_reference_temperature",
    "load_flow",
    "measured_curve",
    "plate_design",
    "plate_model",
    "plate_models",
    "told_of",
]
