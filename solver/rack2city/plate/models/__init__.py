"""What is computed in place of a plate, one file a family of kinds."""

from collections.abc import Callable

from rack2city.case import ComputedPlate, PlatesCase
from rack2city.plate.design import PlateDesign, plate_design
from rack2city.plate.models.drawn import drawing, own_mesh
from rack2city.plate.models.model import MESH, Channels, Piece, PlateModel, Strip, told_of
from rack2city.plate.models.repeating import repeating_cell
from rack2city.plate.models.split import split_cell
from rack2city.plate.models.straight import straight_cell
from rack2city.plate.models.whole import whole_plate

MODELS: dict[tuple[str, str], Callable[[PlateDesign], PlateModel]] = {
    ("skived", "cell"): straight_cell,
    ("skived", "whole"): whole_plate,
    ("split-flow", "cell"): split_cell,
    ("split-flow", "whole"): whole_plate,
    ("pin-fin", "cell"): repeating_cell,
    ("pin-fin", "whole"): whole_plate,
    ("offset-strip", "cell"): repeating_cell,
    ("serpentine", "whole"): whole_plate,
    ("step", "whole"): drawing,
    ("mesh", "whole"): own_mesh,
}
"""Models by `kind` and `model` of the plate's table."""

__all__ = ["MESH", "MODELS", "Channels", "Piece", "PlateModel", "Strip", "plate_model", "plate_models", "told_of"]


def plate_model(case: PlatesCase, name: str) -> PlateModel:
    """The model of a computed plate of a case.

    Raises:
        InputError: its geometry or its design point is not told, or cannot be.
    """
    design = plate_design(case, name)
    plate = design.plate
    assert isinstance(plate, ComputedPlate)
    with told_of(name):
        return MODELS[plate.kind, plate.model](design)


def plate_models(case: PlatesCase) -> dict[str, PlateModel]:
    """The models of all computed plates of a case, by name; raises as `plate_model`."""
    return {name: plate_model(case, name) for name, plate in case.plates.items() if isinstance(plate, ComputedPlate)}
