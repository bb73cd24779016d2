import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from rack2city.case import quantities
from rack2city.case.units import Dimension


@pytest.mark.parametrize(
    ("dimension", "value", "si"),
    [
        (quantities.POWER, "150 kW", 150e3),
        (quantities.POWER, "150kW", 150e3),
        (quantities.POWER, {"value": "1.5e2 kW", "source": "a data sheet"}, 150e3),
        (quantities.LENGTH, "5 µm", 5e-6),
        (quantities.LENGTH, "5 μm", 5e-6),
        (quantities.TEMPERATURE, "40 degC", 313.15),
        (quantities.TEMPERATURE, "40 °C", 313.15),
        (quantities.TEMPERATURE, "-8 °C", 265.15),
        (quantities.TEMPERATURE, "\u22128 °C", 265.15),
        (quantities.TEMPERATURE, "313.15 K", 313.15),
        (quantities.TEMPERATURE_DIFFERENCE, "5 K", 5.0),
        (quantities.AREA_RESISTANCE, "5 mm²·K/W", 5e-6),
        (quantities.AREA_RESISTANCE, "5 mm^2*K/W", 5e-6),
        (quantities.THERMAL_RESISTANCE, "0.02 °C/W", 0.02),
        (quantities.CONDUCTIVITY, "391 W/(m·K)", 391.0),
        (quantities.CONDUCTIVITY, "391 W m⁻¹ K⁻¹", 391.0),
        (quantities.VELOCITY, "1.5 m/s", 1.5),
        (quantities.VOLUME_FLOW, "3600 m³/h", 1.0),
        (quantities.FLOW_PER_POWER, "1.5 L/min/kW", 2.5e-8),
        (quantities.PRESSURE_PER_FLOW, "0.06 kPa/(L/min)", 3.6e6),
        (quantities.PRESSURE_PER_FLOW_SQUARED, "0.005 kPa/(L/min)²", 1.8e10),
        (quantities.THERMAL_CONDUCTANCE, "330 kW/K", 330e3),
        (quantities.ENERGY, "8 GWh", 2.88e13),
        (quantities.PRESSURE, "3 bar", 3e5),
        (quantities.FRACTION, "85 %", 0.85),
        (quantities.FRACTION, "0.85", 0.85),
        (quantities.FRACTION, 0.85, 0.85),
        (quantities.RATIO, "6", 6.0),
    ],
)
def test_reads_si(dimension: Dimension, value: object, si: float) -> None:
    assert dimension.parse(value) == pytest.approx(si, rel=1e-13)


def test_every_dimension_reads_its_own_example() -> None:
    dimensions = [value for value in vars(quantities).values() if isinstance(value, Dimension)]
    assert len(dimensions) == 22
    assert all(dimension.parse(dimension.example) > 0.0 for dimension in dimensions)


@given(st.one_of(st.text(max_size=12), st.from_regex(r"[0-9.]{1,4} ?[a-zA-Z/%°()^0-9*]{0,8}", fullmatch=True)))
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_number_or_a_sentence(text: str) -> None:
    try:
        assert math.isfinite(quantities.LENGTH.parse(text))
    except PydanticCustomError as error:
        assert len(error.message()) > 10  # noqa: PT017


@pytest.mark.parametrize("unit", ["m**9**9**9", "m^9 ^9^9", "(" * 500, "m^99", "3 W", "W**", '__import__("os")'])
def test_malformed_units_are_refused_at_once(unit: str) -> None:
    with pytest.raises(PydanticCustomError, match="unknown unit"):
        quantities.LENGTH.parse(f"1 {unit}")


@pytest.mark.parametrize("value", [True, None, [1], {}, {"value": "1 W", "source": 3}])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError):
        quantities.POWER.parse(value)
