"""The sizes of the meshes of a plate: that of its level, and the two next coarser ones of constant ratio."""

from dataclasses import replace

from rack2city.case import ComputedPlate
from rack2city.plate.models.model import COARSER
from rackmesh.plates.parts.sizes import Sizes

RATIO = 1.5
FACTORS = {"coarse": 1.0 / RATIO, "medium": 1.0, "fine": RATIO}
QUARTERS = {"coarse": 2, "medium": 4, "fine": 5}
"""The same where meshes are similar, in quarters of medium."""

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


def similar_sizes(plate: ComputedPlate, base: Sizes) -> tuple[Sizes, dict[str, Sizes]]:
    """Sizes at the level of a plate, and of coarser meshes by file, all of whole numbers of cells in the same proportions.

    Of fours: coarse has half as many in each direction as medium, fine five quarters; the two next coarser have one and two
    quarters less. Meshes of few cells whose numbers are rounded to some ratio are no family: a direction that is rounded up in
    one and down in the next hides the others, or swings.
    """
    quarters, chosen = QUARTERS[plate.level], replace(_chosen(plate, base), multiple=4)
    steps = () if plate.level == "coarse" else (1, 2)
    sizes = [replace(chosen, factor=0.25 * (quarters - step)) for step in (0, *steps)]
    return sizes[0], {f"{COARSER}-{step}.msh": size for step, size in zip(steps, sizes[1:], strict=True)}


def _chosen(plate: ComputedPlate, base: Sizes) -> Sizes:
    """Sizes at level medium: the case's own before those of the model."""
    return replace(base, across=plate.cells_across or base.across, growth=plate.growth or base.growth)
