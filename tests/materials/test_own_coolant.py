from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_case
from rack2city.case.columns import LARGEST_FILE
from rack2city.errors import InputError
from rack2city.materials import coolant, coolant_of, own_coolant

HEAD = "temperature [degC], density [kg/m^3], heat capacity [kJ/(kg*K)], conductivity [W/(m*K)], viscosity [mPa*s]"


def rows_of(name: str, celsius: np.ndarray) -> str:
    """A known liquid as a table, rounded as data sheets are."""
    liquid, kelvin = coolant(name), celsius + 273.15
    columns = [
        celsius,
        liquid.density(kelvin),
        liquid.heat_capacity(kelvin) / 1e3,
        liquid.conductivity(kelvin),
        liquid.viscosity(kelvin) * 1e3,
    ]
    return "\n".join([HEAD, *(", ".join(f"{value:.5g}" for value in row) for row in zip(*columns, strict=True))])


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "oil.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", ["water", "PG25", "Dowtherm J"])
def test_a_known_liquid_comes_back_from_its_table(table: Callable[[str], Path], name: str) -> None:
    """Every 10 K: the density within 0.01 %, the viscosity within 0.2 %, and so the fit that the finite elements carry."""
    own, known = own_coolant("mine", table(rows_of(name, np.arange(10.0, 91.0, 10.0)))), coolant(name)
    assert own.temperature_range_k == pytest.approx((283.15, 363.15))
    temperature = np.linspace(283.15, 363.15, 321)
    np.testing.assert_allclose(own.density(temperature), known.density(temperature), rtol=1e-4)
    np.testing.assert_allclose(own.heat_capacity(temperature), known.heat_capacity(temperature), rtol=2e-4)
    np.testing.assert_allclose(own.conductivity(temperature), known.conductivity(temperature), rtol=2e-4)
    np.testing.assert_allclose(own.viscosity(temperature), known.viscosity(temperature), rtol=2e-3)
    np.testing.assert_allclose(np.exp(own.ln_viscosity_fit(temperature)), own.viscosity(temperature), rtol=2e-3)
    assert own.source == "table oil.csv, 9 rows from 10 to 90 degC, between them PCHIP"
    with pytest.raises(InputError, match=r"^mine: 5 degC is outside the range of its properties, 10 to 90 degC$"):
        own.density(278.15)


def test_the_rows_themselves_are_met(table: Callable[[str], Path]) -> None:
    """Of HFE-7100 its maker's 25 degC; the rest is made up."""
    text = f"{HEAD}\n0, 1.53e3, 1.13, 0.074, 0.80\n25, 1510, 1.183, 0.069, 0.58\n60, 1420, 1.25, 0.062, 0.40\n"
    own = own_coolant("HFE-7100", table(text))
    assert own.density(298.15) == pytest.approx(1510.0, rel=1e-12)
    assert own.heat_capacity(298.15) == pytest.approx(1183.0, rel=1e-12)
    assert own.viscosity(298.15) == pytest.approx(0.58e-3, rel=1e-12)
    assert own.viscosity(310.0) < 0.58e-3


GOOD = ["10, 1500, 1.1, 0.07, 0.8", "25, 1480, 1.15, 0.068, 0.6", "60, 1400, 1.25, 0.062, 0.4"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (GOOD[:2], "2 lines below the header; 3 to 1000 are needed"),
        ([GOOD[0], GOOD[2], GOOD[1]], "the temperature must rise from row to row, 60 and 25 degC follow each other"),
        (
            [*GOOD[:2], "60, 1400, 1.25, 0.062, 0.7"],
            "the viscosity must fall with temperature, as that of liquids does",
        ),
        ([*GOOD[:2], "28, 1400, 1.25, 0.062, 0.5"], "the rows span 18 K; at least 20 K are needed"),
        ([*GOOD[:2], "60, x, 1.25, 0.062, 0.4"], "line 4, column density [kg/m^3]: is 'x'; a number is needed"),
        ([*GOOD[:2], "60, -3, 1.25, 0.062, 0.4"], "line 4, column density [kg/m^3]: must be positive, got -3 kg/m^3"),
        (
            [*GOOD[:2], "60, 1400, 1250, 0.062, 0.4"],
            "line 4, column heat capacity [kJ/(kg*K)]: is 1250 kJ/(kg*K) meant? plausible are 100 J/(kg*K) to 10000 J/(kg*K)",
        ),
        (
            ["10, 1500, 1.1, 0.07, 8", "11, 1480, 1.15, 0.068, 0.6", "60, 1400, 1.25, 0.062, 0.4"],
            "mine: its viscosity is",
        ),
    ],
)
def test_bad_rows(table: Callable[[str], Path], lines: list[str], sentence: str) -> None:
    path = table("\n".join([HEAD, *lines]))
    with pytest.raises(InputError) as caught:
        own_coolant("mine", path)
    at = ", " if sentence.startswith("line") else ": "
    assert str(caught.value).startswith(f"{path}{at}{sentence}")


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (
            HEAD.replace("density [kg/m^3]", "density"),
            ": column 'density' has no unit; write for example 'temperature [de",
        ),
        (
            HEAD.replace("density", "colour"),
            ": unknown column 'colour [kg/m^3]'; known are temperature, density, heat_cap",
        ),
        (HEAD.replace("density [kg/m^3]", "viscosity [Pa*s]"), ": column viscosity is there twice"),
        (
            HEAD.replace("viscosity [mPa*s]", "viscosity [mm^2/s]"),
            ", line 2, column viscosity [mm^2/s]: expected a dynamic viscosity, got 0.8 mm^2/s",
        ),
    ],
)
def test_bad_heads(table: Callable[[str], Path], head: str, sentence: str) -> None:
    path = table("\n".join([head, *GOOD]))
    with pytest.raises(InputError) as caught:
        own_coolant("mine", path)
    assert str(caught.value).startswith(f"{path}{sentence}")


def test_a_missing_column(table: Callable[[str], Path]) -> None:
    path = table("temperature [degC], density [kg/m^3]\n10, 1000\n20, 999\n30, 998\n")
    with pytest.raises(
        InputError, match=r"column heat_capacity is missing; its head is for example 'heat_capacity \[J/"
    ):
        own_coolant("mine", path)


def test_a_huge_file_is_not_read(table: Callable[[str], Path]) -> None:
    path = table("x" * (LARGEST_FILE + 1))
    with pytest.raises(InputError, match=r"1000001 bytes are too many for a table; at most 1000000 are read$"):
        own_coolant("mine", path)


def test_a_case_names_its_table(table: Callable[[str], Path]) -> None:
    path = table("\n".join([HEAD, *GOOD]))
    good = Path(__file__).parents[1] / "case" / "good.toml"
    case = path.with_name("case.toml")
    text = good.read_text(encoding="utf-8").replace('name = "PG25"', 'name = "my oil 3"\ntable = "oil.csv"', 1)
    case.write_text(text, encoding="utf-8")
    for name in ("pipes.csv", "substations.csv"):
        path.with_name(name).write_text("name\n", encoding="utf-8")
    own = coolant_of(load_case(case).case.coolant)
    assert (own.name, own.density(298.15)) == ("my oil 3", pytest.approx(1480.0))
