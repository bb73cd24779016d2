"""Bad cases, each with the whole sentence the user reads."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rack2city.case import load_case
from rack2city.errors import InputError

POWER = 'power = "150 kW"'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            'supply_temperature = { value = "40 degC"',
            'suply_temperature = { value = "40 degC"',
            "rack.suply_temperature: unknown key 'suply_temperature'; did you mean 'supply_temperature'?",
            id="unknown key with a near one",
        ),
        pytest.param(
            "[city.weather]\n",
            "[city.weather]\nzzz = 3\n",
            "city.weather.zzz: unknown key 'zzz'; allowed are source, status, seed, epw",
            id="unknown key with none near",
        ),
        pytest.param(
            POWER,
            "power = 150",
            'rack.power: expected a power with its unit, got 150; write for example "150 kW"',
            id="bare number",
        ),
        pytest.param(
            POWER,
            'power = "150"',
            'rack.power: expected a power with its unit, got 150; write for example "150 kW"',
            id="text without unit",
        ),
        pytest.param(
            POWER,
            'power = "3 bar"',
            'rack.power: expected a power, got 3 bar (a pressure); write for example "150 kW"',
            id="wrong dimension",
        ),
        pytest.param(POWER, 'power = "-150 kW"', "rack.power: must be positive, got -150 kW", id="negative"),
        pytest.param(POWER, 'power = "0 kW"', "rack.power: must be positive, got 0 kW", id="zero"),
        pytest.param(POWER, 'power = "nan kW"', "rack.power: must be finite, got nan kW", id="nan"),
        pytest.param(POWER, 'power = "-inf kW"', "rack.power: must be finite, got -inf kW", id="infinite"),
        pytest.param(
            '{ value = "19.5 kW"',
            '{ value = "-1 W"',
            "rack.air_power: must not be negative, got -1 W",
            id="negative where zero is allowed",
        ),
        pytest.param(
            POWER,
            'power = "150 kWx"',
            "rack.power: unknown unit 'kWx' in 150 kWx; write for example \"150 kW\"",
            id="unknown unit",
        ),
        pytest.param(
            POWER,
            'power = "a lot"',
            "rack.power: expected a power, got 'a lot'; write for example \"150 kW\"",
            id="no number",
        ),
        pytest.param(
            POWER,
            'power = "1,5 kW"',
            "rack.power: expected a power, got '1,5 kW'; write for example \"150 kW\"",
            id="decimal comma",
        ),
        pytest.param(
            POWER,
            'power = { valeu = "150 kW" }',
            'rack.power: unknown key \'valeu\'; a quantity with its origin is { value = "150 kW", source = "..." }',
            id="unknown key in a quantity",
        ),
        pytest.param(
            '{ value = "60 mm"',
            '{ value = "40 Mm"',
            "rack.manifold_diameter: is 40 Mm meant, or 40 mm? plausible are 3 mm to 500 mm; if it is meant, write "
            '{ value = "40 Mm", sure = true }',
            id="not plausible, with a near one",
        ),
        pytest.param(
            'cdu_approach = { value = "5 K"',
            'cdu_approach = { value = "5000 K"',
            "limits.cdu_approach: is 5000 K meant? plausible are 0.01 K to 200 K; if it is meant, write "
            '{ value = "5000 K", sure = true }',
            id="not plausible, with none near",
        ),
        pytest.param(
            '{ value = "60 mm"',
            '{ value = "60 mm", sure = 1',
            "rack.manifold_diameter: 'sure' must be true or false, got 1",
            id="not sure",
        ),
        pytest.param(
            '{ value = "60 mm"',
            '{ value = "60 mm", status = "guessed"',
            "rack.manifold_diameter: 'status' must be one of measured, datasheet, published, assumed, got guessed",
            id="unknown status",
        ),
        pytest.param(
            'source = "CoolProp 8, Melinder (2010)"',
            'source = "CoolProp 8, Melinder (2010)"\nstatus = "sure"',
            "coolant.status: must be 'measured', 'datasheet', 'published' or 'assumed', got 'sure'",
            id="unknown status of a table",
        ),
        pytest.param(
            'name = "PG25"',
            'name = "propylene glycol"',
            'coolant.share: missing; propylene glycol needs its share by mass, for example "40 %"',
            id="glycol without share",
        ),
        pytest.param(
            'name = "PG25"',
            'share = "30 %"\nname = "PG25"',
            'coolant.share: PG25 has no share to choose; write name = "propylene glycol" or "ethylene glycol" with it',
            id="share of what has none",
        ),
        pytest.param(
            'name = "PG25"',
            'name = "oil; rm"',
            "coolant.name: 'oil; rm' is no name of a coolant; allowed are at most 40 letters, digits, spaces, - _ and .",
            id="name of no coolant",
        ),
        pytest.param(
            'name = "PG25"',
            'name = "my oil"\ntable = "pipes.csv"\nshare = "30 %"',
            "coolant.share: has no place beside a table, whose properties are those of the mixture",
            id="share beside a table",
        ),
        pytest.param(
            'supply_temperature = "25 degC"',
            'dew_point = "26 degC"\nsupply_temperature = "25 degC"',
            "rack.air.dew_point: must not be above supply_temperature, got 26 degC where that is 25 degC",
            id="dew point above the air",
        ),
        pytest.param(
            POWER,
            "",
            'rack.power: missing; expected a power, for example "150 kW"',
            id="missing quantity",
        ),
        pytest.param(
            "[plant.ups]\n",
            "[plant.upss]\n",
            "plant.upss: unknown key 'upss'; did you mean 'ups'?",
            id="misspelt table",
        ),
        pytest.param(
            POWER,
            'power = "160 kW"',
            "rack.power: the loads sum to 130.5 kW and air_power is 19.5 kW, together 150 kW, but power is 160 kW; "
            "they must agree within 0.1 %",
            id="powers do not add up",
        ),
        pytest.param(
            'channel_width = "0.1 mm"',
            'channel_width = "0.2 mm"',
            "plates.accelerator.channel_width: must be less than the pitch, got 0.2 mm in a pitch of 0.2 mm",
            id="channel as wide as the pitch",
        ),
        pytest.param(
            'plate = "accelerator"',
            'plate = "gpu"',
            "rack.loads[0].plate: no plate is called 'gpu'; there are 'accelerator', 'cpu'",
            id="unknown plate",
        ),
        pytest.param(
            'kind = "skived"',
            'kind = "skivd"',
            "plates.accelerator.kind: must be one of 'skived', 'split-flow', 'pin-fin', 'offset-strip', 'serpentine', 'step', "
            "'mesh', 'curve', got 'skivd'",
            id="unknown kind of plate",
        ),
        pytest.param(
            'kind = "skived"',
            'kid = "skived"',
            "plates.accelerator.kind: missing; it says what kind of plate this is",
            id="plate without a kind",
        ),
        pytest.param(
            'length = "40 mm"',
            'lenght = "40 mm"',
            "plates.accelerator.lenght: unknown key 'lenght'; did you mean 'length'?",
            id="misspelt field of a plate",
        ),
        pytest.param(
            "[plates.accelerator]",
            "[plates.4-way]",
            "plates.4-way: '4-way' is no name; allowed are letters, digits, - and _, with a letter first",
            id="plate with an odd name",
        ),
        pytest.param(
            "conductivity = { value",
            'material = "copper"\nconductivity = { value',
            "plates.accelerator.conductivity: is told besides `material`; give one or the other",
            id="two metals",
        ),
        pytest.param(
            "tim_resistance = { value",
            'tim_thickness = "0.1 mm"\ntim_resistance = { value',
            "plates.accelerator.tim_resistance: the resistance follows from tim_thickness; give one or the other",
            id="two interfaces",
        ),
        pytest.param(
            "junction_to_case = { value",
            "# { value",
            "rack.loads[0].junction_to_case: missing; give it here, or in the zones of the plate",
            id="no junction",
        ),
        pytest.param(
            'name = "cpu"',
            'name = "accelerator"',
            "rack.loads[1].name: 'accelerator' is also the name of loads[0]",
            id="name twice",
        ),
        pytest.param(
            "count = 72",
            "count = 71",
            "rack.loads[0].count: 71 chips cannot be shared evenly by 18 trays",
            id="uneven trays",
        ),
        pytest.param(
            "trays = 27",
            "trays = 12",
            "rack.loads[0].trays: must be at most rack.trays = 12, got 18",
            id="more trays than the rack",
        ),
        pytest.param(
            "count = 72", "count = 7.5", "rack.loads[0].count: expected a whole number, got 7.5", id="half a chip"
        ),
        pytest.param("count = 72", "count = 0", "rack.loads[0].count: must be at least 1, got 0", id="no chip"),
        pytest.param(
            "[0.4, 0.7, 1.0, 1.3, 1.6]",
            "[0.4, 1.6]",
            "plates.accelerator.flow_factors: needs at least 3 entries, got 2",
            id="too few flows",
        ),
        pytest.param(
            "[0.4, 0.7, 1.0, 1.3, 1.6]",
            "[0.4, 1.0, 0.7, 1.6]",
            "plates.accelerator.flow_factors: must increase from one to the next, got 0.4, 1, 0.7, 1.6",
            id="flows out of order",
        ),
        pytest.param(
            "[0.4, 0.7, 1.0, 1.3, 1.6]",
            "[0.4, 0.7, 1.0]",
            "plates.accelerator.flow_factors: must reach from below 1 to above 1, the design flow; got 0.4 to 1",
            id="flows on one side",
        ),
        pytest.param(
            "[0.4, 0.7, 1.0, 1.3, 1.6]",
            "[0.4, 0.7, inf]",
            "plates.accelerator.flow_factors[2]: must be finite, got inf",
            id="infinite flow",
        ),
        pytest.param(
            "[0.4, 0.7, 1.0, 1.3, 1.6]",
            "1.0",
            "plates.accelerator.flow_factors: expected a list of numbers, got 1.0",
            id="one flow",
        ),
        pytest.param(
            'value = "97.83 %"',
            'value = "120 %"',
            "plant.ups.efficiency: must be at most 1 (100 %), got 120 %",
            id="efficiency above one",
        ),
        pytest.param(
            'ground_temperature = "10 degC"',
            'ground_temperature = "-300 degC"',
            "city.ground_temperature: must be above absolute zero, got -300 degC",
            id="below absolute zero",
        ),
        pytest.param(
            'superheat = "5 K"',
            'superheat = "5 degC"',
            "plant.heat_pump.superheat: expected a temperature difference, got 5 degC (a temperature); "
            'write for example "5 K"',
            id="temperature for a difference",
        ),
        pytest.param(
            'return_temperature = "35 degC"',
            'return_temperature = "60 degC"',
            "city.return_temperature: must be below supply_temperature_mild, got 60 degC where that is 60 degC",
            id="return as warm as supply",
        ),
        pytest.param(
            'level = "medium"',
            'level = "finest"',
            "plates.accelerator.level: must be 'coarse', 'medium' or 'fine', got 'finest'",
            id="unknown level",
        ),
        pytest.param(
            'name = "rack-150kw"',
            'name = "rack/150 kW"',
            "case.name: 'rack/150 kW' is no name; allowed are letters, digits, - and _, with a letter first",
            id="name that is no file name",
        ),
        pytest.param("year = 2025", "year = 25", "city.year: must be at least 1950, got 25", id="short year"),
        pytest.param(
            "[rack]",
            "[solver.options.flow]\nksp_type = 'preonly'\n[rack]",
            "solver.options: the prefix 'flow' must end in '_', as in 'flow_'",
            id="prefix of options",
        ),
        pytest.param(
            "[rack]",
            "[solver.options.flow_]\nksp_type = ['preonly']\n[rack]",
            "solver.options.flow_.ksp_type: expected a text, a number, true or false, got [preonly]",
            id="value of an option",
        ),
        pytest.param(
            "[rack]",
            "[solver.options.flow_]\nksp_view = ':/home/somebody/.profile'\n[rack]",
            "solver.options.flow_.ksp_view: :/home/somebody/.profile may not stand in a case: an option there names no file "
            "and no program",
            id="option that would overwrite a file",
        ),
        pytest.param(
            "[rack]",
            "[solver.options.flow_]\npc_type = 'python'\n[rack]",
            "solver.options.flow_.pc_type: python may not stand in a case: an option there names no file and no program",
            id="option that would run a program",
        ),
        pytest.param(
            "[rack]",
            "[solver.options.flow_]\npc_python_type = 'module.Class'\n[rack]",
            "solver.options: flow_pc_python_type may not stand in a case: it loads a program",
            id="option that would load a module",
        ),
    ],
)
def test_bad_field(message: Callable[..., str], old: str, new: str, expected: str) -> None:
    assert message((old, new)) == f"case.toml: {expected}"


def test_missing_table(message: Callable[..., str]) -> None:
    assert message(('[coolant]\nname = "PG25"', "[solver]")) == (
        "case.toml: coolant: missing; expected a table [coolant]"
    )


def test_wrong_entry_of_a_list_of_one(message: Callable[..., str]) -> None:
    loads = 'rack.loads=[{name="gpu", count=1, trays=1, power="1 m", plate="cpu", junction_to_case="0 K/W"}]'
    assert message(overrides=(loads,)).startswith(
        'case.toml: rack.loads[0].power: expected a power, got 1 m (a length); write for example "150 kW" (from --set'
    )


def test_first_fault_of_the_document_is_told_and_the_others_are_counted(message: Callable[..., str]) -> None:
    faults = (
        ('annual_demand = "8 GWh"', 'annual_demand = "8 GW"'),
        ("seed = 1", "seed = -1"),
        ('pitch = "0.2 mm"', 'pitch = "0.2 kg"'),
    )
    assert message(*faults) == (
        'case.toml: plates.accelerator.pitch: expected a length, got 0.2 kg (a mass); write for example "0.2 mm" (and 2 more)'
    )


def test_unreadable_toml_names_line_and_column(message: Callable[..., str]) -> None:
    assert message(('title = "150 kW', "title  150 kW")) == (
        "case.toml: line 5, column 8: not valid TOML: expected '=' after a key in a key/value pair"
    )


def test_toml_that_ends_too_early_names_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.toml").write_text("[case]\nname = [1,", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_case(Path("case.toml"))
    assert str(caught.value).startswith("case.toml: line 2, column 11: not valid TOML: invalid ")  # array or value


def test_file_that_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.toml").write_bytes(b'[case]\nname = "\xff"\n')
    with pytest.raises(InputError) as caught:
        load_case(Path("case.toml"))
    assert str(caught.value) == "case.toml: line 2, column 9: not valid TOML: not UTF-8 text"


def test_missing_case_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        load_case(Path("nothing.toml"))
    assert str(caught.value) == "nothing.toml: no such case file"
    Path("folder").mkdir()
    with pytest.raises(InputError) as caught:
        load_case(Path("folder"))
    assert str(caught.value) == "folder/case.toml: no such case file"


def test_missing_network_table(message: Callable[..., str], tmp_path: Path) -> None:
    assert message(('pipes = "pipes.csv"', 'pipes = "tubes.csv"')) == (
        f"case.toml: city.pipes: no such file 'tubes.csv' (looked for {tmp_path / 'tubes.csv'})"
    )


def test_empty_case_asks_for_its_first_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_case(Path("case.toml"))
    assert str(caught.value) == "case.toml: case: missing; expected a table [case] (and 6 more)"


ZONE = 'name="a", x="0 mm", y="0 mm", length="8 mm", width="9 mm"'


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (f"[{{{ZONE}}}]", "zones[0].power: missing; a zone needs its power, or its flux"),
        (
            f'[{{{ZONE}, power="3 W", flux="3 W/cm^2"}}]',
            "zones[0].flux: the heat follows from the power; give one or the other",
        ),
        (f'[{{{ZONE}, power="3 W"}}, {{{ZONE}, power="4 W"}}]', "zones[1].name: 'a' is also the name of zones[0]"),
        (
            f'[{{{ZONE.replace("9 mm", "21 mm")}, power="3 W"}}]',
            "zones[0].width: the zone reaches to 21 mm, outside the heated face, 20 mm wide",
        ),
    ],
)
def test_bad_zone(message: Callable[..., str], zones: str, expected: str) -> None:
    assert message(overrides=(f"plates.cpu.zones={zones}",)).startswith(f"case.toml: plates.cpu.{expected}")


def test_a_case_of_before_is_told_what_to_rename(message: Callable[..., str]) -> None:
    told = message(("[plates.accelerator]", "[channel]"), ("[plates.cpu]", "[plate]"))
    assert told.startswith(
        "case.toml: [channel] and [plate]: plates have names now: move the fields to a table [plates.NAME]"
    )
