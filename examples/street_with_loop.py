"""A street that closes to a ring: four houses, one plant, a steady hour and then a cold morning.

Flows split at the loop so that both ways drop the same pressure; along each pipe the water cools towards the ground,
dT/dx = -U (T - Tg) / (m c), and a house takes the flow that its load needs at the temperature that arrives.
"""

import numpy as np
import pandas as pd

from rack2city import network as nw

street = nw.Network("ring")
places = ["plant", "a", "b", "c", "d"]
nw.create_junctions(street, [f"{side} {place}" for side in ("supply", "return") for place in places])
trenches = [("plant", "a"), ("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]  # the last one closes the ring
pipe = {"length_m": 120.0, "inner_diameter_m": 0.07, "conductance_w_per_m_k": 0.25, "ambient_k": 281.15}
for start, end in trenches:
    nw.create_pipes(street, f"{start}-{end}", from_junction=f"supply {start}", to_junction=f"supply {end}", **pipe)
    nw.create_pipes(street, f"{end}-{start}", from_junction=f"return {end}", to_junction=f"return {start}", **pipe)
houses = {"supply_junction": [f"supply {h}" for h in "abcd"], "return_junction": [f"return {h}" for h in "abcd"]}
nw.create_substations(
    street, list("abcd"), **houses, demand_w=60e3, return_set_k=313.15, max_flow_kg_per_s=2.0, min_difference_pa=5e4
)
plant = {"mode": "pressure", "control": "worst", "supply_k": 343.15, "return_pressure_pa": 2e5}
nw.create_producers(street, "plant", return_junction="return plant", supply_junction="supply plant", **plant)

steady = nw.solve_steady(street)  # the pump gives house after house what it needs, and the worst-placed one just that
print(steady.res_substations[["mdot_kg_per_s", "t_supply_k", "difference_pa"]].round(3).to_string())
print(f"worst placed: {steady.worst}; {steady.energy.entering:.1f} W enter, {steady.energy.leaving:.1f} W leave")

load = pd.Series(
    60e3 * np.array([0.3, 0.3, 0.6, 1.2, 1.5, 1.2, 0.9, 0.6]), name="demand"
)  # a row per hour, for all houses
morning = nw.simulate(street, {("substations", "demand_w"): load}, keep=["producers.heat_w", "substations.unmet_w"])
print((morning.res_producers["heat_w"] / 1e3).round(1).to_string())
print(f"unmet {morning.res_substations['unmet_w'].to_numpy().sum():.1f} W; solved as {morning.method}")
print(f"worst balance of a step: {morning.steps.energy_residual.max():.0e}")
