"""Off-screen rendering of the plate's temperature, run as a process of its own: `python -m rack2city.report.figures.render`.

Where no OpenGL library can draw without a screen, VTK ends the whole process; here it ends only this one, and
`picture` turns that into a sentence.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from rack2city.report.figures.field_render import project

SLICES = {"inlet": 0.0, "middle": 0.5, "outlet": 1.0}
_WINDOW = (2200, 900)
# Corners come first in every higher-order VTK cell: (linear type, number of corners).
_LINEAR = {
    pv.CellType.LAGRANGE_HEXAHEDRON: (pv.CellType.HEXAHEDRON, 8),
    pv.CellType.QUADRATIC_HEXAHEDRON: (pv.CellType.HEXAHEDRON, 8),
    pv.CellType.TRIQUADRATIC_HEXAHEDRON: (pv.CellType.HEXAHEDRON, 8),
    pv.CellType.LAGRANGE_TETRAHEDRON: (pv.CellType.TETRA, 4),
    pv.CellType.QUADRATIC_TETRA: (pv.CellType.TETRA, 4),
    pv.CellType.LAGRANGE_WEDGE: (pv.CellType.WEDGE, 6),
}


def read_celsius(file: Path) -> pv.UnstructuredGrid:
    """The field of a ParaView collection: coordinates in mm, point array `temperature` in °C, linear cells.

    Raises:
        ValueError: the file has no cells or no point array `temperature`.
    """
    blocks = [block for block in pv.read(file) if block is not None and block.n_cells]
    if not blocks:
        raise ValueError(f"{file} has no cells")
    grid = blocks[0].merge(blocks[1:]) if len(blocks) > 1 else blocks[0]
    if "temperature" not in grid.point_data:
        raise ValueError(f"{file} has no point array 'temperature', only {', '.join(grid.point_data) or 'none'}")
    linear = _linear_cells(grid)
    linear.points = np.asarray(linear.points, dtype=float) * 1e3
    linear.point_data["temperature"] = np.asarray(grid.point_data["temperature"], dtype=float) - 273.15
    return linear


def _linear_cells(grid: pv.UnstructuredGrid) -> pv.UnstructuredGrid:
    """The same points with straight cells: a picture needs no more, and VTK is slow on curved ones."""
    types = np.unique(grid.celltypes)
    if len(types) != 1 or types[0] not in _LINEAR:
        return pv.UnstructuredGrid(grid.cells, grid.celltypes, grid.points)
    linear, corners = _LINEAR[pv.CellType(types[0])]
    connectivity = grid.cell_connectivity.reshape(grid.n_cells, -1)[:, :corners]
    cells = np.hstack([np.full((grid.n_cells, 1), corners), connectivity]).ravel()
    return pv.UnstructuredGrid(cells, np.full(grid.n_cells, linear), grid.points)


def slice_at(grid: pv.UnstructuredGrid, share: float) -> dict[str, NDArray[Any]]:
    """A cross-section: y and z of its points (mm), its triangles, its temperatures (°C); `share` of the length (-)."""
    low, high = grid.bounds[0], grid.bounds[1]
    # A hair inside: a plane exactly on the end face cuts nothing.
    x = low + (high - low) * min(max(share, 1e-6), 1.0 - 1e-6)
    cut = grid.slice(normal="x", origin=(x, 0.0, 0.0)).triangulate()
    triangles = cut.faces.reshape(-1, 4)[:, 1:]
    return {"y": cut.points[:, 1], "z": cut.points[:, 2], "triangles": triangles, "t": cut.point_data["temperature"]}


def render(
    grid: pv.UnstructuredGrid, image: Path, limits: tuple[float, float], colours: str, stretch: float
) -> dict[str, list[float]]:
    """Draw the half channel, seen from the inlet and its mid-plane, y stretched, as a PNG of transparent background.

    Temperatures (°C) are coloured between the limits by a colour map of matplotlib.

    Returns:
        Where the lower near corners of inlet and outlet are: name to (x, y), shares of the picture's width and height
        from its lower left (-).
    """
    plotter = pv.Plotter(off_screen=True, window_size=_WINDOW)
    body = grid.scale((1.0, stretch, 1.0))
    surface = body.extract_geometry()
    # Unlit: a colour on the picture is exactly the colour of the scale.
    plotter.add_mesh(surface, scalars="temperature", cmap=colours, clim=limits, lighting=False, show_scalar_bar=False)
    plotter.add_mesh(surface.outline(), color="#6b7280", line_width=2)
    plotter.camera_position = [(-0.55, -1.0, 0.5), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    x0, x1, y0, y1, z0, z1 = body.bounds
    corners = np.array([(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)])
    plotter.render()
    seen = np.array([project(plotter, corner) for corner in corners])
    extent = np.ptp(seen, axis=0).max()
    plotter.camera.zoom(0.94 / extent)
    plotter.screenshot(str(image), transparent_background=True)
    marks = {"inlet": (x0, y0, z0), "outlet": (x1, y0, z0)}
    return {name: list(project(plotter, point)) for name, point in marks.items()}


def main(arguments: list[str]) -> None:
    """Read `arguments[0]` (.pvd), write `picture.png` and `picture.npz` into the folder `arguments[1]`."""
    file, folder, colours, stretch = Path(arguments[0]), Path(arguments[1]), arguments[2], float(arguments[3])
    grid = read_celsius(file)
    temperature = grid.point_data["temperature"]
    limits = (float(temperature.min()), float(temperature.max()))
    arrays: dict[str, Any] = {"limits": limits, "bounds": grid.bounds}
    for name, share in SLICES.items():
        arrays |= {f"slice_{name}_{key}": value for key, value in slice_at(grid, share).items()}
    marks = render(grid, folder / "picture.png", limits, colours, stretch)
    arrays |= {f"mark_{name}": value for name, value in marks.items()}
    np.savez(folder / "picture.npz", **arrays)


if __name__ == "__main__":
    main(sys.argv[1:])
