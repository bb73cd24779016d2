"""Serpentines of 3 x 2 mm, passes 8 mm apart, half their height, water at 40 degC: round bends or sharp mitred turns."""

from pathlib import Path

import numpy as np
from dolfinx import mesh
from mpi4py import MPI

from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, read_domain, tagged_domain
from rack2city.fem.solvers.newton import Log
from rackmesh.tensor import BlockMesh, Face, Segment, write_blocks

RHO, MU = 992.2, 6.53e-4
WIDTH, HEIGHT, PITCH, LONG = 3e-3, 2e-3, 8e-3, 40e-3
TURN = 7e-3  # from the edge of the block to where the bends begin
STUB = 4e-3  # of the ports of the sharp one
DIAMETER = 2.0 * WIDTH * HEIGHT / (WIDTH + HEIGHT)


def flow_rate(reynolds: float) -> float:
    """Flow through half the height (m³/s) for a Reynolds number on the hydraulic diameter of the channel."""
    return reynolds * MU / (RHO * DIAMETER) * WIDTH * HEIGHT / 2.0


def problem(fluid: FluidDomain, log: Log = lambda line: None) -> FlowProblem:
    """Flow with the defaults."""
    return FlowProblem(fluid, RHO, MU, MU, log=log)


def _graded(n: int, ratio: float) -> np.ndarray:
    sizes = ratio ** (1.0 - np.abs(2.0 * (np.arange(n) + 0.5) / n - 1.0))
    return np.concatenate([[0.0], np.cumsum(sizes) / sizes.sum()])


def _middle_line(passes: int, bend: int, long: float) -> tuple[np.ndarray, np.ndarray]:
    """Points of the middle line and unit vectors to its right, shapes (n, 2): `bend` cells along a bend, else `long` (m)."""
    places, rights = [np.array([[0.0, 0.0]])], [np.array([[1.0, 0.0]])]
    for i in range(passes):
        up, x = (1.0 if i % 2 == 0 else -1.0), PITCH * i
        start = 0.0 if i == 0 else (TURN if up > 0 else LONG - TURN)
        length = LONG - TURN * ((i > 0) + (i < passes - 1))
        along = np.linspace(0.0, 1.0, max(2, round(length / long)) + 1)[1:, None]
        places.append(np.hstack([np.full_like(along, x), start + up * length * along]))
        rights.append(np.repeat([[up, 0.0]], len(along), axis=0))
        if i < passes - 1:
            angle = np.linspace(0.0, np.pi, bend + 1)[1:]
            middle, turn = x + PITCH / 2.0, LONG - TURN if up > 0 else TURN
            places.append(
                np.column_stack([middle - PITCH / 2.0 * np.cos(angle), turn + up * PITCH / 2.0 * np.sin(angle)])
            )
            rights.append(np.column_stack([up * np.cos(angle), -np.sin(angle)]))
    return np.concatenate(places), np.concatenate(rights)


def round_bends(passes: int = 3, across: int = 4, high: int = 3, bend: int = 16, long: float = 1e-3) -> FluidDomain:
    """Hexahedra swept along the middle line: cells `across`, over half the height and along a bend; an odd number of passes."""
    place, right = _middle_line(passes, bend, long)
    n = len(place) - 1
    msh = mesh.create_box(MPI.COMM_SELF, [[0, 0, 0], [across, high, n]], [across, high, n], mesh.CellType.hexahedron)
    points = msh.geometry.x
    i, j, k = np.rint(points).astype(int).T
    points[:, :2] = place[k] + right[k] * ((_graded(across, 2.0) - 0.5) * WIDTH)[i][:, None]
    points[:, 2] = _graded(2 * high, 2.0)[: high + 1][j] * HEIGHT
    last = PITCH * (passes - 1)
    return fluid_domain(
        tagged_domain(
            msh,
            {
                "inlet": lambda x: np.isclose(x[1], 0.0) & (x[0] < WIDTH),
                "outlet": lambda x: np.isclose(x[1], LONG) & (x[0] > last - WIDTH),
                "symmetry": lambda x: np.isclose(x[2], HEIGHT / 2.0),
            },
        )
    )


def sharp_turns(
    path: Path, passes: int = 3, across: int = 4, high: int = 3, gap: int = 5, along: int = 22
) -> FluidDomain:
    """Blocks with two mitred corners a turn: cells `across`, over half the height, between two passes, `along` a pass."""
    n = 2 * passes - 1
    x = tuple(Segment(*((WIDTH, across) if i % 2 == 0 else (PITCH - WIDTH, gap)), "both", 2.0) for i in range(n))
    turn, rest = Segment(WIDTH, across, "both", 2.0), LONG - 2.0 * STUB - 2.0 * WIDTH
    ends = Segment(STUB, 4, "end", 2.0), Segment(STUB, 4, "start", 2.0)
    y = (ends[0], turn, Segment(rest, along, "both", 4.0), turn, ends[1])

    def volume(block: tuple[int, int, int]) -> str | None:
        i, row, _ = block
        if row in (0, 4):
            return "fluid" if i == (0 if row == 0 else n - 1) else None
        joined = row != 2 and ((i - 1) // 2) % 2 == (1 if row == 1 else 0)
        return "fluid" if i % 2 == 0 or joined else None

    def surface(face: Face) -> str | None:
        if face.beyond is not None:
            return None
        if face.axis == 1 and (face.block[1], face.side) in ((0, -1), (4, 1)):
            return "inlet" if face.side < 0 else "outlet"
        return "symmetry" if (face.axis, face.side) == (2, 1) else None

    z = (Segment(HEIGHT / 2.0, high, "start", 2.0),)
    write_blocks(BlockMesh((x, y, z), (0.0, 0.0, 0.0), volume, surface), path)
    return fluid_domain(read_domain(path, MPI.COMM_SELF))
