"""What is computed in place of a plate: a mesh of the naming contract, its bodies, and where heat enters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from pathlib import Path

from rack2city.case import ComputedPlate, Zone
from rack2city.errors import InputError
from rack2city.plate.design import PlateDesign
from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError

MESH, COARSER = "mesh.msh", "mesh-coarser"
"""File of the mesh that the curves come from, and how names of coarser ones begin."""
LAMINAR = "turbulence and the entrance of the flow: laminar, developed at the inlet"

type Writer = Callable[[Path], Quality]
"""Writes a mesh file and tells the quality of its cells; raises `rackmesh.files.MeshError`."""


@dataclass(frozen=True)
class Piece:
    """A part of the heated face, a surface group of the mesh, evenly heated.

    Attributes:
        surface: the group.
        flux: heat flux into the plate at design (W/m²).
        zones: names of the zones that lie there.
        tim: area resistance of the interface material before it (m² K/W).
        span: where it begins and ends along the mesh (m), where that is known.
    """

    surface: str
    flux: float
    zones: tuple[str, ...] = ()
    tim: float = 0.0
    span: tuple[float, float] = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Strip:
    """A part of the plate for which the mesh stands, with its heat.

    Attributes:
        copies: how many times the mesh is in it (-).
        pieces: its heated face.
        places: where along x the middle of each zone is (m), if channels run straight, so that the bulk there is known.
    """

    copies: float
    pieces: tuple[Piece, ...]
    places: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Channels:
    """Where the channels of a mesh can be told apart, for the share of the flow that each carries.

    Attributes:
        x: of the plane across all of them (m).
        bounds: lowest and highest y (m) of each; the flow through a section is cut there, so they lie in the fins.
    """

    x: float
    bounds: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Repeats:
    """How a cell repeats along the plate: its width across, its length, and that of the plate's field (m)."""

    width: float
    cell: float
    length: float


@dataclass(frozen=True)
class PlateModel:
    """What is computed in place of a plate.

    Attributes:
        design: the plate and where it works.
        channels: number of its parallel channels; None where it has none that could be counted.
        write: writes the mesh that the curves come from.
        coarser: writers of coarser meshes by file; of the first everything is coarser.
        single: whether each other one is coarser in one direction alone; else they are a family of constant ratio.
        strips: what the mesh stands for, by the areas of its heated surfaces (m²).
        leaves_out: what the model does not see, a sentence each.
        along: whether the flow runs straight along x through all of the mesh, so that its bulk is that of the length.
        apart: where the channels of the mesh can be told apart; None where they cannot, or are one.
        repeats: how the mesh repeats along the plate, where it is one cell of a pattern; its flow is developed then.
        refuse: refuses what its table lets pass.
        resolves: what its mesh lacks at a Reynolds number of the coolant as a whole, in words; None where that is unknown.
    """

    design: PlateDesign
    channels: int | None
    write: Writer
    coarser: Mapping[str, Writer]
    single: bool
    strips: Callable[[Mapping[str, float]], tuple[Strip, ...]]
    leaves_out: tuple[str, ...]
    along: bool = False
    apart: Channels | None = None
    repeats: Repeats | None = None
    refuse: Callable[[], object] = lambda: None
    resolves: Callable[[float], str | None] = lambda reynolds: None

    def check(self) -> None:
        """Refuse what the finite elements could not compute, before anything is written.

        Raises:
            InputError: in a sentence what, with its place.
        """
        with told_of(self.design.name):
            self.refuse()

    @property
    def plate(self) -> ComputedPlate:
        """Its table of the case."""
        assert isinstance(self.design.plate, ComputedPlate)
        return self.design.plate

    @property
    def held_out(self) -> float:
        """Factor of the flow whose run is kept out of the curves: midway in the widest gap of a cubic in log flow (-)."""
        low, high = max(pairwise(self.plate.flow_factors), key=lambda gap: gap[1] / gap[0])
        return sqrt(low * high)

    @property
    def factors(self) -> list[float]:
        """Factors of all flows that are run: those of the table, that held out, and the design's; upwards (-)."""
        return sorted({*self.plate.flow_factors, self.held_out, 1.0})


@contextmanager
def told_of(name: str) -> Iterator[None]:
    """Make an error of a mesh that of the plate of this name: an `InputError` that says which."""
    try:
        yield
    except MeshError as error:
        raise InputError(f"plates.{name}: {error}") from None


def interface(plate: ComputedPlate, zones: Sequence[Zone]) -> float:
    """Area resistance of the interface under zones that lie at one place (m² K/W): the first told, else the plate's."""
    told = [zone.area_resistance for zone in zones if zone.area_resistance is not None]
    return next(iter(told), plate.area_resistance or 0.0)
