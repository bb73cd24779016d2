"""The sizes of the meshes of a plate: that of its level, and the two next coarser ones of constant ratio."""

from dataclasses import replace

from rack2city.case import ComputedPlate
from rack2city.plate.models.model import COARSER
from rackmesh.plates.sizes import Sizes

RATIO = 1.5
FACTORS = {"coarse": 1.0 / RATIO, "medium": 1.0, "fine": RATIO}


PLAIN = Sizes()


def sizes_of(plate: ComputedPlate, base: Sizes = PLAIN) -> Sizes:
    """Sizes of the cells at the level of a plate; `base` is level medium."""
    return replace(_chosen(plate, base), factor=FACTORS[plate.level])


def coarser_sizes(plate: ComputedPlate, base: Sizes = PLAIN, ratio: float = RATIO) -> dict[str, Sizes]:
    """Sizes of the two next coarser meshes by file, each of `ratio` times as large cells; none below the coarsest level."""
    if plate.level == "coarse":
        return {}
    factor = FACTORS[plate.level]
    chosen = _chosen(plate, base)
    return {f"{COARSER}-{step}.msh": replace(chosen, factor=factor / ratio**step) for step in (1, 2)}


def _chosen(plate: ComputedPlate, base: Sizes) -> Sizes:
    """Sizes at level medium: the case's own before those of the model."""
    return replace(base, across=plate.cells_across or base.across, growth=plate.growth or base.growth)
