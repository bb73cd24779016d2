"""Steps in time: the backward differentiation formula of second order (BDF2), with steps that may vary.

du/dt at t_n+1 is (a0 u_n+1 + a1 u_n + a2 u_n-1) / dt with, for steps of the ratio w = dt / dt_before,
  a0 = (1 + 2 w) / (1 + w), a1 = -(1 + w), a2 = w² / (1 + w).
The first step is backward Euler, whose one error of dt² leaves the order at two. The formula is stable for any step and
damps what it does not resolve.
"""

from rack2city.errors import InputError


def bdf2(dt: float, before: float | None) -> tuple[float, float, float]:
    """Weights a0, a1, a2 over dt (1/s), for a positive step and the one `before` it (s; None for the first)."""
    if not dt > 0.0:
        raise InputError(f"a time step must be positive, not {dt:g} s")
    if before is None:
        return 1.0 / dt, -1.0 / dt, 0.0
    w = dt / before
    return (1.0 + 2.0 * w) / (1.0 + w) / dt, -(1.0 + w) / dt, w * w / (1.0 + w) / dt
