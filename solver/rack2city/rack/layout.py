"""Which loads share a tray, and in which order the trays hang on the manifold."""

from rack2city.case import Case, RackLoad
from rack2city.errors import InputError


def tray_layout(case: Case) -> list[tuple[RackLoad, ...]]:
    """The loads in each tray of a rack, from the end of the manifold where the coolant enters.

    Loads in the same number of trays share them; kinds of trays follow in the case's order.

    Raises:
        InputError: the loads do not fill the rack's trays exactly.
    """
    loads, counts = case.rack.loads, list(dict.fromkeys(load.trays for load in case.rack.loads))
    kinds = {count: tuple(load for load in loads if load.trays == count) for count in counts}
    if sum(counts) != case.rack.trays:
        told = " and ".join(f"{n} trays of {', '.join(load.name for load in kind)}" for n, kind in kinds.items())
        raise InputError(
            f"rack.trays: the loads fill {told}, together {sum(counts)} trays, but the rack has {case.rack.trays}"
        )
    return [kind for count, kind in kinds.items() for _ in range(count)]
