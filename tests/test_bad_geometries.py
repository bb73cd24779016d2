"""Bad geometries at the command line: each is refused in one sentence with exit code 2, and nothing is written."""

import sys
from collections.abc import Callable
from pathlib import Path

import gmsh
import pytest

from rack2city import cli
from rackmesh.cells.arrays import MeshArrays, arrays_of, write_arrays
from rackmesh.files import opened, session
from tests.meshes.plates_of_boxes import write_two_boxes
from tests.meshes.step.drawings import block
from tests.meshes.step.test_step_refused import not_watertight
from tests.meshes.test_contract import folded, in_two_bodies, in_two_groups, renamed, torn, without

ROOT = Path(__file__).resolve().parents[1]
PLATES, RACK = ROOT / "cases" / "plates", ROOT / "cases" / "rack-150kw"
HEAD = """
[case]
name = "bad"

[coolant]
name = "water"

[plates.bad]
power = "5 W"
flow = "0.1 L/min"
inlet_temperature = "40 degC"
conductivity = "391 W/(m*K)"
"""
DRAWN = """
kind = "step"
file = "plate.step"
overall = ["16 mm", "8 mm", "5 mm"]
heated = { point = ["8 mm", "4 mm", "0 mm"] }

[plates.bad.bodies]
fluid = { point = ["8 mm", "4 mm", "2.5 mm"] }
block = { point = ["8 mm", "1 mm", "1 mm"] }

[plates.bad.faces]
inlet = { point = ["0 mm", "4 mm", "2.5 mm"] }
outlet = { point = ["16 mm", "4 mm", "2.5 mm"] }
"""
ZONE = """
[[plates.bad.zones]]
name = "chip"
x = "10 mm"
y = "1 mm"
length = "8 mm"
width = "4 mm"
power = "5 W"
"""
OWN = 'kind = "mesh"\nfile = "plate.msh"\nunit = "m"\ncontacts = { paste = "5 mm^2*K/W" }\n'


def drawing(draw: Callable[[Path], object], more: str = "") -> Callable[[Path], Path]:
    def prepare(folder: Path) -> Path:
        draw(folder / "plate.step")
        (folder / "case.toml").write_text(HEAD + DRAWN + more)
        return folder / "case.toml"

    return prepare


def own_mesh(spoil: Callable[[MeshArrays], MeshArrays]) -> Callable[[Path], Path]:
    def prepare(folder: Path) -> Path:
        file = folder / "plate.msh"
        write_two_boxes(file)
        with opened(file) as model:
            mesh = arrays_of(model)
        write_arrays(spoil(mesh), file)
        (folder / "case.toml").write_text(HEAD + OWN)
        return folder / "case.toml"

    return prepare


def plane(folder: Path) -> Path:
    with session() as model:
        model.add("plane")
        model.occ.addRectangle(0, 0, 0, 0.04, 0.01)
        model.occ.synchronize()
        model.addPhysicalGroup(2, [1], name="fluid")
        model.mesh.generate(2)
        gmsh.write(str(folder / "plate.msh"))
    (folder / "case.toml").write_text(HEAD + OWN)
    return folder / "case.toml"


def ready(name: str) -> Callable[[Path], Path]:
    return lambda folder: PLATES / f"{name}.toml"


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The sentence with which the command line ends, after exit code 2 and nothing else said."""
    monkeypatch.setattr(sys, "argv", ["rack2city", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    told = printed.err.splitlines()
    assert len(told) == 1, printed.err
    assert told[0].startswith("rack2city: ")
    return told[0]


BAD: dict[str, tuple[Callable[[Path], Path], tuple[str, ...], tuple[str, ...]]] = {
    "zero gap": (ready("split-flow"), ("plates.gpu.channel_width=0 mm",), ("plates.gpu.channel_width", "0 mm")),
    "pins that touch": (ready("pin-fin"), ("plates.gpu.pin_width=1 mm",), ("pin_width", "less than pitch_along")),
    "fin thicker than pitch": (
        ready("offset-strip"),
        ("plates.gpu.strip_thickness=1.2 mm",),
        ("strip_thickness", "1.2 mm in a pitch of 1 mm"),
    ),
    "chip outside the plate": (
        ready("skived-whole"),
        ('plates.pair.zones=[{name="hot", x="10 mm", y="0 mm", length="6 mm", width="1 mm", power="4 W"}]',),
        ("zones[0].length", "reaches to 16 mm, outside the heated face, 15 mm long"),
    ),
    "chip outside the drawing": (drawing(block, ZONE), (), ("zone 'chip' lies outside the plate", "18 mm", "16 mm")),
    "unnamed inlet": (own_mesh(lambda m: without(m, "inlet")), (), ("it has no inlet",)),
    "not watertight": (drawing(not_watertight), (), ("it is not watertight", "close the body")),
    "overlapping bodies of a drawing": (
        drawing(lambda path: block(path, deep=0.2)),
        (),
        ("'fluid' and 'block' overlap by 22.12 mm3",),
    ),
    "overlapping bodies of a mesh": (own_mesh(in_two_bodies), (), ("stand in two bodies, 'base' and 'fluid'",)),
    "two-dimensional": (plane, (), ("it is two-dimensional",)),
    "inverted cell": (own_mesh(folded), (), ("a cell is turned inside out",)),
    "millimetres for metres": (own_mesh(lambda m: m.scaled(1e3)), (), ("millimetres, not metres",)),
    "millimetres for metres in a drawing": (
        drawing(lambda path: block(path, scale=1e3)),
        (),
        ("16 x 8 x 5 mm is stated", "millimetres for metres"),
    ),
    "no coolant": (own_mesh(lambda m: renamed(m, fluid="water")), (), ("it has no coolant",)),
    "seam not shared": (own_mesh(torn), (), ("touch at", "without sharing faces")),
    "face in two groups": (own_mesh(in_two_groups), (), ("a face stands in two groups, 'inlet' and 'symmetry'",)),
    "too many channels for a whole plate": (
        ready("skived-whole"),
        tuple(
            f"plates.pair.{field}"
            for field in ("width=40 mm", "length=40 mm", "pitch=0.2 mm", "channel_width=0.1 mm", "level=medium")
        ),
        ("547092 cells", "unknowns of the flow", "GB of memory", 'model = "cell"'),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_geometry_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare, overrides, words = BAD[name]
    (tmp_path / "case").mkdir()
    case = prepare(tmp_path / "case")
    before = sorted((tmp_path / "case").iterdir())
    settings = [part for override in overrides for part in ("--set", override)]
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    for command in (("plate", str(case), "--out", "run"), ("mesh", str(case), "--out", "made.msh")):
        told = refused(monkeypatch, capsys, *command, *settings)
        assert all(word in told for word in words), told
        assert [path.name for path in tmp_path.iterdir()] == ["case"]
        assert sorted((tmp_path / "case").iterdir()) == before


@pytest.mark.parametrize(
    ("override", "word"),
    [
        ("plates.accelerator.channel_width=0 mm", "channel_width"),
        ("plates.accelerator.channel_width=1 mm", "in a pitch of"),
        ('plates.cpu.zones=[{name="a", x="1 m", y="0 mm", length="1 mm", width="1 mm", power="1 W"}]', "outside"),
    ],
)
def test_a_run_is_refused_as_well(
    override: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(monkeypatch, capsys, "run", str(RACK), "--out", str(tmp_path / "run"), "--set", override)
    assert word in told
    assert list(tmp_path.iterdir()) == []


def test_a_run_refuses_a_mesh_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_mesh(torn)(tmp_path)
    before = sorted(tmp_path.iterdir())
    table = f'{{kind="mesh", file="{tmp_path / "plate.msh"}", unit="m", conductivity="391 W/(m*K)"}}'
    folder, change = str(tmp_path / "run"), f"plates.accelerator={table}"
    assert "without sharing faces" in refused(monkeypatch, capsys, "run", str(RACK), "--out", folder, "--set", change)
    assert sorted(tmp_path.iterdir()) == before
