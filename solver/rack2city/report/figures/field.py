"""Pictures of any plate: temperature in three dimensions, speed in a section of the coolant, streamlines."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.tri import Triangulation
from numpy.typing import NDArray

from rack2city.report.figures.off_screen import off_screen
from rack2city.report.figures.style import WIDTH_IN

TEMPERATURES, SPEEDS, SOLID = "inferno", "viridis", "#d4d7dc"
IMAGES = ("temperature_above", "temperature_below", "streamlines")


@dataclass(frozen=True)
class Fields:
    """What was drawn of a plate's fields.

    Attributes:
        images: pictures with alpha by name, cropped; no `streamlines` where the coolant is one straight channel.
        arrays: `limits` of all and `coolant_limits` (°C), `bounds` (mm), `stretches` (-), `section_*` (mm and m/s).
    """

    images: dict[str, NDArray[Any]]
    arrays: dict[str, NDArray[Any]]

    @property
    def stretched(self) -> str:
        """What is drawn longer than it is, in a sentence; empty if nothing is."""
        told = [
            f"{axis} {factor:g} times"
            for axis, factor in zip("xyz", self.arrays["stretches"], strict=True)
            if factor > 1
        ]
        return f" Drawn longer than it is: {', '.join(told)}." if told else ""

    @property
    def section(self) -> str:
        """Where the section is, in words."""
        return f"{'xyz'[int(self.arrays['section_normal'])]} = {round(float(self.arrays['section_at']), 3) + 0.0:g} mm"

    @property
    def size(self) -> str:
        """Size of what is drawn, in words."""
        x0, x1, y0, y1, z0, z1 = self.arrays["bounds"]
        return " × ".join(f"{length:.4g}" for length in (x1 - x0, y1 - y0, z1 - z0)) + " mm"


def render(folder: Path, section_alone: bool = False) -> Fields:
    """Draw `temperature.pvd` and `flow.pvd` of a folder off-screen, in a process of its own; all, or the section alone.

    Raises:
        Rack2CityError: they cannot be read, or this machine cannot render without a screen.
    """
    with off_screen("rack2city.report.figures.field_render", folder, *(["section"] * section_alone)) as drawn:
        files = {name: drawn / f"{name}.png" for name in IMAGES}
        images = {name: _cropped(imread(file)) for name, file in files.items() if file.is_file()}
        with np.load(drawn / "pictures.npz") as stored:
            return Fields(images, dict(stored))


def temperature(fields: Fields) -> Figure:
    """The plate from above and from below, one colour scale for both."""
    figure = Figure(figsize=(WIDTH_IN, 2.9), dpi=220)
    both = figure.subplots(1, 2)
    for axes, name in zip(both, ("above", "below"), strict=True):
        _show(axes, fields.images[f"temperature_{name}"], f"from {name}")
    _scale(figure, list(both), TEMPERATURES, fields.arrays["limits"], "temperature (°C)")
    return figure


def streamlines(fields: Fields) -> Figure:
    """Streamlines of the coolant, coloured by its temperature."""
    figure = Figure(figsize=(WIDTH_IN, 3.9), dpi=220)
    axes = figure.subplots()
    _show(axes, fields.images["streamlines"], "")
    _scale(figure, [axes], TEMPERATURES, fields.arrays["coolant_limits"], "temperature of the coolant (°C)")
    return figure


def speed(fields: Fields) -> Figure:
    """Speed of the coolant in a section, the solid grey."""
    found = fields.arrays
    across = int(found["section_normal"]) == 0
    names = "zy" if across else "xy"
    (x, y), (x_solid, y_solid) = (
        (found[f"section_{body}_points"][:, 1 if across else 0], found[f"section_{body}_points"][:, 0 if across else 1])
        for body in ("fluid", "solid")
    )
    ratio = float(np.ptp(y_solid) / np.ptp(x_solid))
    shown = min(max(ratio, 0.2), 0.6)  # what is slender is drawn wider than it is
    figure = Figure(figsize=(WIDTH_IN, 1.0 + 5.8 * shown), dpi=220)
    axes = figure.subplots()
    solid = Triangulation(x_solid, y_solid, found["section_solid_triangles"])
    axes.tripcolor(solid, np.zeros(len(x_solid)), cmap=ListedColormap([SOLID]), rasterized=True)
    coolant = Triangulation(x, y, found["section_fluid_triangles"])
    colours = axes.tripcolor(coolant, found["section_speed"], shading="gouraud", cmap=SPEEDS, vmin=0.0, rasterized=True)
    axes.set(xlabel=f"{names[0]} (mm)", ylabel=f"{names[1]} (mm)", aspect=shown / ratio)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.colorbar(colours, ax=axes, location="right", shrink=0.7, aspect=20, pad=0.02).set_label("speed (m/s)")
    return figure


def _show(axes: Axes, image: NDArray[Any], title: str) -> None:
    axes.imshow(image, interpolation="antialiased")
    axes.set_title(title, color="#5b6470")
    axes.axis("off")


def _scale(figure: Figure, axes: list[Axes], colours: str, limits: NDArray[Any], label: str) -> None:
    scale = ScalarMappable(Normalize(float(limits[0]), float(limits[1])), colours)
    figure.colorbar(scale, ax=axes, location="right", shrink=0.85, aspect=25, pad=0.02).set_label(label)


def _cropped(image: NDArray[Any]) -> NDArray[Any]:
    rows, columns = (np.flatnonzero(image[..., 3].any(axis=other)) for other in (1, 0))
    return np.asarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
