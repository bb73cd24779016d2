"""What the figures of a plate are, in sentences for its report; docs/plates-results.md has them all with formulas."""

from collections.abc import Iterator

from rack2city.results.plate import PlateFigures


def definitions(plate: PlateFigures) -> Iterator[str]:
    """The definitions of what is told of a plate, where each is taken."""
    yield (
        "Pressure drop: mean static pressure over the inlets less that over the outlets of what is computed, each weighted by "
        "its flow; hoses, disconnects and what the model leaves out come on top."
    )
    yield "Pumping power: pressure drop times flow, without the efficiency of a pump."
    yield (
        "Case-to-inlet resistance: temperature of the chip's face before the thermal interface material, less that of the "
        "coolant that enters, over the heat of the plate; of the hottest place (max) or the mean of the heated face."
    )
    if plate.runs is None:
        return
    yield (
        "Base-to-bulk resistance: mean of the plate's heated face, behind the interface material, less the mean bulk "
        "temperature of the coolant, over the heat of the plate."
    )
    yield "Bulk temperature: mean over a section weighted by the flow through it; outlet bulk is that of all outlets."
    yield (
        "Hydraulic diameter: four times the volume of the coolant over the area of all its walls. Reynolds number: mean speed "
        "in the inlet times hydraulic diameter over the viscosity at the inlet temperature."
    )
    yield (
        "Wall-to-bulk film coefficient: heat of the plate over the area of the walls between coolant and solid, fins included, "
        "and over their mean temperature less the mean bulk temperature. Nu: that times hydraulic diameter over the "
        "conductivity of the coolant."
    )
    yield (
        "Wall shear: magnitude of the tangential stress on the walls of the coolant, mean over their area, and the largest; at "
        "a sharp edge that sticks out into the flow it grows as the mesh is refined."
    )
    if plate.zones:
        yield (
            "Hot spot: the hottest place of the case within a zone. Junction: hottest case of a zone plus its own heat times "
            "its resistance from junction to case."
        )
