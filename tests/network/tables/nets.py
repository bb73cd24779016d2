"""Small networks that several tests use."""

from rack2city.network import (
    Network,
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


def district(**substations: object) -> Network:
    """Two producers of given pressure at the ends of a street with two substations; the first producer holds the level."""
    network = Network("street", crs="EPSG:31370")
    names = [f"{side}{place}" for side in "sr" for place in range(4)]
    x = [0.0, 300.0, 600.0, 900.0] * 2
    create_junctions(network, names, height_m=[0, 5, 10, 0] * 2, x_m=x, y_m=[0.0] * 4 + [1.5] * 4)
    size = {"length_m": 300.0, "inner_diameter_m": 0.08, "conductance_w_per_m_k": 0.3, "roughness_m": 1e-5}
    create_pipes(network, ["a", "b", "c"], from_junction=["s0", "s1", "s3"], to_junction=["s1", "s2", "s2"], **size)
    create_pipes(
        network,
        ["ra", "rb", "rc"],
        from_junction=["r1", "r2", "r2"],
        to_junction=["r0", "r1", "r3"],
        pair=["a", "b", "c"],
        **size,
    )
    network.pipes.loc[["a", "b", "c"], "pair"] = ["ra", "rb", "rc"]
    create_producers(
        network,
        ["west", "east"],
        return_junction=["r0", "r3"],
        supply_junction=["s0", "s3"],
        mode="pressure",
        difference_pa=2e5,
        return_pressure_pa=[2e5, None],
        supply_k=[350.0, 360.0],
    )
    columns = {"demand_w": [2e5, 4e5], "return_set_k": 313.0, **substations}
    create_substations(network, ["A", "B"], supply_junction=["s1", "s2"], return_junction=["r1", "r2"], **columns)
    return network


def everything() -> Network:
    """A network with rows in every table, names with accents and values that no short decimal holds."""
    network = district()
    network.name = "réseau d'Ixelles"
    create_curve(network, "plate", [0.0, 1e-3, 3e-3], [0.0, 1e3 / 3.0, 5e3])
    create_curve(network, "head", [0.0, 1e-2], [3e5, 1e5])
    create_heat_exchangers(network, "booster", from_junction="s1", to_junction="s2", curve="plate", heat_w=-1e3 / 7.0)
    create_valves(
        network, "check", from_junction="s0", to_junction="s2", kv_m3_per_h=12.5, check=True, in_service=False
    )
    create_pumps(network, "pump", from_junction="s0", to_junction="s3", curve="head", control="worst", in_service=False)
    create_storages(
        network, "tank", hot_junction="s0", cold_junction="r0", volume_m3=50.0, tank_height_m=8.0, in_service=False
    )
    create_boundaries(network, "leak", junction="r2", mass_flow_kg_per_s=-0.1)
    create_boundaries(network, "make-up", junction="r2", mass_flow_kg_per_s=0.1, supply_k=283.15)
    return network
