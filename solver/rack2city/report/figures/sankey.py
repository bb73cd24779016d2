"""The drawing of a Sankey diagram, bars and ribbons to scale."""

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from rack2city.report.energy import EnergyFlows, Ribbon
from rack2city.report.figures.style import COLOURS, INK
from rack2city.report.units import MEGAWATT_HOUR, quantity

_COLUMN_IN, _BAR_IN, _LABEL_IN, _GAP_IN, _LARGEST_IN, _FONT_PT = 1.06, 0.09, 0.26, 0.05, 2.1, 7.0


def draw(flows: EnergyFlows) -> Figure:
    """Draw the flows; bar heights and ribbon widths are to scale, labels carry MWh of the year.

    Every label has a slot of its own height beside its bar, so labels of one column cannot overlap.
    """
    scale = _LARGEST_IN / max(flows.through(node.key) for node in flows.nodes)
    heights = {node.key: flows.through(node.key) * scale for node in flows.nodes}
    centres = _stack_columns(flows, heights)
    width = (max(node.column for node in flows.nodes) + 1) * _COLUMN_IN
    height = max(centres[n.key] + max(heights[n.key], _LABEL_IN) / 2 for n in flows.nodes) + 0.1
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(0.0, height))
    axes.axis("off")
    left = {node.key: 0.03 + node.column * _COLUMN_IN for node in flows.nodes}
    top = {node.key: centres[node.key] + heights[node.key] / 2 for node in flows.nodes}
    starts = _edges(sorted(flows.ribbons, key=lambda r: -centres[r.target]), "source", top, scale)
    ends = _edges(sorted(flows.ribbons, key=lambda r: -centres[r.source]), "target", top, scale)
    nodes = {node.key: node for node in flows.nodes}
    for r in flows.ribbons:
        band = _ribbon(left[r.source] + _BAR_IN, starts[r], left[r.target], ends[r], r.energy_j * scale)
        shade = COLOURS[nodes[r.target if nodes[r.source].label else r.source].colour]
        axes.add_patch(PathPatch(band, facecolor=shade, alpha=0.38, edgecolor="none"))
    for key, node in nodes.items():
        corner = (left[key], centres[key] - heights[key] / 2)
        colour, alpha = COLOURS[node.colour], 1.0 if node.label else 0.38
        axes.add_patch(Rectangle(corner, _BAR_IN, heights[key], facecolor=colour, edgecolor="none", alpha=alpha))
        if node.label:
            place = left[key] + _BAR_IN + 0.04, centres[key]
            text = f"{node.label}\n{quantity(flows.through(key), MEGAWATT_HOUR)}"
            axes.text(*place, text, va="center", ha="left", fontsize=_FONT_PT, linespacing=1.1, color=INK)
    return figure


def _edges(ribbons: list[Ribbon], side: str, top: dict[str, float], scale: float) -> dict[Ribbon, float]:
    """Upper end of each ribbon at one side of its bar (inch), one below the other in the order given."""
    free, edges = dict(top), {}
    for ribbon in ribbons:
        key = getattr(ribbon, side)
        edges[ribbon] = free[key]
        free[key] -= ribbon.energy_j * scale
    return edges


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
