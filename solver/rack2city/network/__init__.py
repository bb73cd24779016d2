"""Hydraulics and heat on graphs of pipes: a rack's manifold and a city's streets alike. Knows nothing of data centres.

A `Network` is a set of tables, filled by `create_pipes` and its sisters or read from a file. `solve_steady` and `simulate`
solve it, whatever its shape: trees by sweeps, loops by corrections. Below the tables lie arrays: `HydraulicNetwork` of branches
with laws, and `solve_hydraulics`; single pipes in time are `PlugFlowPipes` and `RetardedPipes`.
"""

from rack2city.network.components import COMPONENTS, Component, describe
from rack2city.network.consumers.exchange import Exchanger
from rack2city.network.consumers.rows import exchanger_columns
from rack2city.network.formats.epanet import load_epanet
from rack2city.network.formats.files import load_network, load_series, save_network, save_series
from rack2city.network.formats.from_pandapipes import from_pandapipes
from rack2city.network.formats.geojson import load_geojson, save_geojson
from rack2city.network.hydraulics.friction import darcy_friction_factor
from rack2city.network.hydraulics.graph import BranchGroup, HydraulicNetwork
from rack2city.network.hydraulics.laws import (
    BranchLaw,
    CurveLaw,
    PipeLaw,
    PrescribedFlow,
    PrescribedLift,
    QuadraticLaw,
    pipe_pressure_drop,
)
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.hydraulics.pumps import PumpCurveLaw, PumpLaw
from rack2city.network.hydraulics.solve import HydraulicState, solve_hydraulics
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw
from rack2city.network.pipes.plug_flow import PlugFlowPipes
from rack2city.network.pipes.retarded import RetardedPipes
from rack2city.network.pipes.soil import fit_ground_climate, ground_temperature, single_pipe_conductance
from rack2city.network.solvers.simulate import simulate
from rack2city.network.solvers.steady import prepare, solve_steady
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
from rack2city.network.tables.network import WATER, Network
from rack2city.network.tables.results import Series, SteadyResult

__all__ = [
    "COMPONENTS",
    "WATER",
    "BranchGroup",
    "BranchLaw",
    "CheckValveLaw",
    "Component",
    "ControlValveLaw",
    "CurveLaw",
    "Exchanger",
    "HydraulicNetwork",
    "HydraulicState",
    "Liquid",
    "Network",
    "PipeLaw",
    "PlugFlowPipes",
    "PrescribedFlow",
    "PrescribedLift",
    "PumpCurveLaw",
    "PumpLaw",
    "QuadraticLaw",
    "RetardedPipes",
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
    "darcy_friction_factor",
    "describe",
    "exchanger_columns",
    "fit_ground_climate",
    "from_pandapipes",
    "ground_temperature",
    "load_epanet",
    "load_geojson",
    "load_network",
    "load_series",
    "pipe_pressure_drop",
    "prepare",
    "save_geojson",
    "save_network",
    "save_series",
    "simulate",
    "single_pipe_conductance",
    "solve_hydraulics",
    "solve_steady",
]
