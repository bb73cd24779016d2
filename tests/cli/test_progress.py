"""Progress: lines for a log, a bar for a person."""

import io

import pytest
from rich.console import Console

from rack2city import console


def progress(monkeypatch: pytest.MonkeyPatch, watched: bool) -> str:
    """What a monitor shows of a short run."""
    screen = Console(file=io.StringIO(), force_terminal=watched, width=100, markup=False, highlight=False)
    monkeypatch.setattr(console, "console", screen)
    monitor = console.TerminalMonitor()
    monitor.begin("plate", 2)
    monitor.step("channel at [1] x design flow")
    monitor.step("fields")
    monitor.end(3.21, False)
    monitor.begin("rack", 1)
    monitor.end(0.0, True)
    monitor.close()
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_plain_lines_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress(monkeypatch, False).splitlines() == [
        "plate: channel at [1] x design flow",
        "plate: fields",
        "plate   done in 3.2 s",
        "rack    unchanged, taken from the run folder",
    ]


def test_a_bar_where_a_person_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = progress(monkeypatch, True)
    assert "━" in shown
    assert "0/2" in shown
    assert "plate: " not in shown
    assert "plate   done in 3.2 s" in shown
