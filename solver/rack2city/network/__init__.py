"""Hydraulics and heat on graphs of pipes: a rack's manifold and a city's streets alike.

Knows nothing of data centres.
"""

from rack2city.network.friction import darcy_friction_factor, pipe_pressure_drop
from rack2city.network.graph import BranchGroup, HydraulicNetwork
from rack2city.network.heat import HeatState, mix_downstream
from rack2city.network.hydraulics import HydraulicState, solve_hydraulics
from rack2city.network.laws import BranchLaw, CurveLaw, PipeLaw, QuadraticLaw
from rack2city.network.radial import RadialResult, solve_radial
from rack2city.network.tree import Liquid, RadialTree, Substations

__all__ = [
    "BranchGroup",
    "BranchLaw",
    "CurveLaw",
    "HeatState",
    "HydraulicNetwork",
    "HydraulicState",
    "Liquid",
    "PipeLaw",
    "QuadraticLaw",
    "RadialResult",
    "RadialTree",
    "Substations",
    "darcy_friction_factor",
    "mix_downstream",
    "pipe_pressure_drop",
    "solve_hydraulics",
    "solve_radial",
]
