"""What a user says of a STEP file: which body is what, where coolant and heat enter, how large it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rackmesh.contract.roles import NAME, role_of
from rackmesh.files import MeshError
from rackmesh.zones import Zone

Place = tuple[float, float, float]


@dataclass(frozen=True)
class Pick:
    """Bodies or faces of a drawing, chosen in one of four ways; places are those of the file, in metres.

    Attributes:
        label: all that bear this name in the file: a part's, a body's or a face's.
        point: the one in or on which this point lies; of an opening, that which a cap over it would hold.
        box: all that lie wholly between two corners, (x, y, z) lowest and (x, y, z) highest.
        between: of faces, all that two bodies share, by the bodies' names.
    """

    label: str | None = None
    point: Place | None = None
    box: tuple[Place, Place] | None = None
    between: tuple[str, str] | None = None

    def check(self, name: str) -> None:
        """Refuse what says nothing, or two things.

        Raises:
            MeshError: names what is picked.
        """
        if sum(way is not None for way in (self.label, self.point, self.box, self.between)) != 1:
            raise MeshError(f"'{name}' is picked by one of label, point, box and between")

    def __str__(self) -> str:
        """In words."""
        if self.label is not None:
            return f"the label '{self.label}'"
        if self.between is not None:
            return f"between '{self.between[0]}' and '{self.between[1]}'"
        if self.point is not None:
            return "the point ({:g}, {:g}, {:g}) m".format(*self.point)
        low, high = self.box or ((), ())
        return "the box from ({:g}, {:g}, {:g}) to ({:g}, {:g}, {:g}) m".format(*low, *high)


@dataclass(frozen=True)
class StepPlate:
    """A cold plate drawn in a STEP file.

    Attributes:
        file: the STEP file; its unit is read from it.
        overall: extents of all bodies along the file's x, y and z (m), to check the unit.
        bodies: bodies by name: `fluid` or `fluid_<name>` for coolant, all others solids. Every body of the file has one name.
            Without coolant it is what the solids enclose between their openings.
        faces: `inlet`, `outlet`, `symmetry`, `contact` and others by name; where the coolant is not drawn, `inlet*` and
            `outlet*` are plane openings of the solids.
        heated: the heated face; plane and normal to an axis if there are zones.
        zones: chips and hot spots on the heated face, from the lowest corner of the box around all bodies along the two axes of
            that face, in the order of x, y, z.
        gap: bodies that come nearer to each other than this without touching are refused (m).
        around: cells around a full circle where faces are curved, at factor 1.
        most_cells: number of cells above which the mesh is refused before it is made.
    """

    file: Path
    overall: Place
    bodies: Mapping[str, Pick]
    faces: Mapping[str, Pick]
    heated: Pick | None = None
    zones: tuple[Zone, ...] = ()
    gap: float = 2e-5
    around: int = 16
    most_cells: int = 500_000

    def check(self) -> None:
        """Check what can be checked before the file is opened.

        Raises:
            MeshError: says what is missing, or cannot be a name.
        """
        for name, pick in [
            *self.bodies.items(),
            *self.faces.items(),
            *([("heated", self.heated)] if self.heated else []),
        ]:
            if not NAME.fullmatch(name):
                raise MeshError(f"'{name}' cannot be a name: letters, digits, '-' and '_' are, a letter first")
            pick.check(name)
        if not self.solids:
            raise MeshError(
                "no body of the drawing is named as a solid; the plate itself needs a name, such as 'plate'"
            )
        for role in ("inlet", "outlet"):
            if not any(role_of(name, 2) == role for name in self.faces):
                raise MeshError(f"no face of the drawing is named '{role}' or '{role}_<name>'; the coolant needs one")
        if heated := next((name for name in self.faces if role_of(name, 2) == "heated"), None):
            raise MeshError(
                f"'{heated}' stands among the faces; the heated face has a place of its own, with its zones"
            )
        if self.zones and self.heated is None:
            raise MeshError("there are zones, but no heated face is named to carry them")
        if not min(self.overall) > 0.0:
            raise MeshError(f"the overall size must be three lengths above 0, not {self.overall}")

    @property
    def fluids(self) -> tuple[str, ...]:
        """Names of the coolant's bodies, if they are drawn."""
        return tuple(name for name in self.bodies if role_of(name, 3) == "fluid")

    @property
    def solids(self) -> tuple[str, ...]:
        """Names of the other bodies."""
        return tuple(name for name in self.bodies if role_of(name, 3) == "solid")
