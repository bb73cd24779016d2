"""Counter-flow exchangers with a control valve: from a load to the primary flow that meets it.

The effectiveness is written for the secondary side, `e = Q / (C_s (T_p - T_sr))`, with `r = C_s / C_p` and
`N = UA / C_s`. The textbook's `e = (1 - exp(-N (1 - r))) / (1 - r exp(-N (1 - r)))` then reads `1/e = r + g`, where
`g = (1 - r) / (1 - exp(-N (1 - r)))` is what a finite surface costs: smooth through r = 1 and zero for an endless one.
All temperatures given, `1/e` is known and r is the one root of a rising function.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import exprel

from rack2city.arrays import Array
from rack2city.errors import InputError

_LEAST_RESISTANCE = 1e-300  # stands for 1/N of an endless surface
_NEWTON_STEPS = 25  # 3 to 8 are usual; a bracket that Newton's method does not close is then halved
_HALVINGS = 75
_SETTLED = 1e-13  # relative change of r
_SIZES = ("ua_w_per_k", "primary_w_per_k", "secondary_w_per_k", "max_primary_w_per_k")
_ROUNDING = 4.0 * float(np.finfo(float).eps)  # of r + g


@dataclass(frozen=True)
class Exchanger:
    """Counter-flow exchangers and their valves; fields broadcast with the loads.

    The two films are in series, and each grows with its flow:
    `1/UA = (1/UA_design) [s (C_p,design / C_p)^n + (1 - s) (C_s,design / C_s)^n]`.

    Attributes:
        ua_w_per_k: heat transfer coefficient times surface at the design flows (W/K); infinite makes the primary return
            equal to the secondary return.
        primary_w_per_k: capacity flow (mass flow times heat capacity) of the primary side at design (W/K).
        secondary_w_per_k: the same of the secondary side (W/K).
        max_primary_w_per_k: capacity flow through the fully open valve (W/K).
        film_exponent: n (-), 0 to below 1; 0 is a constant UA.
        primary_film_share: share s of the design resistance that is the primary film's (-).
        band_k: proportional band of the valve's last opening (K). A supply that is less than this above the temperature at
            which the fully open valve only just meets the load finds the valve opened in proportion, wider than needed;
            what is too much returns warm. With a large surface and a small load the flow would else jump, within a
            millikelvin, from what the load needs to all the valve lets through, as no real valve does. In a network such
            jumps may keep the flows from settling, so 0 is for lone exchangers.

    Raises:
        InputError: a value that is not positive, an exponent or share outside its range.

    Source: the film law is Dittus and Boelter's `Nu ~ Re^0.8` with equal films, as in the plate exchanger of the
    Modelica Buildings library (Wetter et al. 2014).
    """

    ua_w_per_k: npt.ArrayLike
    primary_w_per_k: npt.ArrayLike
    secondary_w_per_k: npt.ArrayLike
    max_primary_w_per_k: npt.ArrayLike
    film_exponent: float = 0.8
    primary_film_share: float = 0.5
    band_k: float = 0.5

    def __post_init__(self) -> None:
        for name in _SIZES:
            values = np.asarray(getattr(self, name), dtype=float)
            endless = name == "ua_w_per_k"
            if not (np.all(values > 0.0) and (endless or np.all(np.isfinite(values)))):
                raise InputError(f"{name} of an exchanger must be above zero{'' if endless else ' and finite'}")
        if not 0.0 <= self.film_exponent < 1.0:
            raise InputError(f"the film exponent of an exchanger is {self.film_exponent}; allowed is 0 to below 1")
        if not self.band_k >= 0.0:
            raise InputError(f"the proportional band of a valve is {self.band_k} K; it must not be negative")
        if not 0.0 <= self.primary_film_share <= 1.0:
            raise InputError(f"the primary film's share is {self.primary_film_share}; allowed is 0 to 1")

    @classmethod
    def from_design(
        cls,
        load_w: npt.ArrayLike,
        primary_supply_k: npt.ArrayLike,
        primary_return_k: npt.ArrayLike,
        secondary_supply_k: npt.ArrayLike,
        secondary_return_k: npt.ArrayLike,
        valve_reserve: float = 1.2,
        film_exponent: float = 0.8,
        primary_film_share: float = 0.5,
    ) -> "Exchanger":
        """The exchanger that transfers a load at four temperatures, `UA = Q / LMTD`.

        Args:
            load_w: heat transferred at design (W).
            primary_supply_k: temperature of the network's supply at design (K).
            primary_return_k: temperature back to the network (K).
            secondary_supply_k: temperature to the building (K).
            secondary_return_k: temperature from the building (K).
            valve_reserve: flow through the fully open valve over the design flow (-).
            film_exponent: see the class, as the last.
            primary_film_share: share of the primary film (-).

        Raises:
            InputError: the load is not positive, or a side or an end has no positive temperature difference.
        """
        given = load_w, primary_supply_k, primary_return_k, secondary_supply_k, secondary_return_k
        load, hot_in, hot_out, cold_out, cold_in = (np.asarray(value, dtype=float) for value in given)
        ends = (hot_in - hot_out, cold_out - cold_in, hot_in - cold_out, hot_out - cold_in)
        if not (np.all(load > 0.0) and all(np.all(end > 0.0) for end in ends)):
            raise InputError(
                "the design of an exchanger needs a load above zero, primary supply above primary return, secondary "
                "supply above secondary return, and the primary side warmer at both ends"
            )
        # LMTD = d1 (1 - e^-y) / y with y = ln(d1/d2): no 0/0 where both ends are equal
        ratio = np.log(ends[2] / ends[3])
        mean = ends[2] / _bernoulli(ratio)[0]
        primary = load / ends[0]
        return cls(load / mean, primary, load / ends[1], valve_reserve * primary, film_exponent, primary_film_share)


@dataclass(frozen=True)
class ExchangerState:
    """What exchangers do under their load; all fields of the broadcast shape.

    Capacity flow of the primary side (W/K) and temperature it leaves with (K); temperature the secondary side leaves with
    (K), the set-point where the load is met; heat transferred, and load less that (W). `primary_slope` is the fall of the
    primary capacity flow per kelvin of primary supply (W/K2), 0 at a limit.
    """

    primary_w_per_k: Array
    primary_return_k: Array
    secondary_supply_k: Array
    delivered_w: Array
    unmet_w: Array
    primary_slope: Array


def open_valve(
    exchanger: Exchanger,
    load_w: npt.ArrayLike,
    primary_supply_k: npt.ArrayLike,
    secondary_supply_k: npt.ArrayLike,
    secondary_return_k: npt.ArrayLike,
    opening: npt.ArrayLike = 1.0,
) -> ExchangerState:
    """Open the control valve until the load is met, or fully.

    The secondary flow is the one that carries the load between its two temperatures. Where the fully open valve is not
    enough, that flow leaves the exchanger colder than its set-point; where the primary supply is not above the secondary
    return, no heat flows, and the valve stands fully open in vain.

    Args:
        exchanger: fields broadcast with the other arguments.
        load_w: heat asked for (W); `delivered + unmet = load` exactly.
        primary_supply_k: temperature that arrives (K).
        secondary_supply_k: set-point of the secondary supply (K).
        secondary_return_k: temperature the secondary flow comes back with (K).
        opening: share of the largest flow that the pressure difference at hand allows (-).

    Raises:
        InputError: a negative load, or a set-point not above the secondary return.
    """
    given = (load_w, primary_supply_k, secondary_supply_k, secondary_return_k, opening)
    load, hot, warm, cold, share, ua, design_p, design_s, largest = np.broadcast_arrays(
        *(np.asarray(value, dtype=float) for value in (*given, *(getattr(exchanger, name) for name in _SIZES)))
    )
    if not np.all(load >= 0.0):
        raise InputError("the load of an exchanger is negative or not a number")
    if not np.all(warm > cold):
        raise InputError("the set-point of an exchanger's secondary supply must be above its secondary return")
    largest = largest * share
    secondary = load / (warm - cold)
    asked = (secondary > 0.0) & (largest > 0.0)
    able = asked & (hot > cold)
    # The primary film's resistance is a r^n, the secondary's b, both times C_s.
    n = exchanger.film_exponent
    safe = np.where(asked, secondary, design_s)
    a = safe / ua * exchanger.primary_film_share * (design_p / safe) ** n
    b = safe / ua * (1.0 - exchanger.primary_film_share) * (design_s / safe) ** n
    needed = np.where(able, (hot - cold) / (warm - cold), np.inf)  # 1/e that meets the load
    least = np.maximum(safe / np.where(largest > 0.0, largest, 1.0), _LEAST_RESISTANCE)  # r of the fully open valve
    cost_least = _cost(least, a, b, n)[0]
    meets = able & (least + cost_least <= needed)
    full = cold + (warm - cold) * (least + cost_least)  # supply at which the fully open valve only just suffices
    primary = np.where(asked, largest, 0.0)
    slope = np.zeros(primary.shape)
    if np.any(meets):
        spread, above, band = (warm - cold)[meets], (hot - full)[meets], exchanger.band_k
        inside = above < band
        at = np.where(inside, ((full - cold)[meets] + band) / spread, needed[meets])
        root, rise = _root(at, least[meets], a[meets], b[meets], n)
        found = np.minimum(secondary[meets] / root, largest[meets])
        steepness = secondary[meets] / (root * root * spread) / np.maximum(rise, 1e-12)
        if band > 0.0:
            wide = largest[meets] - found
            found = np.where(inside, largest[meets] - wide * np.clip(above / band, 0.0, 1.0), found)
            steepness = np.where(inside, wide / band, steepness)
        primary[meets], slope[meets] = found, steepness
    delivered = np.where(able, np.minimum(load, secondary * (hot - cold) / (least + cost_least)), 0.0)
    delivered = np.where(meets, load, delivered)
    with np.errstate(divide="ignore", invalid="ignore"):
        back = np.where(primary > 0.0, hot - delivered / primary, hot)
        out = np.where(secondary > 0.0, cold + delivered / secondary, cold)
    return ExchangerState(primary, back, out, delivered, load - delivered, slope)


def _bernoulli(x: Array) -> tuple[Array, Array]:
    """`x / (1 - e^-x)` and its derivative; 1 and 1/2 at zero."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        value = 1.0 / exprel(-x)
        return value, np.where(np.abs(x) < 1e-4, 0.5 + x / 6.0, value * (1.0 + (1.0 - value) / x))


def _cost(r: Array, a: Array, b: Array, n: float) -> tuple[Array, Array]:
    """`g = R B((1 - r)/R)` with `R = 1/N = a r^n + b`, and its derivative to r."""
    film = a * r**n if n else a
    resistance = np.maximum(film + b, _LEAST_RESISTANCE)
    x = (1.0 - r) / resistance
    value, slope = _bernoulli(x)
    grows = n * film / r
    with np.errstate(over="ignore", invalid="ignore"):
        by_film = np.where(grows > 0.0, grows * (value - x * slope), 0.0)
    return resistance * value, by_film - slope


def _root(needed: Array, least: Array, a: Array, b: Array, n: float) -> tuple[Array, Array]:
    """The r with `r + g(r) = needed`, and the slope of the left side there; 1-D arrays with a root above `least`.

    The left side rises from below `needed` at `least` to above it at `needed` itself. Newton's method from the right
    inside this bracket; steps that leave it, and all after the 25th, are halvings of its logarithm.
    """
    low, high, r = np.array(least), np.array(needed), np.array(needed)
    root, rise = np.empty_like(r), np.empty_like(r)
    at = np.arange(r.size)
    for step in range(_NEWTON_STEPS + _HALVINGS):
        cost, slope = _cost(r, a, b, n)
        excess, derivative = r + cost - needed, 1.0 + slope
        high, low = np.where(excess >= 0.0, r, high), np.where(excess <= 0.0, r, low)
        with np.errstate(divide="ignore", invalid="ignore"):
            following = r - excess / derivative
        inside = (following >= low) & (following <= high) & (derivative > 0.0) & (step < _NEWTON_STEPS)
        following = np.where(inside, following, np.sqrt(low) * np.sqrt(high))
        solved = np.abs(excess) <= _ROUNDING * needed
        settled = solved | (np.abs(following - r) <= _SETTLED * r) | (step == _NEWTON_STEPS + _HALVINGS - 1)
        root[at[settled]] = np.where(solved, r, following)[settled]
        rise[at[settled]] = derivative[settled]
        if np.all(settled):
            break
        r = following
        if np.any(settled):
            keep = ~settled
            at = at[keep]
            r, low, high, needed, a, b = (v[keep] for v in (r, low, high, needed, a, b))
    return root, rise
