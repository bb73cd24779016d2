"""The radial heat network of the benchmark, for any number of pipe pairs and without randomness.

The rule, so that others can build the same net: of n pipe pairs n/2 are streets of 40 m and n/2 are services of 15 m with
one consumer each. The first sqrt(n/2) street nodes form a trunk in series from the plant; the others hang on in turn, one on
the last node of each side branch, which gives a comb. Consumer k hangs on street node 1 + k mod (n/2) and takes 20 kW,
cooled from 80 to 50 degC in design. Each pipe is the smallest of a list of steel pipes whose friction (f = 0.022, water of
975 kg/m3, all consumers at design) is at most 150 Pa/m.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rack2city.arrays import Array
from rack2city.network import (
    Liquid,
    Network,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
)
from rack2city.network.hydraulics.graph import Index

INNER_DIAMETERS_M = (
    *(0.0217, 0.0285, 0.0372, 0.0431, 0.0545, 0.0703, 0.0825, 0.1071, 0.1325, 0.1603, 0.2101),
    *(0.2630, 0.3127, 0.3444, 0.3938, 0.4446, 0.4954, 0.5958, 0.6938, 0.7954, 0.8954, 0.9954),
)
STREET_M, SERVICE_M = 40.0, 15.0
LOAD_W, SUPPLY_K, RETURN_K, GROUND_K = 20e3, 353.15, 323.15, 283.15
LOSS_W_PER_M_K, ROUGHNESS_M = 0.2, 5e-5
LIQUID = Liquid(density=975.0, heat_capacity=4190.0, viscosity=4.0e-4)
"""Water at 70 degC or so, rounded."""


WALL_M = 3.2e-3
"""Thickness of the steel walls that keep heat in time."""


@dataclass(frozen=True)
class BenchNet:
    """One net of the benchmark: P pipe pairs, streets first; node 0 is the plant, and pair i ends at node i + 1.

    Attributes:
        start: node that each pair starts from.
        length_m: length of each (m).
        diameter_m: inner diameter of each (m).
        consumer: node of each consumer, the end of its service.
        design_kg_per_s: flow of one consumer at design.
    """

    start: Index
    length_m: Array
    diameter_m: Array
    consumer: Index
    design_kg_per_s: float

    def network(self, **substations: Any) -> Network:
        """The net in tables, with columns of its substations; supply and return are as long and as wide."""
        network, count = Network("benchmark", LIQUID), len(self.start)
        ends = {side: np.array([f"{side}{node}" for node in range(count + 1)]) for side in "sr"}
        for side, names in ends.items():
            create_junctions(network, names.tolist())
            near, far = names[self.start].tolist(), names[1:].tolist()
            create_pipes(
                network,
                [f"{side}p{pair}" for pair in range(1, count + 1)],
                from_junction=near if side == "s" else far,
                to_junction=far if side == "s" else near,
                length_m=self.length_m,
                inner_diameter_m=self.diameter_m,
                outer_diameter_m=self.diameter_m + 2.0 * WALL_M,
                roughness_m=ROUGHNESS_M,
                conductance_w_per_m_k=LOSS_W_PER_M_K,
                ambient_k=GROUND_K,
                wall_density_kg_per_m3=7850.0,
                wall_heat_capacity_j_per_kg_k=460.0,
            )
        plant = {"mode": "pressure", "control": "worst", "return_pressure_pa": 2e5, "supply_k": SUPPLY_K}
        create_producers(network, "plant", return_junction="r0", supply_junction="s0", **plant)
        create_substations(
            network,
            [f"c{node}" for node in self.consumer],
            supply_junction=ends["s"][self.consumer].tolist(),
            return_junction=ends["r"][self.consumer].tolist(),
            **{"demand_w": LOAD_W, **substations},
        )
        return network


def bench_net(pairs: int) -> BenchNet:
    """The net of so many pipe pairs (at least 2)."""
    streets = pairs // 2
    services = pairs - streets
    trunk = max(1, round(math.sqrt(streets)))
    node = np.arange(1, streets + 1)
    # Street node i > trunk continues branch (i - 1) mod trunk, whose last node is i - trunk.
    parent = np.where(node <= trunk, node - 1, node - trunk)
    host = 1 + np.arange(services) % streets
    consumer = streets + 1 + np.arange(services)
    flow = LOAD_W / (LIQUID.heat_capacity * (SUPPLY_K - RETURN_K))
    load = np.zeros(streets + 1)
    np.add.at(load, host, flow)
    for i in range(streets, 0, -1):
        load[parent[i - 1]] += load[i]
    return BenchNet(
        start=np.concatenate([parent, host]),
        length_m=np.concatenate([np.full(streets, STREET_M), np.full(services, SERVICE_M)]),
        diameter_m=np.concatenate([_smallest(load[1:]), np.full(services, _smallest(np.array([flow]))[0])]),
        consumer=consumer,
        design_kg_per_s=flow,
    )


def _smallest(flow: Array) -> Array:
    """Smallest inner diameter (m) that keeps the friction at 150 Pa/m, or the largest of the list."""
    diameters = np.array(INNER_DIAMETERS_M)
    velocity = flow[:, None] / (LIQUID.density * np.pi * diameters**2 / 4)
    fits = 0.022 / diameters * LIQUID.density * velocity**2 / 2 <= 150.0
    return diameters[np.where(fits.any(axis=1), fits.argmax(axis=1), diameters.size - 1)]
