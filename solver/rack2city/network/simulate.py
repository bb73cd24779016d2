"""A radial network through a series of steps, its results in the tables of the steady solution."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.errors import InputError, Rack2CityError
from rack2city.network.dynamic import DynamicRadial, DynamicStep
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.offtake import Duty, Offtake
from rack2city.network.radial import RadialResult, pressure_need
from rack2city.network.settle import Layout
from rack2city.network.tree import RadialTree

WARM_UP_STEPS = 48
"""Steps with the first step's conditions that go before, so that the pipes start as warm as they would be."""


@dataclass(frozen=True)
class DynamicResult:
    """The simulated time.

    Attributes:
        result: flows, temperatures, heat and losses of every step, as of `solve_radial`; its `balance_residual` counts what
            pipes store, and its `iterations` are the passes of the slowest step. Losses are those to the ground.
        exchange_w: heat from each supply pipe to the return pipe beside it (W), steps x pipes.
        stored_w: growth of the heat in water and walls (W), one per step.
    """

    result: RadialResult
    exchange_w: Array
    stored_w: Array


def simulate_radial(
    tree: RadialTree,
    substations: Offtake,
    liquid: Liquid,
    wall_j_per_m_k: npt.ArrayLike,
    demand_w: Array | Duty,
    supply_k: npt.ArrayLike,
    ground_k: npt.ArrayLike,
    pump_efficiency: float = 1.0,
    step_s: float = 3600.0,
    progress: Callable[[int, int], None] = lambda done, steps: None,
    between_w_per_m_k: npt.ArrayLike = 0.0,
) -> DynamicResult:
    """Step a radial network through time.

    Args:
        tree: pipe pairs.
        substations: where heat is taken.
        liquid: constant properties.
        wall_j_per_m_k: heat capacity of the wall of one pipe of each pair (J/(m K)), one or one per pair.
        demand_w: heat demand, steps x substations (W), or a `Duty`.
        supply_k: supply temperature at the root (K), one or one per step.
        ground_k: ground temperature (K), one, one per step, or steps x pipes; `soil.ground_series` makes it of the weather.
        pump_efficiency: hydraulic over electric power of the pumps (-).
        step_s: length of a step (s).
        progress: called with the steps done and their number.
        between_w_per_m_k: conductance between the supply and the return pipe of each pair (W/(m K)), one or one per pair,
            as of `soil.PairConductance.between`, with its `to_ground` as the tree's losses.

    Raises:
        InputError: the demand does not fit, or is empty.
        ConvergenceError: a step does not converge; names it.
        BalanceError: heat is not conserved in a step; names it.
    """
    duty = demand_w if isinstance(demand_w, Duty) else Duty(np.asarray(demand_w, dtype=float))
    duty.transposed(len(substations.node))  # refuses what does not fit
    steps = len(duty.heating_w)
    if steps == 0:
        raise InputError("the heat demand holds no step; give at least one")
    supply = np.broadcast_to(np.asarray(supply_k, dtype=float), (steps,))
    ground = np.asarray(ground_k, dtype=float)
    ground = np.broadcast_to(ground if ground.ndim == 2 else ground[..., None], (steps, len(tree.pipe_names)))
    start = float(supply[0]), float(ground[0].mean())
    network = DynamicRadial(tree, substations, liquid, wall_j_per_m_k, *start, between_w_per_m_k)
    for _ in range(WARM_UP_STEPS):
        network.step(step_s, _of_step(duty, 0), float(supply[0]), ground[0])
    done: list[DynamicStep] = []
    for number in range(steps):
        try:
            done.append(network.step(step_s, _of_step(duty, number), float(supply[number]), ground[number]))
        except Rack2CityError as error:
            raise type(error)(f"step {number}: {error}") from None
        progress(number + 1, steps)
    return _gather(Layout.of(tree, substations, liquid), done, supply, pump_efficiency)


def _of_step(duty: Duty, number: int) -> Duty:
    """What is asked for in one step, as one hour."""

    def row(values: npt.ArrayLike | None) -> Array | None:
        if values is None:
            return None
        array = np.asarray(values, dtype=float)
        return array[[number]] if array.ndim == 2 and len(array) > 1 else array

    return Duty(
        heating_w=np.asarray(duty.heating_w)[[number]],
        hot_water_w=row(duty.hot_water_w),
        secondary_supply_k=row(duty.secondary_supply_k),
        secondary_return_k=row(duty.secondary_return_k),
        available_pa=row(duty.available_pa),
    )


def _gather(layout: Layout, steps: list[DynamicStep], supply: Array, pump_efficiency: float) -> DynamicResult:
    def table(name: str) -> Array:
        return np.array([getattr(step, name) for step in steps])

    flow, pipe_flow = table("flow_kg_per_s"), table("pipe_flow_kg_per_s")
    drop, difference = pressure_need(layout, pipe_flow.T[layout.sweeps.order], flow.T)
    root_flow = flow.sum(axis=1)
    pump = difference * root_flow / layout.liquid.density
    result = RadialResult(
        pipe_flow_kg_per_s=pipe_flow,
        substation_flow_kg_per_s=flow,
        arriving_k=table("arriving_k"),
        leaving_k=table("leaving_k"),
        delivered_w=table("delivered_w"),
        unmet_w=table("unmet_w"),
        supply_loss_w=table("supply_loss_w"),
        return_loss_w=table("return_loss_w"),
        root_flow_kg_per_s=root_flow,
        root_supply_k=supply.copy(),
        root_return_k=table("root_return_k"),
        root_heat_w=table("root_heat_w"),
        pipe_drop_pa=layout.original(drop).T,
        root_difference_pa=difference,
        pump_hydraulic_w=pump,
        pump_electric_w=pump / pump_efficiency,
        balance_residual=table("balance_residual"),
        iterations=max(step.passes for step in steps),
    )
    return DynamicResult(result, table("exchange_w"), table("stored_w"))
