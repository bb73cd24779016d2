"""The year's energy from grid electricity to the heat delivered in the city, as flows between places.

Every flow is one figure of the summary or the remainder of a node that has exactly one; a node whose flows do not
balance stops the report.
"""

from dataclasses import asdict, dataclass

from rack2city.errors import BalanceError
from rack2city.results.city import CityFigures

TOLERANCE = 1e-6  # of the largest node, as the plant's and the network's own balances


@dataclass(frozen=True)
class Node:
    """A place energy passes; `column` counts from the left, a node without label only leads a ribbon past others."""

    key: str
    label: str
    column: int
    colour: str


@dataclass(frozen=True)
class Ribbon:
    """Energy (J) from one node to another."""

    source: str
    target: str
    energy_j: float


@dataclass(frozen=True)
class EnergyFlows:
    """Nodes, in each column from top to bottom, and the ribbons between them."""

    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]

    def entering(self, key: str) -> float:
        """Energy (J) of all ribbons into a node."""
        return sum(r.energy_j for r in self.ribbons if r.target == key)

    def leaving(self, key: str) -> float:
        """Energy (J) of all ribbons out of a node."""
        return sum(r.energy_j for r in self.ribbons if r.source == key)

    def through(self, key: str) -> float:
        """Energy (J) that passes a node: the larger of its two sides, for sources and sinks the only one."""
        return max(self.entering(key), self.leaving(key))


_NODES = (
    Node("grid", "Grid electricity", 0, "electric"),
    Node("ups_loss", "UPS loss", 1, "loss"),
    Node("air_cooling", "Air cooling", 1, "loss"),
    Node("dry_cooler", "Dry coolers", 1, "loss"),
    Node("network_pump", "Network pumps", 1, "loss"),
    Node("tcs_pump", "TCS pumps", 1, "loss"),
    Node("facility_pump", "Facility pumps", 1, "loss"),
    Node("it", "IT", 1, "electric"),
    Node("heat_pump", "Heat pump drive", 1, "electric"),
    Node("air", "Heat to air", 2, "loss"),
    Node("coolant", "Heat to coolant", 2, "warm"),
    Node("drive_2", "", 2, "electric"),
    Node("rejected", "Rejected", 3, "loss"),
    Node("reused", "Reused", 3, "reused"),
    Node("drive_3", "", 3, "electric"),
    Node("lift", "Heat pump", 4, "reused"),
    Node("backup", "Backup heat", 4, "backup"),
    Node("motor_loss", "Motor loss", 5, "loss"),
    Node("network", "Heat network", 5, "hot"),
    Node("network_loss", "Network loss", 6, "loss"),
    Node("delivered", "Delivered", 6, "hot"),
)


def energy_flows(city: CityFigures) -> EnergyFlows:
    """The year's energy flows.

    Heat to air is what the IT takes less what its coolant carries, and the pumps' motor losses; their hydraulic power
    warms the coolant. The motor loss is what the heat pump takes less what it gives. Network pumps, fans and air cooling
    end where they are used: their heat goes to the surroundings.

    Returns:
        Flows without empty ribbons; in and out agree at every node.

    Raises:
        BalanceError: a node's ribbons do not add up, or a remainder is negative.
    """
    electricity, pumps = city.electricity_j, city.pump_heat_j
    consumers: dict[str, float] = asdict(electricity)
    drive = electricity.heat_pump
    chips = city.liquid_heat_j - pumps.tcs - pumps.facility
    total = sum(consumers.values()) + city.backup_j

    def rest(place: str, energy_j: float) -> float:
        if not energy_j >= -TOLERANCE * total:
            raise BalanceError(
                f"report: {place} gives {-energy_j:.6g} J more than it takes in the year; "
                "the results of this run must not be used"
            )
        return max(energy_j, 0.0)

    ribbons = (
        *(Ribbon("grid", name, energy) for name, energy in consumers.items()),
        Ribbon("heat_pump", "drive_2", drive),
        Ribbon("drive_2", "drive_3", drive),
        Ribbon("drive_3", "lift", drive),
        Ribbon("it", "air", rest("IT", electricity.it - chips)),
        Ribbon("it", "coolant", min(electricity.it, chips)),
        Ribbon("tcs_pump", "coolant", pumps.tcs),
        Ribbon("tcs_pump", "air", rest("a pump", electricity.tcs_pump - pumps.tcs)),
        Ribbon("facility_pump", "coolant", pumps.facility),
        Ribbon("facility_pump", "air", rest("a pump", electricity.facility_pump - pumps.facility)),
        Ribbon("coolant", "rejected", city.rejected_j),
        Ribbon("coolant", "reused", city.reused_j),
        Ribbon("reused", "lift", city.reused_j),
        Ribbon("lift", "motor_loss", rest("the heat pump", city.reused_j + drive - city.heat_pump_heat_j)),
        Ribbon("lift", "network", city.heat_pump_heat_j),
        Ribbon("backup", "network", city.backup_j),
        # What pipes hold more at the end of the year than at its start is too thin for a ribbon of its own.
        Ribbon("network", "network_loss", city.network_loss_j + city.network_stored_j),
        Ribbon("network", "delivered", city.delivered_j),
    )
    # The sums are taken over all ribbons; those too thin to be seen are not drawn.
    _require_conservation(EnergyFlows(_NODES, ribbons))
    drawn = tuple(r for r in ribbons if r.energy_j > TOLERANCE * total)
    ends = {r.source for r in drawn} | {r.target for r in drawn}
    return EnergyFlows(tuple(node for node in _NODES if node.key in ends), drawn)


def _require_conservation(flows: EnergyFlows) -> None:
    """Stop where the ribbons into a node differ from those out of it; one with a single side is a source or a sink."""
    scale = max(flows.through(node.key) for node in flows.nodes)
    sources, targets = {r.source for r in flows.ribbons}, {r.target for r in flows.ribbons}
    for node in flows.nodes:
        entering, leaving = flows.entering(node.key), flows.leaving(node.key)
        if node.key in sources & targets and not abs(entering - leaving) <= TOLERANCE * scale:
            raise BalanceError(
                f"report: the year's energies do not add up at '{node.label or node.key}': {entering:.9g} J enter, "
                f"{leaving:.9g} J leave; the results of this run must not be used"
            )
