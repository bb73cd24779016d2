"""What the benches do with their measurements: tell each, keep the file up to date, show all at the end."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

Report = dict[str, Any]


def measure_and_show(
    chosen: argparse.Namespace,
    run: Callable[[argparse.Namespace, Callable[[str, Report], None]], Report],
    show: Callable[[Report, Console], None],
) -> None:
    """Run what was chosen; after each measurement tell it and, if `chosen.json` is a path, write all that is known there."""

    def told(what: str, report: Report) -> None:
        print(what, file=sys.stderr, flush=True)
        if chosen.json:
            chosen.json.write_text(json.dumps(report, indent=2) + "\n")

    show(run(chosen, told), Console(width=None if sys.stdout.isatty() else 130))
