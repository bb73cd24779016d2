"""One look for every figure: fonts, ink, colours, and the way to SVG."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH_IN = 7.2
INK = "#1c1c1f"  # the HTML report replaces this very colour by the theme's text colour
COLOURS = {
    "reused": "#2a9d6f",
    "electric": "#d99a1c",
    "backup": "#a35fc0",
    "rejected": "#8a929c",
    "hot": "#d1493f",
    "warm": "#e0834a",
    "cool": "#3b82c4",
    "loss": "#9aa1ab",
}


@contextmanager
def house_style() -> Iterator[None]:
    """The settings of matplotlib under which every figure is built and saved."""
    settings: dict[Any, Any] = {
        "font.size": 8.5,
        "axes.titlesize": 9.0,
        **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color"), INK),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.7,
        "grid.color": "#8a929c",
        "grid.alpha": 0.3,
        "grid.linewidth": 0.5,
        "lines.linewidth": 1.4,
        "legend.frameon": False,
        "legend.fontsize": 8.0,
        "svg.fonttype": "path",
        "svg.hashsalt": "rack2city",  # the same figure gives the same file
        "figure.constrained_layout.use": True,
    }
    with mpl.rc_context(settings):
        yield


def to_svg(figure: Figure) -> str:
    """The figure as SVG text, transparent, without date and metadata."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    return buffer.getvalue()


def legend_above(axes: Axes, columns: int) -> None:
    """A legend over the axes, where it can hide no curve."""
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.3, columnspacing=1.4)
