"""Refrigerants by CoolProp: pure ones, and the blends it predefines (`R513A.mix`, `R449A.mix` ...).

A blend boils and condenses over a range of temperatures, its glide. As rating standards do (EN 12900), evaporating is the
dew point of the suction pressure and condensing the bubble point of the discharge pressure, the cautious end of each.
"""

from functools import cache
from typing import Any

import CoolProp
import numpy as np
from CoolProp.CoolProp import AbstractState, PropsSI, get_global_param_string

from rack2city.arrays import Array
from rack2city.errors import InputError

FIELD = "plant.heat_pump.refrigerant"
BLEND = ".mix"
NEAR_CRITICAL = 0.99
"""Share of the critical temperature (K/K) up to which a refrigerant is condensed."""
_ENTROPY_TOLERANCE = 1e-10


def is_blend(name: str) -> bool:
    """Whether a name is that of a blend, whose critical point CoolProp does not tell."""
    return name.lower().endswith(BLEND)


def check_condensing(name: str, condensing_k: float) -> None:
    """Refuse a refrigerant that CoolProp does not know, or that cannot condense at a temperature (K).

    Raises:
        InputError: naming the field and what is wrong.
    """
    cannot = f"{FIELD}: {name} cannot condense at {condensing_k - 273.15:.1f} °C, "
    choose = "choose another refrigerant or a colder network"
    if is_blend(name):
        try:
            _state(name).update(CoolProp.QT_INPUTS, 0.0, condensing_k)
        except ValueError:  # there is no bubble point near the critical one and above
            raise InputError(f"{cannot}it is too near its critical temperature or above; {choose}") from None
        return
    try:
        critical = float(PropsSI("Tcrit", name))
    except ValueError:
        raise _unknown(name) from None
    if condensing_k > NEAR_CRITICAL * critical:
        raise InputError(f"{cannot}its critical temperature is {critical - 273.15:.1f} °C; {choose}")


def cycle_enthalpies(
    name: str, evaporating_k: Array, condensing_k: Array, superheat_k: float
) -> tuple[Array, Array, Array]:
    """Specific enthalpies (J/kg) of suction, of isentropic discharge, and of saturated liquid behind the condenser.

    The temperatures (K) have one shape; suction is warmer than the dew point by the superheat (K).

    Raises:
        InputError: CoolProp finds no state of the refrigerant at one of the temperatures.
    """
    compute = _of_blend if is_blend(name) else _of_pure
    try:
        states = compute(name, evaporating_k, condensing_k, superheat_k)
    except ValueError:
        states = (np.full_like(evaporating_k, np.nan),) * 3
    wrong = np.flatnonzero(~np.isfinite(sum(states)))
    if wrong.size:
        low, high = (temperature[wrong[0]] - 273.15 for temperature in (evaporating_k, condensing_k))
        raise InputError(
            f"{FIELD}: CoolProp finds no cycle of {name} that evaporates at {low:.1f} °C and condenses at {high:.1f} °C; "
            "choose another refrigerant"
        )
    return states


def _of_pure(name: str, evaporating: Array, condensing: Array, superheat: float) -> tuple[Array, Array, Array]:
    low, high = PropsSI("P", "T", evaporating, "Q", 1, name), PropsSI("P", "T", condensing, "Q", 0, name)
    # At saturation the pressure does not tell the phase.
    key, value = ("P", low) if superheat > 0.0 else ("Q", np.ones_like(low))
    h1, s1 = (PropsSI(wanted, "T", evaporating + superheat, key, value, name) for wanted in ("H", "S"))
    return h1, PropsSI("H", "P", high, "S", s1, name), PropsSI("H", "T", condensing, "Q", 0, name)


def _of_blend(name: str, evaporating: Array, condensing: Array, superheat: float) -> tuple[Array, Array, Array]:
    """One by one; the discharge by Newton's method in the gas, as CoolProp's own search is slow and fails at times."""
    rows = []
    for cold, hot in zip(evaporating, condensing, strict=True):
        suction = _suction(name, float(cold), superheat)
        high, h3 = _liquid(name, float(hot))
        rows.append((suction[1], _isentropic(name, *suction, high), h3))
    table = np.array(rows).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


@cache
def _suction(name: str, evaporating: float, superheat: float) -> tuple[float, float, float, float]:
    """Temperature, enthalpy, entropy and pressure at suction."""
    state = _state(name)
    state.update(CoolProp.QT_INPUTS, 1.0, evaporating)
    low = state.p()
    if superheat > 0.0:
        state = _state(name, gas=True)
        state.update(CoolProp.PT_INPUTS, low, evaporating + superheat)
    return evaporating + superheat, state.hmass(), state.smass(), low


@cache
def _liquid(name: str, condensing: float) -> tuple[float, float]:
    """Pressure and enthalpy of saturated liquid."""
    state = _state(name)
    state.update(CoolProp.QT_INPUTS, 0.0, condensing)
    return state.p(), state.hmass()


def _isentropic(name: str, temperature: float, enthalpy: float, entropy: float, low: float, high: float) -> float:
    """Enthalpy of gas at a pressure and the entropy of suction."""
    gas = _state(name, gas=True)
    temperature *= (high / low) ** 0.12  # about what refrigerants do
    for _ in range(30):
        gas.update(CoolProp.PT_INPUTS, high, temperature)
        missing = entropy - gas.smass()
        if abs(missing) <= _ENTROPY_TOLERANCE * abs(entropy):
            return float(gas.hmass())
        temperature *= np.exp(missing / gas.cpmass())
    raise ValueError(f"no isentropic discharge of {name} at {high} Pa from {enthalpy} J/kg")


@cache
def _state(name: str, gas: bool = False) -> Any:
    """CoolProp's state of a blend, held to the gas if so asked."""
    try:
        state = AbstractState("HEOS", name)
    except ValueError:
        raise _unknown(name) from None
    if gas:
        state.specify_phase(CoolProp.iphase_gas)
    return state


def _unknown(name: str) -> InputError:
    blend = next((known for known in _predefined() if known.lower() == f"{name}{BLEND}".lower()), None)
    hint = (
        f'"{blend}", as a blend is called' if blend else '"R1234ze(E)", "Ammonia", "R600a", or a blend as "R513A.mix"'
    )
    return InputError(f"{FIELD}: CoolProp knows no fluid '{name}'; write for example {hint}")


def _predefined() -> list[str]:
    """Names of the blends that CoolProp predefines, those ending in `.mix` first."""
    return sorted(get_global_param_string("predefined_mixtures").split(","), key=lambda name: not name.endswith(BLEND))
