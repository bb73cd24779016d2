"""What the user asks for: a case file, checked against one schema, every quantity in SI units."""

from rack2city.case.editor import json_schema
from rack2city.case.inputs import CaseInput
from rack2city.case.load import LoadedCase, LoadedPlates, load_case, load_plates
from rack2city.case.plates import (
    AnyPlate,
    ComputedPlate,
    Fed,
    FinField,
    OffsetStrip,
    OwnMesh,
    PinFin,
    Plate,
    Serpentine,
    Skived,
    SplitFlow,
    Straight,
    Zone,
)
from rack2city.case.rack import Rack, RackAir, RackLoad
from rack2city.case.schema import Case, Coolant, Identity, Limits, PlatesCase, Solver
from rack2city.case.site import AirCooling, Cdu, City, DryCooler, HeatPump, Plant, Ups, Weather
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
    "Coolant",
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
    "PinFin",
    "Plant",
    "Plate",
    "PlatesCase",
    "Rack",
    "RackAir",
    "RackLoad",
    "Serpentine",
    "Skived",
    "Solver",
    "SplitFlow",
    "Straight",
    "Ups",
    "Weather",
    "Zone",
    "json_schema",
    "load_case",
    "load_plates",
]
