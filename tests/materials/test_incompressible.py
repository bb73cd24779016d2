import numpy as np
import pytest
from CoolProp import CoolProp

from rack2city.errors import InputError
from rack2city.materials.coolants import coolant
from rack2city.materials.incompressible import Incompressible, incompressibles


def of_kind(basis: str) -> list[Incompressible]:
    return sorted({one for one in incompressibles().values() if one.basis == basis}, key=lambda one: one.key)


def fits(one: Incompressible) -> list[float | None]:
    """The shares at which a liquid can be used, of three."""
    shares: list[float | None] = [None]
    if one.basis:
        least, largest = one.shares
        shares = [least + part * (largest - least) for part in (0.05, 0.5, 0.95)]
    good = []
    for share in shares:
        try:
            one.coolant(share)
        except InputError:
            continue
        good.append(share)
    return good


def test_every_liquid_of_coolprop_is_asked() -> None:
    listed = [
        set(CoolProp.get_global_param_string(f"incompressible_list_{kind}").split(",")) for kind in ("pure", "solution")
    ]
    assert {one.key for one in of_kind("")} == listed[0]
    assert {one.key for one in of_kind("mass") + of_kind("volume")} == listed[1]


def test_those_that_fit_are_good_everywhere_in_their_range() -> None:
    """Each that is not refused: properties of a liquid, a viscosity that falls, and the fit as good as it says."""
    count = 0
    for one in set(incompressibles().values()):
        for share in fits(one):
            liquid = one.coolant(share)
            temperature = np.linspace(*liquid.temperature_range_k, 101)
            viscosity = liquid.viscosity(temperature)
            assert np.all(np.diff(viscosity) < 0.0), liquid.name
            assert np.max(np.abs(np.exp(liquid.ln_viscosity_fit(temperature)) / viscosity - 1.0)) < 2e-3, liquid.name
            assert 0.04 < liquid.conductivity(temperature).min() < liquid.conductivity(temperature).max() < 0.8
            count += 1
    assert count > 100


@pytest.mark.parametrize(
    ("name", "share", "sentence"),
    [
        ("HFE", None, "coolant.name: HFE is not used: CoolProp's conductivity of 0.97 W/(m K) is none of a liquid"),
        ("Air", None, "coolant.name: Air is not used: CoolProp's density of 1.27 kg/m3 is none of a liquid"),
        (
            "Acetone",
            None,
            "coolant.name: Acetone is not used: CoolProp's conductivity of 0 W/(m K) is none of a liquid",
        ),
        ("HCB", None, "coolant.name: HCB is not used: CoolProp's viscosity of it rises with temperature"),
        ("FoodFat", None, "coolant.name: CoolProp has no viscosity of FoodFat"),
        (
            "NaK",
            None,
            "coolant.name: NaK is no coolant of a rack: CoolProp knows it from 300 to 600 degC, and 20 K between 5 and 95 "
            "degC are needed",
        ),
        (
            "Glykosol N",
            0.11,
            "coolant.share: Glykosol N 11 % is not used: CoolProp's viscosity of it is below that of water",
        ),
        (
            "magnesium chloride",
            0.294,
            "coolant.name: magnesium chloride 29.4 % is not used: CoolProp's viscosity of 7.17 Pa s is none of a liquid",
        ),
        ("HFE-7100", None, "coolant.name: HFE-7100 is not used: CoolProp's viscosity of it at 25 degC is 0.37 mPa s"),
        (
            "Paracryol",
            None,
            "coolant.name: Paracryol is not used: CoolProp's viscosity of it, 0.24 Pa s at 5 degC, falls to a",
        ),
        ("ExamplePure", None, "coolant.name: ExamplePure is an example in CoolProp, no liquid that can be bought"),
        ("Dowtherm J", 0.5, "coolant.share: Dowtherm J has no share to choose, it is used as it comes"),
        ("AEG", 0.05, "coolant.share: ASHRAE ethylene glycol needs its share by volume, at least 10 and at most 60 %"),
        ("MEG", None, "coolant.share: ethylene glycol needs its share by mass, more than 0 and at most 60 %"),
        ("PG70", None, "coolant.share: propylene glycol needs its share by mass, more than 0 and at most 60 %"),
        ("etylene glycol", None, "coolant.name: unknown coolant 'etylene glycol'; did you mean 'ethylene glycol'"),
    ],
)
def test_refusals(name: str, share: float | None, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        coolant(name, share)
    assert str(caught.value).startswith(sentence)


def test_a_dielectric_from_two_sources() -> None:
    """Syltherm XLT by its maker's data sheet and by Melinder."""
    dow, melinder = coolant("Syltherm XLT"), coolant("PMS2")
    temperature = np.linspace(280.0, 365.0, 10)
    np.testing.assert_allclose(dow.density(temperature), melinder.density(temperature), rtol=1e-3)
    np.testing.assert_allclose(dow.heat_capacity(temperature), melinder.heat_capacity(temperature), rtol=1e-3)
    np.testing.assert_allclose(dow.conductivity(temperature), melinder.conductivity(temperature), rtol=0.01)
    np.testing.assert_allclose(dow.viscosity(temperature), melinder.viscosity(temperature), rtol=0.05)


def test_names_and_shares() -> None:
    by_volume = coolant("ASHRAE propylene glycol", 0.3)
    assert by_volume.name == "ASHRAE propylene glycol 30 %"
    assert by_volume.source == (
        "CoolProp, incompressible ASHRAE propylene glycol and water, 30 % by volume, ASHRAE Fundamentals (2001), SecCool"
    )
    assert coolant("APG", 0.3) == by_volume
    assert coolant("PG30").viscosity(313.15) == coolant("propylene glycol", 0.3).viscosity(313.15)
    assert coolant("EG40").fluid == coolant("MEG", 0.4).fluid
    assert coolant("sodium chloride", 0.2).temperature_range_k == (278.15, 313.15)


def test_the_range_stays_above_the_freezing_point() -> None:
    """Potassium carbonate at 1 % freezes at about 0 degC: the range begins 5 K above that."""
    brine = coolant("MKC2", 0.008)
    freezing = CoolProp.PropsSI("T_FREEZE", "T", 290.0, "P", 3e5, "INCOMP::MKC2[0.008]")
    assert freezing > 273.15
    assert brine.temperature_range_k[0] == pytest.approx(freezing + 5.0)
