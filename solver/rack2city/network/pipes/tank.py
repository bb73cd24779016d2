"""A stratified hot water tank in one dimension: plugs of water that move up and down, never interpolated.

The tank is a stack of plugs, top first. Charging pushes hot water in at the top and cold water out at the bottom, discharging
the other way; within a step this is a pure displacement, so a thermocline arrives when the volume has passed, as sharp as it
was. At the end of the step the plugs exchange heat for as long as the step lasted, by conduction with each other and through
the wall with the surroundings (solved exactly in time), and water that is colder than what lies below it sinks and mixes with
it. Because both come last, what leaves in a step is a line in the temperature of what enters.

A plug is never thicker than a layer, which is what conduction needs, and the stack never holds more than twice as many plugs
as layers: the neighbours whose mixing loses least make room. Density is constant; its maximum at 4 degC is left out, and so
is the mixing by the inlet's jet.
"""

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh_tridiagonal
from scipy.optimize import isotonic_regression

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.pipes.decay import mean_decay
from rack2city.network.pipes.steps import HeatStep, OutletLine

WATER_CONDUCTIVITY = 0.64
"""Thermal conductivity of water at 50 degC (W/(m K)), IAPWS R15-11."""
THINNEST = 0.01
"""Share of a layer below which a plug joins its neighbour (-): keeps rounding out of the conduction."""
LEAST_PUSHED = 1e-12
"""Share of the volume below which a step moves nothing (-)."""


class StratifiedTank:
    """An upright cylinder of liquid, hot port at its top and cold port at its bottom.

    Args:
        volume_m3: volume (m3).
        height_m: height (m).
        density: of the liquid (kg/m3), constant.
        heat_capacity: of the liquid (J/(kg K)).
        initial_k: temperature at the start (K): one, or those of equal layers from the top down.
        loss_w_per_m2_k: heat loss per area of side, lid and floor (W/(m2 K)).
        conductivity: vertical conductivity (W/(m K)); more than the water's where the tank's wall conducts too.
        layers: equal layers that conduction resolves (-).

    Raises:
        InputError: a value that is not positive, or a loss or conductivity that is negative.
    """

    def __init__(
        self,
        volume_m3: float,
        height_m: float,
        density: float,
        heat_capacity: float,
        initial_k: npt.ArrayLike,
        loss_w_per_m2_k: float = 0.0,
        conductivity: float = WATER_CONDUCTIVITY,
        layers: int = 30,
    ) -> None:
        start = np.atleast_1d(np.asarray(initial_k, dtype=float))
        if not (min(volume_m3, height_m, density, heat_capacity) > 0.0 and layers >= 2):
            raise InputError(
                "storage: volume, height, density and heat capacity must be positive, and layers 2 or more"
            )
        if not (loss_w_per_m2_k >= 0.0 and conductivity >= 0.0 and start.ndim == 1 and np.all(start > 0.0)):
            raise InputError("storage: loss and conductivity must not be negative, and temperatures above 0 K")
        self.capacity_j_per_k = volume_m3 * density * heat_capacity
        self.mass_kg = volume_m3 * density
        self.heat_capacity = heat_capacity
        area = volume_m3 / height_m
        self._layers = layers
        self._side_w_per_k = loss_w_per_m2_k * height_m * 2.0 * float(np.sqrt(np.pi * area))
        self._lid_w_per_k = loss_w_per_m2_k * area
        self._conductance = conductivity * area / height_m  # over the whole height (W/K)
        self._share = np.full(start.size, 1.0 / start.size)
        self._temperature_k = start.copy()
        self._settle()

    @property
    def layers_k(self) -> Array:
        """Mean temperatures of equal layers from the top down (K)."""
        depth, heat = (np.append(0.0, np.cumsum(v)) for v in (self._share, self._share * self._temperature_k))
        edges = np.linspace(0.0, depth[-1], self._layers + 1)
        return np.asarray(np.diff(np.interp(edges, depth, heat)) / np.diff(edges))

    def stored_j(self, datum_k: float) -> float:
        """Heat in the tank above a temperature (J)."""
        return self.capacity_j_per_k * float((self._share * (self._temperature_k - datum_k)).sum())

    def _leaving(self, time_s: float, mass_flow_kg_per_s: float) -> tuple[float, Array]:
        """Volumes pushed through in the step, and the share of each plug that leaves."""
        pushed = abs(mass_flow_kg_per_s) * time_s / self.mass_kg
        if not pushed > LEAST_PUSHED:
            return 0.0, np.zeros_like(self._share)
        share = self._share if mass_flow_kg_per_s < 0.0 else self._share[::-1]  # the outlet first
        ahead = np.concatenate([[0.0], np.cumsum(share[:-1])])
        left = np.clip(pushed - ahead, 0.0, share)
        return pushed, left if mass_flow_kg_per_s < 0.0 else left[::-1]

    def _line(self, pushed: float, left: Array) -> OutletLine[float]:
        if pushed == 0.0:
            return OutletLine(float(self._temperature_k[-1]), 0.0)
        old = float(left.sum())
        mean = float((left * self._temperature_k).sum()) / old
        slope = max(pushed - old, 0.0) / pushed if pushed > 1.0 else 0.0
        return OutletLine((1.0 - slope) * mean, slope)

    def line(self, time_s: float, mass_flow_kg_per_s: float) -> OutletLine[float]:
        """What would leave in a step (s), as a line in the inlet temperature; nothing changes.

        The flow charges, in at the top and out at the bottom (kg/s); negative when it discharges. The slope is above zero
        only where the step pushes more than the volume through.
        """
        return self._line(*self._leaving(time_s, mass_flow_kg_per_s))

    def step(self, time_s: float, mass_flow_kg_per_s: float, inlet_k: float, ambient_k: float) -> HeatStep[float]:
        """Advance by a step of constant flow; arguments of `line`, and the temperature of the surroundings (K).

        What enters has `inlet_k` (K); any finite number where nothing flows.

        Raises:
            InputError: the time is not positive, or a flow or temperature not finite.
        """
        if not (time_s > 0.0 and np.isfinite([mass_flow_kg_per_s, inlet_k, ambient_k]).all()):
            raise InputError("storage: the step must be positive, its flow and temperatures finite")
        before = self.stored_j(ambient_k)
        pushed, left = self._leaving(time_s, mass_flow_kg_per_s)
        line = self._line(pushed, left)
        if pushed > 0.0:
            kept, entered = self._share - left, min(pushed, 1.0)
            stays = kept > 0.0
            at = 0 if mass_flow_kg_per_s > 0.0 else int(stays.sum())
            self._share = np.insert(kept[stays], at, entered)
            self._temperature_k = np.insert(self._temperature_k[stays], at, inlet_k)
            self._settle()
        loss = self._exchange(time_s, ambient_k)
        # what lies colder above warmer mixes: the nearest temperatures that fall from the top down, by volume
        if np.any(np.diff(self._temperature_k) > 0.0):
            mixed = isotonic_regression(self._temperature_k, weights=self._share, increasing=False)
            self._temperature_k = np.asarray(mixed.x)
        outlet = line.offset_k + line.slope * inlet_k
        return HeatStep(outlet, loss, self.stored_j(ambient_k) - before)

    def _exchange(self, time_s: float, ambient_k: float) -> float:
        """Conduct heat between plugs and lose it through the wall for a time; returns the loss (J).

        Finite volumes between the plugs' centres, exact in time by the eigenvectors of the symmetric tridiagonal
        matrix of `sqrt(C) T`.
        """
        share, excess = self._share, self._temperature_k - ambient_k
        lost_w_per_k = self._side_w_per_k * share
        lost_w_per_k[[0, -1]] += self._lid_w_per_k
        capacity = self.capacity_j_per_k * share
        between = 2.0 * self._conductance / (share[:-1] + share[1:])
        root = np.sqrt(capacity)
        diagonal = lost_w_per_k.copy()
        diagonal[:-1] += between
        diagonal[1:] += between
        rates, modes = eigh_tridiagonal(diagonal / capacity, -between / (root[:-1] * root[1:]))
        decays = np.maximum(rates, 0.0) * time_s
        amounts = modes.T @ (root * excess)
        mean = modes @ (amounts * mean_decay(decays)) / root  # over the time
        self._temperature_k = ambient_k + modes @ (amounts * np.exp(-decays)) / root
        return time_s * float(lost_w_per_k @ mean)

    def _settle(self) -> None:
        """Bring the plugs to between a hundredth of a layer and a layer, at most twice as many as layers."""
        layer = 1.0 / self._layers
        while self._share.size > 1 and (thin := int(np.argmin(self._share))) >= 0:
            if self._share[thin] >= THINNEST * layer:
                break
            beside = [n for n in (thin - 1, thin + 1) if 0 <= n < self._share.size]
            nearest = min(beside, key=lambda n: abs(self._temperature_k[n] - self._temperature_k[thin]))
            self._merge(min(thin, nearest))
        parts = np.maximum(np.ceil(self._share / layer - 1e-9), 1.0).astype(int)
        self._share, self._temperature_k = np.repeat(self._share / parts, parts), np.repeat(self._temperature_k, parts)
        while self._share.size > 2 * self._layers:
            both = self._share[:-1] + self._share[1:]
            lost = self._share[:-1] * self._share[1:] / both * np.diff(self._temperature_k) ** 2
            self._merge(int(np.argmin(np.where(both <= layer * (1.0 + 1e-9), lost, np.inf))))

    def _merge(self, first: int) -> None:
        """Mix a plug with the one below it."""
        both = slice(first, first + 2)
        total, heat = self._share[both].sum(), (self._share[both] * self._temperature_k[both]).sum()
        self._share, self._temperature_k = (np.delete(v, first + 1) for v in (self._share, self._temperature_k))
        self._share[first], self._temperature_k[first] = total, heat / total
