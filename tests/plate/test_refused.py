"""What the table of a plate lets pass and no run should believe: refused before anything is written, or told."""

import re
from pathlib import Path

import pytest

from rack2city.case import load_plates
from rack2city.chain.plates.meshes import make_meshes
from rack2city.chain.stages.mesh import MESH
from rack2city.chain.stages.plate import PLATE
from rack2city.errors import InputError
from rack2city.plate import plate_model, plate_models
from rack2city.plate.models.named import named_strips

CASES = Path(__file__).resolve().parents[2] / "cases" / "plates"
ZONE = '{{name = "{}", x = "{}", y = "0 mm", length = "{}", width = "8 mm", power = "4 W"{}}}'
LONG = "x" * 61


def refused(case: str, *overrides: str) -> str:
    def check() -> None:
        loaded = load_plates(CASES / f"{case}.toml", overrides)
        for stage in (MESH, PLATE):
            stage.check(loaded)  # type: ignore[arg-type]

    with pytest.raises(InputError) as error:
        check()
    return str(error.value)


@pytest.mark.parametrize(
    ("case", "override", "sentence"),
    [
        ("serpentine", "plates.block.passes=100000", "plates.block.passes: must be at most 500"),
        (
            "skived",
            "plates.gpu.flow_factors=[0.5, 1.0, 1e4]",
            "plates.gpu.flow_factors: 10000 times the design flow are 1e+04 L/min; at most 500 L/min are computed",
        ),
        ("skived", f"plates.gpu.zones.die.name={LONG}", "has 61 letters, more than the 60 of a name"),
        ("curve", "plates.gpu.tim_resistance=5 mm^2*K/W", "plates.gpu.tim_resistance: has no place with kind"),
        ("curve", "plates.gpu.curve.coolant.name=foo", "plates.gpu.curve.coolant.name: unknown coolant 'foo'"),
        (
            "own-mesh",
            f"plates.duct.zones=[{ZONE.format('a', '0 mm', '5 mm', '')}, {ZONE.format('a', '5 mm', '5 mm', '')}]",
            "plates.duct.zones[1].name: 'a' is also the name of zones[0]",
        ),
    ],
)
def test_a_table_is_refused(case: str, override: str, sentence: str) -> None:
    assert sentence in refused(case, override)


def test_a_zone_has_the_size_of_its_surface_in_an_own_mesh() -> None:
    """K/W times an area that is not that of the mesh would be a wrong mm²K/W, and nothing else would tell."""
    heated = "plates.duct.groups.S_CHIP=heated_a"

    def zones(length: str) -> str:
        return f"plates.duct.zones=[{ZONE.format('a', '0 mm', length, '')}]"

    told = refused("own-mesh", heated, zones("70 mm"), "plates.duct.power=4 W")
    assert "makes 560 mm^2, but surfaces of 'a' in the mesh, times copies, are 80 mm^2" in told
    loaded = load_plates(CASES / "own-mesh.toml", [heated, zones("10 mm"), "plates.duct.power=4 W"])
    MESH.check(loaded)  # type: ignore[arg-type]


def test_many_pins_are_refused_at_once() -> None:
    assert "about 1e+06 pins" in refused("pin-fin-whole", "plates.pins.length=1 m", "plates.pins.width=1 m")


def test_a_whole_plate_beyond_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what its factor takes against what the machine has; where there is enough it passes."""
    load_plates(CASES / "pin-fin-whole.toml")
    monkeypatch.setattr("rack2city.plate.models.whole.node_memory", lambda: 10.0)
    told = refused("pin-fin-whole")
    assert re.search(
        r"the whole plate takes \d+ cells, \d+ of them coolant, .* for their factor, where 0 GB are available", told
    )
    monkeypatch.setattr("rack2city.plate.models.whole.node_memory", lambda: 1e6)
    plate_model(load_plates(CASES / "pin-fin-whole.toml").case, "pins").check()


def test_zones_that_overlap_tell_one_interface() -> None:
    tims = [f"plates.gpu.zones.{zone}.tim_resistance={value} mm^2*K/W" for zone, value in (("die", 5), ("hot", 3))]
    assert "zones[1].tim_resistance: 'die' overlaps 'hot' and tells another interface" in refused("skived", *tims)
    load_plates(CASES / "skived.toml", tims[1:])
    load_plates(CASES / "skived.toml", [tims[0], tims[1].replace("=3", "=5")])


def test_the_interface_of_named_surfaces_is_that_of_cells() -> None:
    """Names in a surface are in alphabetical order; the interface is the first that the case tells, whatever its name."""
    swap = ["plates.gpu.zones.die.name=z", "plates.gpu.zones.z.tim_resistance=3 mm^2*K/W"]
    loaded = load_plates(CASES / "skived.toml", swap).case
    (strip,) = named_strips(plate_model(loaded, "gpu").design, {"heated_hot+z": 1e-4, "heated_z": 1e-4})
    assert [piece.tim for piece in strip.pieces] == pytest.approx([3e-6, 3e-6])


def test_a_load_beyond_a_measured_curve_is_refused_before_the_run() -> None:
    case = (CASES.parent / "rack-150kw" / "case.toml").resolve()
    curve = (
        'plates.cpu={kind = "curve", power = "500 W", flow = "0.6 L/min", curve = {'
        'flow = ["0.5 L/min", "0.6 L/min", "0.7 L/min"], pressure_drop = ["1 kPa", "2 kPa", "3 kPa"], '
        'resistance = ["0.05 K/W", "0.04 K/W", "0.03 K/W"], resistance_from = '
        '"case-to-inlet", coolant = {name = "PG25"}, temperature = "40 degC", pressure_drop_uncertainty = "2 %", '
        'resistance_uncertainty = "2 %"}}'
    )
    loaded = load_plates(case, [curve, "plates.cpu.flow=0.6 L/min", "rack.flow_per_power=9 L/min/kW"])
    with pytest.raises(InputError, match=r"plates.cpu.*outside the measured range"):
        PLATE.check(loaded)  # type: ignore[arg-type]


def test_the_files_of_a_measured_curve_are_read_by_its_stage(tmp_path: Path) -> None:
    """What stands in them decides whether an earlier run is believed."""
    points = tmp_path / "points.csv"
    points.write_text("flow [L/min]\n")
    text = (CASES / "curve.toml").read_text()
    lists = [
        line for line in text.splitlines() if not line.startswith(("flow = [", "pressure_drop = [", "resistance = ["))
    ]
    table = tmp_path / "liquid.csv"
    table.write_text("temperature [degC]\n")
    file = tmp_path / "case.toml"
    file.write_text(
        "\n".join(lists).replace('coolant = { name = "PG25" }', 'coolant = { name = "own", table = "liquid.csv" }')
    )
    with file.open("a") as stream:
        stream.write('\nfile = "points.csv"\n')
    assert PLATE.used(load_plates(file).case)[1] == [points, table]  # type: ignore[arg-type]


def test_a_measured_plate_has_no_mesh_of_an_earlier_run(tmp_path: Path) -> None:
    folder = tmp_path / "plates" / "gpu"
    (folder / "fields").mkdir(parents=True)
    for name in ("mesh.msh", "mesh-coarser.msh", "mesh.json", "solver.log", "plate.json"):
        (folder / name).touch()
    make_meshes(load_plates(CASES / "curve.toml").case, tmp_path)
    assert [left.name for left in folder.iterdir()] == ["plate.json"]


def test_rounding_to_whole_pitches_is_told() -> None:
    case = load_plates(
        CASES / "skived.toml",
        ["plates.gpu.zones=[]", "plates.gpu.power=10 W", "plates.gpu.width=10 mm", "plates.gpu.pitch=18 mm"],
    ).case
    told = plate_models(case)["gpu"].leaves_out
    assert any("10 mm count as 18 mm" in sentence for sentence in told)
    even = plate_models(load_plates(CASES / "skived.toml").case)["gpu"].leaves_out
    assert not any("whole pitches" in sentence for sentence in even)


def test_the_run_held_out_lies_in_the_widest_gap() -> None:
    """Of a curve with a gap it tells the error where that is, not where the points stand close."""
    models = plate_models(load_plates(CASES / "skived.toml", ["plates.gpu.flow_factors=[0.8, 1.0, 3.0, 3.5]"]).case)
    assert models["gpu"].held_out == pytest.approx(3.0**0.5)
