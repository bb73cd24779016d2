"""Figures and sentences as blocks of a report."""

from matplotlib.figure import Figure

from rack2city.report.document import Drawing, Text
from rack2city.report.figures.style import to_svg


class Lack(Text):
    """What a report would have and lacks."""


def drawing(name: str, caption: str, figure: Figure) -> Drawing:
    """A figure of a report."""
    return Drawing(name, caption, to_svg(figure))
