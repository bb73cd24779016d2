"""Every incompressible liquid of CoolProp that can cool a rack: pure ones, and mixtures with water by mass or volume.

CoolProp says which there are. A liquid is refused, with the reason, where CoolProp lacks a property of it, where its range
misses that of a rack, or where its properties are none of a liquid: some of CoolProp's entries are wrong (the
conductivity of `HFE` is ten times that of HFE-7100), some are no liquids, some are only examples.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from CoolProp import CoolProp

from rack2city.errors import InputError
from rack2city.materials.coolant import PRESSURE_PA, Coolant, CoolPropFluid, liquid
from rack2city.materials.incompressible_names import NAMES

RANGE_K = (278.15, 368.15)
"""Temperatures of a rack's coolant (K), 5 to 95 degC: the properties hold for no more, and for less where CoolProp's end."""

FREEZING_MARGIN_K = 5.0
"""How far the range stays above the freezing point (K)."""

NARROWEST_K = 20.0
"""Least range of temperature that a coolant needs (K)."""

PLAUSIBLE = {
    "D": ("density", 500.0, 2500.0, "kg/m3"),
    "C": ("heat capacity", 800.0, 6000.0, "J/(kg K)"),
    "L": ("conductivity", 0.04, 0.8, "W/(m K)"),
    "V": ("viscosity", 1e-4, 1.0, "Pa s"),
}
"""By CoolProp's key: the property, and between what values that of a liquid lies."""

WRONG = {
    "HFE2": "CoolProp's viscosity of it at 25 degC is 0.37 mPa s, its maker's 0.58 mPa s or 0.38 mm2/s (3M): the kinematic "
    "one was taken; give a table of its properties, coolant.table",
    "PCL": "CoolProp's viscosity of it, 0.24 Pa s at 5 degC, falls to a quarter up to 95 degC as those of thin liquids do: it "
    "is probably a hundred times too large; give a table of its properties, coolant.table",
}
"""Entries whose properties are plausible one by one and yet wrong, and why."""

THINNEST = 0.95
"""Least viscosity of a mixture over that of water (-): below, CoolProp's fit has left its data."""


@dataclass(frozen=True)
class Incompressible:
    """An incompressible liquid of CoolProp.

    Attributes:
        key: CoolProp's name, such as `"MEG"`.
        name: what a case calls it, such as `"ethylene glycol"`.
        basis: what the share of a mixture is by, `"mass"` or `"volume"`; `""` for a liquid as it comes.
        shares: least and largest share CoolProp has properties for (-).
    """

    key: str
    name: str
    basis: str = ""
    shares: tuple[float, float] = (0.0, 1.0)

    def coolant(self, share: float | None = None) -> Coolant:
        """The coolant, of a mixture that of a share (-).

        Raises:
            InputError: the share is missing, or one that CoolProp has no properties for; or it is no coolant of a rack.
        """
        if self.key.startswith("Example"):
            raise InputError(f"coolant.name: {self.name} is an example in CoolProp, no liquid that can be bought")
        if self.key in WRONG:
            raise InputError(f"coolant.name: {self.name} is not used: {WRONG[self.key]}")
        self._check_share(share)
        part = "" if share is None else f" {100.0 * share:g} %"
        fluid = CoolPropFluid(f"INCOMP::{self.key}" + ("" if share is None else f"[{share:g}]"))
        ends = self._range(fluid, self.name + part)
        self._check_plausible(fluid, ends, self.name + part)
        by = f" and water,{part} by {self.basis}" if self.basis else ""
        origin = NAMES[self.key][1] if self.key in NAMES else f"CoolProp's {self.key}"
        return liquid(self.name + part, f"CoolProp, incompressible {self.name}{by}, {origin}", fluid, ends)

    def _check_share(self, share: float | None) -> None:
        least, largest = self.shares
        if not self.basis:
            if share is not None:
                raise InputError(f"coolant.share: {self.name} has no share to choose, it is used as it comes")
            return
        if share is None or not least <= share <= largest or share == 0.0:
            lowest = f"at least {100 * least:g}" if least else "more than 0"
            raise InputError(
                f"coolant.share: {self.name} needs its share by {self.basis}, {lowest} and at most {100 * largest:g} %"
            )

    @staticmethod
    def _range(fluid: CoolPropFluid, called: str) -> tuple[float, float]:
        """Temperatures the properties hold for (K): the rack's, as far as CoolProp knows the liquid and it does not freeze."""
        low, high = (float(CoolProp.PropsSI(end, fluid.name)) for end in ("Tmin", "Tmax"))
        ends = (
            max(RANGE_K[0], low, _freezing_point(fluid, (low + high) / 2) + FREEZING_MARGIN_K),
            min(RANGE_K[1], high),
        )
        if ends[1] - ends[0] < NARROWEST_K:
            raise InputError(
                f"coolant.name: {called} is no coolant of a rack: CoolProp knows it from {low - 273.15:.4g} to "
                f"{high - 273.15:.4g} degC, and {NARROWEST_K:g} K between 5 and 95 degC are needed"
            )
        return ends

    def _check_plausible(self, fluid: CoolPropFluid, ends: tuple[float, float], called: str) -> None:
        """Refuse properties that no liquid has."""
        temperature = np.linspace(*ends, 46)
        for key, (name, least, largest, unit) in PLAUSIBLE.items():
            try:
                values = fluid(key, temperature)
            except ValueError:
                raise InputError(f"coolant.name: CoolProp has no {name} of {called}") from None
            wrong = values[~((values >= least) & (values <= largest))]
            if wrong.size:
                raise InputError(
                    f"coolant.name: {called} is not used: CoolProp's {name} of {wrong[0]:.3g} {unit} is none of a liquid"
                )
        if np.any(np.diff(values) >= 0.0):
            raise InputError(f"coolant.name: {called} is not used: CoolProp's viscosity of it rises with temperature")
        if self.basis and np.any(values < THINNEST * CoolPropFluid("HEOS::Water")("V", temperature)):
            raise InputError(f"coolant.share: {called} is not used: CoolProp's viscosity of it is below that of water")


def _freezing_point(fluid: CoolPropFluid, between: float) -> float:
    """Freezing point (K), 0 where CoolProp does not know it; it asks for a temperature within its range, of no influence."""
    try:
        return float(CoolProp.PropsSI("T_FREEZE", "T", between, "P", PRESSURE_PA, fluid.name))
    except ValueError:
        return 0.0


@cache
def incompressibles() -> dict[str, Incompressible]:
    """All incompressible liquids of CoolProp by each of their names, fit for a rack or not."""
    found: dict[str, Incompressible] = {}
    for one in [*_pure(), *_mixtures()]:
        found[one.key] = found[one.name] = one
    return found


def _pure() -> Iterator[Incompressible]:
    for key in CoolProp.get_global_param_string("incompressible_list_pure").split(","):
        yield Incompressible(key, NAMES.get(key, (key,))[0])


def _mixtures() -> Iterator[Incompressible]:
    for key in CoolProp.get_global_param_string("incompressible_list_solution").split(","):
        least, largest = (float(CoolProp.PropsSI(end, f"INCOMP::{key}")) for end in ("fraction_min", "fraction_max"))
        state = CoolProp.AbstractState("INCOMP", key)
        try:  # CoolProp tells the basis of a share only by refusing the others
            state.set_mass_fractions([(least + largest) / 2])
            basis = "mass"
        except ValueError:
            basis = "volume"
        yield Incompressible(key, NAMES.get(key, (key,))[0], basis, (least, largest))
