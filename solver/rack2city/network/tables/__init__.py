"""Networks as tables: build them in bulk, check, save, exchange and solve them."""

from rack2city.network.tables.check import check_network
from rack2city.network.tables.create import (
    create,
    create_boundaries,
    create_curve,
    create_heat_exchangers,
    create_junctions,
    create_pipes,
    create_producers,
    create_pumps,
    create_storages,
    create_substations,
    create_valves,
)
from rack2city.network.tables.epanet import load_epanet
from rack2city.network.tables.exchangers import exchanger_columns
from rack2city.network.tables.files import load_network, save_network
from rack2city.network.tables.from_pandapipes import from_pandapipes
from rack2city.network.tables.geojson import load_geojson, save_geojson
from rack2city.network.tables.hydraulics import Hydraulics, to_hydraulics
from rack2city.network.tables.network import WATER, Network
from rack2city.network.tables.results import SteadyResult
from rack2city.network.tables.schema import SCHEMA, describe
from rack2city.network.tables.series import Series, load_series, save_series
from rack2city.network.tables.simulate import simulate
from rack2city.network.tables.steady import solve_steady

__all__ = [
    "SCHEMA",
    "WATER",
    "Hydraulics",
    "Network",
    "Series",
    "SteadyResult",
    "check_network",
    "create",
    "create_boundaries",
    "create_curve",
    "create_heat_exchangers",
    "create_junctions",
    "create_pipes",
    "create_producers",
    "create_pumps",
    "create_storages",
    "create_substations",
    "create_valves",
    "describe",
    "exchanger_columns",
    "from_pandapipes",
    "load_epanet",
    "load_geojson",
    "load_network",
    "load_series",
    "save_geojson",
    "save_network",
    "save_series",
    "simulate",
    "solve_steady",
    "to_hydraulics",
]
