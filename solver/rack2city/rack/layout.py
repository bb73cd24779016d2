"""Which loads share a tray, and in which order the trays hang on the manifold."""

from dataclasses import dataclass

from rack2city.case import Case, RackLoad
from rack2city.errors import InputError


@dataclass(frozen=True)
class TrayLayout:
    """Trays of a rack, from the end of the manifold where the coolant enters.

    Attributes:
        tray_loads: the loads in each tray.
    """

    tray_loads: tuple[tuple[RackLoad, ...], ...]


def tray_layout(case: Case) -> TrayLayout:
    """Trays of a rack: loads in the same number of trays share them; kinds of trays follow in the case's order.

    Raises:
        InputError: the loads do not fill the rack's trays exactly.
    """
    counts = list(dict.fromkeys(load.trays for load in case.rack.loads))
    if sum(counts) != case.rack.trays:
        kinds = " and ".join(
            f"{n} trays of {', '.join(load.name for load in case.rack.loads if load.trays == n)}" for n in counts
        )
        raise InputError(
            f"rack.trays: the loads fill {kinds}, together {sum(counts)} trays, but the rack has {case.rack.trays}"
        )
    return TrayLayout(
        tuple(tuple(load for load in case.rack.loads if load.trays == n) for n in counts for _ in range(n))
    )
