"""Figures and numbers: the Sankey diagram conserves, labels do not overlap, axes carry units."""

from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rack2city.errors import BalanceError
from rack2city.evidence import restore
from rack2city.report import energy
from rack2city.report.figures import picture, plate, sankey, year
from rack2city.report.figures.style import house_style
from rack2city.report.model import Run, read_run
from rack2city.report.units import CELSIUS, LITRE_PER_MINUTE, PERCENT, engineering, number, quantity
from rack2city.results.city import CityFigures
from tests.report.sample import sample_summary, sample_year, write_field, write_sample


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("figures")
    write_sample(folder)
    return read_run(folder)


@pytest.fixture
def city() -> CityFigures:
    return restore(CityFigures, sample_summary(sample_year())["city"])


def test_sankey_conserves_at_every_node_and_ends_at_the_summary(city: CityFigures) -> None:
    flows = energy.energy_flows(city)
    total = flows.leaving("grid")
    assert total == pytest.approx(sum(asdict(city.electricity_j).values()), rel=1e-12)
    for node in flows.nodes:
        into, out = flows.entering(node.key), flows.leaving(node.key)
        assert into == pytest.approx(out, abs=1e-6 * total) or 0.0 in (into, out)
    assert flows.entering("delivered") == city.delivered_j
    sources = sum(flows.leaving(n.key) for n in flows.nodes if flows.entering(n.key) == 0.0)
    sinks = sum(flows.entering(n.key) for n in flows.nodes if flows.leaving(n.key) == 0.0)
    assert sources == pytest.approx(sinks, rel=1e-6)


@pytest.mark.parametrize(
    ("key", "node"),
    [("rejected_j", "Heat to coolant"), ("delivered_j", "Heat network"), ("heat_pump_heat_j", "heat pump")],
)
def test_sankey_refuses_energies_that_do_not_add_up(city: CityFigures, key: str, node: str) -> None:
    with pytest.raises(BalanceError, match=node):
        energy.energy_flows(replace(city, **{key: 1.5 * getattr(city, key)}))


@pytest.mark.parametrize("backup", [True, False])
def test_sankey_labels_do_not_overlap_and_stay_inside(city: CityFigures, backup: bool) -> None:
    if not backup:
        city = replace(city, delivered_j=city.delivered_j - city.backup_j, backup_j=0.0)
    flows = energy.energy_flows(city)
    assert ("backup" in {node.key for node in flows.nodes}) == backup
    with house_style():
        figure = sankey.draw(flows)
        boxes = text_boxes(figure)
    assert len(boxes) == sum(bool(node.label) for node in flows.nodes)
    assert not [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)]
    assert all(figure.bbox.x0 <= b.x0 and b.x1 <= figure.bbox.x1 and b.y1 <= figure.bbox.y1 for b in boxes)


@pytest.mark.parametrize("draw", [plate.plate_curves, year.year_heat, year.duration, year.temperatures])
def test_every_labelled_axis_has_a_unit(run: Run, draw: Any) -> None:
    with house_style():
        figure = draw(run.summary.plates["accelerator"] if draw is plate.plate_curves else run.year)
    for axes in figure.axes:
        assert axes.get_ylabel()
        assert all("(" in label for label in (axes.get_xlabel(), axes.get_ylabel()) if label)
        hidden = axes.get_xaxis().get_tick_params().get("labelbottom") is False
        assert axes.get_xlabel() or hidden


def test_picture_shows_three_sections_on_one_scale_in_celsius(tmp_path: Path) -> None:
    rendering = picture.render(write_field(tmp_path))
    assert np.count_nonzero(rendering["image"][..., 3]) > 0.05 * rendering["image"][..., 3].size
    low, high = rendering["limits"]
    assert 40.0 <= low < high < 80.0
    assert rendering["slice_inlet_t"].mean() < rendering["slice_outlet_t"].mean() - 5.0
    with house_style():
        figure = picture.half_channel(rendering, (0.05, 0.0))
        boxes = text_boxes(figure)
    labels = [axes.get_xlabel() for axes in figure.axes] + [axes.get_ylabel() for axes in figure.axes]
    assert labels.count("y (mm)") == 3
    assert "temperature (°C)" in labels
    assert not [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)]


def text_boxes(figure: Figure) -> list[Any]:
    """Boxes (pixel) of every visible text outside the tick labels."""
    FigureCanvasAgg(figure).draw()
    texts = [*figure.texts]
    for axes in figure.axes:
        texts += [*axes.texts, axes.title]
        if axes.axison:
            texts += [axes.xaxis.label, axes.yaxis.label]
    return [text.get_window_extent() for text in texts if text.get_text()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(1234567), "1\u202f234\u202f567"),
        (number(-0.05, 2), "−0.050"),
        (number(2e-12, 2), "2.0\u202f×\u202f10⁻¹²"),
        (number(float("nan")), "–"),
        (number(0.4, 6, trim=True), "0.4"),
        (number(100.0, 6, trim=True), "100"),
        (quantity(313.15, CELSIUS), "40.00\u00a0°C"),
        (quantity(2.31 / 6e4, LITRE_PER_MINUTE), "2.310\u00a0L/min"),
        (quantity(0.05, PERCENT, trim=True), "5\u00a0%"),
    ],
)
def test_numbers_have_one_look(text: str, expected: str) -> None:
    assert text == expected


def test_a_difference_in_kelvin_is_not_made_a_temperature() -> None:
    assert engineering("K", "temperature") is CELSIUS
    assert engineering("K", "difference").of(5.0) == 5.0
