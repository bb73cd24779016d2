"""Files of strangers: named for what they are, and none of them runs anything."""

import errno
import os
from pathlib import Path

import gmsh
import pytest

from rackmesh.cells.statistics import mesh_statistics
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from rackmesh.contract.read import physical_groups
from rackmesh.files import MeshError, kind_of, opened, session

CELL = HalfChannel(0.2e-3, 0.1e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)


def attack(folder: Path) -> str:
    """A line of a Gmsh script that leaves a trace."""
    return f'SystemCall "touch {folder}/trace";\n'


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    path = tmp_path / "channel.msh"
    write_half_channel(CELL, LEVELS["coarse"], path)
    return path


@pytest.mark.parametrize("name", ["own.msh", "own.geo", "own.med", "own.unv", "own.stl", "own"])
@pytest.mark.parametrize(
    "before", ["", "\n\n", "// a comment\n", "\ufeff", "Point(1) = {0, 0, 0, 1};\n", "$Comments\n"]
)
def test_a_script_is_not_run_whatever_it_is_called(tmp_path: Path, name: str, before: str) -> None:
    own = tmp_path / name
    own.write_text(before + attack(tmp_path), encoding="utf-8")
    with pytest.raises(MeshError, match=r"this is (a Gmsh script, and scripts are not run|a text of an unknown kind)"):
        physical_groups(own)
    assert not (tmp_path / "trace").exists()


def test_a_mesh_that_the_disk_does_not_take_is_no_mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gmsh does not notice; and a mesh that was cut would be told as one that cannot be read."""
    real = gmsh.write

    def cut(path: str) -> None:
        real(path)
        os.truncate(path, os.path.getsize(path) - 40)

    monkeypatch.setattr(gmsh, "write", cut)
    with pytest.raises(OSError, match="the mesh could not be written whole: is the disk full") as full:
        write_half_channel(CELL, LEVELS["coarse"], tmp_path / "channel.msh")
    assert (full.value.errno, full.value.filename) == (errno.ENOSPC, str(tmp_path / "channel.msh"))
    with pytest.raises(FileNotFoundError):
        write_half_channel(CELL, LEVELS["coarse"], tmp_path / "none" / "channel.msh")


def test_options_beside_a_mesh_are_not_run(mesh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gmsh runs NAME.opt when it opens NAME, and a configuration in the user's home."""
    for beside in (mesh.with_suffix(".msh.opt"), tmp_path / ".gmshrc", tmp_path / ".gmsh-options"):
        beside.write_text(attack(tmp_path), encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert physical_groups(mesh)["fluid"] == 3
    assert not (tmp_path / "trace").exists()


def test_what_follows_a_mesh_is_not_run(mesh: Path, tmp_path: Path) -> None:
    mesh.write_bytes(mesh.read_bytes() + attack(tmp_path).encode())
    assert physical_groups(mesh)["fluid"] == 3
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git-LFS pointer, not the file itself"),
        (b"ISO-10303-21;\nHEADER;\n", "a STEP geometry, not a mesh"),
        (b'(0 "Fluent")\n(2 3)\n', "a Fluent mesh"),
        (b"*HEADING\nplate\n*NODE\n", "an Abaqus deck"),
        (b"$ a plate\nBEGIN BULK\n", "a Nastran deck"),
        (b"# vtk DataFile Version 4.2\n", "a VTK file"),
        (b'<?xml version="1.0"?>\n<VTKFile>', "an XML file"),
        (b"solid plate\n facet normal 0 0 1\n", "an STL surface, triangles only"),
        (b"\0" * 80 + (2).to_bytes(4, "little") + b"\0" * 100, "an STL surface, triangles only"),
        (b"PK\x03\x04....", "a packed archive"),
        (b"", "empty"),
        (b"\0\1\2\3", "no mesh"),
    ],
)
def test_a_file_is_named_for_what_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    own = tmp_path / "own.msh"
    own.write_bytes(content)
    with pytest.raises(MeshError) as caught:
        kind_of(own)
    assert str(caught.value).startswith(f"{own}: this is {told}")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.msh", tmp_path):
        with pytest.raises(MeshError, match=r": cannot be read: (No such file|Is a directory)"):
            kind_of(path)


def test_a_bad_mesh_does_not_spoil_the_next(mesh: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.msh"
    torn.write_bytes(mesh.read_bytes()[:3000])
    for _ in range(2):
        with pytest.raises(MeshError, match="not a readable mesh"):
            physical_groups(torn)
        assert not gmsh.is_initialized()
        assert physical_groups(mesh)["fluid"] == 3


@pytest.mark.parametrize("suffix", [".med", ".unv"])
def test_med_and_unv_keep_their_groups(mesh: Path, tmp_path: Path, suffix: str) -> None:
    other = tmp_path / f"channel{suffix}"
    with opened(mesh):
        gmsh.option.setNumber("Mesh.SaveGroupsOfElements", 1)
        gmsh.write(str(other))
    assert kind_of(other) == suffix
    assert {"fluid", "heated"} <= set(physical_groups(other))
    assert mesh_statistics(other)["groups"] == mesh_statistics(mesh)["groups"]


def test_a_session_ends_with_its_context() -> None:
    with pytest.raises(ZeroDivisionError), session():
        raise ZeroDivisionError
    assert not gmsh.is_initialized()


def test_a_session_of_the_caller_stays(mesh: Path) -> None:
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.model.add("mine")
        gmsh.model.occ.addBox(0, 0, 0, 1, 1, 1)
        gmsh.model.occ.synchronize()
        assert physical_groups(mesh)["fluid"] == 3
        assert (gmsh.model.getCurrent(), len(gmsh.model.getEntities(3))) == ("mine", 1)
    finally:
        gmsh.finalize()
