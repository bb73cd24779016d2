"""What the tables may say and no solver knows, refused by name."""

import numpy as np

from rack2city.errors import InputError
from rack2city.network.components.component import Arrays


def refuse_unknown(arrays: Arrays) -> None:
    """A substation's flow follows from one thing.

    Raises:
        InputError: names the row.
    """
    table = arrays["substations"]
    given = sum((~np.isnan(table[name])).astype(int) for name in ("return_set_k", "mass_flow_kg_per_s", "ua_w_per_k"))
    wrong = table["in_service"] & (given != 1)
    if wrong.any():
        raise InputError(
            f"table substations, row '{arrays.name('substations', int(np.argmax(wrong)))}': give either return_set_k or "
            "mass_flow_kg_per_s or ua_w_per_k"
        )


def refuse_controls(arrays: Arrays) -> None:
    """Controls that would leave open who holds the pressure.

    Raises:
        InputError: names the rows.
    """
    plants = arrays["producers"]
    looking = []
    for table in ("pumps", "producers"):
        rows = np.flatnonzero(arrays[table]["in_service"] & (arrays[table]["control"] == "worst").astype(bool))
        looking += [f"{table}, row '{arrays.name(table, row)}'" for row in rows.tolist()]
    if len(looking) > 1:
        raise InputError(
            f"table {looking[1]}: control 'worst' is already that of table {looking[0]}; one alone looks there"
        )
    serves = plants["in_service"]
    merit = serves & (plants["mode"] == "merit").astype(bool)
    holding = serves & (plants["mode"] == "pressure").astype(bool)
    if merit.any() and np.count_nonzero(holding) != 1:
        raise InputError(
            f"table producers, row '{arrays.name('producers', int(np.argmax(merit)))}': sharing by merit needs exactly one "
            f"producer of mode 'pressure', whose flow follows; there are {np.count_nonzero(holding)}"
        )
