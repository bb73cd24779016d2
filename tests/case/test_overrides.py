from collections.abc import Callable
from pathlib import Path

import pytest

from rack2city.case import Case, load_case


def load(path: Path, *overrides: str) -> Case:
    return load_case(path, overrides).case


@pytest.mark.parametrize("text", ['rack.manifold_diameter="70 mm"', "rack.manifold_diameter = 70 mm"])
def test_quotes_may_be_left_out(write: Callable[..., Path], text: str) -> None:
    assert load(write(), text).rack.manifold_diameter == pytest.approx(0.07)


@pytest.mark.parametrize("row", [".1", "[1]", ".cpu"])
def test_rows_by_index_and_name(write: Callable[..., Path], row: str) -> None:
    case = load(write(), f"rack.loads{row}.power=0.4 kW", "rack.power=151.8 kW")
    assert [load.power for load in case.rack.loads] == [1550.0, 400.0, 350.0]
    assert case.rack.power == 151.8e3


def test_numbers_and_lists_are_read_as_toml(write: Callable[..., Path]) -> None:
    case = load(write(), "plates.cpu.flow_factors=[0.5, 1, 2]", "city.year=2024", "plant.utilisation=0.5")
    assert case.plates["cpu"].flow_factors == (0.5, 1.0, 2.0)
    assert case.city.year == 2024
    assert case.plant.utilisation == 0.5


def test_missing_tables_are_made(write: Callable[..., Path]) -> None:
    assert load(write(), "solver.options.heat_.ksp_rtol=1e-12").solver.options == {"heat_": {"ksp_rtol": 1e-12}}


def test_files_are_relative_to_the_current_folder(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write().resolve()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    Path("my.epw").touch()
    assert load(path, "city.weather.epw=my.epw").city.weather.epw == tmp_path / "elsewhere" / "my.epw"


def test_origin_becomes_the_command_line(write: Callable[..., Path]) -> None:
    loaded = load_case(write(), ["rack.supply_temperature=42 degC", "rack.loads.cpu.junction_to_case=0.02 K/W"])
    changed = {row.field: row.given for row in loaded.inputs() if row.source == "command line (--set)"}
    assert changed == {"rack.supply_temperature": "42 degC", "rack.loads[1].junction_to_case": "0.02 K/W"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rack.power", '--set rack.power: expected FIELD=VALUE, for example --set rack.power="120 kW"'),
        ("=3", '--set =3: expected FIELD=VALUE, for example --set rack.power="120 kW"'),
        (
            "rack.loads.gpu.power=1 kW",
            "--set rack.loads.gpu.power=1 kW: rack.loads has no row 'gpu'; it has 'accelerator', 'cpu', 'switch', "
            "or 0 to 2",
        ),
        (
            "rack.power.value=1 kW",
            "--set rack.power.value=1 kW: rack.power is no table, 'value' cannot be set in it",
        ),
        (
            "rack.air_power.value=1 kW",
            "--set rack.air_power.value=1 kW: rack.air_power is no table, 'value' cannot be set in it",
        ),
        (
            "rack.powr=1 kW",
            "case.toml: rack.powr: unknown key 'powr'; did you mean 'power'? (from --set rack.powr=1 kW)",
        ),
        (
            "rak.power=1 kW",
            "case.toml: rak: unknown key 'rak'; did you mean 'rack'? (from --set rak.power=1 kW)",
        ),
        (
            "rack.power=3 bar",
            'case.toml: rack.power: expected a power, got 3 bar (a pressure); write for example "150 kW" '
            "(from --set rack.power=3 bar)",
        ),
        (
            'rack.power="120 kW"',
            "case.toml: rack.power: the loads sum to 130.5 kW and air_power is 19.5 kW, together 150 kW, but power is "
            '120 kW; they must agree within 0.1 % (from --set rack.power="120 kW")',
        ),
        ("rack=3", "case.toml: rack: expected a table [rack], got 3 (from --set rack=3)"),
        ("rack.loads=3", "case.toml: rack.loads: expected tables [[rack.loads]], got 3 (from --set rack.loads=3)"),
        (
            "plates.accelerator=3",
            "case.toml: plates.accelerator: expected a table [plates.accelerator], got 3 (from --set plates.accelerator=3)",
        ),
        (
            "plates.accelerator.contacts=3",
            "case.toml: plates.accelerator.contacts: expected a table of area resistance of surfaces `contact_NAME` between "
            "two bodies (m^2*K/W), got 3 (from --set plates.accelerator.contacts=3)",
        ),
        (
            "rack.loads.0=3",
            "case.toml: rack.loads[0]: expected a table [rack.loads], got 3 (from --set rack.loads.0=3)",
        ),
    ],
)
def test_bad_override(message: Callable[..., str], text: str, expected: str) -> None:
    assert message(overrides=(text,)) == expected
