"""Results on disk: read back as they were, and never with a NaN."""

import math
from dataclasses import dataclass

import pytest

from rack2city.errors import InputError
from rack2city.evidence import Balance, Check
from rack2city.evidence.storage import load, store, view, write_json


@dataclass(frozen=True)
class Result:
    power_w: float
    shares: tuple[float, ...]
    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]


def test_a_result_comes_back_as_it_was(tmp_path):
    result = Result(
        0.1 + 0.2,
        (1 / 3, 2 / 3),
        (Balance("rack", "mass", 1.0, 1.0, "kg/s", 1e-9, scale=2.0), Balance("rack", "heat", 1.0, 1.0, "W", 1e-6)),
        (Check("Manifold velocity", 1.0, 1.5, "m/s", "max"),),
    )
    store(tmp_path / "rack.json", result)
    assert load(tmp_path / "rack.json", Result) == result
    assert [file.name for file in tmp_path.iterdir()] == ["rack.json"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_refused_and_the_old_file_stays(tmp_path, value):
    file = tmp_path / "rack.json"
    write_json(file, {"power_w": 1.0})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(file, {"power_w": value})
    assert '"power_w": 1.0' in file.read_text()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"power_w": 1.0', "is not readable as JSON: "),
        ("[1]", "must hold one JSON object, not a list; "),
        ('{"power_w": 1.0}', "the key `shares` is missing; "),
        ('{"power_w": 1.0, "shares": [0.5, "half"], "balances": [], "checks": []}', "the key `shares[1]` is wrong: "),
        ('{"power_w": 1.0, "shares": [], "balances": [], "checks": [{"name": "x"}]}', "the key `checks[0].value` is "),
    ],
)
def test_a_damaged_result_is_one_sentence_with_file_and_key(tmp_path, text, fault):
    file = tmp_path / "rack.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load(file, Result)
    assert str(caught.value).startswith(f"{file}: {fault}")
    assert "\n" not in str(caught.value)


def test_a_view_takes_fields_and_properties_of_the_same_name():
    @dataclass(frozen=True)
    class Row:
        name: str
        margin: float
        holds: bool

    assert view(Row, Check("Manifold velocity", 1.0, 1.5, "m/s", "max")) == Row("Manifold velocity", 0.5, True)
