"""Correlations of others to stand beside computed numbers of a plate, each with its source, range and scatter.

`ducts`: straight channels; `strips`: offset strip fins; `pins`: pin fins and banks; `bends`: curved tubes. Every function
gives an `Estimate`, which says when its arguments are outside what the correlation was made for.
"""

from rack2city.plate.correlations import bends, ducts, pins, strips
from rack2city.plate.correlations.estimate import Correlation, Estimate

__all__ = ["Correlation", "Estimate", "bends", "ducts", "pins", "strips"]
