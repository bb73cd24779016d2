"""Draw report.png, the report's first page, and plate-temperature.png from a finished run: run_pictures.py RUN_FOLDER."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread, imsave
from numpy.typing import NDArray

from rack2city.report.content import build, plate_picture
from rack2city.report.figures.style import house_style
from rack2city.report.model import read_run
from rack2city.report.pdf import render_pdf

HERE = Path(__file__).parent


def written(page: NDArray[Any]) -> NDArray[Any]:
    """The part of a page above its longest blank stretch, with a margin below."""
    inked = np.flatnonzero((page[..., :3] < 0.98).any(axis=(1, 2)))
    end = inked[np.argmax(np.diff(inked))]
    return page[: end + inked[0]]


def main(folder: Path) -> None:
    """Write both pictures beside this file."""
    run = read_run(folder)
    first, *_ = render_pdf(build(run), format="png", ppi=110.0)
    imsave(HERE / "report.png", written(imread(BytesIO(first))))
    with house_style():
        plate_picture(run).savefig(HERE / "plate-temperature.png", dpi=120)
    for name in ("report.png", "plate-temperature.png"):
        print(f"{HERE / name}: {(HERE / name).stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
