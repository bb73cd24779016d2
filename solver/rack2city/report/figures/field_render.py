"""Off-screen pictures of any plate's fields, a process of its own: `python -m rack2city.report.figures.field_render`.

Temperature in three dimensions, seen from above and from below, streamlines through the coolant, and a section through it.
"""

import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
import vtk
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from rack2city.report.figures.straight_cells import straight

WINDOW = (1700, 1100)
VIEWS = {"above": (-0.75, -1.0, 0.85), "below": (-0.75, -1.0, -0.85)}
TEMPERATURES, SPEEDS = "inferno", "viridis"
LINES, PLANES = 140, 9
CHANNEL = 0.02  # width over length of the coolant, below which it is one channel
SLENDER = 10.0  # the longest edge over the shortest, beyond which the shortest is stretched


def read(file: Path) -> pv.UnstructuredGrid:
    """A ParaView collection as straight cells, coordinates in mm.

    Raises:
        ValueError: it has no cells.
    """
    blocks = [block for block in pv.read(file) if block is not None and block.n_cells]
    if not blocks:
        raise ValueError(f"{file} has no cells")
    grid = straight(blocks[0].merge(blocks[1:]) if len(blocks) > 1 else blocks[0])
    grid.points = np.asarray(grid.points, dtype=float) * 1e3
    return grid


def stretches(bounds: tuple[float, ...]) -> NDArray[Any]:
    """By how much x, y and z are drawn longer than they are, in steps of 1, 2, 5."""
    sizes = np.array(bounds[1::2]) - np.array(bounds[0::2])
    wanted = np.maximum(sizes.max() / SLENDER / sizes, 1.0)
    steps = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
    return np.asarray([steps[steps <= value * 1.01].max() for value in wanted], dtype=float)


def screenshot(draw: Callable[[pv.Plotter], object], view: tuple[float, float, float], file: Path) -> None:
    """A picture of transparent background, seen from a direction, z upwards, without perspective."""
    plotter = pv.Plotter(off_screen=True, window_size=WINDOW)
    plotter.enable_anti_aliasing("ssaa")
    draw(plotter)
    corner = (0.78, 0.0, 1.0, 0.33) if view[2] > 0.0 else (0.0, 0.0, 0.22, 0.33)  # where the plate leaves room
    plotter.add_axes(line_width=5, xlabel="x", ylabel="y", zlabel="z", viewport=corner)
    plotter.camera_position = [view, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    plotter.render()
    x0, x1, y0, y1, z0, z1 = plotter.bounds
    seen = np.array([project(plotter, corner) for corner in product((x0, x1), (y0, y1), (z0, z1))])
    plotter.camera.zoom(0.96 / float(np.ptp(seen, axis=0).max()))
    plotter.screenshot(str(file), transparent_background=True)
    plotter.close()


def project(plotter: pv.Plotter, point: tuple[float, ...]) -> tuple[float, float]:
    """Share of the picture's width and height (-) at which a point of the scene appears."""
    coordinate = vtk.vtkCoordinate()
    coordinate.SetCoordinateSystemToWorld()
    coordinate.SetValue(*point)
    x, y = coordinate.GetComputedDoubleDisplayValue(plotter.renderer)
    width, height = plotter.window_size
    return x / width, y / height


def temperature(grid: pv.UnstructuredGrid, factors: NDArray[Any], limits: tuple[float, float], folder: Path) -> None:
    """The outside of the plate, coloured by its temperature, with the edges of its body."""
    surface = grid.scale(factors).extract_surface(algorithm="dataset_surface")
    edges = surface.extract_feature_edges(45.0, manifold_edges=False, non_manifold_edges=False)

    def draw(plotter: pv.Plotter) -> None:
        # Unlit: a colour on the picture is exactly the colour of the scale.
        look = {"cmap": TEMPERATURES, "clim": limits, "lighting": False, "show_scalar_bar": False}
        plotter.add_mesh(surface, scalars="temperature", **look)
        if edges.n_points:
            plotter.add_mesh(edges, color="#8a929c", line_width=3.0)

    for name, view in VIEWS.items():
        screenshot(draw, view, folder / f"temperature_{name}.png")


def seeds(fluid: pv.UnstructuredGrid) -> pv.PolyData:
    """Places of the coolant, the more the more flows there: each volume by its speed; the same at every call."""
    sizes = fluid.compute_cell_sizes(length=False, area=False).cell_data["Volume"]
    speeds = fluid.point_data_to_cell_data().cell_data["speed"]
    weights = np.abs(sizes) * speeds
    chosen = np.random.default_rng(1).choice(fluid.n_cells, min(LINES, fluid.n_cells), False, weights / weights.sum())
    return pv.PolyData(np.asarray(fluid.cell_centers().points)[chosen])


def streamlines(fluid: pv.UnstructuredGrid, factors: NDArray[Any], limits: tuple[float, float], folder: Path) -> None:
    """Streamlines coloured by temperature within the outline of the coolant."""
    size = float(np.ptp(np.asarray(fluid.points), axis=0).max())
    lines = fluid.streamlines_from_source(
        seeds(fluid),
        vectors="velocity",
        integration_direction="both",
        max_length=40.0 * size,
        max_steps=20000,
        terminal_speed=1e-6 * float(fluid.point_data["speed"].max()),
    )
    if not lines.n_points:
        raise ValueError("no streamline could be followed through the coolant")
    lines = lines.scale(factors)
    body = fluid.scale(factors).extract_surface(algorithm="dataset_surface")
    edges = body.extract_feature_edges(45.0, manifold_edges=False, non_manifold_edges=False)

    def draw(plotter: pv.Plotter) -> None:
        plotter.add_mesh(body, color="#aab2bd", opacity=0.10, lighting=False)
        if edges.n_points:
            plotter.add_mesh(edges, color="#6b7280", line_width=2.0, opacity=0.7)
        look = {"cmap": TEMPERATURES, "clim": limits, "show_scalar_bar": False, "line_width": 4.0}
        plotter.add_mesh(lines, scalars="temperature", lighting=False, render_lines_as_tubes=False, **look)

    screenshot(draw, VIEWS["above"], folder / "streamlines.png")


def section(fluid: pv.UnstructuredGrid, whole: pv.UnstructuredGrid) -> dict[str, Any]:
    """The section that shows most of the coolant: from above, or across a channel that is long and narrow.

    Returns:
        `normal` (0: x, 2: z) and `at` (mm) of the plane; of `fluid` and `solid` points, shape (n, 2), and triangles; `speed`.
    """
    x0, x1, y0, y1, z0, z1 = fluid.bounds
    if y1 - y0 < CHANNEL * (x1 - x0):
        normal, at = 0, 0.5 * (x0 + x1)
    else:
        places = z0 + (z1 - z0) * (np.arange(PLANES) + 0.5) / PLANES
        areas = [_cut(fluid, 2, place).area for place in places]
        near = np.abs(places - 0.5 * (z0 + z1))
        normal, at = 2, float(min(zip(-np.round(areas, 6), near, places, strict=True))[2])
    axes = [axis for axis in range(3) if axis != normal]
    found: dict[str, Any] = {"section_normal": normal, "section_at": at}
    for name, grid in (("fluid", fluid), ("solid", whole)):
        cut = _cut(grid, normal, at)
        found[f"section_{name}_points"] = np.asarray(cut.points)[:, axes]
        found[f"section_{name}_triangles"] = cut.faces.reshape(-1, 4)[:, 1:]
        if name == "fluid":
            found["section_speed"] = np.asarray(cut.point_data["speed"])
    return found


def _cut(grid: pv.UnstructuredGrid, normal: int, at: float) -> pv.PolyData:
    low, high = grid.bounds[2 * normal], grid.bounds[2 * normal + 1]
    origin = np.zeros(3)
    origin[normal] = np.clip(at + 1e-6 * (high - low), low, high)  # a hair off the faces of cells
    return grid.slice(normal=np.eye(3)[normal], origin=origin).triangulate()


def main(arguments: list[str]) -> None:
    """Read the fields in the folder `arguments[0]`, write pictures and `pictures.npz` into the folder `arguments[1]`.

    With `section` as a third argument nothing but the section is drawn.
    """
    fields, folder = Path(arguments[0]), Path(arguments[1])
    whole, fluid = read(fields / "temperature.pvd"), read(fields / "flow.pvd")
    whole.point_data["temperature"] = np.asarray(whole.point_data["temperature"], dtype=float) - 273.15
    nearest = cKDTree(np.asarray(whole.points)).query(np.asarray(fluid.points))[1]
    fluid.point_data["temperature"] = whole.point_data["temperature"][nearest]
    fluid.point_data["speed"] = np.linalg.norm(fluid.point_data["velocity"], axis=1)
    factors = stretches(whole.bounds)
    limits, coolant = (
        (float(values.min()), float(values.max()))
        for values in (whole.point_data["temperature"], fluid.point_data["temperature"])
    )
    arrays = {"limits": limits, "coolant_limits": coolant, "stretches": factors, "bounds": whole.bounds}
    arrays |= section(fluid, whole)
    if "section" not in arguments[2:]:
        temperature(whole, factors, limits, folder)
    if "section" not in arguments[2:] and arrays["section_normal"] == 2:
        streamlines(fluid, factors, coolant, folder)
    np.savez(folder / "pictures.npz", **arrays)


if __name__ == "__main__":
    main(sys.argv[1:])
