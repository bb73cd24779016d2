"""A copper plate over water that starts to be heated: temperature over time, each step's energy balanced.

rho c (dT/dt + u.grad T) - div(k grad T) = 0 in both, u a developed profile given in closed form. Second-order backward
differences; steps that grow, because what changes slows down. The end is the steady state, found once more in one go.
"""

import numpy as np
import ufl
from mpi4py import MPI  # first: it brings the library that DOLFINx's wheel needs

# isort: split
from dolfinx import mesh

from rack2city import fem

SUPPLY, FLUX, SPEED, GAP, LENGTH = 313.15, 2e4, 0.1, 1e-3, 0.03
plane = mesh.create_rectangle(MPI.COMM_WORLD, [(0.0, -GAP), (LENGTH, GAP)], (30, 12), mesh.CellType.quadrilateral)
surfaces = {
    "inlet": lambda x: np.isclose(x[0], 0.0) & (x[1] > -1e-9),
    "outlet": lambda x: np.isclose(x[0], LENGTH) & (x[1] > -1e-9),
    "heated": lambda x: np.isclose(x[1], -GAP),
}
domain = fem.tagged_domain(plane, surfaces, {"copper": lambda x: x[1] < 1e-9, "water": lambda x: x[1] > -1e-9})
y = ufl.SpatialCoordinate(plane)[1]
stream = fem.Stream(("water",), ufl.as_vector([6.0 * SPEED * y * (GAP - y) / GAP**2, 0.0]))
materials = {"copper": fem.Material(390.0, 3.45e6), "water": fem.Material(0.63, 4.15e6)}
conditions = [fem.HeatInlet("inlet", SUPPLY), fem.HeatOutlet("outlet"), fem.Flux("heated", FLUX)]
steady, heat = (fem.HeatProblem(domain, materials, conditions, [stream], transient=when) for when in (False, True))
run, dt, worst = fem.TransientHeat(heat, SUPPLY), 0.1, 0.0
while run.time < 60.0:
    report = run.step(dt, flow_changed=False)
    worst, dt = max(worst, report.balance.relative), 1.2 * dt
    if plane.comm.rank == 0 and report.stored > 1e-3 * FLUX * LENGTH:
        print(f"{run.time:8.3f} s  {report.stored:9.3f} W/m stored of {FLUX * LENGTH:.0f} W/m")
steady.solve()
rises = [fem.mean_temperature(problem, "copper") - SUPPLY for problem in (heat, steady)]
if plane.comm.rank == 0:
    print(f"copper {rises[0]:.5f} K over the supply, steady {rises[1]:.5f} K; balance of the steps open by {worst:.0e}")
