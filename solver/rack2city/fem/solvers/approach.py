"""From rest to the neighbourhood of a steady flow, where Newton's method converges.

Newton's method from afar diverges once jets and wakes interact, and Picard's, which is bounded, stalls. So first
Picard's method with Anderson's mixing of all its steps (Pollock, Rebholz & Xiao 2019), until it is near or gains little;
then Newton's method in pseudo-time: implicit Euler steps of one Newton step each, whose length grows as the residual
falls (Kelley & Keyes 1998) and shrinks when a step fails. What holds a flow back at last is a mode that hardly decays,
such as the flapping of jets side by side: along it Newton's steps are far too long, and a step in time bounds them.
"""

from typing import TYPE_CHECKING

import numpy as np
from mpi4py import MPI

from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem.solvers.anderson import Anderson

if TYPE_CHECKING:
    from rack2city.fem.solvers.system import System

DEPTH = 25  # earlier steps that are mixed: with fewer the jets of a plenum stall
MOST_PICARD, MOST_NEWTON = 25, 60
STALL_STEPS, STALLED = 4, 0.85  # Picard's method stalls if the residual falls by less over so many steps
FIRST_TIME, LEAST_TIME = 5.0, 0.05  # pseudo-time, as the way of the typical velocity in hydraulic diameters
FASTER, POWER, SLOWER, LONGER = 1.6, 0.7, 0.7, 5.0  # growth of the pseudo-time as the residual falls, and its limits
SHORTER, REJECTED = 0.25, 2.0  # of the pseudo-time after a failure; growth of the residual that is one
WINDOW, LASTING = 12, 0.7  # steps in pseudo-time after which the velocity should change less, and what is not less
FAST, HELD = 0.1, 1.0  # change per D/U that is no slow settling, and mean step (D/U) that is held short by it
FARTHEST = 10.0  # residual, over that of a start from rest, beyond which a state is near no flow, steady or not
ROUGH = 1e-5  # residual, over that of a start from rest, from which Newton's method needs no more help


def approach(equations: "System", comm: MPI.Comm, length: float, predicted: bool = False) -> None:
    """Bring the state near to the solution, to a residual of `ROUGH`; `ConvergenceError` if no step helps any more.

    That is an `UnsteadyError` as soon as the velocity goes on changing in pseudo-time as fast as before: what would be steady
    changes ever less. The state is then the last that was reached. A `predicted` state comes from solutions near by and needs
    no Picard's method; `length` is the hydraulic diameter (m).
    """
    norm = equations.residual() if predicted else _picard(equations, comm)
    if norm > ROUGH:
        _pseudo_time(equations, comm, norm, length)


def _picard(equations: "System", comm: MPI.Comm) -> float:
    """Picard's method with mixing; gives the residual."""
    mixer, velocities = Anderson(comm, DEPTH), equations.velocities
    norms = [equations.residual()]
    for step in range(1, MOST_PICARD + 1):
        guess = equations.state()
        equations.take_step(lagged=True, rate=0.0)
        image = equations.state()
        change = _change(comm, velocities, guess, image)
        equations.restore(mixer.next(guess, image, velocities))
        norms.append(equations.residual())
        equations.log(
            f"{equations.name}: Picard step {step}, relative residual {norms[-1]:.2e}, change of velocity {change:.1e}"
        )
        stalled = step > STALL_STEPS and norms[-1] > STALLED * norms[-1 - STALL_STEPS]
        if norms[-1] <= ROUGH or change * mixer.gain <= equations.near or stalled:
            break
    return norms[-1]


def _change(comm: MPI.Comm, velocities: np.ndarray, before: np.ndarray, now: np.ndarray) -> float:
    """Change of the velocity relative to the velocity (-; collective)."""
    squares = np.array([np.sum((now - before)[velocities] ** 2), np.sum(now[velocities] ** 2)])
    changed, size = comm.allreduce(squares, op=MPI.SUM)
    return float(np.sqrt(changed / max(size, np.finfo(float).tiny)))


def _pseudo_time(equations: "System", comm: MPI.Comm, norm: float, length: float) -> None:
    """Newton's method, at first without, after a failure with steps in pseudo-time."""
    rate = 0.0
    passed: list[tuple[float, float, float]] = []  # pseudo-time (D/U), relative change of velocity in it, residual
    for step in range(1, MOST_NEWTON + 1):
        kept = equations.state()
        try:
            equations.take_step(lagged=False, rate=rate)
        except ConvergenceError as error:  # the linear solver's: a shorter time makes it easier
            equations.log(str(error))
            new = np.inf
        else:
            new = equations.residual()
        time = "" if rate == 0.0 else f", pseudo-time {1.0 / (rate * length):.3g} D/U"
        accepted = new <= max(REJECTED * norm, ROUGH)
        equations.log(
            f"{equations.name}: Newton step {step}{time}, relative residual {new:.2e}{'' if accepted else ', rejected'}"
        )
        if accepted and new <= ROUGH:
            return
        if accepted:
            if rate:
                change = _change(comm, equations.velocities, kept, equations.state())
                passed.append((1.0 / (rate * length), change, new))
                _refuse_unsteady(equations.name, passed[-WINDOW:])
            rate /= float(np.clip(FASTER * (norm / new) ** POWER, SLOWER, LONGER))
            norm = new
            continue
        equations.restore(kept)
        equations.residual()
        rate = rate / SHORTER if rate else 1.0 / (FIRST_TIME * length)
        if rate * length > 1.0 / LEAST_TIME:
            break
    raise ConvergenceError(
        f"{equations.name}: no convergence after {step} Newton steps in pseudo-time (relative residual {norm:.1e})"
    )


def _refuse_unsteady(name: str, passed: list[tuple[float, float, float]]) -> None:
    """`UnsteadyError` if over these steps, held short by a fast change, neither that nor the residual has fallen."""
    if len(passed) < WINDOW:
        return
    times, changes, norms = np.array(passed).T
    third = WINDOW // 3
    early, late = (float(np.sum(changes[part]) / np.sum(times[part])) for part in (slice(third), slice(-third, None)))
    held = np.mean(times) <= HELD and min(early, late) > FAST and norms[-1] <= FARTHEST
    if held and late > LASTING * early and np.min(norms[-third:]) > LASTING * np.min(norms[:third]):
        raise UnsteadyError(
            f"{name}: probably unsteady: over the last {np.sum(times):.3g} D/U of pseudo-time the velocity goes on changing by "
            f"{late:.0%} per D/U, {early:.0%} at their beginning (relative residual {norms[-1]:.1e})"
        )
