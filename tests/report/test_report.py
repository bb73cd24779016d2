"""The two report files: complete, self-contained, honest about the verdict, and clear about missing input."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from rack2city.errors import InputError, Rack2CityError
from rack2city.evidence import restore
from rack2city.report import Summary, tables, write_report
from rack2city.report.figures import off_screen, picture
from rack2city.report.model import read_run
from rack2city.report.records import refinement
from tests.report.sample import FIELDS, check, write_sample

FILES = ("summary.json", "year.parquet", f"{FIELDS}/temperature.pvd", f"{FIELDS}/flow.pvd")


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    write_sample(folder)
    assert write_report(folder) == ([folder / "report.html", folder / "report.pdf"], ())
    return folder


@pytest.fixture
def summary(run_dir: Path) -> dict[str, Any]:
    return json.loads((run_dir / "summary.json").read_text())


def pages(file: Path) -> list[str]:
    document = pypdfium2.PdfDocument(file)
    return [document[i].get_textpage().get_text_range() for i in range(len(document))]


def words(text: str) -> str:
    return " ".join(text.split())


def test_both_name_verdict_checks_sources_and_assumptions(run_dir: Path, summary: dict[str, Any]) -> None:
    html = (run_dir / "report.html").read_text()
    pdf = words(" ".join(pages(run_dir / "report.pdf")))
    wanted = [summary["case"]["title"], "HOLDS", "PUE", "ERF", *summary["assumptions"]]
    wanted += [row["name"] for row in summary["verdict"]["checks"] + summary["balances"]]
    for text in wanted:
        assert text in words(html)
        assert text in pdf
    assert "DOES NOT HOLD" not in html
    assert "ASHRAE S40 &lt;draft &amp; notes&gt;" in html  # a source is text, never markup


def test_values_stand_in_engineering_units(run_dir: Path) -> None:
    pdf = words(" ".join(pages(run_dir / "report.pdf")))
    for text in ("73.85 °C", "245.3 kPa", "11.1 K", "2.100 %", "at least 12 K"):
        assert text in pdf


def test_figures_and_names_are_found_by_a_search(run_dir: Path) -> None:
    """No sign stands within a number or a name, and no short word may break."""
    texts = pages(run_dir / "report.pdf")
    assert not [i for i, text in enumerate(texts) if re.search("[\u200b\u00ad\ufeff]", text)]
    joined = words(" ".join(texts))
    for text in ("4.300", "1.550", "rack.supply_temperature", "pc_factor_mat_solver_type"):
        assert text in joined
    html = (run_dir / "report.html").read_text()
    assert "overflow-wrap: anywhere" not in html
    assert "rack.<wbr>supply_<wbr>temperature" in html
    assert ">accelerator<" in html
    assert ">4.300<" in html


def test_html_is_made_for_narrow_screens_too(run_dir: Path) -> None:
    html = (run_dir / "report.html").read_text()
    assert '<meta name="viewport" content="width=device-width' in html
    assert re.search(r"@media \(max-width: 700px\) \{[^@]*figure svg \{ min-width: 40rem; \}", html)
    assert html.count('<div class="scroll"><table') == html.count("<table")  # wide tables scroll by themselves


def test_refinement_and_commit_are_in_both(run_dir: Path, summary: dict[str, Any]) -> None:
    html = re.sub(r"<[^>]+>", "", (run_dir / "report.html").read_text())
    for text in (words(html), words(" ".join(pages(run_dir / "report.pdf")))):
        text = text.replace("\u00a0", " ")
        assert "the pressure drop changes by 0.40 % and the case-to-inlet resistance by −1.2 %" in text
        assert summary["provenance"]["commit"] in text


def test_a_refinement_that_nobody_knows_is_told() -> None:
    assert refinement(0.1, None).startswith("No coarser mesh was computed")


def test_html_tells_how_the_finite_elements_were_solved(run_dir: Path) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", (run_dir / "report.html").read_text()).split())
    assert "flow: method direct" in text
    assert "heat: method multigrid" in text
    assert "heat: factorisations of each run 2, 1, 1, 1, 1" in text
    assert "grad_div 0.04" in text
    assert "petsc 3.24.0" in text


def test_html_refers_to_nothing_outside(run_dir: Path) -> None:
    html = (run_dir / "report.html").read_text()
    assert not re.search(r"https?://|<script|<link|@import", html)
    assert not re.search(r"""\b(?:src|href)\s*=\s*["'](?!#|data:)""", html)
    assert not re.search(r"url\((?!#|data:)", html)
    assert (
        html.count("<svg") == 9  # curves of two plates; shares, temperature and speed of one; four of the city
    )  # two plates with curves, one of them with shares, temperature and speed; five of the city


def test_ids_of_the_inlined_figures_are_unique_and_resolve(run_dir: Path) -> None:
    html = (run_dir / "report.html").read_text()
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', html)) <= set(ids)


def test_pdf_has_pages_with_text(run_dir: Path) -> None:
    texts = pages(run_dir / "report.pdf")
    assert len(texts) >= 4
    assert all(len(text) > 100 for text in texts)


def test_second_report_is_the_same(run_dir: Path) -> None:
    first = (run_dir / "report.html").read_text()
    write_report(run_dir)
    assert (run_dir / "report.html").read_text() == first


def test_design_that_does_not_hold_says_so(tmp_path: Path) -> None:
    summary = write_sample(tmp_path)
    summary["verdict"]["holds"] = False
    summary["verdict"]["checks"][0] = check("junction temperature", 361.4, 358.15, "K", "max", "temperature")
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    (html, pdf), _ = write_report(tmp_path)
    sentence = "1 of 6 checks do not keep their limits: junction temperature."
    for text in (words(html.read_text()), words(" ".join(pages(pdf)))):
        assert "DOES NOT HOLD" in text
        assert sentence in text
        assert text.count("DOES NOT HOLD") >= 2  # over all and in the row, in one pair of words
        assert "FAILS" not in text
        assert "−3.25 K" in text.replace("\u00a0", " ")


def test_an_uncertainty_says_what_it_contains_or_that_it_is_not_known(tmp_path: Path) -> None:
    summary = write_sample(tmp_path)
    known, unknown = summary["verdict"]["checks"][:2]
    known |= {"uncertainty": 0.031, "contains": ["interpolation in flow", "mesh refinement"]}
    unknown |= {"uncertainty": None, "contains": ["interpolation in flow"], "lacks": ["mesh refinement"]}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    (html, pdf), _ = write_report(tmp_path)
    for text in (words(html.read_text()), words(" ".join(pages(pdf)))):
        assert "± 0.031" in text
        assert "± contains interpolation in flow and mesh refinement; it contains no inputs and no model." in text
        assert "± not known: mesh refinement not computed" in text


def test_a_heat_pump_that_stands_has_no_coefficient(summary: dict[str, Any]) -> None:
    summary["plant"]["heat_pump"] |= {"cop": None, "evaporating_k": None, "condensing_k": None, "electric_w": 0.0}
    plant = tables.plant_table(restore(Summary, summary))
    told = dict(plant.rows)
    assert told["heat pump: coefficient of performance"] == told["heat pump: evaporating"] == "–"
    assert "no lift, no electricity" in plant.caption
    assert (
        dict(tables.key_figures(restore(Summary, summary)).rows)[
            "coefficient of performance of the heat pump, design hour"
        ]
        == "–"
    )


def test_the_first_page_counts_what_is_assumed(run_dir: Path, summary: dict[str, Any]) -> None:
    told = "5 of 5 input quantities are assumed (0 measured, 0 datasheet, 0 published)."
    assert told in words(pages(run_dir / "report.pdf")[0])
    assert told in words((run_dir / "report.html").read_text())


@pytest.mark.parametrize(
    "key",
    [
        "plates.accelerator.pressure_drop_pa",
        "city.electricity_j.it",
        "rack.loads[1].junction_max_k",
        "assumptions",
        "balances",
    ],
)
def test_missing_key_is_named(run_dir: Path, summary: dict[str, Any], tmp_path: Path, key: str) -> None:
    damaged = copy.deepcopy(summary)
    *path, last = re.findall(r"[^.\[\]]+", key)
    place: Any = damaged
    for part in path:
        place = place[int(part) if part.isdigit() else part]
    del place[last]
    linked(run_dir, tmp_path)
    (tmp_path / "summary.json").write_text(json.dumps(damaged))
    message = (
        f"{tmp_path}/summary.json: the key `{key}` is missing; delete the file and write it again with `rack2city run`"
    )
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        write_report(tmp_path)
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        (
            "pressure_drop_pa",
            [1.0, 2.0],
            "`plates.accelerator.pressure_drop_pa` has 2 values, expected 5, one per flow rate",
        ),
        ("channels", "many", "the key `plates.accelerator.channels` is wrong: "),
    ],
)
def test_wrong_key_is_named(
    run_dir: Path, summary: dict[str, Any], tmp_path: Path, key: str, value: Any, fault: str
) -> None:
    damaged = copy.deepcopy(summary)
    damaged["plates"]["accelerator"][key] = value
    linked(run_dir, tmp_path)
    (tmp_path / "summary.json").write_text(json.dumps(damaged))
    with pytest.raises(InputError, match=f"^{re.escape(f'{tmp_path}/summary.json: {fault}')}"):
        write_report(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(run_dir: Path, tmp_path: Path, name: str) -> None:
    linked(run_dir, tmp_path, without=name)
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / name}: there is no such file")):
        write_report(tmp_path)


def test_a_load_has_a_plate_that_is_told_of(run_dir: Path, summary: dict[str, Any], tmp_path: Path) -> None:
    summary["rack"]["loads"][1]["plate"] = "gpu"
    linked(run_dir, tmp_path)
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    with pytest.raises(
        InputError, match=r"`rack.loads\[1\].plate` is 'gpu', which is not the name of an item of `plates`"
    ):
        write_report(tmp_path)


def test_missing_column_is_named(run_dir: Path, tmp_path: Path) -> None:
    linked(run_dir, tmp_path, without="year.parquet")
    read_run(run_dir).year.drop(columns="reused_w").to_parquet(tmp_path / "year.parquet")
    with pytest.raises(InputError, match=r"year\.parquet: the column `reused_w` is missing"):
        write_report(tmp_path)


def test_broken_json_is_named(run_dir: Path, tmp_path: Path) -> None:
    linked(run_dir, tmp_path)
    (tmp_path / "summary.json").write_text('{"case": ')
    with pytest.raises(InputError, match=r"summary\.json: is not readable as JSON"):
        write_report(tmp_path)


@pytest.mark.parametrize("fault", ["no libEGL", "a torn field"])
def test_a_picture_that_cannot_be_drawn_costs_the_picture_only(
    run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    linked(run_dir, tmp_path)
    if fault == "no libEGL":  # and "temperature_p0_000000.vtu", which is not linked, is lost in the other case
        crash = tmp_path / "python"
        crash.write_text("#!/bin/sh\necho 'libEGL not found' >&2\nkill -ABRT $$\n")
        crash.chmod(0o755)
        monkeypatch.setattr(off_screen.sys, "executable", str(crash))
    (html, pdf), (lack,) = write_report(tmp_path)
    assert lack.startswith("The report lacks the pictures of the fields of the plate 'accelerator'. ")
    assert ("libEGL not found" in lack) == (fault == "no libEGL")
    assert html.read_text().count("<svg") == 7
    for text in (words(re.sub(r"<[^>]+>", "", html.read_text())), words(" ".join(pages(pdf)))):
        assert "The report lacks the pictures of the fields of the plate" in text
        assert "HOLDS" in text


def test_unreadable_field_is_one_sentence(tmp_path: Path) -> None:
    write_sample(tmp_path)
    field = tmp_path / FIELDS / "temperature_p0_000000.vtu"
    field.write_text(field.read_text(errors="replace").replace("temperature", "enthalpy"))
    with pytest.raises(Rack2CityError, match="the picture cannot be rendered"):
        picture.render(tmp_path / FIELDS / "temperature.pvd")


def test_crash_of_the_renderer_is_one_sentence(run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash = tmp_path / "python"
    crash.write_text("#!/bin/sh\necho 'libOSMesa not found' >&2\nkill -SEGV $$\n")
    crash.chmod(0o755)
    monkeypatch.setattr(off_screen.sys, "executable", str(crash))
    with pytest.raises(Rack2CityError, match=r"VTK was ended by signal 11 \(libOSMesa not found\); .* install libegl1"):
        picture.render(run_dir / FIELDS / "temperature.pvd")


def linked(source: Path, target: Path, without: str = "") -> None:
    """The run's files in another folder, but one."""
    (target / FIELDS).mkdir(parents=True)
    for name in FILES:
        if name != without:
            (target / name).write_bytes((source / name).read_bytes())
