from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from rack2city.case import load_plates
from rack2city.case.curve import Curve
from rack2city.chain.plates.runs import plate_lines
from rack2city.errors import InputError
from rack2city.materials import coolant
from rack2city.plate.measured.map import measured_map
from rack2city.plate.measured.read import measured_curve

CASE = Path(__file__).parents[2] / "cases" / "plates" / "curve.toml"
LITRE = 1e-3 / 60.0
GOOD: dict[str, Any] = {
    "flow": ["0.5 L/min", "1 L/min", "2 L/min", "4 L/min"],
    "pressure_drop": ["1 kPa", "3 kPa", "9 kPa", "27 kPa"],
    "resistance": ["0.08 K/W", "0.04 K/W", "0.02 K/W", "0.01 K/W"],
    "resistance_from": "case-to-inlet",
    "coolant": {"name": "PG25"},
    "temperature": "40 degC",
    "pressure_drop_uncertainty": "4 %",
    "pressure_drop_floor": "30 Pa",
    "resistance_uncertainty": "6 %",
}


def asked(**changes: Any) -> Curve:
    return Curve.model_validate({key: value for key, value in (GOOD | changes).items() if value is not None})


def test_power_laws_are_exact() -> None:
    """The points are p ~ Q^(ln 3/ln 2) and R ~ 1/Q: interpolation in the logarithms meets both everywhere."""
    curve = measured_curve("gpu", asked())
    flow = np.geomspace(0.5, 4.0, 23) * LITRE
    np.testing.assert_allclose(curve.pressure_drop(flow), 3000.0 * (flow / LITRE) ** np.log2(3.0), rtol=1e-12)
    np.testing.assert_allclose(curve.resistance(flow), 0.04 * LITRE / flow, rtol=1e-12)
    assert curve.pressure_drop(LITRE).shape == ()
    assert curve.flow_range == pytest.approx((0.5 * LITRE, 4.0 * LITRE))


def test_uncertainties() -> None:
    """Of the reading and floor in squares, over the coverage factor: at 3 kPa hypot(120, 30) / 2."""
    curve = measured_curve("gpu", asked())
    assert curve.pressure_drop_uncertainty(LITRE) == pytest.approx(np.hypot(120.0, 30.0) / 2.0)
    assert curve.resistance_uncertainty(3.0 * LITRE) == pytest.approx(0.03 * 0.04 / 3.0)
    halfway = curve.pressure_drop_uncertainty(np.sqrt(0.5) * LITRE) / curve.pressure_drop(np.sqrt(0.5) * LITRE)
    ends = [np.hypot(0.04 * p, 30.0) / p / 2.0 for p in (1000.0, 3000.0)]
    assert halfway == pytest.approx(np.mean(ends))
    assert measured_curve("gpu", asked(coverage=1.0)).resistance_uncertainty(LITRE) == pytest.approx(0.06 * 0.04)


def test_it_does_not_overshoot() -> None:
    """Where the resistance is level it stays so, though it falls before and after."""
    curve = measured_curve("gpu", asked(resistance=["0.08 K/W", "0.03 K/W", "0.03 K/W", "0.01 K/W"]))
    np.testing.assert_allclose(curve.resistance(np.linspace(1.0, 2.0, 9) * LITRE), 0.03, rtol=1e-12)


@pytest.mark.parametrize("litres", [0.49, 4.1, np.nan])
def test_outside_nothing_is_known(litres: float) -> None:
    curve = measured_curve("gpu", asked())
    with pytest.raises(InputError) as caught:
        curve.resistance(np.array([1.0, litres]) * LITRE)
    assert str(caught.value) == (
        f"plates.gpu: {litres:.4g} L/min is outside the measured curve, 0.5 to 4 L/min; measure further, or change the flow "
        "of the plate"
    )


def test_another_coolant_at_equal_reynolds_number() -> None:
    """A pipe's law, of both friction and inertia, comes out for the new coolant as if it had been measured with it."""

    def pipe(flow: np.ndarray, name: str, temperature: float) -> np.ndarray:
        liquid = coolant(name)
        return 3e11 * liquid.viscosity(temperature) * flow + 1.2e9 * liquid.density(temperature) * flow**2

    flow = np.geomspace(0.5, 4.0, 40) * LITRE
    texts = {"flow": [f"{q / LITRE!r} L/min" for q in flow.tolist()]}
    drops = [f"{p!r} Pa" for p in pipe(flow, "water", 298.15).tolist()]
    resistances = [f"{0.04 * LITRE / q!r} K/W" for q in flow.tolist()]
    water = measured_curve(
        "gpu",
        asked(**texts, pressure_drop=drops, resistance=resistances, coolant={"name": "water"}, temperature="25 degC"),
    )
    glycol = water.in_coolant(coolant("PG25"), 313.15)
    low, high = glycol.flow_range
    at = np.geomspace(low, high, 17)
    np.testing.assert_allclose(glycol.pressure_drop(at), pipe(at, "PG25", 313.15), rtol=2e-4)
    np.testing.assert_allclose(glycol.resistance(at), 0.04 * LITRE / at, rtol=1e-9)
    ratio = glycol.pressure_drop_uncertainty(at) / glycol.pressure_drop(at)
    assert 0.02 < ratio.min() < ratio.max() < 0.03, "the relative uncertainty is the measured one"
    assert "water at 25 degC are told for PG25 at 40 degC, at equal Reynolds number: flow x 1.5" in glycol.notes[0]
    assert glycol.notes[1].startswith("resistances are those measured with water at 25 degC")
    assert water.in_coolant(coolant("water"), 298.15) is water
    assert len(water.in_coolant(coolant("water"), 303.15).notes) == 1


def test_resistances_of_another_coolant_are_told_with_the_figures() -> None:
    """Beside them on the console, and in the map that is written: R in PG25 is higher than in the water of the bench."""

    def told(*overrides: str) -> tuple[list[str], list[str]]:
        plate = measured_map(load_plates(CASE, overrides).case, "gpu")
        return [line for line in plate_lines(plate) if "not converted" in line], list(plate.leaves_out)

    assert told() == ([], [told()[1][0]])
    lines, kept = told("plates.gpu.curve.coolant.name=water", "plates.gpu.flow=2 L/min")
    assert lines == [f"  left out: {kept[-1]}"]
    assert kept[-1].startswith("resistances are those measured with water at")


def test_a_coolant_too_thick_for_the_curve() -> None:
    curve = measured_curve("gpu", asked())
    with pytest.raises(
        InputError, match=r"^plates.gpu: the curves were measured with PG25 at 40 degC; for Therminol 66 at"
    ):
        curve.in_coolant(coolant("Therminol 66"), 293.15)


def test_an_unknown_coolant_is_told_where_it_stands() -> None:
    with pytest.raises(InputError, match=r"^plates.gpu.curve.coolant.name: unknown coolant 'tea'; known are water"):
        measured_curve("gpu", asked(coolant={"name": "tea"}))


def test_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    head = "flow [L/min], pressure drop [kPa], resistance [K/W], resistance_uncertainty [mK/W]"
    path.write_text(f"{head}\n0.5, 1, 0.08, 4\n1, 3, 0.04, 2\n2, 9, 0.02, 2\n")
    lists = dict.fromkeys(("flow", "pressure_drop", "resistance", "resistance_uncertainty"))
    table = Curve.model_validate(
        {key: value for key, value in (GOOD | lists).items() if value is not None} | {"file": path.name},
        context={"directory": tmp_path},
    )
    curve = measured_curve("gpu", table)
    assert curve.pressure_drop(2.0 * LITRE) == pytest.approx(9000.0)
    assert curve.resistance_uncertainty(2.0 * LITRE) == pytest.approx(0.001)
    path.write_text(f"{head}\n0.5, 1, 0.08, 4\n1, 0.9, 0.04, 2\n2, 9, 0.02, 2\n")
    with pytest.raises(
        InputError, match=r"curve.csv: the pressure drop must rise with the flow, between 0.5 and 1 L/min "
    ):
        measured_curve("gpu", table)
    path.write_text("flow [L/min], pressure drop [kPa], resistance [K/W]\n0.5, 1, 0.08\n1, 3, 0.04\n2, 9, 0.02\n")
    with pytest.raises(
        InputError, match=r"curve.csv: the uncertainty of resistance is missing; give it as a column resist"
    ):
        measured_curve("gpu", table)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"flow": ["0.5 L/min", "2 L/min", "1 L/min", "4 L/min"]},
            "the flow must rise from point to point, 2 and 1 L/min",
        ),
        (
            {"resistance": ["0.08 K/W", "0.04 K/W", "0.05 K/W", "0.01 K/W"]},
            "the resistance rises between 1 and 2 L/min by",
        ),
    ],
)
def test_points_of_no_plate(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=f"^plates.gpu: {sentence}"):
        measured_curve("gpu", asked(**changes))


def test_scatter_within_the_uncertainty_is_let_pass() -> None:
    curve = measured_curve("gpu", asked(resistance=["0.08 K/W", "0.04 K/W", "0.041 K/W", "0.01 K/W"]))
    assert curve.resistance(2.0 * LITRE) == pytest.approx(0.041)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"flow": None}, "flow", "needs at least 3 entries, got 0; or give a file"),
        ({"resistance": ["1 K/W", "1 K/W", "1 K/W"]}, "resistance", "has 3 entries, flow has 4"),
        ({"resistance_uncertainty": None}, "resistance_uncertainty", "missing; a measured value needs its uncertainty"),
    ],
)
def test_bad_tables(changes: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        asked(**changes)
    first = caught.value.errors()[0]
    assert first["ctx"]["field"] == (field,)
    assert first["msg"].startswith(sentence)


def test_a_measured_junction_is_called_one() -> None:
    """Whoever adds the resistance from junction to case must see that it is in the figure already."""
    plate = measured_map(load_plates(CASE, ("plates.gpu.curve.resistance_from=junction-to-inlet",)).case, "gpu")
    lines = list(plate_lines(plate))
    assert sum("junction-to-inlet" in line for line in lines) == len(plate.flow_m3_per_s) + 1
    assert not any("case-to-inlet" in line for line in lines)
    assert plate.resistance_from == "junction-to-inlet"
