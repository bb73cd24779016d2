"""The report as PDF, set by typst from the same document."""

import json
import tempfile
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from rack2city.errors import Rack2CityError
from rack2city.report.document import Document, Drawing


def render_pdf(document: Document, **settings: Any) -> Any:
    """The document as the bytes of a PDF file, or as settings of `typst.compile` say: `format="png"` gives a list of pages.

    Raises:
        Rack2CityError: typst refuses the document; the sentence carries its message.
    """
    drawings = [block for section in document.sections for block in section.blocks if isinstance(block, Drawing)]
    data = asdict(document) | {"banner": document.banner, "headline": document.headline}
    for section in data["sections"]:
        for block in section["blocks"]:
            block.pop("svg", None)
    template = resources.files("rack2city.report") / "templates" / "report.typ"
    files = {"report.typ": template.read_bytes(), "report.json": json.dumps(data).encode()}
    files |= {f"{drawing.name}.svg": drawing.svg.encode() for drawing in drawings}
    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"  # DejaVu, as in the figures; every machine sets the same pages
    with tempfile.TemporaryDirectory(prefix="rack2city-") as name:
        for file, content in files.items():
            (Path(name) / file).write_bytes(content)
        settings |= {"font_paths": [str(fonts)], "ignore_system_fonts": True}
        try:
            return typst.compile(str(Path(name) / "report.typ"), **settings)
        except (RuntimeError, ValueError) as error:
            raise Rack2CityError(f"report.pdf: typst cannot set the report: {error}") from None
