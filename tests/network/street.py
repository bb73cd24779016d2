"""Streets of pipe pairs written as tables, solved on the radial way or on the graph's, and what tests look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.network import (
    Liquid,
    Network,
    Series,
    SteadyResult,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
    simulate,
    solve_steady,
)
from rack2city.network.hydraulics.friction import Formula

LIQUID = Liquid(density=988.0, heat_capacity=4180.0, viscosity=5.434e-4)
GROUND_K, SUPPLY_K, RETURN_K = 283.15, 343.15, 313.15
WALL = {"wall_density_kg_per_m3": 7850.0, "wall_heat_capacity_j_per_kg_k": 480.0}

Array = npt.NDArray[np.float64]


def street(
    parents: Sequence[int],
    length_m: npt.ArrayLike,
    diameter_m: npt.ArrayLike = 0.05,
    loss_w_per_m_k: npt.ArrayLike = 0.3,
    *,
    liquid: Liquid = LIQUID,
    names: Sequence[str] = (),
    roughness_m: npt.ArrayLike = 1e-5,
    minor_loss: npt.ArrayLike = 0.0,
    wall_j_per_m_k: npt.ArrayLike = 0.0,
    between_w_per_m_k: npt.ArrayLike | None = None,
    control: str = "worst",
    friction: Formula = "colebrook",
) -> Network:
    """Pipe pairs from a producer outwards; node 0 is the plant, and node i + 1 hangs on node `parents[i]`.

    Junctions are "s name" and "r name", the pipes that lead to a node "s p name" and "r p name", drawn as the water flows.

    Args:
        parents: node that each pair starts from.
        length_m: length of each pair (m), one or one per pair, as all others.
        diameter_m: inner diameter (m).
        loss_w_per_m_k: conductance of each of the two pipes to the ground (W/(m K)).
        liquid: constant properties.
        names: of the nodes; their numbers if none are given.
        roughness_m: wall roughness (m).
        minor_loss: local loss coefficients of one pipe (-).
        wall_j_per_m_k: heat capacity of the wall of one pipe (J/(m K)).
        between_w_per_m_k: conductance between the two pipes; None where they are not a pair.
        control: of the producer "plant"; "own" holds 2 bar.
        friction: formula of the turbulent friction factor.
    """
    count = len(parents)
    names = list(names) or [str(node) for node in range(count + 1)]
    network = Network("street", liquid, friction=friction)
    inner = np.broadcast_to(np.asarray(diameter_m, dtype=float), count)
    outer = np.sqrt(inner**2 + 4.0 / np.pi * np.asarray(wall_j_per_m_k) / (7850.0 * 480.0))
    for side in "sr":
        create_junctions(network, [f"{side} {name}" for name in names])
        near, far = [f"{side} {names[node]}" for node in parents], [f"{side} {name}" for name in names[1:]]
        create_pipes(
            network,
            [f"{side} p{name}" for name in names[1:]],
            from_junction=far if side == "r" else near,
            to_junction=near if side == "r" else far,
            length_m=length_m,
            inner_diameter_m=inner,
            outer_diameter_m=outer,
            roughness_m=roughness_m,
            minor_loss=minor_loss,
            conductance_w_per_m_k=loss_w_per_m_k,
            ambient_k=GROUND_K,
            **WALL,
        )
    if between_w_per_m_k is not None:
        supply, back = network.pipes.index[:count], network.pipes.index[count:]
        network.pipes.loc[supply, "pair"], network.pipes.loc[back, "pair"] = back, supply
        network.pipes.loc[supply, "pair_w_per_m_k"] = between_w_per_m_k
    create_producers(
        network,
        "plant",
        return_junction=f"r {names[0]}",
        supply_junction=f"s {names[0]}",
        mode="pressure",
        control=control,
        difference_pa=2e5 if control == "own" else None,
        return_pressure_pa=2e5,
        supply_k=SUPPLY_K,
    )
    return network


def with_houses(network: Network, nodes: Sequence[int] | npt.NDArray[np.intp], **columns: Any) -> Network:
    """The same with substations at nodes, named after them; a return temperature of 40 degC unless more is said."""
    names = [network.junctions.index[node].removeprefix("s ") for node in nodes]
    given = {"return_set_k", "mass_flow_kg_per_s", "ua_w_per_k"} & set(columns)
    columns = columns if given else {"return_set_k": RETURN_K, **columns}
    ends = {f"{side}_junction": [f"{side[0]} {name}" for name in names] for side in ("supply", "return")}
    create_substations(network, names, **ends, **columns)
    return network


@dataclass(frozen=True)
class Told:
    """What a solved street tells: arrays of steps x pairs, steps x substations, or one per step.

    Attributes:
        pipe_flow: mass flow of the supply pipes (kg/s).
        flow: of the substations (kg/s).
        arriving_k: temperature that arrives at them (K).
        leaving_k: temperature of their returns (K); NaN without flow.
        delivered_w: heat they take (W).
        unmet_w: demand that is not met (W).
        supply_loss_w: heat lost by the supply pipes (W).
        return_loss_w: the same of the return pipes (W).
        exchange_w: heat from supply to return pipes (W).
        drop_pa: pressure drop of the supply pipes (Pa).
        root_flow: mass flow of the plant (kg/s).
        root_heat_w: heat it gives (W).
        root_return_k: temperature that comes back to it (K).
        difference_pa: difference it holds (Pa).
        stored_w: growth of the heat in all pipes (W).
        balance: worst residual of mass or energy (-).
        passes: of the solver.
        method: which way was taken.
    """

    pipe_flow: Array
    flow: Array
    arriving_k: Array
    leaving_k: Array
    delivered_w: Array
    unmet_w: Array
    supply_loss_w: Array
    return_loss_w: Array
    exchange_w: Array
    drop_pa: Array
    root_flow: Array
    root_heat_w: Array
    root_return_k: Array
    difference_pa: Array
    stored_w: Array
    balance: Array
    passes: Array
    method: str

    @property
    def loss_w(self) -> Array:
        """Heat lost by all pipes (W)."""
        return np.asarray(self.supply_loss_w.sum(axis=1) + self.return_loss_w.sum(axis=1))


def tell(result: Series | SteadyResult) -> Told:
    """The quantities of a result; a steady one has one step."""

    def rows(table: str, quantity: str) -> Array:
        values = getattr(result, f"res_{table}")[quantity].to_numpy(dtype=float)
        return values[None] if isinstance(result, SteadyResult) else values

    if isinstance(result, SteadyResult):
        assert result.energy is not None
        balance = np.array([max(result.mass.relative, result.energy.relative)])
        stored, passes = np.zeros(1), np.array([result.passes])
    else:
        balance = result.steps[["mass_residual", "energy_residual"]].max(axis=1).to_numpy()
        stored, passes = result.steps.stored_w.to_numpy(), result.steps.passes.to_numpy()
    loss, half = rows("pipes", "loss_w"), len(rows("pipes", "loss_w").T) // 2
    stations = ("mdot_kg_per_s", "t_supply_k", "t_return_k", "heat_w", "unmet_w")
    plant = ("mdot_kg_per_s", "heat_w", "t_return_k", "difference_pa")
    return Told(
        rows("pipes", "mdot_kg_per_s")[:, :half],
        *(rows("substations", quantity) for quantity in stations),
        loss[:, :half],
        loss[:, half:],
        rows("pipes", "exchange_w")[:, :half],
        rows("pipes", "dp_pa")[:, :half],
        *(rows("producers", quantity)[:, 0] for quantity in plant),
        stored,
        balance,
        passes,
        result.method,
    )


def run(
    network: Network,
    demand_w: npt.ArrayLike | None = None,
    supply_k: npt.ArrayLike = SUPPLY_K,
    ground_k: npt.ArrayLike = GROUND_K,
    step_s: npt.ArrayLike = 3600.0,
    *,
    mode: str = "quasi_steady",
    way: str = "radial",
    steps: int = 1,
    profiles: Mapping[tuple[str, str], Any] | None = None,
    **options: Any,
) -> Told:
    """A street through steps, on the way asked for; the result must say that it was this way.

    Args:
        network: the street.
        demand_w: heat demand, steps x substations (W); None leaves that of the table.
        supply_k: supply temperature at the plant (K), one or one per step.
        ground_k: temperature around the pipes (K), one, one per step, or steps x pairs.
        step_s: see `simulate`.
        mode: see `simulate`.
        way: "radial", "graph", which is forced by a profile that changes nothing, or "any".
        steps: number of steps where no array tells it.
        profiles: further columns through time, arrays of steps x rows.
        options: see `simulate`.
    """
    given: dict[tuple[str, str], npt.ArrayLike] = dict(profiles or {})
    if demand_w is not None:
        given["substations", "demand_w"] = demand_w
    if np.ndim(supply_k):
        given["producers", "supply_k"] = np.asarray(supply_k)[:, None]
    if np.ndim(ground_k):
        given["pipes", "ambient_k"] = np.tile(ground_k, 2) if np.ndim(ground_k) == 2 else np.asarray(ground_k)[:, None]
    count = max([len(np.asarray(values)) for values in given.values()], default=steps)
    frames: dict[tuple[str, str], pd.DataFrame | pd.Series] = {}
    for (table, column), values in given.items():
        names = network.table(table).index
        frames[table, column] = pd.DataFrame(np.broadcast_to(values, (count, len(names))), columns=names)
    if way == "graph":
        frames["pipes", "in_service"] = pd.Series(np.full(count, True))
    changed = Network(network.name, network.liquid, friction=network.friction, tables=dict(network.tables))
    if not np.ndim(supply_k):
        changed.producers = network.producers.assign(supply_k=supply_k)
    if not np.ndim(ground_k):
        changed.pipes = network.pipes.assign(ambient_k=ground_k)
    told = tell(simulate(changed, frames, step_s, steps=count, mode=mode, **options))
    assert way == "any" or told.method.startswith(way), told.method
    return told


def steady(network: Network, demand_w: npt.ArrayLike, supply_k: float = SUPPLY_K, ground_k: float = GROUND_K) -> Told:
    """The steady state of a street for one demand of each substation (W)."""
    changed = Network(network.name, network.liquid, friction=network.friction, tables=dict(network.tables))
    changed.substations = network.substations.assign(demand_w=demand_w)
    changed.producers = network.producers.assign(supply_k=supply_k)
    changed.pipes = network.pipes.assign(ambient_k=ground_k)
    return tell(solve_steady(changed))


def start_of(network: Network, supply_k: float, return_k: float) -> pd.Series:
    """Temperatures of the pipes at the start: of the supply, and of the return (K)."""
    pipes = network.pipes.index
    return pd.Series(np.where(pipes.str.startswith("s "), supply_k, return_k), index=pipes)
