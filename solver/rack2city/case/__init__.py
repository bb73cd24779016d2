"""What the user asks for: a case file, checked against one schema, every quantity in SI units."""

from rack2city.case.coolant import Coolant
from rack2city.case.curve import Curve
from rack2city.case.plates import (
    AnyPlate,
    ComputedPlate,
    CurvePlate,
    Fed,
    FinField,
    OffsetStrip,
    OwnMesh,
    Pick,
    PinFin,
    Plate,
    Serpentine,
    Skived,
    SplitFlow,
    Step,
    Straight,
    Zone,
)
from rack2city.case.rack import Rack, RackAir, RackLoad
from rack2city.case.reading.editor import json_schema
from rack2city.case.reading.inputs import CaseInput
from rack2city.case.reading.keys import key_tables
from rack2city.case.reading.load import LoadedCase, LoadedPlates, load_case, load_plates
from rack2city.case.schema import Case, Identity, Limits, PlatesCase, Solver
from rack2city.case.site import AirCooling, Cdu, City, DryCooler, HeatPump, Plant, Ups, Weather
from rack2city.case.solids import ConductivityPoint, Solid
from rack2city.case.units import ASSUMED, STATUSES

__all__ = [
    "ASSUMED",
    "STATUSES",
    "AirCooling",
    "AnyPlate",
    "Case",
    "CaseInput",
    "Cdu",
    "City",
    "ComputedPlate",
    "ConductivityPoint",
    "Coolant",
    "Curve",
    "CurvePlate",
    "DryCooler",
    "Fed",
    "FinField",
    "HeatPump",
    "Identity",
    "Limits",
    "LoadedCase",
    "LoadedPlates",
    "OffsetStrip",
    "OwnMesh",
    "Pick",
    "PinFin",
    "Plant",
    "Plate",
    "PlatesCase",
    "Rack",
    "RackAir",
    "RackLoad",
    "Serpentine",
    "Skived",
    "Solid",
    "Solver",
    "SplitFlow",
    "Step",
    "Straight",
    "Ups",
    "Weather",
    "Zone",
    "json_schema",
    "key_tables",
    "load_case",
    "load_plates",
]
