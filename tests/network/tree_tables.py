"""A tree of pipe pairs written as tables, so that one net can be put to every solver."""

from collections.abc import Sequence

from rack2city.network import (
    Liquid,
    Network,
    RadialTree,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
)


def tables_of(
    tree: RadialTree, liquid: Liquid, nodes: Sequence[int], supply_k: float, ground_k: float, **substations: object
) -> Network:
    """Tables of a tree.

    Args:
        tree: pipe pairs; supply junctions become "s name", return junctions "r name", and so do pipes.
        liquid: constant properties.
        nodes: nodes with a substation; it has the node's name.
        supply_k: supply temperature of the producer "plant" at the root (K), which holds 2 bar.
        ground_k: ground temperature (K).
        substations: columns of the substations.
    """
    network = Network("tree", liquid, friction=tree.friction)
    for side, loss in (("s", tree.supply_loss_w_per_m_k), ("r", tree.return_loss_w_per_m_k)):
        create_junctions(network, [f"{side} {name}" for name in tree.node_names])
        ends = [[f"{side} {tree.node_names[node]}" for node in end] for end in (tree.start, tree.end)]
        create_pipes(
            network,
            [f"{side} {name}" for name in tree.pipe_names],
            from_junction=ends[side == "r"],
            to_junction=ends[side == "s"],
            length_m=tree.length_m,
            inner_diameter_m=tree.diameter_m,
            roughness_m=tree.roughness_m,
            minor_loss=tree.minor_loss,
            conductance_w_per_m_k=loss,
            ambient_k=ground_k,
        )
    root = tree.node_names[tree.root]
    create_producers(
        network,
        "plant",
        return_junction=f"r {root}",
        supply_junction=f"s {root}",
        mode="pressure",
        difference_pa=2e5,
        return_pressure_pa=2e5,
        supply_k=supply_k,
    )
    names = [tree.node_names[node] for node in nodes]
    create_substations(
        network,
        names,
        supply_junction=[f"s {name}" for name in names],
        return_junction=[f"r {name}" for name in names],
        **substations,
    )
    return network
