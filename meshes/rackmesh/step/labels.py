"""What the text of a STEP file says that the geometry does not: its unit, and the names of bodies and faces.

The geometry kernel keeps the names of parts only. Those of bodies and faces are found again by the corners that they have.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rackmesh.files import MeshError

_RECORD = re.compile(r"#(\d+)\s*=\s*((?:'[^']*'|[^';])*);")
_REFERENCE = re.compile(r"#(\d+)")
_NAMED = {"ADVANCED_FACE": 2, "FACE_SURFACE": 2, "MANIFOLD_SOLID_BREP": 3, "BREP_WITH_VOIDS": 3}
_PREFIX = {"MILLI": 1e-3, "CENTI": 1e-2, "DECI": 1e-1, "MICRO": 1e-6, "KILO": 1e3, "": 1.0}
Corners = frozenset[tuple[float, float, float]]


@dataclass(frozen=True)
class StepText:
    """What is read from the text.

    Attributes:
        unit: metres in one unit of length of the file.
        named: label, dimension and corners (mm, to a micrometre) of each body and face that has a label.
    """

    unit: float
    named: tuple[tuple[str, int, Corners], ...]

    def corners(self, label: str, dim: int) -> list[Corners]:
        """Corners of each body (dimension 3) or face (2) of a label."""
        return [corners for name, d, corners in self.named if (name, d) == (label, dim)]


def read_text(file: Path) -> StepText:
    """Unit and names of a STEP file.

    Raises:
        MeshError: it cannot be read, is no STEP file, has no unit or several, or points to other files.
    """
    try:
        with file.open("rb") as stream:
            if not stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"ISO-10303-21"):
                raise MeshError(f"{file}: this is not a STEP file; it does not begin with ISO-10303-21")
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise MeshError(f"{file}: cannot be read: {error.strerror or error}") from None
    if re.search(r"=\s*(DOCUMENT_FILE|EXTERNALLY_DEFINED_\w+|EXTERNAL_SOURCE)\s*\(", text):
        raise MeshError(f"{file}: it points to other files, which are not opened; save the assembly as one STEP file")
    records = {int(number): " ".join(body.split()) for number, body in _RECORD.findall(text)}
    stated = {body for body in records.values() if re.search(r"\bLENGTH_UNIT\b", body)}
    units = {_metres(records, body) for body in stated}
    if len(units - {None}) != 1:
        told = "no unit of length" if not units - {None} else "several units of length"
        raise MeshError(f"{file}: the file states {told}; save it from the drawing in one")
    unit = next(each for each in units if each is not None)
    return StepText(unit, tuple(_named(records, unit * 1e3)))


def corner(x: float, y: float, z: float) -> tuple[float, float, float]:
    """A place (mm) to a micrometre, fit to be compared."""
    x, y, z = (round(value, 3) + 0.0 for value in (x, y, z))
    return x, y, z


def _metres(records: dict[int, str], body: str) -> float | None:
    """Metres in a unit of length; None for one that is only the base of another."""
    if si := re.search(r"SI_UNIT\s*\(\s*(?:\.(\w+)\.|\$)\s*,\s*\.METRE\.", body):
        number = next(number for number, record in records.items() if record == body)
        based = [r for r in records.values() if "LENGTH_MEASURE_WITH_UNIT" in r and re.search(rf"#{number}\b", r)]
        converted = any("CONVERSION_BASED_UNIT" in r and "LENGTH_UNIT" in r for r in records.values())
        return None if based and converted else _PREFIX.get(si[1] or "")
    if base := re.search(r"CONVERSION_BASED_UNIT\s*\(\s*'[^']*'\s*,\s*#(\d+)", body):
        measure = records.get(int(base[1]), "")
        value, of = re.search(r"LENGTH_MEASURE\s*\(\s*([-+.\dEe]+)", measure), re.findall(_REFERENCE, measure)
        si = re.search(r"SI_UNIT\s*\(\s*(?:\.(\w+)\.|\$)", records.get(int(of[-1]), "")) if of else None
        if value and si:
            return float(f"{float(value[1]) * _PREFIX.get(si[1] or '', float('nan')):.9g}")
    return None


def _named(records: dict[int, str], scale: float) -> Iterator[tuple[str, int, Corners]]:
    for body in records.values():
        kind = re.match(r"(\w+)\s*\(\s*'([^']*)'", body)
        if kind and kind[1] in _NAMED and kind[2]:
            yield kind[2], _NAMED[kind[1]], frozenset(_corners(records, body, scale))


def _corners(records: dict[int, str], body: str, scale: float) -> Iterator[tuple[float, float, float]]:
    """Corners (mm) of all edges that a record leads to."""
    seen: set[int] = set()
    left = [int(number) for number in _REFERENCE.findall(body)]
    while left:
        number = left.pop()
        if number in seen:
            continue
        seen.add(number)
        record = records.get(number, "")
        if record.startswith("VERTEX_POINT"):
            point = records.get(int(_REFERENCE.findall(record)[-1]), "")
            if place := re.search(r"\(\s*([-+.\dEe]+)\s*,\s*([-+.\dEe]+)\s*,\s*([-+.\dEe]+)\s*\)", point):
                yield corner(*(float(value) * scale for value in place.groups()))
        elif re.match(
            r"(CLOSED_SHELL|OPEN_SHELL|ORIENTED_CLOSED_SHELL|ADVANCED_FACE|FACE_|EDGE_|ORIENTED_EDGE|VERTEX_LOOP)",
            record,
        ):
            left += [int(each) for each in _REFERENCE.findall(record)]
