"""Pictures of a plate's fields as blocks: of half a channel with its cross-sections, of others from above and below."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from rack2city.case import CaseInput
from rack2city.errors import Rack2CityError
from rack2city.report.document import Drawing
from rack2city.report.figures import field, picture
from rack2city.report.plate.texts import Lack, drawing
from rack2city.report.units import LITRE_PER_MINUTE, quantity
from rack2city.results.plate import PlateFigures

CELLS = (("skived", "cell"),)
"""Kinds and models of which half a channel is drawn."""

type Pictures = dict[str, tuple[str, Figure]]
"""Captions and figures by name: `temperature`, `speed`, `streamlines`."""


def pictures(plate: PlateFigures, drawn: Pictures | Lack) -> Iterator[Drawing | Lack]:
    """The pictures of a plate as blocks; where they could not be drawn, the sentence that says so."""
    if isinstance(drawn, Lack):
        yield drawn
        return
    for name, (caption, figure) in drawn.items():
        yield drawing(f"{name}-{plate.name}", caption, figure)


def drawn_or_lack(plate: PlateFigures, fields: Path, inputs: Sequence[CaseInput]) -> Pictures | Lack:
    """The pictures of a plate, as `draw`; or a sentence that says why there are none."""
    try:
        return draw(plate, fields, inputs)
    except Rack2CityError as error:
        return Lack(f"The report lacks the pictures of the fields of the plate '{plate.name}'. {error}.")


def draw(plate: PlateFigures, fields: Path, inputs: Sequence[CaseInput]) -> Pictures:
    """Draw a plate's fields at design flow, from a folder with `temperature.pvd` and `flow.pvd`.

    Raises:
        Rack2CityError: they cannot be read or rendered.
    """
    found = field.render(fields, section_alone=_is_cell(plate))
    most = ", that with the most heat," if plate.zones else ""
    part = f"half a channel{most} of " if _is_cell(plate) else "a repeating cell of " if plate.model == "cell" else ""
    which = f"of {part}the plate '{plate.name}'"
    flow = f"at {quantity(plate.design_flow_m3_per_s, LITRE_PER_MINUTE)}"
    drawn: Pictures = {}
    if _is_cell(plate):
        drawn["temperature"] = _half_channel(plate, fields, inputs)
    else:
        size = f"{found.size}, x along its length, z upwards"
        drawn["temperature"] = f"Temperature {which} {flow}; {size}.{found.stretched}", field.temperature(found)
    told = f"Speed {which} {flow}, in the plane {found.section}; grey is solid."
    drawn["speed"] = told, field.speed(found)
    if "streamlines" in found.images:
        told = f"Streamlines {which} {flow}, coloured by the coolant's temperature; the more the more flows.{found.stretched}"
        drawn["streamlines"] = told, field.streamlines(found)
    return drawn


def _is_cell(plate: PlateFigures) -> bool:
    return (plate.kind, plate.model) in CELLS


def _half_channel(plate: PlateFigures, fields: Path, inputs: Sequence[CaseInput]) -> tuple[str, Figure]:
    """The temperature of half a channel, with its cross-sections."""
    width = next((row.si for row in inputs if row.field == f"plates.{plate.name}.channel_width"), None)
    wall = (500.0 * width, 0.0) if isinstance(width, float) else None
    line = " White lines: the wetted wall of the channel." if wall else ""
    caption = (
        f"Temperature of half a channel of the plate '{plate.name}' at its design flow, seen from the inlet and from the "
        "middle of the channel (y = 0); heated from below. Under it, the cross-sections at inlet, middle and outlet. The "
        f"channel is long and narrow: y is stretched {picture.STRETCH} times in all four.{line}"
    )
    return caption, picture.half_channel(picture.render(fields / "temperature.pvd"), wall)
