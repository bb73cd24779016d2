"""Mesh files, as strangers may send them: named for what they are, and nothing but a mesh reaches Gmsh.

Gmsh runs whatever it does not recognise as a script, and the file `NAME.opt` beside any file NAME that it opens. So the first
bytes decide, not the name; and Gmsh is shown the file alone, by a link in an empty folder.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gmsh

_HEAD = 1 << 16  # bytes that are looked at


class MeshError(Exception):
    """A mesh cannot be built, read, or breaks the naming contract; one clear sentence."""


MESHES = (
    (rb"\$(MeshFormat|Comments)\b", ".msh"),
    (rb"\x89HDF\r\n\x1a\n", ".med"),
    (rb"-1\s+(2411|2420|164|151)\b", ".unv"),
)
"""First bytes of the files that are read, and how Gmsh knows them: MSH, MED and UNV."""

CGNS = (
    "a CGNS mesh, which is not read; convert it with its groups by `gmsh FILE.cgns -save -format msh41 -o FILE.msh`, or save "
    "it as MED"
)
OTHERS = (
    (rb"\x04?@\(#\)ADF Database", CGNS),
    (rb"version https://git-lfs", "a Git-LFS pointer, not the file itself: `git lfs pull` brings it"),
    (rb"ISO-10303-21", "a STEP geometry, not a mesh"),
    (rb"\((0|1|2|10|12|13) ", "a Fluent mesh"),
    (rb"\*\*|\*(HEADING|NODE|PART|INCLUDE)\b", "an Abaqus deck"),
    (rb"\$?.*\n?(BEGIN BULK|GRID[ ,*])", "a Nastran deck"),
    (rb"# ?vtk DataFile", "a VTK file, which has no named groups"),
    (rb"<\?xml|<VTKFile|<Xdmf", "an XML file (VTK or XDMF), which has no named groups"),
    (rb"solid\b", "an STL surface, triangles only"),
    (rb"ply\b", "a PLY surface, triangles only"),
    (rb"PK\x03\x04|\x1f\x8b", "a packed archive"),
    (rb"DBRep_DrawableShape|CASCADE", "a BREP geometry, not a mesh"),
    (rb"FoamFile", "an OpenFOAM file"),
    (rb"TITLE|VARIABLES|ZONE", "a Tecplot file"),
    (rb"#!|SetFactory|Point *\(|Include|Merge|Mesh\.|SystemCall", "a Gmsh script, and scripts are not run"),
)
"""First bytes of files that are not, and what to call them."""


def kind_of(path: Path) -> str:
    """Suffix by which Gmsh knows the mesh that a file is.

    Raises:
        MeshError: there is no such file, or it is no mesh with named groups; says what it is instead.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise MeshError(f"{path}: cannot be read: {error.strerror or error}") from None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, suffix in MESHES:
        if re.match(pattern, start) and (suffix != ".msh" or b"$MeshFormat" in head):
            return suffix
    told = next((name for pattern, name in OTHERS if re.match(pattern, start)), None)
    if told is None:
        triangles = 84 + 50 * int.from_bytes(head[80:84], "little") == path.stat().st_size
        text = "a text of an unknown kind, and what might be a script is not run" if b"\0" not in head else "no mesh"
        told = "an STL surface, triangles only" if triangles else text if start else "empty"
    raise MeshError(f"{path}: this is {told}; read are Gmsh meshes (.msh), MED (.med) and UNV (.unv)")


def group_name(dim: int, tag: int) -> str:
    """Name of a physical group of the current model; MED pads it with blanks."""
    return str(gmsh.model.getPhysicalName(dim, tag)).strip()


@contextmanager
def session() -> Iterator[Any]:
    """Gmsh, quiet, as long as the context lasts; it ends whatever happens, and reads no configuration of the user's.

    Where the caller has a session of its own, that stays, with its models and the one that was current.
    """
    if gmsh.isInitialized():
        models, current = gmsh.model.list(), gmsh.model.getCurrent()
        terminal = gmsh.option.getNumber("General.Terminal")
        try:
            gmsh.option.setNumber("General.Terminal", 0)
            yield gmsh.model
        finally:
            for name in set(gmsh.model.list()) - set(models):
                gmsh.model.setCurrent(name)
                gmsh.model.remove()
            gmsh.option.setNumber("General.Terminal", terminal)
            gmsh.model.setCurrent(current)
        return
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        yield gmsh.model
    finally:
        gmsh.finalize()


def write_whole(path: Path) -> None:
    """Write the current model; Gmsh itself does not notice when the disk is full.

    Raises:
        OSError: the file cannot be written, or not whole.
    """
    path.open("wb").close()
    gmsh.write(str(path))
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 64), os.SEEK_END)
        if not re.search(rb"\$End\w+\s*\Z", file.read()):
            raise OSError(errno.ENOSPC, "the mesh could not be written whole: is the disk full?", str(path))


def _check_med(path: Path) -> None:
    from rackmesh.hdf5 import check_hdf5  # needs h5py, which most meshes do not

    names = check_hdf5(path)
    if "CGNSLibraryVersion" in names:
        raise MeshError(f"{path}: this is {CGNS}")
    if not names & {"INFOS_GENERALES", "ENS_MAA"}:
        raise MeshError(f"{path}: this is a HDF5 file, but no MED mesh; a mesh of XDMF is opened by its .xdmf file")


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A mesh file as the current model of a Gmsh session.

    Raises:
        MeshError: the file is no mesh, or Gmsh cannot read it.
    """
    suffix = kind_of(path)
    if suffix == ".med":
        _check_med(path)
    with TemporaryDirectory(prefix="rack2city-") as empty, session() as model:
        alone = Path(empty) / f"mesh{suffix}"
        alone.symlink_to(path.resolve())
        try:
            gmsh.open(str(alone))
        except Exception as error:  # gmsh raises bare Exception
            raise MeshError(f"{path}: not a readable mesh: {str(error).replace(str(alone), path.name)}") from None
        yield model
