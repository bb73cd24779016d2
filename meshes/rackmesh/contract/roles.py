"""What the name of a physical group says of it: coolant, solid, inlet, outlet, heated face, plane of symmetry, contact.

`fluid` and `fluid_top` are coolant, every other volume a solid named by what it is. A surface named `inlet`, `inlet_left`,
`heated_gpu+hot` is what its first word says; other names of surfaces are for results alone.
"""

import re

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\+[A-Za-z][A-Za-z0-9_-]*)*")
"""A name of a group: letters, digits, - and _, a letter first; zones are joined by a plus."""
SURFACES = ("inlet", "outlet", "heated", "symmetry", "contact")
"""First words of surfaces that say what happens there."""


def role_of(name: str, dim: int) -> str:
    """Role of a group: `fluid` or `solid` of a volume (dimension 3); one of `SURFACES` or an empty text of a surface."""
    if dim == 3:
        return "fluid" if _is(name, "fluid") else "solid"
    return next((word for word in SURFACES if _is(name, word)), "")


def zones_of(name: str) -> tuple[str, ...]:
    """Names of the zones that lie on a heated surface: those behind `heated_`, joined by a plus."""
    return tuple(zone for zone in name.removeprefix("heated").removeprefix("_").split("+") if zone)


def _is(name: str, word: str) -> bool:
    return name == word or name.startswith(f"{word}_")
