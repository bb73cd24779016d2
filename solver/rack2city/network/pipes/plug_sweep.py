"""Pipes that are flushed several times in one time step: a single sweep along the wall sections."""

import numpy as np

from rack2city.arrays import Array
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.pipes.plug_cells import PlugState, section_means, settle


def sweep(
    state: PlugState,
    time_s: float,
    flushes: Array,
    inlet_k: Array,
    surroundings_k: Array,
    water: Array,
    wall: Array,
    film: Array,
    loss: Array,
) -> tuple[Array, Array]:
    """Advance pipes through which the thermal front passes within the step, which changes their state.

    The front travels slower than the water, by `1 + Cw/Cf`, because the new water that first meets a wall gives it its
    excess. Each section's wall meets first the water ahead of the front, then that behind it, each at its mean temperature,
    and relaxes towards it in closed form; the new water that has warmed (or cooled) the wall goes on ahead of the front.
    What stays in the pipe has the profile it has at the end. Heat is conserved section by section.

    `flushes` is the mass that enters, in contents of the pipe (-), above `1 + wall / water`. Water and wall are the heat
    capacities of one section (J/K), film and loss its conductances from water to wall to surroundings (W/K). Returns mass
    times temperature of what leaves (cells K), and heat lost (J); arrays of shape (P).
    """
    sections = len(state.wall_k)
    cells = flushes * sections
    stream = water * cells / time_s  # W/K
    units = film / stream
    carried = stream * -np.expm1(-units)  # heat given to the wall per kelvin between section inlet and wall
    profile = mean_decay(units)
    rate = np.full_like(wall, np.inf)  # a wall without capacity follows at once
    np.divide(carried + loss, wall, out=rate, where=wall > 0.0)
    share = wall / water
    behind = 1.0 + share  # cells of water that pass before the front has crossed one more section
    old_water = section_means(state)
    new_water, new_wall = np.empty_like(old_water), np.empty_like(old_water)
    old_k, new_k, end_k = surroundings_k.copy(), inlet_k.copy(), inlet_k.copy()
    lost = np.zeros_like(inlet_k)
    for i in range(sections):
        resident, wall_k = old_water[i], state.wall_k[i]
        # the section's own water leaves over its transit: it is there for half of it
        old_time = (i + 0.5) * behind * time_s / cells
        mixed_k = (i * old_k + 0.5 * resident) / (i + 0.5)
        between, old_heat, old_loss = _meet(wall_k, mixed_k, old_time, carried, loss, rate, surroundings_k)
        wall_k, new_heat, new_loss = _meet(between, new_k, time_s - old_time, carried, loss, rate, surroundings_k)
        lost += old_loss + new_loss
        spent = share * new_k - (new_heat - new_loss) / water
        old_k = (i * behind * old_k + resident + spent - old_heat / water) / ((i + 1) * behind)
        new_wall[i] = wall_k
        new_water[i] = wall_k + (end_k - wall_k) * profile
        gone = cells - (i + 1) * behind
        new_k = ((gone + 1.0) * new_k - new_loss / water - new_water[i]) / gone
        end_k = end_k + (wall_k - end_k) * (carried / stream)
    settle(state, new_water)
    state.wall_k = new_wall
    return sections * behind * old_k + (cells - sections * behind) * new_k, lost


def _meet(
    wall_k: Array, water_k: Array, time: Array, carried: Array, loss: Array, rate: Array, surroundings_k: Array
) -> tuple[Array, Array, Array]:
    """Wall in a stream of one temperature: its end temperature (K), heat taken from the water, heat lost (J)."""
    rest = (carried * water_k + loss * surroundings_k) / np.maximum(carried + loss, 1e-300)
    excess = wall_k - rest
    mean = rest + excess * mean_decay(rate * time)
    return (
        rest + excess * np.exp(-rate * time),
        carried * (water_k - mean) * time,
        loss * (mean - surroundings_k) * time,
    )
