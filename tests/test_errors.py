"""Bad input through the real command line: the whole of stderr, exit code 2, nothing written."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import gmsh
import pytest

from rack2city import cli, errors

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "cases" / "rack-150kw" / "case.toml"
NETWORK = ROOT / "cases" / "networks" / "brussels-40"
Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a copy of the reference case with some texts replaced, and more arguments; what is on stderr.

    The copy is `case.toml` in the current folder. Checks the exit code, and that the run wrote nothing there.
    """
    monkeypatch.chdir(tmp_path)

    def refused(*replacements: tuple[str, str], arguments: Sequence[str] = (), case: str = "case.toml") -> str:
        text = CASE.read_text(encoding="utf-8").replace("../networks/brussels-40", NETWORK.as_posix())
        for old, new in replacements:
            assert old in text, f"{old!r} is not in the reference case"
            text = text.replace(old, new, 1)
        Path("case.toml").write_text(text, encoding="utf-8")
        before = sorted(tmp_path.rglob("*"))
        monkeypatch.setattr(sys, "argv", ["rack2city", "run", case, "--out", "out", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 2
        assert sorted(tmp_path.rglob("*")) == before
        printed = capsys.readouterr()
        assert printed.out == ""
        return printed.err

    return refused


POWER = 'power = "150 kW"'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param(
            "air_power =",
            "air_powre =",
            "rack.air_powre: unknown key 'air_powre'; did you mean 'air_power'?",
            id="unknown key",
        ),
        pytest.param(
            POWER,
            "power = 150",
            'rack.power: expected a power with its unit, got 150; write for example "150 kW"',
            id="missing unit",
        ),
        pytest.param(
            POWER,
            'power = "3 bar"',
            'rack.power: expected a power, got 3 bar (a pressure); write for example "150 kW"',
            id="wrong dimension",
        ),
        pytest.param(POWER, 'power = "-150 kW"', "rack.power: must be positive, got -150 kW", id="negative"),
        pytest.param(POWER, 'power = "nan kW"', "rack.power: must be finite, got nan kW", id="not a number"),
        pytest.param(POWER, 'power = "inf W"', "rack.power: must be finite, got inf W", id="infinite"),
        pytest.param(
            POWER,
            'power = "151 kW"',
            "rack.power: the loads sum to 130.5 kW and air_power is 19.5 kW, together 150 kW, but power is 151 kW; "
            "they must agree within 0.1 %",
            id="powers that do not add up",
        ),
        pytest.param(
            '[coolant]\nname = "PG25"',
            '[coolant]\nname  "PG25"',
            "line 11, column 7: not valid TOML: expected '=' after a key in a key/value pair",
            id="unreadable TOML",
        ),
        pytest.param(
            "trays = 27",
            "trays = 28",
            "rack.trays: the loads fill 18 trays of accelerator, cpu and 9 trays of switch, together 27 trays, but the "
            "rack has 28",
            id="trays that do not fill the rack",
        ),
        pytest.param(
            'refrigerant = "R1234ze(E)"',
            'refrigerant = "R1234"',
            'plant.heat_pump.refrigerant: CoolProp knows no fluid \'R1234\'; write for example "R1234ze(E)", "Ammonia", '
            '"R600a", or a blend as "R513A.mix"',
            id="unknown refrigerant",
        ),
        pytest.param(
            'refrigerant = "R1234ze(E)"',
            'refrigerant = "CarbonDioxide"',
            "plant.heat_pump.refrigerant: CarbonDioxide cannot condense at 73.0 °C, its critical temperature is 31.0 °C; "
            "choose another refrigerant or a colder network",
            id="refrigerant that cannot condense",
        ),
        pytest.param(
            'supply_temperature = { value = "40 degC"',
            'supply_temperature = { value = "-40 degC"',
            "rack.supply_temperature: must be between 5 and 85 degC, where the properties of PG25 are known, "
            "got -40 degC",
            id="coolant out of its range",
        ),
        pytest.param(
            'supply_temperature = { value = "40 degC"',
            'supply_temperature = { value = "84 degC"',
            "rack.supply_temperature: at 0.35 times the design flow, the least of plates.accelerator.flow_factors, the coolant "
            "warms by about 37.48 K to 121.5 degC at the outlet's wall, beyond the 95 degC where the properties of PG25 are "
            "known; use at most 57.52 degC, or more flow",
            id="coolant that becomes too warm",
        ),
        pytest.param(
            'flow_per_power = { value = "1.3 L/min/kW"',
            'flow_per_power = { value = "0.01 L/min/kW"',
            "rack.flow_per_power: at 0.35 times the design flow, the least of plates.accelerator.flow_factors, the coolant "
            "warms by about 4282 K to 4322 degC at the outlet's wall, beyond the 95 degC where the properties of PG25 are "
            "known; use at least 0.85 L/min/kW",
            id="too little coolant",
        ),
        pytest.param(
            'value = "60 mm"',
            'value = "40 Mm"',
            "rack.manifold_diameter: is 40 Mm meant, or 40 mm? plausible are 3 mm to 500 mm; if it is meant, write "
            '{ value = "40 Mm", sure = true }',
            id="not plausible",
        ),
        pytest.param(
            'plate = "cpu"',
            'plate = "accelerator"',
            "plates.accelerator.flow_factors: the plates of 'cpu' need 0.226 times the design flow, but the factors go from "
            "0.35 to 1.7; widen them, or give 'cpu' a plate of its own",
            id="plate outside the map",
        ),
        pytest.param(
            "[rack]",
            '[solver.options.flux_]\nksp_type = "cg"\n[rack]',
            "solver.options: no solver has the prefix 'flux_'; allowed: flow_, heat_, inflow_",
            id="unknown solver",
        ),
    ],
)
def test_bad_case(refused: Refused, old: str, new: str, sentence: str) -> None:
    assert refused((old, new)) == f"rack2city: case.toml: {sentence}\n"


def test_missing_case_file(refused: Refused) -> None:
    assert refused(case="none.toml") == "rack2city: none.toml: no such case file\n"


def test_missing_file_of_the_case(refused: Refused, tmp_path: Path) -> None:
    pipes = (NETWORK / "pipes.csv").as_posix()
    assert refused((pipes, "tubes.csv")) == (
        f"rack2city: case.toml: city.pipes: no such file 'tubes.csv' (looked for {tmp_path / 'tubes.csv'})\n"
    )


def test_unknown_stage(refused: Refused) -> None:
    assert refused(arguments=["--stage", "roof"]) == (
        "rack2city: --stage: unknown stage 'roof'; allowed: mesh, plate, rack, plant, city, report\n"
    )


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        (
            "rack.pwer=3 kW",
            "case.toml: rack.pwer: unknown key 'pwer'; did you mean 'power'? (from --set rack.pwer=3 kW)",
        ),
        (
            "rack.power=3 bar",
            'case.toml: rack.power: expected a power, got 3 bar (a pressure); write for example "150 kW" '
            "(from --set rack.power=3 bar)",
        ),
        ("rack.power", '--set rack.power: expected FIELD=VALUE, for example --set rack.power="120 kW"'),
        (
            "rack.loads.gpu.count=3",
            "--set rack.loads.gpu.count=3: rack.loads has no row 'gpu'; it has 'accelerator', 'cpu', 'switch', or 0 to 2",
        ),
    ],
)
def test_bad_override(refused: Refused, override: str, sentence: str) -> None:
    assert refused(arguments=["--set", override]) == f"rack2city: {sentence}\n"


def test_first_broken_override_counts_the_others(refused: Refused) -> None:
    assert refused(arguments=["--set", "rack.power=1 m", "--set", "city.year=3"]) == (
        'rack2city: case.toml: rack.power: expected a power, got 1 m (a length); write for example "150 kW" '
        "(from --set rack.power=1 m) (and 1 more)\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "length_m",
            "length_ft",
            ": column length_m is missing; needed are name, start, end, nominal_diameter, length_m, inner_diameter_mm, "
            "outer_diameter_mm, loss_w_per_m_k, roughness_mm, x_m, y_m",
        ),
        (
            "pipe-02,trunk-1,",
            "pipe-02,trunk-99,",
            ", line 5, column start: node 'trunk-99' is not connected to 'plant'",
        ),
        (",178.0,54.5,", ",long,54.5,", ", line 5, column length_m: is 'long'; a number is needed"),
        (",178.0,54.5,", ",-3,54.5,", ", line 5, column length_m: is -3; it must be more than 0"),
        (",178.0,54.5,", ",54.5,", ", line 5: 10 cells, the header has 11"),
    ],
)
def test_broken_network_table(refused: Refused, tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = (NETWORK / "pipes.csv").read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.csv"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert refused(arguments=["--set", "city.pipes=broken.csv"]) == f"rack2city: {broken}{sentence}\n"


def write_mesh(path: Path, volumes: Sequence[str], surfaces: Sequence[str]) -> None:
    """A box of a few tetrahedra with these physical groups, each on all of its dimension."""
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.model.occ.addBox(0.0, 0.0, 0.0, 1.0, 1.0, 1.0)
        gmsh.model.occ.synchronize()
        for dim, names in ((3, volumes), (2, surfaces)):
            for name in names:
                gmsh.model.addPhysicalGroup(dim, [tag for _, tag in gmsh.model.getEntities(dim)], name=name)
        gmsh.option.setNumber("Mesh.MeshSizeMin", 1.0)
        gmsh.model.mesh.generate(3)
        gmsh.write(str(path))
    finally:
        gmsh.finalize()


OWN = 'plates.cpu={kind="mesh", file="own.msh", unit="m", copies=200, conductivity="391 W/(m*K)"}'


@pytest.mark.parametrize(
    ("volumes", "surfaces", "sentence"),
    [
        (["fluid", "base"], ["inlet"], "in two groups, 'fluid' and 'base'"),
        (["base"], ["fluid"], "it has no coolant: no volume group is named 'fluid' or 'fluid_<name>'"),
    ],
)
def test_own_mesh_that_is_no_plate(
    refused: Refused, tmp_path: Path, volumes: list[str], surfaces: list[str], sentence: str
) -> None:
    write_mesh(tmp_path / "own.msh", volumes, surfaces)
    told = refused(arguments=["--set", OWN])
    assert told.startswith(f"rack2city: case.toml: plates.cpu: {tmp_path / 'own.msh'}: ")
    assert sentence in told
    assert told.count("\n") == 1


def test_mesh_that_is_none(refused: Refused, tmp_path: Path) -> None:
    own = tmp_path / "own.msh"
    own.write_text("no mesh\n", encoding="utf-8")
    told = refused(arguments=["--set", OWN])
    assert told.startswith(f"rack2city: case.toml: plates.cpu: {own}: ")
    assert told.count("\n") == 1


def test_out_that_is_a_file(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert refused(arguments=["--out", "file"]) == "rack2city: --out: file is a file; name a folder\n"


def test_out_that_cannot_be_made(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert refused(arguments=["--out", "file/run"]) == (
        "rack2city: file/run: cannot make this run folder: Not a directory\n"
    )


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["--sat", "rack.power=3 kW"], "--sat"),
        (["--np", "0"], "--np"),
        (["--np", "two"], "--np"),
        (["second-case"], "second-case"),
    ],
)
def test_wrong_usage(refused: Refused, arguments: list[str], culprit: str) -> None:
    """These sentences are those of typer, version for version: what is ours is that they name the culprit."""
    told = refused(arguments=arguments)
    assert told.startswith("Usage: rack2city run ")
    assert culprit in told
    assert "Traceback" not in told


def test_the_installed_command_says_the_same(tmp_path: Path) -> None:
    """One real process: stderr is one line, without traceback; nothing is written."""
    shutil.copy(CASE, tmp_path / "case.toml")
    (tmp_path / "networks").mkdir()
    command = [sys.executable, "-m", "rack2city", "run", str(CASE), "--out", "out", "--set", "rack.power=3 bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f'rack2city: {CASE}: rack.power: expected a power, got 3 bar (a pressure); write for example "150 kW" '
        "(from --set rack.power=3 bar)\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.toml", "networks"]


def test_exit_codes_tell_wrong_input_from_a_run_that_failed() -> None:
    kinds = {errors.Rack2CityError, errors.ConvergenceError, errors.BalanceError, errors.InputError}
    assert kinds == {errors.Rack2CityError, *errors.Rack2CityError.__subclasses__()}
    assert [kind for kind in kinds if kind.exit_code == 2] == [errors.InputError]
    assert {kind.exit_code for kind in kinds} == {1, 2}
