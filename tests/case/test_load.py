from collections.abc import Callable
from pathlib import Path

import pydantic
import pytest

from rack2city.case import CaseInput, load_case
from rack2city.errors import InputError

CASES = Path(__file__).parents[2] / "cases"


def test_good_case_is_in_si_units(write: Callable[..., Path]) -> None:
    case = load_case(write()).case
    assert case.case.name == "rack-150kw"
    assert case.plates["accelerator"].pitch == pytest.approx(0.2e-3)
    assert case.plates["accelerator"].tim_resistance == pytest.approx(5e-6)
    assert case.plates["accelerator"].flow_factors == (0.4, 0.7, 1.0, 1.3, 1.6)
    assert case.rack.power == 150e3
    assert case.rack.supply_temperature == pytest.approx(313.15)
    assert case.rack.curve_quadratic == pytest.approx(0.0048 * 1e3 * 60e3**2)
    assert case.rack.loads[0].name == "accelerator"
    assert case.rack.loads[1].power == 350.0
    assert case.rack.air.flow == 1.2
    assert case.plant.ups.efficiency == 0.9783
    assert case.city.annual_demand == pytest.approx(8e9 * 3600)
    assert case.city.pipes == Path("pipes.csv").resolve()
    assert case.city.weather.epw is None
    assert case.solver.options == {}


def test_case_cannot_be_changed(write: Callable[..., Path]) -> None:
    case = load_case(write()).case
    with pytest.raises(pydantic.ValidationError):
        case.rack.power = 1.0  # type: ignore[misc]


def test_folder_stands_for_its_case_file(write: Callable[..., Path]) -> None:
    write()
    assert load_case(Path()).case.rack.power == 150e3


def test_defaults_and_solver_options(write: Callable[..., Path]) -> None:
    path = write(
        (
            "[rack]\n",
            '[solver.options.flow_]\nksp_type = "preonly"\nsnes_max_it = 30\nmat_mumps_icntl_14 = 50\n[rack]\n',
        ),
        ('level = "medium"', ""),
    )
    case = load_case(path).case
    assert case.plates["accelerator"].level == "medium"
    assert case.solver.options == {"flow_": {"ksp_type": "preonly", "snes_max_it": 30, "mat_mumps_icntl_14": 50}}


def test_files_are_relative_to_the_case(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = '[plates.own]\nkind = "mesh"\nfile = "my.msh"\nunit = "m"\nmaterial = "copper"\n[rack]\n'
    path = write(("[rack]\n", mesh)).resolve()
    Path("my.msh").touch()
    monkeypatch.chdir("/")
    assert load_case(path).case.plates["own"].file == path.parent / "my.msh"


def test_inputs_pair_text_value_and_origin(write: Callable[..., Path]) -> None:
    inputs = {row.field: row for row in load_case(write(), ["rack.trays=30"]).inputs()}
    assert inputs["rack.power"] == CaseInput(
        "rack.power",
        "150 kW",
        150e3,
        "W",
        "rack2city reference rack; flow curve as published for NVL72-class racks",
        "assumed",
    )
    assert inputs["rack.supply_temperature"] == CaseInput(
        "rack.supply_temperature", "40 degC", 313.15, "K", "ASHRAE S40", "assumed"
    )
    assert inputs["rack.loads[1].count"].si == 36
    assert inputs["rack.trays"] == CaseInput("rack.trays", "30", 30, "", "command line (--set)", "")
    assert inputs["plates.accelerator.flow_factors"].given == "[0.4, 0.7, 1.0, 1.3, 1.6]"
    assert inputs["plant.utilisation"].unit == "-"
    assert inputs["city.weather.epw"] == CaseInput("city.weather.epw", "default", "none", "", "", "")
    assert inputs["city.weather.seed"].source == "", "the network's origin is not that of the weather"
    assert inputs["city.pipes"].si == "pipes.csv"
    assert not any(field.endswith(("source", "status")) for field in inputs)


def test_a_status_stands_beside_each_source(write: Callable[..., Path]) -> None:
    path = write(
        (
            "[plates.accelerator] # sk",
            'status = "published"\n[plates.accelerator] # sk',
        ),  # of the coolant: no quantity of it
        ('source = "skived copper plate, rack2city reference design"', 'source = "drawing 7"\nstatus = "measured"'),
        ('source = "Cu-OF, as in the computed reference cell" }', 'source = "EN 13604", status = "published" }'),
        ('pitch = "0.2 mm"', 'pitch = { value = "0.2 mm", status = "datasheet" }'),
    )
    inputs = {row.field: row for row in load_case(path, ["plates.accelerator.length=41 mm"]).inputs()}
    assert (inputs["plates.accelerator.pitch"].source, inputs["plates.accelerator.pitch"].status) == (
        "drawing 7",
        "datasheet",
    )
    assert (inputs["plates.accelerator.channel_width"].source, inputs["plates.accelerator.channel_width"].status) == (
        "drawing 7",
        "measured",
    )
    assert inputs["plates.accelerator.conductivity"].status == "published"
    assert inputs["plates.accelerator.tim_resistance"].status == "assumed", "a source of its own is not the table's"
    assert inputs["plates.accelerator.length"].status == "assumed", "from the command line"
    assert inputs["coolant.name"].status == "", "no quantity"
    dew_point = inputs["rack.air.dew_point"]
    assert (dew_point.given, dew_point.si, dew_point.status) == ("default", 288.15, "published")
    assert dew_point.source.startswith("ASHRAE TC 9.9")


@pytest.mark.parametrize(("name", "assumed", "quantities"), [("rack-150kw", 54, 70), ("rack-60kw", 55, 68)])
def test_what_the_shipped_cases_assume(write: Callable[..., Path], name: str, assumed: int, quantities: int) -> None:
    write()
    stubs = [f"city.{table}={table}.csv" for table in ("pipes", "substations")]
    rows = [row for row in load_case(CASES / name, stubs).inputs() if row.unit and "city." not in row.source]
    assert len(rows) == quantities
    assert sum(row.status == "assumed" for row in rows) == assumed
    project = [row.field for row in rows if row.status != "assumed" and "rack2city" in row.source]
    assert project == [], "who cites the project itself assumes"


def test_coolants_by_name_and_share(write: Callable[..., Path]) -> None:
    path = write(('name = "PG25" #', 'name = "ethylene glycol"\nshare = "40 %" #'))
    assert (load_case(path).case.coolant.name, load_case(path).case.coolant.share) == ("ethylene glycol", 0.4)


def test_what_is_sure_need_not_be_plausible(write: Callable[..., Path]) -> None:
    path = write(('{ value = "60 mm", source', '{ value = "0.6 m", sure = true, source'))
    assert load_case(path).case.rack.manifold_diameter == 0.6


@pytest.mark.parametrize(("name", "power", "racks"), [("rack-150kw", 150e3, 8), ("rack-60kw", 60e3, 16)])
def test_shipped_cases(write: Callable[..., Path], name: str, power: float, racks: int) -> None:
    """The shipped cases load; whether their networks exist is asked of the network, not here."""
    write()
    stubs = [f"city.{table}={table}.csv" for table in ("pipes", "substations")]
    loaded = load_case(CASES / name, stubs)
    case = loaded.case
    assert case.case.name == name
    assert (case.rack.power, case.plant.racks) == (power, racks)
    liquid = sum(load.count * load.power for load in case.rack.loads)
    assert liquid + case.rack.air_power == pytest.approx(power)
    without = [row.field for row in loaded.inputs() if row.unit and not row.source]
    assert without == [], "every quantity of a shipped case says where it comes from"


def test_today_s_rack_keeps_its_own_design_rules(write: Callable[..., Path]) -> None:
    """What the comments of rack-60kw claim about its flow, manifold and air."""
    write()
    rack = load_case(CASES / "rack-60kw", ["city.pipes=pipes.csv", "city.substations=substations.csv"]).case.rack
    flow = (rack.power - rack.air_power) * rack.flow_per_power
    assert flow == pytest.approx(66e-3 / 60)
    assert flow / (3.141592653589793 / 4 * rack.manifold_diameter**2) == pytest.approx(0.875, rel=1e-2)
    published = 61.7 * 66 * 18 / 8 + 4.8 * (66 * 18 / 8) ** 2
    assert rack.curve_linear * flow + rack.curve_quadratic * flow**2 == pytest.approx(published, rel=1e-9)
    assert rack.air_power / (1.184 * 1006.0 * rack.air.flow) > 12.0


@pytest.mark.parametrize("path", [r"C:\Users\me", r"C:\work\me"])
def test_a_backslash_in_double_quotes_is_told_for_what_it_is(tmp_path: Path, path: str) -> None:
    file = tmp_path / "case.toml"
    file.write_text(f'a = "{path}"')
    with pytest.raises(
        InputError, match=r"line 1, column 10: .*; in double quotes a backslash is written twice, or the text"
    ):
        load_case(file)


def test_a_file_name_with_a_tab_was_a_backslash(message: Callable[..., str]) -> None:
    told = message(
        overrides=(r'city.pipes="C:\temp"',),
    )
    assert "has a character that no file name has; in double quotes a backslash is written twice" in told


DEEP = 5000


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * DEEP + "]" * DEEP,
        "a = " + "{b=" * DEEP + "1" + "}" * DEEP,
        ".".join("a" * DEEP) + " = 1",
        f"[{'.'.join('a' * DEEP)}]",
        "[plates.x]\nflow_factors = " + "[" * 300 + "]" * 300,
    ],
)
def test_what_is_nested_too_deeply_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "case.toml"
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        load_case(file)
    assert str(refused.value) == f"{file}: not a case: its lists or tables are nested too deeply"


def test_an_override_that_is_nested_too_deeply(write: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="the value is nested too deeply"):
        load_case(write(), ["rack.power=" + "[" * DEEP])
    with pytest.raises(InputError, match=rf"^--set (a\.){{30}}\.\.\.: no field lies {DEEP} names deep$"):
        load_case(write(), [".".join("a" * DEEP) + "=1"])
