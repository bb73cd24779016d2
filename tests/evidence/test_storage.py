"""Results on disk: read back as they were, and never with a NaN."""

import math
from dataclasses import dataclass

import pytest

from rack2city.evidence import Balance, Check
from rack2city.evidence.storage import load, store, write_json


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
