"""From a run folder to its two reports."""

from pathlib import Path

from rack2city.report.content import build
from rack2city.report.html import render_html
from rack2city.report.model import read_run
from rack2city.report.pdf import render_pdf


def write_report(run_dir: Path) -> list[Path]:
    """Write `report.html` and `report.pdf` of a finished run, both from the same content and the same figures.

    Args:
        run_dir: folder with `summary.json`, `year.parquet` and `fields/temperature.pvd`.

    Returns:
        The two files written, HTML first.

    Raises:
        InputError: a file, key or column is missing or unreadable; nothing is written then.
        BalanceError: the year's energies do not add up, so no Sankey diagram can be drawn.
        Rack2CityError: the temperature picture cannot be rendered on this machine.
    """
    run_dir = Path(run_dir)
    document = build(read_run(run_dir))
    contents = {"report.html": render_html(document).encode(), "report.pdf": render_pdf(document)}
    for name, content in contents.items():
        (run_dir / name).write_bytes(content)
    return [run_dir / name for name in contents]
