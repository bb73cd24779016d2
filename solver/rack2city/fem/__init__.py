"""Fields on meshes: laminar flow and conjugate heat by finite elements, serial and under MPI. Knows nothing of racks.

What others use, by room; each room stands on those after it, `flow` and `heat` do not know each other:

- `periodic`: `PeriodicCell`, developed flow and heat of one cell of a pattern that repeats along x, and its `CellResult`.
- `coupled`: `ConjugateProblem` of a `Fluid` whose couplings are `ViscosityOfTemperature` and `Buoyancy`; `average_flow` of what
  never becomes steady, by `Monitor`s such as a `pressure_drop`, heat `Carried` along; `fluid_age`; the `wetted_wall` through
  which heat comes; `write_fields` and `write_functions` for ParaView.
- `flow`: `FlowProblem`, at ever larger flows `solve_upwards`, `TransientFlow` with `StepControl`, their conditions
  `FlowInlet`, `FlowOutlet`, `Velocity`, `Slip` and `Wall`; `force_on` a wall, `wall_shear` on all of them; `port_flows`, a
  `PortFlow` each; `crossing` by a plane and `crossings` by several, a `Crossing` each.
- `heat`: `HeatProblem`, `TransientHeat`; bodies by `Material` and `Stream`; `Flux`, `Source`, `Convection`, `FixedTemperature`,
  `HeatInlet`, `HeatOutlet` and `Contact`; `bulk_temperature_at`, `heat_through`, `highest_temperature`,
  `lowest_temperature`, `mean_temperature`.
- `solvers`: linear and nonlinear solvers; options go by prefix to the problems above.
- `mesh`: `read_domain` of a Gmsh file or `tagged_domain` of any mesh give a `Domain`, `fluid_domain` its fluid; `flow_through`,
  `mean_over_surface`, `surface_maximum`, `values_at` and `plane_section` of fields on them, `peak_on_surface` and `peak_speed`,
  each a `Peak` with its place.

A name is loaded when it is first asked for; importing this package alone loads MPI and nothing else.

DOLFINx comes from one of two places. The PyPI wheel `dolfinx-solver-real` finds its libraries only after MPI is loaded, which
`import dolfinx_solver` does, and this package first of all; conda-forge's `fenics-dolfinx` needs nothing of that kind. A script
that imports `dolfinx` or `petsc4py.PETSc` itself imports `rack2city.fem` or `mpi4py.MPI` before.
"""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if find_spec("dolfinx_solver") is not None:
    import dolfinx_solver

# ruff: noqa: F401  (the names are for type checkers; `__getattr__` loads them)
if TYPE_CHECKING:
    from rack2city.fem.coupled.average import Carried, Monitor, average_flow, pressure_drop
    from rack2city.fem.coupled.couplings import Buoyancy, Fluid, ViscosityOfTemperature
    from rack2city.fem.coupled.export import write_fields, write_functions
    from rack2city.fem.coupled.problem import ConjugateProblem
    from rack2city.fem.coupled.residence import fluid_age
    from rack2city.fem.coupled.wetted import wetted_wall
    from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Slip, Velocity, Wall
    from rack2city.fem.flow.crossing import Crossing, crossing, crossings
    from rack2city.fem.flow.forces import force_on
    from rack2city.fem.flow.problem import FlowProblem
    from rack2city.fem.flow.reynolds import PortFlow, port_flows
    from rack2city.fem.flow.shear import wall_shear
    from rack2city.fem.flow.step_control import StepControl
    from rack2city.fem.flow.transient import TransientFlow
    from rack2city.fem.flow.upwards import solve_upwards
    from rack2city.fem.heat.conditions import (
        Contact,
        Convection,
        FixedTemperature,
        Flux,
        HeatInlet,
        HeatOutlet,
        Material,
        Source,
        Stream,
    )
    from rack2city.fem.heat.problem import HeatProblem
    from rack2city.fem.heat.quantities import (
        bulk_temperature_at,
        heat_through,
        highest_temperature,
        lowest_temperature,
        mean_temperature,
    )
    from rack2city.fem.heat.transient import TransientHeat
    from rack2city.fem.mesh.domain import Domain, fluid_domain, read_domain, tagged_domain
    from rack2city.fem.mesh.peaks import Peak, peak_on_surface, peak_speed
    from rack2city.fem.mesh.quantities import flow_through, mean_over_surface, surface_maximum, values_at
    from rack2city.fem.mesh.section import plane_section
    from rack2city.fem.periodic.cell import PeriodicCell
    from rack2city.fem.periodic.result import CellResult

# The imports above are the one list of names: what type checkers follow is looked up here as well.
_HOME = {
    alias.name: node.module
    for node in ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
    if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{__name__}.")
    for alias in node.names
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
