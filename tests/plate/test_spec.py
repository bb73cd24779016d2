import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.plate import spec
from rack2city.plate.erosion import erosion_limits


def test_formulas() -> None:
    assert spec.pumping_power(30e3, 2e-3 / 60.0) == pytest.approx(1.0)
    assert spec.pumping_power([30e3, 15e3], 2e-3 / 60.0, 0.5).tolist() == pytest.approx([2.0, 1.0])
    assert spec.hydraulic_diameter(np.pi, 2.0 * np.pi) == pytest.approx(2.0)
    assert spec.hydraulic_diameter(0.1 * 3.0, 2.0 * 3.1) == pytest.approx(0.19355, rel=1e-4)
    assert spec.reynolds_number(1000.0, 0.5, 2e-3, 1e-3) == pytest.approx(1000.0)
    assert spec.thermal_resistance(343.15, 313.15, 1500.0) == pytest.approx(0.02)
    with pytest.raises(InputError, match=r"^plate: the efficiency of a pump must be more than 0 and at most 1, got 0$"):
        spec.pumping_power(1.0, 1.0, 0.0)


def test_rows_are_laid_out_in_their_order() -> None:
    rows = spec.laid_out({"case_max_k": 340.0, "inlet_k": 313.15})
    assert [(row.symbol, value) for row, value in rows] == [("T_in", 313.15), ("T_c,max", 340.0)]
    assert len({row.key for row in spec.ROWS}) == len({row.symbol for row in spec.ROWS}) == len(spec.ROWS)
    assert all(row.taken and row.unit for row in spec.ROWS)
    with pytest.raises(
        InputError, match=r"^plate: no row is called 'case_k'; there are inlet_k, flow_m3_per_s, power_w"
    ):
        spec.laid_out({"case_k": 1.0})


def test_copper_erodes_sooner_when_it_is_warm() -> None:
    """At 60 degC half way between 50 and 70: 1.4 m/s for tubes that cannot be replaced (Sweden), 2.75 m/s by BS 6700."""
    by_use = {limit.meant_for: limit.velocity for limit in erosion_limits(333.15)}
    assert by_use["copper tubes that cannot be replaced"] == pytest.approx(1.4)
    assert by_use["copper tubes of buildings"] == pytest.approx(2.75)
    assert by_use["cold plates"] == 1.5
    speeds = [limit.velocity for limit in erosion_limits(353.15)]
    assert speeds == sorted(speeds)
    assert speeds[0] == 0.6
    assert erosion_limits(293.15)[-1].velocity == pytest.approx(3.75)
