"""The coolant loop of a small rack: two manifolds, four trays in parallel, each a plate that heats the coolant.

Streets, racks and manifolds are one thing here, a `Network` of tables. A plate drops `a Q + b Q|Q|` (or what a curve says),
the manifolds drop by Colebrook's friction. What enters is given as a flow, where it leaves a pressure is held.
"""

from rack2city import network as nw

coolant = nw.Liquid(density=1015.0, heat_capacity=3950.0, viscosity=1.2e-3)  # about PG25 at 45 degC
rack = nw.Network("rack", coolant)
trays = range(1, 5)
nw.create_junctions(rack, ["inlet", "outlet", *(f"{side} {i}" for side in ("supply", "return") for i in trays)])

# Direct return: the coolant leaves the manifold at the end where it entered.
size = {"length_m": 0.1, "inner_diameter_m": 0.025, "roughness_m": 1.5e-6}
for i in trays:
    near = ("inlet", "outlet") if i == 1 else (f"supply {i - 1}", f"return {i - 1}")
    nw.create_pipes(rack, f"to tray {i}", from_junction=near[0], to_junction=f"supply {i}", **size)
    nw.create_pipes(rack, f"from tray {i}", from_junction=f"return {i}", to_junction=near[1], **size)
nw.create_heat_exchangers(
    rack,
    [f"plate {i}" for i in trays],
    from_junction=[f"supply {i}" for i in trays],
    to_junction=[f"return {i}" for i in trays],
    linear_pa_s_per_m3=4e7,
    quadratic_pa_s2_per_m6=2e11,
    heat_w=[6e3, 6e3, 6e3, 3e3],
)
nw.create_boundaries(rack, "CDU supply", junction="inlet", mass_flow_kg_per_s=0.5, supply_k=313.15)
nw.create_boundaries(rack, "CDU return", junction="outlet", pressure_pa=1e5)

result = nw.solve_steady(rack)
plates = result.res_heat_exchangers
print((60e3 * plates.mdot_kg_per_s / coolant.density).round(3).rename("L/min").to_string())
print(f"coolant leaves at {result.res_junctions.t_k['outlet'] - 273.15:.2f} degC, the rack drops", end=" ")
print(f"{(result.res_junctions.p_pa['inlet'] - 1e5) / 1e3:.2f} kPa; solved as {result.method}")
print(f"energy: {result.energy.entering:.1f} W enter, {result.energy.leaving:.1f} W leave")
