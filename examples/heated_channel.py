"""Water through a heated channel between plates: flow first, then heat with the velocity found; both read off and balanced.

rho (u.grad)u - div(2 mu eps(u)) + grad p = 0 and div u = 0, then rho c u.grad T - div(k grad T) = 0, T the supply's at the
inlet by its enthalpy, k dT/dn = q on one plate. Developed, dp/dx = 12 mu U / h² and, q on one side, Nu = 5.385.
"""

import numpy as np
from mpi4py import MPI  # first: it brings the library that DOLFINx's wheel needs

# isort: split
from dolfinx import mesh

from rack2city import fem

DENSITY, CAPACITY, CONDUCTIVITY, VISCOSITY, SUPPLY = 992.0, 992.0 * 4180.0, 0.63, 6.5e-4, 313.15
LENGTH, GAP, SPEED, FLUX = 0.2, 1e-3, 0.05, 1e4
plane = mesh.create_rectangle(MPI.COMM_WORLD, [(0.0, 0.0), (LENGTH, GAP)], (60, 6), mesh.CellType.quadrilateral)
surfaces = {
    "inlet": lambda x: np.isclose(x[0], 0.0),
    "outlet": lambda x: np.isclose(x[0], LENGTH),
    "heated": lambda x: np.isclose(x[1], 0.0),
}
domain = fem.tagged_domain(plane, surfaces)  # all of it is `fluid`, which has a mesh of its own
fluid = fem.fluid_domain(domain)
flow = fem.FlowProblem(fluid, DENSITY, VISCOSITY, VISCOSITY)  # the names say where it enters and leaves; else walls
flow.solve(SPEED * GAP)
heat = fem.HeatProblem(
    domain,
    {"fluid": fem.Material(CONDUCTIVITY, CAPACITY)},
    [fem.HeatInlet("inlet", SUPPLY), fem.HeatOutlet("outlet"), fem.Flux("heated", FLUX)],
    [fem.Stream(("fluid",), flow.velocity(), fluid.cell_map)],
)
balance = heat.solve().balance
drop, bulk = fem.mean_over_surface(fluid, flow.pressure(), "inlet"), fem.bulk_temperature_at(heat, "outlet") - SUPPLY
wall = float(fem.values_at(heat.temperature, np.array([[0.9 * LENGTH, 0.0]]))[0, 0]) - SUPPLY
nusselt = FLUX / (wall - FLUX * 0.9 * LENGTH / (CAPACITY * SPEED * GAP)) * 2.0 * GAP / CONDUCTIVITY
if plane.comm.rank == 0:
    print(f"pressure drop {drop:.5f} Pa, of developed flow {12.0 * VISCOSITY * SPEED * LENGTH / GAP**2:.5f} Pa")
    print(f"Nusselt number {nusselt:.4f}, developed 5.3846")
    print(f"water leaves {bulk:.5f} K warmer; {balance.entering:.4f} W/m in, {balance.leaving:.4f} W/m out")
