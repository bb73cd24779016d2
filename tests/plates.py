"""A case of two small plates, run alone once for all tests that look at what is told of plates."""

from pathlib import Path

from rackmesh.tensor import Block, BlockMesh, Face, Segment, write_blocks

LENGTH, HEIGHT, WIDTH, BASE = 400e-3, 1e-3, 1e-3, 0.2e-3  # of the slab (m)
COPIES = 100
SPEED = 5e-3  # mean, at design (m/s)
SLAB_FLOW = SPEED * WIDTH * HEIGHT  # of what is meshed (m³/s)

CASE = f"""
[case]
name = "two-plates"
title = "Two plates"

[coolant]
name = "water"

[plates.slab] # coolant between a warm floor and a lid that takes no heat
kind = "mesh"
file = "slab.msh"
unit = "m"
copies = {COPIES}
conductivity = "1 W/(m*K)"
flow_factors = [0.5, 1.0, 2.0]
flow = "{SLAB_FLOW * COPIES * 6e4:.9g} L/min"
inlet_temperature = "40 degC"
power = "2 W"

[plates.whole] # three channels behind a window in the middle: the jet feeds that in the middle best
kind = "skived"
model = "whole"
length = "6 mm"
width = "2.4 mm"
pitch = "0.8 mm"
channel_width = "0.4 mm"
fin_height = "1 mm"
base_thickness = "1 mm"
plenum_length = "1.5 mm"
side_wall = "0.4 mm"
port_width = "0.8 mm"
conductivity = {{ value = "391 W/(m*K)", source = "Cu-OF" }}
tim_resistance = "5 mm^2*K/W"
level = "coarse"
flow_factors = [0.5, 1.0, 2.0]
flow = "0.002 L/min"
inlet_temperature = "40 degC"

[[plates.whole.zones]]
name = "die"
x = "2 mm"
y = "0.8 mm"
length = "2 mm"
width = "0.8 mm"
power = "1 W"
junction_to_case = "0.5 K/W"
"""


def write_plates_case(folder: Path) -> Path:
    """Write the case and the mesh of its slab; gives the case file."""

    def volume(block: Block) -> str:
        return "fluid" if block[2] == 1 else "base"

    def surface(face: Face) -> str | None:
        if face.beyond is not None:
            return None
        if face.volume == "fluid":
            sides = {(0, -1): "inlet", (0, 1): "outlet", (1, -1): "symmetry_front", (1, 1): "symmetry_back"}
            return sides.get((face.axis, face.side))
        return "heated" if (face.axis, face.side) == (2, -1) else None

    axes = ((Segment(LENGTH, 16),), (Segment(WIDTH, 1),), (Segment(BASE, 1), Segment(HEIGHT, 3)))
    write_blocks(BlockMesh(axes, (0.0, 0.0, -BASE), volume, surface), folder / "slab.msh")
    case = folder / "case.toml"
    case.write_text(CASE)
    return case
