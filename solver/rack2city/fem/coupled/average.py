"""Mean of a flow that has no steady state: march in time, let the start be forgotten, average until the mean is settled.

The mean temperature obeys rho c (<u>.grad <T> + div <u'T'>) = div(k grad <T>) + q: a heat problem solved on the mean
velocity lacks the heat <u'T'> that the fluctuations carry, and finds walls too hot where they mix. So give the heat
problem along (`Carried`): it is stepped with every velocity, and its temperature is averaged beside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem

from rack2city.errors import ConvergenceError, InputError
from rack2city.evidence.balance import Balance
from rack2city.fem.coupled.time_series import Moments, Statistic, statistic
from rack2city.fem.flow.boundaries import Slip, Wall
from rack2city.fem.flow.mass import COMPATIBLE
from rack2city.fem.flow.paths.step_control import StepControl
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.heat.transient import TransientHeat
from rack2city.fem.mesh.compilation import compiled
from rack2city.fem.mesh.groups import outward_and_inward

NEAREST = 0.6  # of a step: half of one, and some room for what the period is not known to
MASS_TOLERANCE = 1e-9  # of the flow that enters, of the mean; each step keeps to 1e-10


@dataclass(frozen=True)
class Monitor:
    """A number of the present state, the same on every rank, that tells whether the mean is settled.

    Accepted is the larger uncertainty of `relative` to the mean (-) and `absolute` in its unit (infinite: to watch only).
    """

    value: Callable[[FlowProblem], float]
    relative: float = 0.01
    absolute: float = 0.0

    def accepted(self, mean: float) -> float:
        """Accepted uncertainty of a mean."""
        return max(self.relative * abs(mean), self.absolute)


@dataclass(frozen=True)
class Carried:
    """A heat problem that goes along with the flow, its temperature over time.

    Its stream moves with `velocity` (m/s), made by `FlowProblem.velocity`, whose values are kept up to date.
    """

    run: TransientHeat
    velocity: fem.Function


@dataclass(frozen=True)
class Averaged:
    """Mean of a field over time, and root mean square of its fluctuation, node by node and component by component."""

    mean: fem.Function
    rms: fem.Function


@dataclass(frozen=True)
class MeanFlow:
    """An averaged flow: velocity (m/s), pressure (Pa) and, if a heat problem was carried along, temperature (K).

    Averaging took so many steps from `begin` to `end` (s); `monitors` have mean, fluctuation, swing and uncertainty of each
    number, `mass` is the balance of the mean velocity over all openings.
    """

    velocity: Averaged
    pressure: Averaged
    temperature: Averaged | None
    monitors: dict[str, Statistic]
    begin: float
    end: float
    steps: int
    mass: Balance


def average_flow(
    flow: TransientFlow,
    dt: float | StepControl,
    monitors: Mapping[str, Monitor],
    *,
    settling: float,
    averaging: float,
    longest: float,
    heat: Carried | None = None,
) -> MeanFlow:
    """March on and average until the means of all monitors are as certain as asked for, and a period is over.

    The flow's problem is left in its last state, from which one may go on.

    Args:
        flow: the flow at its present time; from any state, also rest. It should be statistically steady after `settling`.
        dt: time step (s), a small part of the fastest fluctuation that matters, or steps that follow the flow's own error.
        monitors: numbers whose means must be settled, by name; see `pressure_drop`.
        settling: time before averaging begins (s): some passages of the fluid through the domain, at least one step.
        averaging: least time to average over (s): several of the slowest fluctuations, one of which may be mistaken for a mean.
        longest: time of averaging after which to give up (s).
        heat: heat problem to carry along.

    Raises:
        BalanceError: a step, or the mean, does not conserve mass.
        ConvergenceError: a step does not converge, or a mean is not settled after the longest time.
        InputError: there is no monitor, or times are not what they should be.
    """
    if not monitors:
        raise InputError(
            "flow: to average give a monitor, such as the pressure drop, that tells when the mean is settled"
        )
    first = dt.first if isinstance(dt, StepControl) else dt
    if not (first > 0.0 and settling >= 0.0 and 0.0 < averaging <= longest):
        raise InputError(
            f"flow: to average, the time step ({first:g} s) and the averaging time ({averaging:g} s, at most {longest:g} s) "
            f"must be positive, the settling time ({settling:g} s) not negative"
        )
    problem = flow.problem

    def follow(now: TransientFlow) -> None:
        if heat is not None:
            heat.velocity.x.array[:] = problem.velocity().x.array
            heat.run.step(now.time - heat.run.time)

    if heat is not None:
        heat.run.time = flow.time
    flow.advance(flow.time + max(settling, first), dt, follow)
    begin, times = flow.time, [flow.time]
    moments = [Moments(function.x.array) for function in _fields(problem, heat)]
    record = {name: [monitor.value(problem)] for name, monitor in monitors.items()}
    while True:
        if isinstance(dt, StepControl):
            flow.controlled_step(dt)
        else:
            flow.step(dt)
        follow(flow)
        step = flow.time - times[-1]
        times.append(flow.time)
        for kept, function in zip(moments, _fields(problem, heat), strict=True):
            kept.add(function.x.array, step)
        for name, monitor in monitors.items():
            record[name].append(monitor.value(problem))
        if flow.time - begin < averaging - 0.5 * step:
            continue
        found = {name: statistic(np.array(times), np.array(values)) for name, values in record.items()}
        unsettled = [name for name, s in found.items() if not s.uncertainty <= monitors[name].accepted(s.mean)]
        late = flow.time - begin >= longest - 0.5 * step
        # Best is the end of the slowest period, as far as steps can tell, if there is one.
        _, remainder = max(((s.period, s.remainder) for s in found.values() if s.period), default=(0.0, 0.0))
        if not unsettled and (late or remainder <= NEAREST * step):
            break
        if late:
            parts = (
                f"'{name}' is {s.mean:.6g} ± {s.uncertainty:.2g}, wanted ± {monitors[name].accepted(s.mean):.2g}"
                for name, s in found.items()
                if name in unsettled
            )
            raise ConvergenceError(
                f"flow: after {flow.time - begin:.4g} s of averaging the mean is not settled: {'; '.join(parts)}. Allow a "
                "longer settling or averaging time, or accept more uncertainty"
            )
    fields = zip(_fields(problem, heat), moments, strict=True)
    velocity, pressure, *carried = (_averaged(like, kept) for like, kept in fields)
    mass = mass_of(problem, velocity.mean)
    return MeanFlow(velocity, pressure, next(iter(carried), None), found, begin, flow.time, len(times) - 1, mass)


def _fields(problem: FlowProblem, heat: Carried | None) -> list[fem.Function]:
    """Velocity, pressure and, of a heat problem, temperature of the present state."""
    fields = [problem.velocity(), problem.pressure()]
    return fields if heat is None else [*fields, heat.run.problem.temperature]


def _averaged(like: fem.Function, moments: Moments) -> Averaged:
    """Moments as functions of a function's space."""
    mean, rms = (fem.Function(like.function_space, name=f"{kind}_{like.name}") for kind in ("mean", "rms"))
    mean.x.array[:], rms.x.array[:] = moments.mean, moments.rms
    return Averaged(mean, rms)


def mass_of(problem: FlowProblem, velocity: fem.Function) -> Balance:
    """Balance of a velocity (m/s) over all openings of a flow; `BalanceError` if more enters than leaves, or less."""
    fluid = problem.fluid
    openings = [b.surface for b in problem.boundaries if not isinstance(b, Slip | Wall)]
    across = ufl.dot(velocity, ufl.FacetNormal(fluid.mesh))
    entering, leaving = 0.0, 0.0
    if openings:
        ds = fluid.ds(tuple(fluid.surface(name) for name in openings))
        outward, inward = outward_and_inward(across)
        entering, leaving = -fluid.integral(inward * ds), fluid.integral(outward * ds)
    largest = problem.speed * problem.conditions.surface
    # Of a closed box: of what would cross its walls. Given velocities may miss by what interpolating them misses.
    scale = entering if entering > 1e-9 * largest else largest
    tolerance = COMPATIBLE if problem.conditions.closed else MASS_TOLERANCE
    return Balance("flow", "the mean volume flow", entering, leaving, "m³/s", tolerance, scale).require()


def pressure_drop(
    problem: FlowProblem, before: str = "inlet", behind: str = "outlet"
) -> Callable[[FlowProblem], float]:
    """A monitor's value: mean pressure on one surface less that on another (Pa)."""
    fluid = problem.fluid
    pressure = ufl.split(problem.unknown)[1]
    measures = [fluid.ds(fluid.surface(name)) for name in (before, behind)]
    areas, forms = [fluid.size(ds) for ds in measures], [compiled(pressure * ds) for ds in measures]

    def drop(now: FlowProblem) -> float:
        high, low = (fluid.total(form) / area for form, area in zip(forms, areas, strict=True))
        return (high - low) / float(now.scales.force.value)

    return drop
