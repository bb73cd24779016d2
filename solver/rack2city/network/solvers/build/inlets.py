"""Where liquid enters a network from outside or leaves it: boundaries, pressures held by producers, and storages.

A storage's given flow passes on no pressure, so for the hydraulics it is a flow drawn at one junction and one fed in at the
other.
"""

from dataclasses import dataclass, replace

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.columns import Values
from rack2city.network.components.component import Arrays
from rack2city.network.hydraulics.graph import Index, Mask

BOUNDARY, MAKE_UP, DRAWN, FED = range(4)
_KINDS = (
    ("boundary", "boundaries"),
    ("make-up of producer", "producers"),
    ("storage drawing", "storages"),
    ("storage feeding", "storages"),
)

_GIVEN = ("junction", "pressure_pa", "mass_flow_kg_per_s", "supply_k")


@dataclass(frozen=True)
class Inlets:
    """Inlets and outlets in service, I of them.

    `kind` is `BOUNDARY`, `MAKE_UP`, `DRAWN` or `FED`, `row` that of the table that owns each. Its junction is the node
    `node`, -1 where no given pressure reaches it, or before that is known. The gauge pressure held there (Pa) and the flow
    that enters (kg/s) are NaN where they follow, the temperature of what enters (K) where it is not given.
    """

    arrays: Arrays
    kind: Index
    row: Index
    junction: Index
    node: Index
    pressure_pa: Array
    mass_flow_kg_per_s: Array
    supply_k: Array

    @property
    def holds(self) -> Mask:
        """Which hold a pressure."""
        return ~np.isnan(self.pressure_pa)

    @property
    def outside(self) -> Mask:
        """Which are not a storage's."""
        return np.asarray(self.kind <= MAKE_UP)

    def owner(self, place: int) -> str:
        """Who owns an inlet, for messages."""
        kind, table = _KINDS[self.kind[place]]
        return f"{kind} '{self.arrays.name(table, int(self.row[place]))}'"

    def at(self, live: Mask, node: Index) -> "Inlets":
        """The same with nodes, of those that are reached and of those that are not."""
        return replace(self, node=np.where(live[self.junction], node[self.junction], -1))

    def reached(self) -> "Inlets":
        """Those at nodes."""
        chosen = self.node >= 0
        if chosen.all():
            return self
        return replace(self, **{name: getattr(self, name)[chosen] for name in ("kind", "row", "node", *_GIVEN)})


def inlets_of(arrays: Arrays) -> Inlets:
    """The inlets of a network.

    Raises:
        InputError: no pressure is held anywhere, or that of a junction twice.
    """
    boundaries, plants, tanks = arrays["boundaries"], arrays["producers"], arrays["storages"]
    flow = tanks["mass_flow_kg_per_s"]
    moves = tanks["in_service"] & (flow != 0.0)

    def part(rows: Index, junction: Index, *given: Array | None) -> tuple[Values, ...]:
        columns = (np.full(len(rows), np.nan) if values is None else values[rows] for values in given)
        return rows, junction[rows], *columns

    parts = [
        part(np.flatnonzero(boundaries["in_service"]), *(boundaries[name] for name in _GIVEN)),
        part(
            np.flatnonzero(plants["in_service"] & ~np.isnan(plants["return_pressure_pa"])),
            plants["return_junction"],
            plants["return_pressure_pa"],
            None,
            None,
        ),
        part(np.flatnonzero(moves), tanks["hot_junction"], None, -flow, None),
        part(np.flatnonzero(moves), tanks["cold_junction"], None, flow, None),
    ]
    kind = np.repeat(np.arange(4), [len(each[0]) for each in parts])
    rows, junction, *given = (np.concatenate(column) for column in zip(*parts, strict=True))
    found = Inlets(arrays, kind, rows, junction, np.full(len(rows), -1), *given)
    if not found.holds.any():
        raise InputError(
            "the network has no pressure reference; give a boundary its pressure_pa, or a producer its return_pressure_pa"
        )
    held = np.flatnonzero(found.holds)
    first = np.unique(junction[held], return_index=True)[1]
    if len(first) < len(held):
        twice = held[np.setdiff1d(np.arange(len(held)), first)[0]]
        raise InputError(
            f"the pressure of junction '{arrays.name('junctions', int(junction[twice]))}' is given twice, the second time by "
            f"{found.owner(int(twice))}"
        )
    return found
