"""Draw the pictures of meshes/README.md, one for each generator, beside this file: draw.py [NAME ...]."""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from rack2city.case import load_plates
from rack2city.plate import plate_models
from rack2city.report.figures.mesh import draw_mesh
from rackmesh.cells.quality import Quality
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from rackmesh.plates.offset_strip import OffsetStrip, write_offset_strip
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.pin_fin import PinField, PinFin, write_pin_cell, write_pin_field
from rackmesh.plates.serpentine import Serpentine, write_serpentine
from rackmesh.plates.skived import Skived, write_skived
from rackmesh.plates.split_flow import SplitFlow, write_split_flow, write_split_flow_cell
from rackmesh.zones import Zone

HERE, MM = Path(__file__).parent, 1e-3


def zone(name: str, *millimetres: float) -> Zone:
    """A zone from its corner, length and width in mm."""
    x, y, length, width = (MM * value for value in millimetres)
    return Zone(name, x, y, length, width)


HALF = HalfChannel(0.2 * MM, 0.1 * MM, 3 * MM, 2 * MM, 40 * MM)
FINS = Skived(20 * MM, 4 * MM, 0.5 * MM, 0.3 * MM, 3 * MM, 2 * MM, 5 * MM, 1 * MM, port_width=2.5 * MM)
CHIP = (zone("gpu", 7, 1.5, 13, 3), zone("hot", 10, 2.3, 3, 1.4))
SPLIT = SplitFlow(
    16 * MM, 4 * MM, 0.5 * MM, 0.3 * MM, 3 * MM, 2 * MM, 1.5 * MM, 2 * MM, 3 * MM, 1 * MM, lid_thickness=1 * MM
)
STRIPS = OffsetStrip(3 * MM, 0.2 * MM, 1.2 * MM, 2 * MM, 1 * MM)
PINS = PinFin(1 * MM, 2.2 * MM, 2 * MM, 1.5 * MM, 1 * MM, arrangement="staggered")
FIELD = PinField(PINS, 13.2 * MM, 10 * MM, 5 * MM, 1 * MM)
UNDER_PINS = (zone("gpu", 6, 2.3, 11, 7.1), zone("hot", 9, 4.5, 3, 3))
WINDING = Serpentine(40 * MM, 5, 3 * MM, 2 * MM, 2.5 * MM, 2 * MM, 2 * MM, lid_thickness=1 * MM)
CASES = HERE.parents[1] / "cases" / "plates"


def write_of_case(name: str, path: Path) -> Quality:
    """The mesh of the plate of a case in `cases/plates`."""
    (model,) = plate_models(load_plates(CASES / f"{name}.toml").case).values()
    return model.write(path)


PICTURES: Mapping[str, Callable[[Path], Quality]] = {
    "half-channel": lambda path: write_half_channel(HALF, LEVELS["medium"], path),
    "skived": lambda path: write_skived(FINS, Sizes(across=2), CHIP, path),
    "split-flow": lambda path: write_split_flow(SPLIT, Sizes(across=2), [zone("chip", 4, 1, 14, 4)], path),
    "split-flow-cell": lambda path: write_split_flow_cell(SPLIT, Sizes(), path),
    "offset-strip-cell": lambda path: write_offset_strip(STRIPS, Sizes(), path),
    "pin-fin-cell": lambda path: write_pin_cell(PINS, Sizes(across=4), path),
    "pin-fin": lambda path: write_pin_field(FIELD, Sizes(across=2), UNDER_PINS, path),
    "step": lambda path: write_of_case("step", path),
    "serpentine": lambda path: write_serpentine(WINDING, Sizes(across=3), [zone("gpu", 10, 8, 20, 20)], path),
}


def main(names: list[str]) -> None:
    """Draw all pictures, or those named, with few colours to keep them small."""
    for name in names or PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            mesh, image = Path(folder) / "mesh.msh", HERE / f"{name}.png"
            quality = PICTURES[name](mesh)
            draw_mesh(mesh, image)
        with Image.open(image) as picture:
            picture.convert("RGB").quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
                image, optimize=True
            )
        print(f"{image.name}: {image.stat().st_size / 1e3:.0f} kB, {quality}")


if __name__ == "__main__":
    main(sys.argv[1:])
