"""The network's supply temperature over the weather."""

import numpy as np

from rack2city.arrays import Array
from rack2city.case import City
from rack2city.case.site import MILD_OUTDOOR_TEMPERATURE


def supply_temperature(city: City, outdoor_k: Array) -> Array:
    """Weather-compensated supply temperature (K): linear between the cold and the mild end, constant beyond them."""
    ends = (city.outdoor_design_temperature, MILD_OUTDOOR_TEMPERATURE)
    return np.interp(outdoor_k, ends, (city.supply_temperature_cold, city.supply_temperature_mild))
