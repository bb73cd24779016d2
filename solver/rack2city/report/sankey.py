"""The year's energy as a Sankey diagram: from grid electricity to the heat delivered in the city.

Every ribbon is one entry of `summary.json` or a remainder of a node that has exactly one; a node whose ribbons do not
balance stops the report.
"""

from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from rack2city.errors import BalanceError
from rack2city.report.drawing import COLOURS, INK
from rack2city.report.units import MEGAWATT_HOUR, quantity

TOLERANCE = 1e-6  # of the largest node, as the plant's and the network's own balances
_COLUMN_IN, _BAR_IN, _LABEL_IN, _GAP_IN, _LARGEST_IN, _FONT_PT = 1.06, 0.09, 0.26, 0.05, 2.1, 7.0


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
    Node("drive", "Heat pump drive", 1, "electric"),
    Node("air", "Heat to air", 2, "loss"),
    Node("coolant", "Heat to coolant", 2, "warm"),
    Node("drive_2", "", 2, "electric"),
    Node("rejected", "Rejected", 3, "loss"),
    Node("reused", "Reused", 3, "reused"),
    Node("drive_3", "", 3, "electric"),
    Node("heat_pump", "Heat pump", 4, "reused"),
    Node("backup", "Backup heat", 4, "backup"),
    Node("motor_loss", "Motor loss", 5, "loss"),
    Node("network", "Heat network", 5, "hot"),
    Node("network_loss", "Network loss", 6, "loss"),
    Node("delivered", "Delivered", 6, "hot"),
)


def energy_flows(city: dict[str, Any]) -> EnergyFlows:
    """The year's energy flows of the `city` part of `summary.json`.

    Heat to air is what the IT takes less what its coolant carries, and the pumps' motor losses; their hydraulic power
    warms the coolant. The motor loss is what the heat pump takes less what it gives. Network pumps, fans and air cooling
    end where they are used: their heat goes to the surroundings.

    Args:
        city: annual energies (J); keys as documented for `summary.json`.

    Returns:
        Flows without empty ribbons; in and out agree at every node.

    Raises:
        BalanceError: a node's ribbons do not add up, or a remainder is negative.
    """
    electricity = city["electricity_j"]
    it, coolant, reused = electricity["it"], city["liquid_heat_j"], city["reused_j"]
    pumps = city["pump_heat_j"]
    chips = coolant - sum(pumps.values())
    drive, heat = electricity["heat_pump"], city["heat_pump_heat_j"]
    total = sum(electricity.values()) + city["backup_j"]
    consumers = ("ups_loss", "air_cooling", "dry_cooler", "tcs_pump", "facility_pump", "network_pump", "it")
    ribbons = [Ribbon("grid", name, electricity[name]) for name in consumers]
    ribbons += [
        Ribbon("grid", "drive", drive),
        Ribbon("drive", "drive_2", drive),
        Ribbon("drive_2", "drive_3", drive),
        Ribbon("drive_3", "heat_pump", drive),
        Ribbon("it", "air", _remainder("IT", it - chips, total)),
        Ribbon("it", "coolant", min(it, chips)),
        *(Ribbon(f"{n}_pump", "coolant", h) for n, h in pumps.items()),
        *(
            Ribbon(f"{n}_pump", "air", _remainder("a pump", electricity[f"{n}_pump"] - h, total))
            for n, h in pumps.items()
        ),
        Ribbon("coolant", "rejected", city["rejected_j"]),
        Ribbon("coolant", "reused", reused),
        Ribbon("reused", "heat_pump", reused),
        Ribbon("heat_pump", "motor_loss", _remainder("the heat pump", reused + drive - heat, total)),
        Ribbon("heat_pump", "network", heat),
        Ribbon("backup", "network", city["backup_j"]),
        # What pipes hold more at the end of the year than at its start is too thin for a ribbon of its own.
        Ribbon("network", "network_loss", city["network_loss_j"] + city["network_stored_j"]),
        Ribbon("network", "delivered", city["delivered_j"]),
    ]
    # The sums are taken over all ribbons; those too thin to be seen are not drawn.
    whole = EnergyFlows(_NODES, tuple(ribbons))
    require_conservation(whole)
    drawn = tuple(r for r in ribbons if r.energy_j > TOLERANCE * total)
    ends = {r.source for r in drawn} | {r.target for r in drawn}
    return EnergyFlows(tuple(node for node in _NODES if node.key in ends), drawn)


def require_conservation(flows: EnergyFlows, tolerance: float = TOLERANCE) -> None:
    """Stop where the ribbons into a node differ from those out of it.

    Args:
        flows: nodes and ribbons (J); a node with ribbons on one side only is a source or a sink.
        tolerance: largest accepted difference relative to the largest node (-).

    Raises:
        BalanceError: names the first node that does not balance, with both sums.
    """
    scale = max(flows.through(node.key) for node in flows.nodes)
    for node in flows.nodes:
        into = [r for r in flows.ribbons if r.target == node.key]
        out = [r for r in flows.ribbons if r.source == node.key]
        difference = abs(flows.entering(node.key) - flows.leaving(node.key))
        if into and out and not difference <= tolerance * scale:
            raise BalanceError(
                f"report: the year's energies do not add up at '{node.label or node.key}': "
                f"{flows.entering(node.key):.9g} J enter, {flows.leaving(node.key):.9g} J leave; "
                "the results of this run must not be used"
            )


def _remainder(place: str, energy_j: float, total_j: float) -> float:
    if not energy_j >= -TOLERANCE * total_j:
        raise BalanceError(
            f"report: {place} gives {-energy_j:.6g} J more than it takes in the year; "
            "the results of this run must not be used"
        )
    return max(energy_j, 0.0)


def draw(flows: EnergyFlows) -> Figure:
    """Draw the flows; bar heights and ribbon widths are to scale, labels carry MWh of the year.

    Every label has a slot of its own height beside its bar, so labels of one column cannot overlap.
    """
    scale = _LARGEST_IN / max(flows.through(node.key) for node in flows.nodes)
    columns = max(node.column for node in flows.nodes) + 1
    heights = {node.key: flows.through(node.key) * scale for node in flows.nodes}
    centres = _stack_columns(flows, heights)
    top = max(centres[n.key] + max(heights[n.key], _LABEL_IN) / 2 for n in flows.nodes)
    width, height = columns * _COLUMN_IN, top + 0.1
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(0.0, height))
    axes.axis("off")
    left = {node.key: 0.03 + node.column * _COLUMN_IN for node in flows.nodes}
    used = {
        (node.key, side): centres[node.key] + heights[node.key] / 2 for node in flows.nodes for side in ("in", "out")
    }
    labelled = {node.key: bool(node.label) for node in flows.nodes}
    colour = {node.key: COLOURS[node.colour] for node in flows.nodes}
    starts: dict[Ribbon, float] = {}
    ends: dict[Ribbon, float] = {}
    for r in sorted(flows.ribbons, key=lambda r: -centres[r.target]):
        starts[r] = used[r.source, "out"]
        used[r.source, "out"] -= r.energy_j * scale
    for r in sorted(flows.ribbons, key=lambda r: -centres[r.source]):
        ends[r] = used[r.target, "in"]
        used[r.target, "in"] -= r.energy_j * scale
    for r in flows.ribbons:
        band = (left[r.source] + _BAR_IN, starts[r], left[r.target], ends[r], r.energy_j * scale)
        shade = colour[r.target if labelled[r.source] else r.source]
        axes.add_patch(PathPatch(_ribbon(*band), facecolor=shade, alpha=0.38, edgecolor="none"))
    for node in flows.nodes:
        x, y, bar = left[node.key], centres[node.key], heights[node.key]
        alpha = 1.0 if node.label else 0.38
        axes.add_patch(
            Rectangle((x, y - bar / 2), _BAR_IN, bar, facecolor=colour[node.key], edgecolor="none", alpha=alpha)
        )
        if node.label:
            text = f"{node.label}\n{quantity(flows.through(node.key), MEGAWATT_HOUR)}"
            axes.text(
                x + _BAR_IN + 0.04, y, text, va="center", ha="left", fontsize=_FONT_PT, linespacing=1.1, color=INK
            )
    return figure


def _stack_columns(flows: EnergyFlows, heights: dict[str, float]) -> dict[str, float]:
    """Centre of every bar (inch), columns stacked from below so that the main stream runs straight."""
    centres: dict[str, float] = {}
    filled: dict[int, float] = {}
    for node in reversed(flows.nodes):
        slot = max(heights[node.key], _LABEL_IN if node.label else 0.0)
        bottom = filled.get(node.column, 0.1)
        centres[node.key] = bottom + slot / 2
        filled[node.column] = bottom + slot + _GAP_IN
    return centres


def _ribbon(x0: float, y0: float, x1: float, y1: float, thickness: float) -> Curve:
    """A band between two vertical edges, upper ends at y0 and y1, with horizontal tangents (two cubic Béziers)."""
    middle = (x0 + x1) / 2
    upper = [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]
    lower = [(x, y - thickness) for x, y in reversed(upper)]
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    return Curve([*upper, *lower, upper[0]], codes)
