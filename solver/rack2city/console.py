"""What a person at the terminal sees: a progress bar where one is watched, plain lines otherwise, and the verdict."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from rack2city.chain import stage_figures
from rack2city.chain.monitor import Monitor
from rack2city.chain.plates.files import folder_of
from rack2city.report import Summary, verdict_rows

if TYPE_CHECKING:
    from rack2city.plate import PlateMap

console = Console(highlight=False, soft_wrap=True, markup=False)
if not console.is_terminal:
    console.width = 120  # of a file or a pipe rich knows no width


class TerminalMonitor(Monitor):
    """Shows the progress of a run on this terminal."""

    def __init__(self) -> None:
        """Choose between a bar, where a person watches, and lines."""
        stage, step = TextColumn("{task.fields[stage]:<7}"), TextColumn("{task.description}")
        columns = (SpinnerColumn(), stage, BarColumn(), MofNCompleteColumn(), step, TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True) if console.is_terminal else None
        self._task: Any = None
        self._stage, self._steps_begun = "", 0

    def begin(self, stage: str, steps: int) -> None:
        """A stage begins."""
        self._stage, self._steps_begun = stage, 0
        if self._progress is not None:
            self._progress.start()
            self._task = self._progress.add_task("", total=steps, stage=stage)

    def step(self, text: str) -> None:
        """The next step of the stage."""
        if self._progress is not None:
            self._progress.update(self._task, completed=self._steps_begun, description=text)
        else:
            console.print(f"{self._stage}: {text}")
        self._steps_begun += 1

    def tell(self, text: str) -> None:
        """A line that stays."""
        console.print(text)

    def end(self, seconds: float, reused: bool) -> None:
        """The stage is done."""
        if self._progress is not None:
            self._progress.remove_task(self._task)
        outcome = "unchanged, taken from the run folder" if reused else f"done in {seconds:.1f} s"
        console.print(f"{self._stage:<7} {outcome}")

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._progress is not None:
            self._progress.stop()


def print_stage(name: str, out: Path) -> None:
    """Print the key figures of the stage that a run ended with, and where its results are."""
    for line in stage_figures(out, name):
        console.print(f"  {line}")
    console.print(f"results up to stage '{name}': {out}")


def print_plates(plates: "dict[str, PlateMap]", out: Path) -> None:
    """Print the key figures of plates that were run alone, and where their reports are."""
    from rack2city.chain.plates.runs import plate_lines

    for name, plate in plates.items():
        for line in plate_lines(plate):
            console.print(line)
        console.print(f"  report: {out / folder_of(name)}/report.pdf and report.html")


def print_verdict(summary: Summary, out: Path) -> None:
    """Print the verdict table, the key figures and where the reports are."""
    table = Table(title=summary.case.title or summary.case.name, title_justify="left")
    for heading in ("check", "value", "limit", "margin", ""):
        table.add_column(heading, justify="right" if heading in ("value", "limit", "margin") else "left")
    for row in verdict_rows(summary):
        word = Text(row.outcome, "" if row.holds else "bold red")
        table.add_row(row.name, row.value, row.limit, row.margin, word)
    console.print(table)
    city, kpi, rack, balances = summary.city, summary.kpi, summary.rack, summary.balances
    worst = max(balances, key=lambda row: row.relative / row.tolerance)
    console.print(
        f"coolant {rack.supply_k - 273.15:.1f} -> {rack.return_k - 273.15:.1f} °C at "
        f"{rack.flow_m3_per_s * 6e4:.1f} L/min per rack\n"
        f"heat delivered in the city {city.delivered_j / 3.6e9:.0f} MWh a year; of the racks' "
        f"{city.liquid_heat_j / 3.6e9:.0f} MWh, {city.reused_j / 3.6e9:.0f} MWh are reused: "
        f"ERF {kpi.erf:.3f}, PUE {kpi.pue:.3f}\n"
        f"{len(balances)} balances close; the least tight: {worst.stage}, {worst.name}: "
        f"{worst.relative:.1e} (allowed {worst.tolerance:.0e})"
    )
    outcome = "HOLDS" if summary.verdict.holds else "DOES NOT HOLD"
    console.print(Text.assemble("verdict: the design ", (outcome, "bold")))
    console.print(f"reports: {out}/report.html and {out}/report.pdf; all figures: {out}/summary.json")
