"""The temperature of the plate's half channel: a 3-D picture by PyVista, and cross-sections with axes."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.tri import Triangulation
from numpy.typing import NDArray

from rack2city.report.figures.off_screen import off_screen
from rack2city.report.figures.style import WIDTH_IN

COLOUR_MAP = "inferno"
STRETCH = 20  # of the y direction, in the 3-D picture and in the cross-sections


type Rendering = dict[str, NDArray[Any]]
"""`image` (pixels with alpha), `limits` (°C), `bounds` (mm), `mark_*` (shares of the picture), `slice_*` (mm and °C)."""


def render(file: Path) -> Rendering:
    """Render the temperature (K) of a ParaView collection (.pvd, coordinates in m) off-screen, in a process of its own.

    Raises:
        Rack2CityError: the field cannot be read, or this machine cannot render without a screen.
    """
    with off_screen("rack2city.report.figures.render", file, COLOUR_MAP, str(STRETCH)) as folder:
        return {**np.load(folder / "picture.npz"), "image": imread(folder / "picture.png")}


def half_channel(rendering: Rendering, wall: tuple[float, float] | None = None) -> Figure:
    """The 3-D picture above, cross-sections at inlet, middle and outlet below, one colour scale (°C) for all.

    The wall, y of the channel's side and z of its floor (mm), is drawn as a line in the cross-sections if it is given.
    """
    low, high = rendering["limits"]
    figure = Figure(figsize=(WIDTH_IN, 4.9), dpi=220)
    rows = figure.add_gridspec(2, 3, height_ratios=(1.2, 1.0))
    _show_body(figure.add_subplot(rows[0, :]), rendering)
    x0, x1, _, y1, z0, z1 = rendering["bounds"]
    sections = [figure.add_subplot(rows[1, column]) for column in range(3)]
    for axes, (name, x) in zip(sections, {"inlet": x0, "middle": (x0 + x1) / 2, "outlet": x1}.items(), strict=True):
        part = {key: rendering[f"slice_{name}_{key}"] for key in ("y", "z", "triangles", "t")}
        mesh = Triangulation(part["y"], part["z"], part["triangles"])
        look = {"shading": "gouraud", "cmap": COLOUR_MAP, "vmin": low, "vmax": high, "rasterized": True}
        colours = axes.tripcolor(mesh, part["t"], **look)
        if wall:
            axes.plot([wall[0], wall[0], 0.0], [z1, wall[1], wall[1]], color="white", linewidth=0.8)
        axes.set(title=f"{name}, x = {round(x, 3) + 0.0:g} mm", xlabel="y (mm)")
        axes.set(xlim=(0.0, y1), ylim=(z0, z1), aspect=1.0 / STRETCH)
    sections[0].set_ylabel("z (mm)")
    bar = figure.colorbar(colours, ax=figure.axes, location="right", shrink=0.8, aspect=30, pad=0.04)
    bar.set_label("temperature (°C)")
    return figure


def _show_body(axes: Axes, rendering: Rendering) -> None:
    """The 3-D picture with the names of its ends, cropped to what was drawn."""
    image = rendering["image"]
    rows, columns = (np.flatnonzero(image[..., 3].any(axis=other)) for other in (1, 0))
    axes.imshow(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], interpolation="antialiased")
    axes.axis("off")
    height, width = image.shape[:2]
    for name, offset in (("inlet", (18, -14)), ("outlet", (-18, -14))):
        x, y = rendering[f"mark_{name}"]
        place = (x * width - columns[0], (1.0 - y) * height - rows[0])
        axes.annotate(
            name, place, xytext=offset, textcoords="offset points", ha="center", va="top", annotation_clip=False
        )
