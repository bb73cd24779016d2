import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.materials import Coolant, air_density, air_heat_capacity, coolant, properties


@pytest.mark.parametrize(
    ("name", "celsius", "density", "heat_capacity", "viscosity", "conductivity"),
    [
        ("PG25", 10.0, 1022.94, 3896.3, 3.5581e-3, 0.4587),
        ("PG25", 40.0, 1009.91, 3968.6, 1.353e-3, 0.4858),
        ("PG25", 70.0, 992.05, 4038.5, 0.7365e-3, 0.5116),
        ("water", 40.0, 992.3, 4178.9, 0.6528e-3, 0.6286),
    ],
)
def test_properties(
    name: str, celsius: float, density: float, heat_capacity: float, viscosity: float, conductivity: float
) -> None:
    liquid, temperature = coolant(name), celsius + 273.15
    assert liquid.density(temperature) == pytest.approx(density, abs=0.006 if name == "PG25" else 0.06)
    assert liquid.heat_capacity(temperature) == pytest.approx(heat_capacity, abs=0.06)
    assert liquid.viscosity(temperature) == pytest.approx(viscosity, rel=2e-4)
    assert liquid.conductivity(temperature) == pytest.approx(conductivity, rel=2e-4)


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("PG25", None),
        ("water", None),
        *((f"{kind} glycol", x) for kind in ("propylene", "ethylene") for x in (0.01, 0.4, 0.6)),
    ],
)
def test_viscosity_fit_is_as_good_as_it_says(name: str, share: float | None) -> None:
    liquid = coolant(name, share)
    low, high = liquid.temperature_range_k
    temperature = np.linspace(low, high, 500)
    error = np.max(np.abs(np.exp(liquid.ln_viscosity_fit(temperature)) / liquid.viscosity(temperature) - 1.0))
    assert error < 2e-3


def test_viscosity_fit_is_the_stated_polynomial() -> None:
    liquid = coolant("water")
    x = (350.0 - 323.15) / 45.0  # the range is 5 to 95 degC
    expected = sum(c * x**i for i, c in enumerate(liquid.viscosity_polynomial))
    assert liquid.ln_viscosity_fit(350.0) == pytest.approx(expected, rel=1e-14)


@pytest.fixture
def pg25() -> Coolant:
    return coolant("PG25")


def test_shape_is_kept(pg25: Coolant) -> None:
    temperature = np.array([[300.0, 310.0, 320.0], [330.0, 340.0, 350.0]])
    density = pg25.density(temperature)
    assert density.shape == (2, 3)
    assert np.all(np.diff(density.ravel()) < 0.0)
    assert pg25.density(300.0).shape == ()


@pytest.mark.parametrize(("temperature", "said"), [(277.0, "3.85"), (370.0, "96.85"), (np.nan, "nan")])
def test_outside_the_range(pg25: Coolant, temperature: float, said: str) -> None:
    with pytest.raises(InputError) as caught:
        pg25.viscosity([300.0, temperature])
    assert str(caught.value) == f"PG25: {said} degC is outside the range of its properties, 5 to 95 degC"


def test_unknown_coolant() -> None:
    with pytest.raises(
        InputError, match=r"^coolant.name: unknown coolant 'oil'; known are water, PG25 and the like, prop"
    ):
        coolant("oil")


def test_glycols_by_their_share() -> None:
    """PG25 is 25 % of propylene glycol; ethylene glycol against ASHRAE's tables in CoolProp, 40 % by mass, 37.6 % by volume."""
    alike, pg25 = coolant("propylene glycol", 0.25), coolant("PG25")
    assert (alike.fluid, alike.viscosity_polynomial) == (pg25.fluid, pg25.viscosity_polynomial)
    assert alike.name == "propylene glycol 25 %"
    glycol = coolant("ethylene glycol", 0.4)
    for key, value in {"D": glycol.density, "C": glycol.heat_capacity, "V": glycol.viscosity}.items():
        of_ashrae = float(properties(key, 313.15, 3e5, "INCOMP::AEG[0.376]"))
        assert float(value(313.15)) == pytest.approx(of_ashrae, rel={"D": 0.01, "C": 0.02, "V": 0.1}[key])
    assert "40 % by mass" in glycol.source
    for share in (None, 0.0, 0.61):
        with pytest.raises(InputError, match=r"^coolant.share: ethylene glycol needs its share by mass"):
            coolant("ethylene glycol", share)


def test_air() -> None:
    assert air_density(298.15) == pytest.approx(1.184, abs=1e-3)
    assert air_heat_capacity(298.15) == pytest.approx(1006.3, abs=0.5)
    assert air_density(np.array([280.0, 300.0])).shape == (2,)
