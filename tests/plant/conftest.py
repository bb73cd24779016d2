"""The reference plant, and a rack as the plant sees it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from rack2city.case import load_case

CASES = Path(__file__).parents[2] / "cases"


@dataclass(frozen=True)
class Rack:
    """A rack of 150 kW with 11.5 K of rise."""

    power_w: float = 150e3
    liquid_w: float = 130.5e3
    flow_m3_per_s: float = 2.8e-3
    heat_capacity_flow_w_per_k: float = 11.3e3
    supply_k: float = 313.15
    pressure_drop_pa: float = 150e3


@pytest.fixture
def rack():
    return Rack()


@pytest.fixture
def reference_case():
    """The reference case with some fields overridden, its CDU rated for the flow of eight of the racks above."""

    def load(*overrides):
        return load_case(CASES / "rack-150kw", ("plant.cdu.rated_flow=1344 L/min", *overrides)).case

    return load
