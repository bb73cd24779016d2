"""A start that needs no guess: a parameter is raised from 0 to 1 in steps that adapt to what the solver can follow."""

from collections.abc import Callable

from rack2city.errors import ConvergenceError, UnsteadyError

FIRST_STEP, LEAST_STEP, GROWTH = 0.5, 1.0 / 64.0, 1.5


def continue_to_one[State](
    attempt: Callable[[float], None],
    keep: Callable[[], State],
    restore: Callable[[State], None],
    log: Callable[[str], None],
    parameter: str,
    predict: Callable[[State, State, float], None] | None = None,
) -> None:
    """Solve at 0, then raise the parameter to 1, going back to the last solution where the solver cannot follow.

    `attempt` solves at a value from the present state, or raises `ConvergenceError`, as does the whole if the first solution or
    the smallest step fails, and an `UnsteadyError` at once. `keep` and `restore` give and take back a state. `predict` is
    called with the last two solutions but that at 0, and how far the next is beyond the last, over their distance; it makes a
    guess of it the present state.
    """
    log(f"continuation: {parameter} = 0")
    attempt(0.0)
    reached, step = 0.0, 1.0
    before: tuple[float, State] | None = None
    while reached < 1.0:
        state, target = keep(), min(1.0, reached + step)
        log(f"continuation: {parameter} = {target:.4g}")
        if predict is not None and before is not None:
            predict(before[1], state, (target - reached) / (reached - before[0]))
        try:
            attempt(target)
        except UnsteadyError as error:
            found = f"; at {reached:.3g} of the full {parameter} it is steady" if reached else ""
            raise UnsteadyError(f"{error}{found}") from None
        except ConvergenceError:
            restore(state)
            step = min(FIRST_STEP, 0.5 * step)
            if step < LEAST_STEP:
                raise ConvergenceError(
                    f"the solution cannot be followed beyond {reached:.3g} of the full {parameter}; the flow may be "
                    'unsteady, or the mesh too coarse: try a smaller flow, mesh.level = "fine", or the average over time '
                    "(rack2city.fem.average_flow)"
                ) from None
        else:
            before = (reached, state) if reached > 0.0 else None
            reached, step = target, GROWTH * step
