"""Hydraulics and heat on graphs of pipes: a rack's manifold and a city's streets alike. Knows nothing of data centres.

Any graph: `HydraulicNetwork` of branches with laws, `solve_hydraulics`, `mix_downstream`; as tables, `network.tables`.
Streets of pipe pairs: `RadialTree` with `Substations` or `ExchangerSubstations`, `solve_radial` for hours by themselves,
`simulate_radial` through time. Single pipes in time: `PlugFlowPipes` for steps of seconds, `RetardedPipes` for hours.
"""

from rack2city.network.control import lift_for_worst_point, share_by_merit, speed_for_worst_point
from rack2city.network.exchange import Exchanger
from rack2city.network.friction import darcy_friction_factor, pipe_pressure_drop
from rack2city.network.graph import BranchGroup, HydraulicNetwork
from rack2city.network.heat import HeatState, mix_downstream
from rack2city.network.hydraulics import HydraulicState, solve_hydraulics
from rack2city.network.laws import BranchLaw, CurveLaw, PipeLaw, PrescribedFlow, PrescribedLift, QuadraticLaw
from rack2city.network.offtake import Duty
from rack2city.network.plug_flow import PlugFlowPipes
from rack2city.network.pumps import PumpCurveLaw, PumpLaw
from rack2city.network.radial import RadialResult, radial_blocks, solve_radial
from rack2city.network.retarded import RetardedPipes
from rack2city.network.simulate import DynamicResult, simulate_radial
from rack2city.network.soil import fit_ground_climate, ground_temperature, single_pipe_conductance
from rack2city.network.substation import ExchangerSubstations, HotWater
from rack2city.network.tree import Liquid, RadialTree, Substations
from rack2city.network.valves import CheckValveLaw, ControlValveLaw

__all__ = [
    "BranchGroup",
    "BranchLaw",
    "CheckValveLaw",
    "ControlValveLaw",
    "CurveLaw",
    "Duty",
    "DynamicResult",
    "Exchanger",
    "ExchangerSubstations",
    "HeatState",
    "HotWater",
    "HydraulicNetwork",
    "HydraulicState",
    "Liquid",
    "PipeLaw",
    "PlugFlowPipes",
    "PrescribedFlow",
    "PrescribedLift",
    "PumpCurveLaw",
    "PumpLaw",
    "QuadraticLaw",
    "RadialResult",
    "RadialTree",
    "RetardedPipes",
    "Substations",
    "darcy_friction_factor",
    "fit_ground_climate",
    "ground_temperature",
    "lift_for_worst_point",
    "mix_downstream",
    "pipe_pressure_drop",
    "radial_blocks",
    "share_by_merit",
    "simulate_radial",
    "single_pipe_conductance",
    "solve_hydraulics",
    "solve_radial",
    "speed_for_worst_point",
]
