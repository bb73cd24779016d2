"""A jet onto a heated copper plate: flow and heat on one mesh with names of its own, in two dimensions.

rho (u.grad)u - div(2 mu(T) eps(u)) + grad p = 0 and div u = 0 in water, rho c u.grad T - div(k grad T) = 0 in water and
copper, T and its flux continuous between them; velocity and temperature quadratic, pressure linear. Half of the plane.
"""

import numpy as np
from mpi4py import MPI  # first: it brings the library that DOLFINx's wheel needs

# isort: split
from dolfinx import mesh

from rack2city import fem

# Any mesh of DOLFINx, and a marker for each group; from a Gmsh file `read_domain` takes both.
plane = mesh.create_rectangle(MPI.COMM_WORLD, [(0.0, -1e-3), (12e-3, 3e-3)], (48, 24), mesh.CellType.quadrilateral)
surfaces = {
    "axis": lambda x: np.isclose(x[0], 0.0) & (x[1] > -1e-9),
    "slot": lambda x: np.isclose(x[1], 3e-3) & (x[0] < 0.5e-3 + 1e-9),
    "away": lambda x: np.isclose(x[0], 12e-3) & (x[1] > -1e-9),
    "chip": lambda x: np.isclose(x[1], -1e-3) & (x[0] < 6e-3 + 1e-9),
}
domain = fem.tagged_domain(plane, surfaces, {"copper": lambda x: x[1] < 1e-9, "water": lambda x: x[1] > -1e-9})
# A flow rate for each inlet, heat for each heated face; the viscosity falls by 1.7 % a kelvin.
problem = fem.ConjugateProblem(
    domain,
    fem.Fluid(density=992.0, heat_capacity=4180.0, conductivity=0.63, viscosity=6.5e-4, volumes=("water",)),
    solids={"copper": fem.Material(390.0)},
    boundaries=[fem.FlowInlet("slot"), fem.FlowOutlet("away"), fem.Slip("axis")],
    conditions=[fem.HeatInlet("slot", 313.15), fem.HeatOutlet("away"), fem.Flux("chip", 5e4)],
    couplings=[fem.ViscosityOfTemperature(lambda t: np.log(6.5e-4) - 0.017 * (t - 313.15))],
)
report, temperature = problem.solve(flow_rate=0.1 * 0.5e-3), problem.heat.temperature  # m²/s: per metre of depth
mean, highest = (of(domain, temperature, "chip") - 313.15 for of in (fem.mean_over_surface, fem.surface_maximum))
bulk, balance = fem.bulk_temperature_at(problem.heat, "away") - 313.15, problem.heat.report.balance
if plane.comm.rank == 0:
    print(f"chip {mean:.4f} K over the supply, at most {highest:.4f} K; water leaves {bulk:.4f} K warmer")
    print(f"{report.exchanges} exchanges; {balance.entering:.4f} W/m in, {balance.leaving:.4f} W/m out")
