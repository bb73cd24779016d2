"""Foreign files that would do more than be read: none is opened, each is told in a sentence."""

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import meshio
import numpy as np
import pytest

from rackmesh.files import MeshError
from rackmesh.foreign import reading
from rackmesh.foreign.kinds import foreign_kind
from rackmesh.foreign.reading import read_foreign

POINTS = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
ONE = meshio.Mesh(POINTS, [("tetra", [[0, 1, 2, 3]])], cell_data={"part": [np.array([7])]})


def text(name: str, content: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content.encode(encoding))
        return folder / name

    return write


def xdmf(change: Callable[[str], str]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "run").mkdir()
        ONE.write(folder / "run" / "m.xdmf")
        (folder / "m.h5").write_bytes((folder / "run" / "m.h5").read_bytes())
        path = folder / "run" / "m.xdmf"
        path.write_text(change(path.read_text()))
        return path

    return write


def h5(change: Callable[[h5py.File, Path], None]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        ONE.write(folder / "m.xdmf")
        with h5py.File(folder / "m.h5", "a") as file:
            change(file, folder)
        return folder / "m.xdmf"

    return write


def linked(file: h5py.File, folder: Path) -> None:
    del file["data0"]
    file["data0"] = h5py.ExternalLink("/etc/other.h5", "data0")


def outside(file: h5py.File, folder: Path) -> None:
    del file["data0"]
    file.create_dataset("data0", shape=(4, 3), dtype="f8", external=[(str(folder / "secret.bin"), 0, 96)])


def huge(file: h5py.File, folder: Path) -> None:
    del file["data0"]
    file.create_dataset("data0", shape=(1 << 40, 3), dtype="f8", chunks=(1024, 3))


def cgns(folder: Path) -> Path:
    with h5py.File(folder / "m.cgns", "w") as file:
        file["CGNSLibraryVersion"] = 4.2
    return folder / "m.cgns"


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (
            text("m.vtu", f'<?xml version="1.0"?>\n{BOMB}<VTKFile type="UnstructuredGrid">&c;</VTKFile>'),
            "its XML declares entities",
        ),
        (text("m.xdmf", f"{BOMB}<Xdmf>&c;</Xdmf>"), "its XML declares entities"),
        (
            text("m.vtu", '<?xml version="1.0" encoding="utf-7"?><VTKFile>', "ascii"),
            "its XML is in 'utf-7'; read are UTF-8 and ASCII",
        ),
        (
            text("m.inp", "*HEADING\nplate\n*INCLUDE, INPUT=/etc/passwd\n"),
            r"it includes another file \('\*INCLUDE, INPUT=/etc/passwd'\)",
        ),
        (text("m.bdf", "$ plate\nBEGIN BULK\nINCLUDE '/etc/passwd'\nENDDATA\n"), "it includes another file"),
        (xdmf(lambda s: s.replace("m.h5:", "../m.h5:")), r"its data lie in '\.\./m\.h5', outside its own folder"),
        (xdmf(lambda s: s.replace("m.h5:", "/etc/m.h5:")), r"its data lie in '/etc/m\.h5', outside its own folder"),
        (
            xdmf(lambda s: s.replace('Format="HDF"', 'Format="Binary"')),
            "its data are of the format 'Binary'; read are XML and HDF",
        ),
        (xdmf(lambda s: s.replace("m.h5:", "none.h5:")), "not a readable HDF5 file: "),
        (h5(linked), "its 'data0' points to another file, '/etc/other.h5', which is not opened"),
        (h5(outside), "the data of its 'data0' lie in another file, which is not opened"),
        (h5(huge), r"it declares arrays of .* GiB, more than 4 GiB"),
        (cgns, "this is a CGNS mesh, which is not read; convert it with its groups by `gmsh FILE.cgns"),
        (text("m.cgns", "\x04@(#)ADF Database Version B02012"), "this is a CGNS mesh, which is not read"),
        (text("m.vtu", "<VTKFile type='UnstructuredGrid'><Piece>"), "not a readable vtu file: "),
        (text("m.inp", "** plate\n*NODE\n1, a, b, c\n"), "not a readable inp file: "),
        (text("m.step", "ISO-10303-21;\n"), "this is a STEP geometry, not a mesh"),
        (text("m.vtu", 'SystemCall "touch trace";'), "this is a Gmsh script, and scripts are not run"),
    ],
)
def test_a_stranger_is_refused(tmp_path: Path, write: Callable[[Path], Path], sentence: str) -> None:
    with pytest.raises(MeshError, match=sentence) as caught:
        read_foreign(write(tmp_path))
    assert "\n" not in str(caught.value)


def test_packed_arrays_are_unpacked_within_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten megabytes of zeros in ten kilobytes; the limit is lowered for the test."""
    ONE.write(tmp_path / "m.vtu")
    assert len(read_foreign(tmp_path / "m.vtu").points) == 4
    packed = zlib.compress(bytes(10_000_000))
    header = base64.b64encode(struct.pack("<4I", 1, 32768, 32768, len(packed))).decode()
    data = f"{header}{base64.b64encode(packed).decode()}"
    whole = (tmp_path / "m.vtu").read_text()
    start = whole.index(">", whole.index("<DataArray", whole.index("<Points"))) + 1
    (tmp_path / "bomb.vtu").write_text(whole[:start] + data + whole[whole.index("</DataArray>", start) :])
    monkeypatch.setattr(reading, "LARGEST", 1 << 20)
    with pytest.raises(MeshError, match=r"bomb.vtu: its packed arrays take more than "):
        read_foreign(tmp_path / "bomb.vtu")


def test_a_document_type_alone_is_no_harm(tmp_path: Path) -> None:
    """Older programs write it."""
    ONE.write(tmp_path / "m.xdmf")
    whole = (tmp_path / "m.xdmf").read_text()
    (tmp_path / "m.xdmf").write_text('<?xml version="1.0"?>\n<!DOCTYPE Xdmf SYSTEM "Xdmf.dtd" []>\n' + whole)
    assert foreign_kind(tmp_path / "m.xdmf") == "xdmf"
    mesh = read_foreign(tmp_path / "m.xdmf")
    assert [(group.name, group.dim) for group in mesh.groups] == [("7", 3)]


def test_several_numbers_of_cells_are_asked_for(tmp_path: Path) -> None:
    data = {"body": [np.array([1])], "rank": [np.array([0])]}
    meshio.Mesh(POINTS, [("tetra", [[0, 1, 2, 3]])], cell_data=data).write(tmp_path / "m.vtu")
    with pytest.raises(MeshError, match="which of its cell data number the groups must be said by `field`: body, rank"):
        read_foreign(tmp_path / "m.vtu")
    assert [group.name for group in read_foreign(tmp_path / "m.vtu", "body").groups] == ["1"]
    with pytest.raises(MeshError, match="it has no whole numbers 'part' of its cells; it has: body, rank"):
        read_foreign(tmp_path / "m.vtu", "part")
