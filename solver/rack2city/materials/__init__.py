"""What things are made of: coolants and air, with their sources."""

from rack2city.materials.air import air_density, air_heat_capacity
from rack2city.materials.coolant import Coolant, coolant
from rack2city.materials.properties import properties

__all__ = ["Coolant", "air_density", "air_heat_capacity", "coolant", "properties"]
