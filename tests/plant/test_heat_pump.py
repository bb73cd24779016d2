"""The vapour-compression cycle against Carnot, a textbook's example and a second computation."""

import numpy as np
import pytest
from CoolProp import PQ_INPUTS, PT_INPUTS, QT_INPUTS, AbstractState, PSmass_INPUTS

from rack2city.errors import InputError
from rack2city.plant import check_refrigerant, heat_pump_cycle, needs_no_lift


@pytest.fixture
def heat_pump(reference_case):
    """The reference heat pump with some attributes changed."""

    def make(**changes):
        return reference_case().plant.heat_pump.model_copy(update=changes)

    return make


@pytest.mark.parametrize("refrigerant", ["R1234ze(E)", "Ammonia", "R600a", "R134a", "R513A.mix"])
def test_never_better_than_carnot_and_energy_is_conserved(heat_pump, refrigerant):
    source, sink = np.meshgrid(np.linspace(288.15, 318.15, 7), np.linspace(318.2, 348.15, 6))
    cycle = heat_pump_cycle(heat_pump(refrigerant=refrigerant), source, sink)
    assert cycle.cop.shape == (6, 7)
    carnot = cycle.condensing_k / (cycle.condensing_k - cycle.evaporating_k)
    assert np.all(cycle.cop < 0.75 * 0.95 * carnot)
    assert np.all(cycle.cop > 0.45 * carnot)
    np.testing.assert_allclose(cycle.source_share + cycle.shaft_share, 1.0, rtol=1e-12)
    np.testing.assert_allclose(cycle.shaft_share * cycle.cop, 0.95, rtol=1e-12)  # electricity is shaft over motor
    assert np.all(np.diff(cycle.cop, axis=1) > 0.0)  # a warmer source helps
    assert np.all(np.diff(cycle.cop, axis=0) < 0.0)  # a warmer sink does not


def test_pinches_part_refrigerant_and_water(heat_pump):
    cycle = heat_pump_cycle(heat_pump(evaporator_pinch=2.0, condenser_pinch=4.0), 310.0, 340.0)
    assert cycle.evaporating_k == pytest.approx(308.0)
    assert cycle.condensing_k == pytest.approx(344.0)


def test_textbook_cycle_of_r134a(heat_pump):
    """Cengel & Boles, Thermodynamics, example 11-1: R-134a, ideal, 0.14 to 0.8 MPa, refrigerating COP 3.97."""
    ideal = heat_pump(
        refrigerant="R134a",
        isentropic_efficiency=1.0,
        motor_efficiency=1.0,
        superheat=0.0,
        evaporator_pinch=3.0,
        condenser_pinch=3.0,
    )
    evaporating, condensing = 273.15 - 18.77, 273.15 + 31.31
    cycle = heat_pump_cycle(ideal, evaporating + 3.0, condensing - 3.0)
    assert float(cycle.cop) == pytest.approx(3.97 + 1.0, rel=3e-3)
    assert float(cycle.source_share) == pytest.approx(3.97 / 4.97, rel=1e-3)


def test_reference_cycle_computed_a_second_time(heat_pump):
    """State by state with CoolProp's low-level interface; suction by pressure and temperature, 5 K above saturation."""
    cycle = heat_pump_cycle(heat_pump(), 309.97, 343.15)
    fluid = AbstractState("HEOS", "R1234ze(E)")
    fluid.update(QT_INPUTS, 1.0, 306.97)
    low = fluid.p()
    fluid.update(PT_INPUTS, low, 311.97)
    h1, s1 = fluid.hmass(), fluid.smass()
    fluid.update(QT_INPUTS, 0.0, 346.15)
    high = fluid.p()
    fluid.update(PSmass_INPUTS, high, s1)
    h2 = h1 + (fluid.hmass() - h1) / 0.75
    fluid.update(PQ_INPUTS, high, 0.0)
    h3 = fluid.hmass()
    assert float(cycle.cop) == pytest.approx(0.95 * (h2 - h3) / (h2 - h1), rel=1e-6)
    assert float(cycle.source_share) == pytest.approx((h1 - h3) / (h2 - h3), rel=1e-6)


def test_many_hours_at_once_are_the_hours_one_by_one(heat_pump):
    source, sink = np.array([310.0, 300.0, 310.0, 305.0]), np.array([335.0, 340.0, 335.0, 333.0])
    together = heat_pump_cycle(heat_pump(), source, sink).cop
    alone = [float(heat_pump_cycle(heat_pump(), *pair).cop) for pair in zip(source, sink, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert len(set(alone)) == 3


def test_an_unknown_refrigerant_is_refused(heat_pump):
    with pytest.raises(InputError) as caught:
        check_refrigerant(heat_pump(refrigerant="R999"), 343.15)
    assert str(caught.value) == (
        'plant.heat_pump.refrigerant: CoolProp knows no fluid \'R999\'; write for example "R1234ze(E)", "Ammonia", '
        '"R600a", or a blend as "R513A.mix"'
    )


def test_a_blend_without_its_ending_is_told_its_name(heat_pump):
    with pytest.raises(InputError, match=r"knows no fluid 'R513A'; write for example \"R513A.mix\""):
        check_refrigerant(heat_pump(refrigerant="R513A"), 343.15)
    with pytest.raises(InputError, match=r"knows no fluid 'R999.mix'"):
        check_refrigerant(heat_pump(refrigerant="R999.mix"), 343.15)


def test_a_refrigerant_that_cannot_condense_is_refused(heat_pump):
    with pytest.raises(InputError) as caught:
        check_refrigerant(heat_pump(refrigerant="CO2"), 343.15)
    assert str(caught.value) == (
        "plant.heat_pump.refrigerant: CO2 cannot condense at 73.0 °C, its critical temperature is 31.0 °C; "
        "choose another refrigerant or a colder network"
    )


def test_refrigerants_that_fit_pass(heat_pump):
    for name in ("R1234ze(E)", "Ammonia", "R600a", "R513A.mix"):
        check_refrigerant(heat_pump(refrigerant=name), 343.15)


@pytest.mark.parametrize(("blend", "cop"), [("R513A.mix", 5.05), ("R449A.mix", 4.39)])
def test_blends_that_coolprop_predefines(heat_pump, blend, cop):
    pump = heat_pump(refrigerant=blend, evaporator_pinch=4.0, condenser_pinch=4.0, superheat=5.0)
    assert (pump.isentropic_efficiency, pump.motor_efficiency) == (0.75, 0.95)
    check_refrigerant(pump, 323.15)
    assert float(heat_pump_cycle(pump, 293.15, 323.15).cop) == pytest.approx(cop, abs=0.005)


def test_a_blend_of_one_fluid_s_kin_is_near_it(heat_pump):
    """R410A by its parts against CoolProp's own pseudo-pure fluid, which knows no glide; without superheat, too."""
    for superheat in (0.0, 5.0):
        blend, fluid = (
            float(heat_pump_cycle(heat_pump(refrigerant=name, superheat=superheat), 290.0, 320.0).cop)
            for name in ("R410A.mix", "R410A")
        )
        assert blend == pytest.approx(fluid, rel=1e-2)


def test_a_blend_that_cannot_condense_is_refused(heat_pump):
    check_refrigerant(heat_pump(refrigerant="R449A.mix"), 343.15)
    with pytest.raises(InputError, match=r"R449A.mix cannot condense at 83.0 °C, it is too near its critical temp"):
        check_refrigerant(heat_pump(refrigerant="R449A.mix"), 353.15)


def test_a_point_without_a_cycle_is_one_sentence(heat_pump):
    for name in ("R1234ze(E)", "R449A.mix"):
        with pytest.raises(
            InputError, match=r"^plant.heat_pump.refrigerant: CoolProp finds no cycle of .* condenses at"
        ):
            heat_pump_cycle(heat_pump(refrigerant=name), 300.0, [310.0, 400.0])


def test_without_lift_there_is_no_electricity(heat_pump):
    source = np.array([330.0, 343.14, 343.15, 350.0, 380.0])
    cycle = heat_pump_cycle(heat_pump(), source, 343.15)
    np.testing.assert_array_equal(np.isinf(cycle.cop), [False, False, True, True, True])
    np.testing.assert_array_equal(cycle.shaft_share[2:], 0.0)
    np.testing.assert_array_equal(cycle.source_share[2:], 1.0)
    assert np.all(cycle.cop > 0.0)


def test_the_pinch_decides_whether_a_lift_is_needed(heat_pump):
    pump = heat_pump(condenser_pinch=3.0)
    assert not needs_no_lift(pump, 330.0, 345.9, 343.0)
    assert needs_no_lift(pump, 330.0, 346.1, 343.0)
    assert needs_no_lift(pump, 343.0, 344.0, 343.0)  # hardly warmer, yet nowhere colder than the sink
