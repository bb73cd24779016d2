"""One thing that the doctor looked at, and how a list of them is judged and written."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its topic, how it stands, what was seen, and what to do about it (empty if well)."""

    topic: str
    status: Status
    text: str
    advice: str = ""


def healthy(findings: Sequence[Finding]) -> bool:
    """Tell whether a run can work: nothing failed; warnings are allowed."""
    return all(finding.status != "fail" for finding in findings)


def render(findings: Sequence[Finding], width: int = 110) -> str:
    """Findings as plain text, one block each, the advice below its finding.

    Args:
        findings: what `diagnose` returned.
        width: columns to fill.

    Returns:
        Lines without a newline at the end.
    """
    blocks = []
    for finding in findings:
        head = f"{finding.status:<5}{finding.topic:<12}"
        lines = [(head, finding.text)]
        if finding.advice:
            lines.append((" " * len(head), f"-> {finding.advice}"))
        for first, text in lines:
            wrapper = textwrap.TextWrapper(
                width, first, " " * len(head), break_long_words=False, break_on_hyphens=False
            )
            blocks.append(wrapper.fill(text))
    return "\n".join(blocks)
