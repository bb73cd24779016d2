"""From a run folder to its two reports."""

from pathlib import Path

from rack2city.report.content import build
from rack2city.report.html import render_html
from rack2city.report.model import read_run
from rack2city.report.pdf import render_pdf


def write_report(run_dir: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Write `report.html` and `report.pdf` of a finished run, both from the same content and the same figures.

    The folder holds `summary.json`, `year.parquet` and `fields/temperature.pvd`.

    Returns:
        The files written, HTML first, and what they lack, a sentence each: pictures that cannot be drawn here.

    Raises:
        InputError: a file, key or column is missing or unreadable; nothing is written then.
        BalanceError: the year's energies do not add up, so no Sankey diagram can be drawn.
        Rack2CityError: the PDF cannot be set.
    """
    document = build(read_run(run_dir))
    contents = {run_dir / "report.html": render_html(document).encode(), run_dir / "report.pdf": render_pdf(document)}
    for file, content in contents.items():
        file.write_bytes(content)
    return list(contents), document.lacks
