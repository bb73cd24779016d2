"""Solids against other sources than their own, and in the finite elements against Kirchhoff's transformation."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.integrate import quad

from rack2city.case.solids import Solid as Asked
from rack2city.errors import InputError
from rack2city.fem.heat.conditions import FixedTemperature, Flux, Material
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import highest_temperature
from rack2city.materials import ConductivityLaw, solid
from rack2city.materials.solid_data import SOLIDS
from tests.fem.heat_cases import at, box


def nist_steel(temperature: float) -> float:
    """NIST's fit to the conductivity of 304 stainless steel, 1 to 300 K (W/(m K))."""
    coefficients = [-1.4087, 1.3982, 0.2543, -0.626, 0.2334, 0.4256, -0.4658, 0.165, -0.0199]
    return float(10.0 ** np.polynomial.polynomial.polyval(np.log10(temperature), coefficients))


def nist_copper(temperature: float) -> float:
    """NIST's fit to the conductivity of OFHC copper, RRR = 100, 4 to 300 K (W/(m K))."""
    top, bottom = [2.2154, -0.88068, 0.29505, -0.04831, 0.003207], [1.0, -0.47461, 0.13871, -0.02043, 0.001281]
    root = np.sqrt(temperature)
    above, below = (np.polynomial.polynomial.polyval(root, c) for c in (top, bottom))
    return float(10.0 ** (above / below))


@pytest.mark.parametrize("temperature", [230.0, 260.0, 290.0])
def test_against_nist(temperature: float) -> None:
    assert solid("copper").conductivity_at(temperature) == pytest.approx(nist_copper(temperature), rel=0.02)
    assert solid("304").conductivity_at(temperature) == pytest.approx(nist_steel(temperature), rel=0.03)


def test_against_data_sheets() -> None:
    """Cu-ETP 390 to 393 (Wieland, Aurubis), 316L 14.6 between 20 and 100 degC (maker), tungsten 174 (Beaton & Hewitt)."""
    assert 390.0 <= solid("Cu-ETP").conductivity_at(300.0) <= 394.0
    steel = np.mean(solid("316L").conductivity_at(np.linspace(300.0, 373.15, 50)))
    assert steel == pytest.approx(14.6, rel=0.06)
    assert solid("tungsten").conductivity_at(300.0) == pytest.approx(174.0, rel=2e-3)


@pytest.mark.parametrize("data", SOLIDS, ids=lambda data: data.names[0])
def test_the_law_meets_its_source(data) -> None:
    one = solid(data.names[-1])
    assert one.name == data.names[0]
    assert one.source == data.source
    low, high = one.temperature_range_k
    for temperature, k in zip(data.temperatures, data.conductivity, strict=False):
        if low <= temperature <= high:
            assert one.conductivity_at(temperature) == pytest.approx(k, rel=2e-3)
    assert np.all(one.conductivity_at(np.linspace(low, high, 101)) > 0.0)
    assert 1e6 < one.volumetric_heat_capacity < 5e6


def test_a_law_is_flat_beyond_its_range() -> None:
    law = solid("silicon").conductivity
    assert isinstance(law, ConductivityLaw)
    assert law(100.0) == pytest.approx(law(223.15), rel=1e-12)
    assert law(1000.0) == pytest.approx(law(473.15), rel=1e-12)
    with pytest.raises(
        InputError, match=r"^silicon of 'chip': 250 degC is outside the range of its conductivity, -50 to "
    ):
        solid("silicon").require_within(300.0, 523.15, "chip")
    with pytest.raises(
        InputError, match=r"^silicon: -73.15 degC is outside the range of its conductivity, -50 to 200 degC"
    ):
        solid("silicon").conductivity_at([300.0, 200.0])


def test_what_hardly_varies_is_constant() -> None:
    """Copper from 40 to 60 degC varies by 0.8 % and from 40 to 90 degC by 2 %."""
    copper = solid("copper")
    constant = copper.conductivity_between(313.15, 333.15)
    assert isinstance(constant, float)
    assert constant == pytest.approx(np.mean(copper.conductivity_at([313.15, 333.15])), rel=1e-6)
    assert copper.conductivity_between(313.15, 363.15) is copper.conductivity
    assert solid("6061-T6").conductivity_between(300.0, 400.0) == 167.0


@pytest.mark.parametrize("name", ["silicon", "mine"])
def test_a_slab_conducts_the_integral_of_its_law(name: str) -> None:
    """Between two temperatures the flux is the integral of k over them, over the thickness (Kirchhoff)."""
    points = [(0.0, 20.0), (50.0, 30.0), (120.0, 33.0)]
    own = {"mine": Asked.model_validate({"points": [table(*point) for point in points]})}
    body, cold, hot = solid(name, own), 280.0, 380.0
    exact = quad(lambda t: float(body.conductivity_at(t)), cold, hot)[0] / 0.01
    domain = box("quadrilateral", (0.01, 0.01), (8, 1), {"cold": at(0, 0.0), "hot": at(0, 0.01)})
    problem = HeatProblem(
        domain,
        {name: Material(body.conductivity) for name in domain.volumes},
        [FixedTemperature("cold", cold), Flux("hot", exact)],
    )
    problem.solve()
    assert highest_temperature(problem, *domain.volumes) - cold == pytest.approx(hot - cold, rel=1e-5)
    middle = float(body.conductivity_at((cold + hot) / 2))
    assert abs(exact * 0.01 / (middle * (hot - cold)) - 1.0) > 0.01, "a constant conductivity would do"


def table(celsius: float, conductivity: float) -> dict[str, str]:
    return {"temperature": f"{celsius} degC", "conductivity": f"{conductivity} W/(m*K)"}


def test_solids_of_the_case() -> None:
    asked = Asked.model_validate(
        {
            "points": [table(0.0, 400.0), table(100.0, 380.0)],
            "density": "8.9 g/cm^3",
            "heat_capacity": "390 J/(kg*K)",
            "source": "data sheet 7",
            "status": "datasheet",
        }
    )
    own = solid("my copper", {"my copper": asked})
    assert (own.source, own.status) == ("data sheet 7", "datasheet")
    assert own.conductivity_at(373.15) == pytest.approx(380.0, rel=2e-3)
    assert own.volumetric_heat_capacity == pytest.approx(8900.0 * 390.0)
    plain = solid("copper", {"copper": Asked.model_validate({"conductivity": "120 W/(m*K)"})})
    assert plain.conductivity_at([1.0, 1000.0]).tolist() == [120.0, 120.0]
    assert plain.temperature_range_k is None
    with pytest.raises(
        InputError, match=r"^copper: heat that is stored over time needs its density and heat_capacity$"
    ):
        _ = plain.volumetric_heat_capacity


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, 'missing; expected a conductivity, for example "391 W/(m*K)", or points'),
        ({"conductivity": "1 W/(m*K)", "points": [table(0, 1), table(1, 1)]}, "has no place beside conductivity"),
        ({"points": [table(0, 1)]}, "needs at least 2 entries, got 1; a constant conductivity is `conductivity`"),
        ({"points": [table(9, 1), table(9, 1)]}, "must be above that of the point before, got 9 degC"),
    ],
)
def test_bad_solids(asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(asked)
    assert caught.value.errors()[0]["msg"].startswith(sentence)


def test_a_law_that_jumps_is_refused() -> None:
    jump = [(0.0, 400.0), (10.0, 399.0), (11.0, 20.0), (100.0, 19.0)]
    own = {"alloy": Asked.model_validate({"points": [table(*point) for point in jump]})}
    with pytest.raises(
        InputError, match=r"^materials.alloy.points: the conductivity is too uneven for the finite elements"
    ):
        solid("alloy", own)


def test_unknown_solids() -> None:
    with pytest.raises(InputError) as caught:
        solid("coper", {}, "plates.gpu.base.material")
    assert str(caught.value).startswith(
        "plates.gpu.base.material: unknown material 'coper'; did you mean 'copper'? known are copper, pure copper, aluminium"
    )
    assert str(caught.value).endswith("indium, or give [materials.NAME] its conductivity")
