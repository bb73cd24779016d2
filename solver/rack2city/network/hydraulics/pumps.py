"""Pumps as branch laws: head curves, and their change with speed by the affinity laws."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from rack2city.arrays import Array
from rack2city.errors import InputError

_LARGEST_HEAD = 1e7  # Pa: where the hyperbola of constant power ends


@dataclass(frozen=True)
class PumpLaw:
    """Pumps from start to end by a quadratic head curve, `head = s^2 h0 - s h1 Q - h2 Q|Q|`.

    Reverse flow is resisted by the same curve continued: the head there rises above the shut-off head. A pump at rest
    (speed 0) is a resistance `h2 Q|Q|`.

    Attributes:
        shutoff_pa: h0, head at no flow and full speed (Pa), one or one per branch.
        linear: h1 (Pa per m3/s), zero or more.
        quadratic: h2 (Pa per (m3/s)^2), zero or more; not both zero.
        density: density (kg/m3).
        speed: s, speed over the speed of the curve (-), zero or more.

    Raises:
        InputError: a head curve that does not fall with the flow, or a negative speed.

    Source: affinity laws, flow in proportion to speed and head to its square.
    """

    shutoff_pa: npt.ArrayLike
    linear: npt.ArrayLike
    quadratic: npt.ArrayLike
    density: float
    speed: npt.ArrayLike = 1.0

    def __post_init__(self) -> None:
        h0, h1, h2, speed = self._numbers
        if not (np.all(h0 > 0.0) and np.all(h1 >= 0.0) and np.all(h2 >= 0.0) and np.all(h1 + h2 > 0.0)):
            raise InputError("a pump's head must fall with its flow: h0 > 0, h1 and h2 not negative and not both zero")
        if not np.all(speed >= 0.0):
            raise InputError("the speed of a pump must not be negative")

    @property
    def _numbers(self) -> list[Array]:
        return [np.asarray(a, dtype=float) for a in (self.shutoff_pa, self.linear, self.quadratic, self.speed)]

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`; the drop is the negative head."""
        flow, (h0, h1, h2, speed) = mass_flow / self.density, self._numbers
        drop = -(speed**2) * h0 + speed * h1 * flow + h2 * flow * np.abs(flow)
        return drop, (speed * h1 + 2.0 * h2 * np.abs(flow)) / self.density

    def speed_for(self, mass_flow: npt.ArrayLike, lift_pa: npt.ArrayLike) -> Array:
        """Speed (-) at which the pump lifts a flow (kg/s, not negative) by a pressure (Pa); zero where it need not run."""
        flow, (h0, h1, h2, _) = np.asarray(mass_flow, dtype=float) / self.density, self._numbers
        missing = np.maximum(np.asarray(lift_pa, dtype=float) + h2 * flow**2, 0.0)
        half = 0.5 * h1 * flow
        return np.asarray(np.where(missing > 0.0, (half + np.sqrt(half**2 + h0 * missing)) / h0, 0.0))


@dataclass(frozen=True)
class ConstantPowerLaw:
    """Pumps that give the liquid the same power at any flow, `head = P / Q`.

    Below the flow at which the head is 1e7 Pa the curve goes on straight, so that it has an end and a slope everywhere.

    Attributes:
        power_w: P (W), one or one per branch.
        density: density (kg/m3).

    Raises:
        InputError: a power that is not positive.
    """

    power_w: npt.ArrayLike
    density: float

    def __post_init__(self) -> None:
        if not np.all(np.asarray(self.power_w, dtype=float) > 0.0):
            raise InputError("the power of a pump must be above zero")

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`; the drop is the negative head."""
        flow, power = mass_flow / self.density, np.asarray(self.power_w, dtype=float)
        least = power / _LARGEST_HEAD
        bent = np.maximum(flow, least)
        slope = power / bent**2
        return -power / bent + slope * (flow - bent), slope / self.density


@dataclass(frozen=True)
class PumpCurveLaw:
    """One pump type by points of its head curve, joined by a monotone cubic; speeds may differ by branch.

    Beyond the last point the curve goes on as a parabola of the same slope, and for reverse flow as its own point
    reflection at the shut-off head, so that it always falls.

    Attributes:
        flow_m3_per_s: volume flows of the points (m3/s), rising from zero; two or more.
        head_pa: heads (Pa), falling.
        density: density (kg/m3).
        speed: speed over the speed of the curve (-), one or one per branch.

    Raises:
        InputError: points that do not rise in flow from zero or do not fall in head, or a negative speed.

    Source: Fritsch & Butland (1984) for the monotone cubic; affinity laws for the speed.
    """

    flow_m3_per_s: npt.ArrayLike
    head_pa: npt.ArrayLike
    density: float
    speed: npt.ArrayLike = 1.0

    def __post_init__(self) -> None:
        flow, head = self._points
        if (
            flow.ndim != 1
            or flow.shape != head.shape
            or flow.size < 2
            or flow[0] != 0.0
            or np.any(np.diff(flow) <= 0.0)
        ):
            raise InputError("a pump curve needs two or more points of flow and head, with flows that rise from zero")
        if np.any(np.diff(head) >= 0.0):
            raise InputError("the head of a pump curve must fall from point to point")
        if not np.all(np.asarray(self.speed, dtype=float) >= 0.0):
            raise InputError("the speed of a pump must not be negative")

    @property
    def _points(self) -> tuple[Array, Array]:
        return np.asarray(self.flow_m3_per_s, dtype=float), np.asarray(self.head_pa, dtype=float)

    @cached_property
    def _curve(self) -> tuple[PchipInterpolator, PchipInterpolator, float, float, float]:
        """Interpolant, its derivative, last flow, shut-off head, and the coefficient of the parabola beyond."""
        flow, head = self._points
        curve = PchipInterpolator(flow, head)
        last = float(flow[-1])
        # a cubic that ends level would leave the parabola without a slope: it then takes half the last chord's
        chord = float((head[-1] - head[-2]) / (flow[-1] - flow[-2]))
        slope = min(float(curve(last, 1)), 0.5 * chord)
        return curve, curve.derivative(), last, float(head[0]), slope / (2.0 * last)

    def _head_and_slope(self, flow: Array) -> tuple[Array, Array]:
        """Head (Pa) and its derivative at full speed, flows (m3/s) of any sign."""
        curve, derivative, last, shutoff, bend = self._curve
        size = np.abs(flow)
        inside = np.minimum(size, last)
        head = curve(inside) + bend * (size**2 - inside**2)
        slope = np.where(size <= last, derivative(inside), 2.0 * bend * size)
        return np.where(flow < 0.0, 2.0 * shutoff - head, head), slope

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`; the drop is the negative head."""
        flow = mass_flow / self.density
        speed = np.broadcast_to(np.asarray(self.speed, dtype=float), flow.shape)
        runs = speed > 0.0
        safe = np.where(runs, speed, 1.0)
        head, slope = self._head_and_slope(flow / safe)
        bend = self._curve[4]  # what the parabola becomes as the speed goes to zero
        drop = np.where(runs, -(safe**2) * head, -bend * flow * np.abs(flow))
        return drop, np.where(runs, -safe * slope, -2.0 * bend * np.abs(flow)) / self.density

    def speed_for(self, mass_flow: npt.ArrayLike, lift_pa: npt.ArrayLike) -> Array:
        """Speed (-) at which the pump lifts a flow (kg/s, not negative) by a pressure (Pa); zero where it need not run."""
        flow, lift = np.asarray(mass_flow, dtype=float) / self.density, np.asarray(lift_pa, dtype=float)
        _, _, last, shutoff, bend = self._curve

        def lack(speed: Array) -> Array:
            safe = np.where(speed > 0.0, speed, 1.0)
            head = np.where(speed > 0.0, safe**2 * self._head_and_slope(flow / safe)[0], bend * flow**2)
            return np.asarray(lift - head)

        # at this speed the flow lies on the curve's own points, and the last of them is high enough
        high = np.maximum(flow / last, np.sqrt(np.maximum(lift, 0.0) / shutoff)) + 1e-9
        for _ in range(100):
            if not np.any(lack(high) > 0.0):
                break
            high = np.where(lack(high) > 0.0, 1.5 * high, high)
        low = np.zeros_like(high)
        for _ in range(80):  # bisection: the head at a flow rises with the speed
            middle = 0.5 * (low + high)
            short = lack(middle) > 0.0
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray(np.where(lack(np.zeros_like(high)) <= 0.0, 0.0, 0.5 * (low + high)))
