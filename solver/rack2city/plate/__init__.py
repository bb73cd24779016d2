"""A cold plate's engineering numbers: pressure drop and thermal resistances over the flow, from finite elements."""

from rack2city.plate.design import (
    PlateDesign,
    case_coolant,
    check_coolant_range,
    coolant_reference_temperature,
    plate_design,
    reference_design,
)
from rack2city.plate.measured import MeasuredCurve
from rack2city.plate.measured_input import measured_curve
from rack2city.plate.plate_map import PlateMap

__all__ = [
    "MeasuredCurve",
    "PlateDesign",
    "PlateMap",
    "case_coolant",
    "check_coolant_range",
    "coolant_reference_temperature",
    "measured_curve",
    "plate_design",
    "reference_design",
]
