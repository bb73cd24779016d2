"""What a network asks of its substations: a duty per hour in, a draw at the arriving temperature out."""

from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index


@dataclass(frozen=True)
class Duty:
    """What substations are asked for; each field hours x substations, one value per substation, or one for all.

    Attributes:
        heating_w: space-heating load (W), hours x substations.
        hot_water_w: domestic hot water load (W), or None.
        secondary_supply_k: set-point of the building's supply (K), or None for the substation's own.
        secondary_return_k: temperature of the building's return (K), or None for the substation's own.
        available_pa: pressure difference at the substation (Pa), or None where the pumps always give enough.
    """

    heating_w: Array
    hot_water_w: Array | None = None
    secondary_supply_k: npt.ArrayLike | None = None
    secondary_return_k: npt.ArrayLike | None = None
    available_pa: npt.ArrayLike | None = None

    def transposed(self, stations: int) -> "Duty":
        """Checked, and turned to substations x hours (with one column where a value holds for all hours).

        Raises:
            InputError: a load is negative, not finite or of the wrong shape; another field does not fit the loads.
        """
        hours = np.shape(self.heating_w)[0] if np.ndim(self.heating_w) else 0
        turned: dict[str, Array] = {}
        for field in fields(self):
            given = getattr(self, field.name)
            if given is None:
                continue
            values, load = np.asarray(given, dtype=float), field.name in ("heating_w", "hot_water_w")
            if load and values.shape != (hours, stations):
                raise InputError(
                    f"the heat demand has shape {values.shape}; needed are hours x {stations} substations"
                    if field.name == "heating_w"
                    else f"{field.name} has shape {values.shape}; needed is that of the heating, {(hours, stations)}"
                )
            if not np.all(np.isfinite(values)) or (load and not np.all(values >= 0.0)):
                what = "heat demand" if field.name == "heating_w" else field.name
                raise InputError(f"the {what} holds a value that is negative or not a finite number")
            try:
                np.broadcast_shapes(values.shape, (hours, stations))
            except ValueError:
                raise InputError(
                    f"{field.name} has shape {values.shape}; it must broadcast with {(hours, stations)}"
                ) from None
            turned[field.name] = np.atleast_2d(values).T
        return Duty(**turned)

    def at(self, hours: Index | slice) -> "Duty":
        """The same of some hours; for a transposed duty."""
        part: dict[str, Array] = {}
        for field in fields(self):
            values = getattr(self, field.name)
            if values is not None:
                part[field.name] = np.ascontiguousarray(values if values.shape[1] == 1 else values[:, hours])
        return Duty(**part)

    @property
    def total_w(self) -> Array:
        """Heating and hot water together (W)."""
        return self.heating_w if self.hot_water_w is None else self.heating_w + self.hot_water_w


@dataclass(frozen=True)
class Draw:
    """What substations take at given arriving temperatures, substations x hours.

    Attributes:
        flow_kg_per_s: mass flow, by-pass included.
        fall_kg_per_s_k: how much that flow falls per kelvin the supply arrives warmer; 0 where a limit holds it.
        delivered_w: heat handed over.
        hot_water_w: its part for hot water, or None.
    """

    flow_kg_per_s: Array
    fall_kg_per_s_k: Array
    delivered_w: Array
    hot_water_w: Array | None = None


class Offtake(Protocol):
    """Substations as the network sees them."""

    @property
    def node(self) -> Index:
        """Node index of each."""
        ...

    @property
    def drop_pa(self) -> float:
        """Pressure difference each needs where it has flow (Pa)."""
        ...

    def draw(self, duty: Duty, arriving_k: Array, heat_capacity: float) -> Draw:
        """What they take for a duty at arriving temperatures (substations x hours)."""
        ...
