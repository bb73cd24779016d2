"""A radial network of pipe pairs: the tree, its substations and its liquid."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array, Formula, require_formula
from rack2city.network.hydraulics.graph import Index
from rack2city.network.offtake import Draw, Duty
from rack2city.network.sweeps import TreeSweeps


@dataclass(frozen=True)
class RadialTree:
    """Pipe pairs (supply and return alike) from one root outwards; pipe fields hold one value per pair.

    Attributes:
        node_names: one unique name per node.
        pipe_names: one name per pipe pair.
        start: node index at the root's side of each pair.
        end: node index at the far side; every node but the root is the end of exactly one pair.
        length_m: trench length (m).
        diameter_m: inner diameter (m).
        roughness_m: wall roughness (m).
        supply_loss_w_per_m_k: heat loss coefficient of the supply pipe to the ground (W/(m K)).
        return_loss_w_per_m_k: the same of the return pipe (W/(m K)).
        minor_loss: local loss coefficients of one pipe (-).
        friction: formula of the turbulent friction factor, `"colebrook"` or `"haaland"`.

    Raises:
        InputError: the pairs are not a tree, or the formula is unknown.
    """

    node_names: Sequence[str]
    pipe_names: Sequence[str]
    start: Index
    end: Index
    length_m: Array
    diameter_m: Array
    roughness_m: Array
    supply_loss_w_per_m_k: Array
    return_loss_w_per_m_k: Array
    minor_loss: Array | float = 0.0
    friction: Formula = "colebrook"

    def __post_init__(self) -> None:
        """Check that the pairs are a tree; the order of `downstream_order` does it."""
        require_formula(self.friction)
        _ = self.downstream_order

    @cached_property
    def root(self) -> int:
        """Node index of the root, the only node where no pair ends."""
        fed = np.bincount(np.asarray(self.end, dtype=np.intp), minlength=len(self.node_names))
        if np.any(fed > 1):
            node = int(np.argmax(fed > 1))
            raise InputError(
                f"node {self.node_names[node]!r} is the end of {fed[node]} pipes; a radial network has one"
            )
        roots = np.flatnonzero(fed == 0)
        if roots.size != 1:
            names = ", ".join(repr(self.node_names[node]) for node in roots[:5]) or "none"
            raise InputError(f"a radial network has one node that no pipe feeds, its root; here: {names}")
        return int(roots[0])

    @cached_property
    def downstream_order(self) -> Index:
        """Pipes in an order that meets every pipe after the one that feeds it."""
        return self.sweeps.order

    @cached_property
    def sweeps(self) -> TreeSweeps:
        """The tree renumbered by levels, with its sums along the ways."""
        start, end = np.asarray(self.start, dtype=np.intp), np.asarray(self.end, dtype=np.intp)
        sweeps = TreeSweeps.of(start, end, len(self.node_names), self.root)
        if len(sweeps.order) != len(end):
            missing = int(np.setdiff1d(np.arange(len(end)), sweeps.order)[0])
            raise InputError(f"pipe {self.pipe_names[missing]!r} is not connected to {self.node_names[self.root]!r}")
        return sweeps


@dataclass(frozen=True)
class Substations:
    """Substations of a given return temperature; fields hold one value per substation.

    The flow for a demand Q is `Q / (cp (T_arriving - T_return))`, at least the by-pass and at most the largest flow. Where
    the supply arrives less than `min_difference_k` above the return, the valve opens further: in proportion to what is
    missing, up to the largest flow where there is no difference left. What that flow cannot carry is unmet.

    Attributes:
        node: node index.
        return_k: temperature the substation cools its flow down to (K).
        bypass_kg_per_s: least flow, kept up by a thermostatic by-pass (kg/s).
        max_flow_kg_per_s: largest flow its valve lets through (kg/s).
        min_difference_k: least difference of arriving supply and return its exchanger is made for (K), one for all.
        drop_pa: pressure drop over exchanger and valve (Pa), one for all.

    Raises:
        InputError: a by-pass flow exceeds the largest flow, or a value is not positive where it must be.
    """

    node: Index
    return_k: Array
    bypass_kg_per_s: Array
    max_flow_kg_per_s: Array
    min_difference_k: float = 5.0
    drop_pa: float = 0.0

    def __post_init__(self) -> None:
        """Check the limits of the flow."""
        bypass, largest = np.asarray(self.bypass_kg_per_s), np.asarray(self.max_flow_kg_per_s)
        if not (np.all(bypass >= 0.0) and np.all(largest > 0.0) and np.all(bypass <= largest)):
            raise InputError("every substation needs 0 <= by-pass flow <= largest flow, and a largest flow above zero")
        if not self.min_difference_k > 0.0:
            raise InputError(
                f"the least temperature difference of a substation is {self.min_difference_k} K; it must be positive"
            )
        _ = self._columns

    @cached_property
    def _columns(self) -> tuple[Array, Array, Array]:
        """Return temperature, least and largest flow, with an axis for the hours."""
        fields = (self.return_k, self.bypass_kg_per_s, self.max_flow_kg_per_s)
        back, low, high = (np.asarray(field, dtype=float)[:, None] for field in fields)
        return back, low, high

    def draw(self, duty: Duty, arriving_k: Array, heat_capacity: float) -> Draw:
        """Flow, heat and sensitivity at the temperatures that arrive (substations x hours).

        Raises:
            InputError: the duty asks for more than a heating load.
        """
        if any(
            v is not None
            for v in (duty.hot_water_w, duty.secondary_supply_k, duty.secondary_return_k, duty.available_pa)
        ):
            raise InputError(
                "substations of a given return temperature take a heating load only; use ExchangerSubstations"
            )
        need, least = duty.heating_w, self.min_difference_k
        back, low, high = self._columns
        difference = arriving_k - back
        enough = np.minimum(
            need / (heat_capacity * least), high
        )  # flow that meets the demand with the least difference
        wide = np.maximum(difference, least)
        met = need / (heat_capacity * wide)
        further = (high - enough) * np.clip(1.0 - difference / least, 0.0, 1.0)
        asked = np.where(need > 0.0, met + further, 0.0)
        flow = np.clip(asked, low, high)
        fall = np.where(difference >= least, flow / wide, (high - enough) / least)
        able = flow * heat_capacity * np.maximum(difference, 0.0)
        return Draw(flow, np.where((flow > low) & (flow < high), fall, 0.0), np.minimum(need, able))
