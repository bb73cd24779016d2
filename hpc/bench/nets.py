"""The radial heat network of the benchmark, for any number of pipe pairs and without randomness.

The rule, so that others can build the same net: of n pipe pairs n/2 are streets of 40 m and n/2 are services of 15 m with
one consumer each. The first sqrt(n/2) street nodes form a trunk in series from the plant; the others hang on in turn, one on
the last node of each side branch, which gives a comb. Consumer k hangs on street node 1 + k mod (n/2) and takes 20 kW,
cooled from 80 to 50 degC in design. Each pipe is the smallest of a list of steel pipes whose friction (f = 0.022, water of
975 kg/m3, all consumers at design) is at most 150 Pa/m.
"""

import math
from dataclasses import dataclass

import numpy as np

from rack2city.network import Liquid, RadialTree
from rack2city.network.hydraulics.friction import Array
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


@dataclass(frozen=True)
class BenchNet:
    """One net of the benchmark.

    Attributes:
        tree: pipe pairs, streets first.
        consumer: node of each consumer, the end of its service.
        design_kg_per_s: flow of one consumer at design.
    """

    tree: RadialTree
    consumer: Index
    design_kg_per_s: float


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
    count = streets + services
    diameter = np.concatenate([_smallest(load[1:]), np.full(services, _smallest(np.array([flow]))[0])])
    tree = RadialTree(
        node_names=[f"n{i}" for i in range(count + 1)],
        pipe_names=[f"p{i}" for i in range(1, count + 1)],
        start=np.concatenate([parent, host]),
        end=np.arange(1, count + 1),
        length_m=np.concatenate([np.full(streets, STREET_M), np.full(services, SERVICE_M)]),
        diameter_m=diameter,
        roughness_m=np.full(count, ROUGHNESS_M),
        supply_loss_w_per_m_k=np.full(count, LOSS_W_PER_M_K),
        return_loss_w_per_m_k=np.full(count, LOSS_W_PER_M_K),
    )
    return BenchNet(tree, consumer, flow)


def _smallest(flow: Array) -> Array:
    """Smallest inner diameter (m) that keeps the friction at 150 Pa/m, or the largest of the list."""
    diameters = np.array(INNER_DIAMETERS_M)
    velocity = flow[:, None] / (LIQUID.density * np.pi * diameters**2 / 4)
    fits = 0.022 / diameters * LIQUID.density * velocity**2 / 2 <= 150.0
    return diameters[np.where(fits.any(axis=1), fits.argmax(axis=1), diameters.size - 1)]
