"""What a foreign mesh file is, by its first bytes, and whether it is safe to hand to the library that reads it."""

import re
from pathlib import Path
from xml.etree import ElementTree

from rackmesh.files import MeshError, kind_of
from rackmesh.hdf5 import check_hdf5

_HEAD = 1 << 16
_KINDS = (
    (rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<VTKFile", "vtu"),
    (rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<Xdmf", "xdmf"),
    (rb"\*\*|\*(HEADING|NODE|PART|INCLUDE)\b", "inp"),
    (rb"\$?[^\n]*\n?(\$[^\n]*\n|(SOL|CEND|TITLE|ID)\b[^\n]*\n)*\s*(BEGIN BULK|GRID[ ,*])", "bdf"),
)


def foreign_kind(path: Path) -> str:
    """`msh`, `med`, `unv`, `vtu`, `xdmf`, `inp` or `bdf`.

    Raises:
        MeshError: it cannot be read, is none of these, or would do more than be read: entities of XML, files that it includes
            or points to outside its folder, arrays that are too large.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise MeshError(f"{path}: cannot be read: {error.strerror or error}") from None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"<\?xml|<!|<VTKFile|<Xdmf", start):
        _check_xml(path, start)
    kind = next((kind for pattern, kind in _KINDS if re.match(pattern, start, re.IGNORECASE | re.DOTALL)), None)
    if kind is None:
        return kind_of(path).removeprefix(".")
    if kind == "xdmf":
        _check_xdmf(path)
    if kind in ("inp", "bdf") and (other := re.search(rb"(?im)^[ \t]*\*?include\b[^\n]*", path.read_bytes())):
        told = other[0].decode(errors="replace").strip()
        raise MeshError(f"{path}: it includes another file ('{told}'), which is not opened; save it as one")
    return kind


def _check_xml(path: Path, start: bytes) -> None:
    """Refuse what makes a small text a large one before any of it is parsed."""
    root = re.search(rb"<(VTKFile|Xdmf)\b", start)
    prolog = start[: root.start()] if root else start
    if b"<!ENTITY" in prolog:
        raise MeshError(f"{path}: its XML declares entities, which a mesh does not need and which are not read")
    encoding = re.search(rb"encoding\s*=\s*[\"']([^\"']*)", prolog)
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1"):
        raise MeshError(f"{path}: its XML is in '{encoding[1].decode(errors='replace')}'; read are UTF-8 and ASCII")


def _check_xdmf(path: Path) -> None:
    """Refuse data that lie outside the folder, or in files that are not HDF5."""
    try:
        items = list(ElementTree.parse(path).getroot().iter("DataItem"))
    except ElementTree.ParseError as error:
        raise MeshError(f"{path}: not a readable XDMF file: {error}") from None
    folder = path.resolve().parent
    for item in items:
        if (form := item.get("Format", "XML")) == "XML":
            continue
        if form != "HDF":
            raise MeshError(f"{path}: its data are of the format '{form}'; read are XML and HDF")
        name = (item.text or "").strip().rpartition(":")[0]
        file = folder / name
        if not name or Path(name).is_absolute() or not file.resolve().is_relative_to(folder):
            raise MeshError(f"{path}: its data lie in '{name}', outside its own folder, which is not opened")
        check_hdf5(file)
