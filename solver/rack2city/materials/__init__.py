"""What things are made of: coolants, solids and air, with their sources."""

from rack2city.materials.air import air_density, air_heat_capacity
from rack2city.materials.coolant import Coolant
from rack2city.materials.coolants import coolant, coolant_of
from rack2city.materials.incompressible import Incompressible, incompressibles
from rack2city.materials.own_coolant import own_coolant
from rack2city.materials.properties import properties
from rack2city.materials.solid import ConductivityLaw, Solid
from rack2city.materials.solids import own_solid, solid

__all__ = [
    "ConductivityLaw",
    "Coolant",
    "Incompressible",
    "Solid",
    "air_density",
    "air_heat_capacity",
    "coolant",
    "coolant_of",
    "incompressibles",
    "own_coolant",
    "own_solid",
    "properties",
    "solid",
]
