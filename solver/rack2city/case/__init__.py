"""What the user asks for: a case file, checked against one schema, every quantity in SI units."""

from rack2city.case.coolant import Coolant
from rack2city.case.curve import Curve
from rack2city.case.editor import json_schema
from rack2city.case.inputs import CaseInput
from rack2city.case.load import LoadedCase, load_case
from rack2city.case.rack import Rack, RackAir, RackLoad
from rack2city.case.schema import Case, Channel, Identity, Limits, Mesh, PlateRuns, Solver
from rack2city.case.site import AirCooling, Cdu, City, DryCooler, HeatPump, Plant, Ups, Weather
from rack2city.case.solids import ConductivityPoint, Solid
from rack2city.case.units import ASSUMED, STATUSES

__all__ = [
    "ASSUMED",
    "STATUSES",
    "AirCooling",
    "Case",
    "CaseInput",
    "Cdu",
    "Channel",
    "City",
    "ConductivityPoint",
    "Coolant",
    "Curve",
    "DryCooler",
    "HeatPump",
    "Identity",
    "Limits",
    "LoadedCase",
    "Mesh",
    "Plant",
    "PlateRuns",
    "Rack",
    "RackAir",
    "RackLoad",
    "Solid",
    "Solver",
    "Ups",
    "Weather",
    "json_schema",
    "load_case",
]
