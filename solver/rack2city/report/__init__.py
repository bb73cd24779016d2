"""The report of a run: `report.html` and `report.pdf`, made only from the files of the run folder."""

from rack2city.report.summary import Summary
from rack2city.report.verdict import check_line, verdict_rows
from rack2city.report.write import write_report

__all__ = ["Summary", "check_line", "verdict_rows", "write_report"]
