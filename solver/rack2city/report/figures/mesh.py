"""A picture of a mesh: its groups in colours with a legend, its cells as lines, whole, opened and from below.

Drawn off-screen in a process of its own, `python -m rack2city.report.figures.mesh`, as `render` is.
"""

import sys
from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import Patch

from rack2city.arrays import Array
from rack2city.report.figures.facets import Bodies, Whole, outer_faces, read_bodies
from rack2city.report.figures.off_screen import off_screen
from rack2city.report.figures.picture import Rendering
from rack2city.report.figures.style import WIDTH_IN, house_style

FLUID, SOLIDS = "#86bfec", ("#d8c3a0", "#7f8c7a", "#b7a7c7", "#9c8f5f", "#c7b3b0")
KNOWN = {
    "base": "#d09a70",
    "fins": "#a85f38",
    "walls": "#a8988c",
    "lid": "#b9bdc4",
    "plate": "#d09a70",
    "tim": "#6c7a5a",
}
HEATED = ("#e8604c", "#f2a541", "#b5307a", "#f7d154", "#8c2d2d", "#ff8fa3")
NAMED = {"inlet": "#1f4e9c", "outlet": "#16a37b", "symmetry": "#c9e4d0", "contact": "#5b3f8c", "solid": "#6d6f74"}
_WINDOW = (1500, 1000)
_LEAST = 0.12  # of the longest extent: a mesh that is thinner in a direction is stretched there
_VIEWS = {"whole": (-0.6, -1.0, 0.7), "open": (-0.45, -0.8, 1.1), "below": (0.6, -1.0, -0.9)}
_TITLES = {
    "whole": "from above, inlet side",
    "open": "opened in the middle of the coolant",
    "below": "from below, outlet side",
}


def colours(names: list[str], volumes: tuple[str, ...]) -> dict[str, str]:
    """A colour for each group: coolant blue, bodies and heated faces in their order, other faces by what they are."""
    solids = iter(SOLIDS * (1 + len(names)))
    heated = iter(HEATED * (1 + len(names)))
    chosen = {}
    for name in sorted(names):
        if name in volumes:
            chosen[name] = FLUID if name.startswith("fluid") else KNOWN.get(name) or next(solids)
        elif name.startswith("heated"):
            chosen[name] = next(heated)
        else:
            chosen[name] = next((colour for key, colour in NAMED.items() if name.startswith(key)), "#e3e3e0")
    return chosen


def draw_mesh(file: Path, image: Path) -> None:
    """Draw a mesh file: PNG, groups coloured, the number of cells and what is stretched told.

    Raises:
        MeshError: the mesh cannot be read.
        Rack2CityError: this machine cannot render without a screen.
    """
    bodies = read_bodies(file)
    with off_screen("rack2city.report.figures.mesh", file) as folder, np.load(folder / "picture.npz") as stored:
        rendering = {**stored}
    with house_style():
        mesh_figure(bodies, rendering).savefig(image, dpi=130)


def mesh_figure(bodies: Bodies, rendering: Rendering) -> Figure:
    """The three views and the legend."""
    figure = Figure(figsize=(WIDTH_IN, 5.2))
    axes = figure.subplots(2, 2).ravel()
    for place, (name, title) in zip(axes, _TITLES.items(), strict=False):
        image = rendering[f"image_{name}"]
        rows, columns = (np.flatnonzero(image[..., 3].any(axis=other)) for other in (1, 0))
        place.imshow(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], interpolation="antialiased")
        place.set_title(title)
        place.axis("off")
    names = [str(name) for name in rendering["names"]]
    look = colours(names, bodies.volumes)
    ordered = sorted(names, key=lambda name: (name not in bodies.volumes, name))
    handles = [Patch(facecolor=look[name], edgecolor="#55585e", linewidth=0.5, label=name) for name in ordered]
    axes[3].legend(handles=handles, loc="upper center", ncols=1 + (len(handles) > 9), title=_told(bodies))
    axes[3].axis("off")
    return figure


def _told(bodies: Bodies) -> str:
    """Extents, cells and stretch, in a line each."""
    extent, scale = np.ptp(bodies.points, axis=0) * 1e3, stretch(bodies.points)
    lines = [" × ".join(f"{length:.4g}" for length in extent) + " mm", f"{len(bodies.cells)} cells"]
    stretched = [f"{axis} {factor:.3g} times" for axis, factor in zip("xyz", scale, strict=True) if factor > 1.0]
    return "\n".join(lines + ([f"stretched: {', '.join(stretched)}"] if stretched else []))


def stretch(points: Array) -> Array:
    """Factor by which each direction is drawn longer than it is, so that no extent is lost."""
    extent = np.ptp(points, axis=0)
    return np.asarray(np.maximum(1.0, _LEAST * extent.max() / extent))


def _polygons(points: Array, loops: Whole) -> pv.PolyData:
    used, number = np.unique(loops, return_inverse=True)
    number = number.reshape(loops.shape)
    return pv.PolyData(points[used], np.hstack([np.full((len(loops), 1), loops.shape[1]), number]).ravel())


def _view(
    faces: dict[str, Whole], points: Array, look: dict[str, str], towards: tuple[float, ...], image: Path
) -> None:
    """Draw faces as a PNG of transparent background, seen from a direction."""
    plotter = pv.Plotter(off_screen=True, window_size=_WINDOW)
    plotter.enable_anti_aliasing("ssaa")
    plotter.remove_all_lights()
    plotter.add_light(pv.Light(light_type="headlight"))
    count = sum(len(loops) for loops in faces.values())
    width = float(np.clip(120.0 / np.sqrt(count), 0.4, 1.6))
    for name, loops in faces.items():
        body = _polygons(points, loops)
        plotter.add_mesh(
            body.triangulate(), color=look[name], smooth_shading=False, ambient=0.55, diffuse=0.5, specular=0.0
        )
        edges = np.stack([loops, np.roll(loops, -1, axis=1)], axis=2).reshape(-1, 2)
        used, number = np.unique(edges, return_inverse=True)
        lines = np.hstack([np.full((len(edges), 1), 2), number.reshape(-1, 2)]).ravel()
        plotter.add_mesh(pv.PolyData(points[used], lines=lines), color="#2b2d31", line_width=width, opacity=0.75)
    plotter.camera_position = [towards, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    plotter.camera.zoom(1.25)
    plotter.screenshot(str(image), transparent_background=True)


def main(arguments: list[str]) -> None:
    """Read the mesh `arguments[0]`, write the views and `picture.npz` into the folder `arguments[1]`."""
    bodies, folder = read_bodies(Path(arguments[0])), Path(arguments[1])
    points = bodies.points * stretch(bodies.points) / np.ptp(bodies.points, axis=0).max()
    height = points[bodies.cells].mean(axis=1)[:, 2]
    fluid = np.array([name.startswith("fluid") for name in bodies.volumes])[bodies.body]
    inside = height[fluid] if fluid.any() else height
    middle = 0.5 * (inside.min() + inside.max())
    whole = outer_faces(bodies, np.ones(len(height), dtype=bool))
    faces = {"whole": whole, "open": outer_faces(bodies, height < middle + 1e-12), "below": whole}
    names = sorted({name for shown in faces.values() for name in shown})
    look = colours(names, bodies.volumes)
    for name, shown in faces.items():
        _view(shown, points, look, _VIEWS[name], folder / f"{name}.png")
    images = {f"image_{name}": imread(folder / f"{name}.png") for name in faces}
    np.savez(folder / "picture.npz", names=np.array(names), allow_pickle=False, **images)


if __name__ == "__main__":
    main(sys.argv[1:])
