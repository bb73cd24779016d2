"""One thing that the doctor looked at, and how a list of them is judged and written."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["ok", "warn", "fail"]
_WHOLE_WORDS: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}  # paths and commands


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
    """Findings as plain text that fills a width in columns, one block each, the advice below its finding."""
    blocks = []
    for finding in findings:
        head = f"{finding.status:<5}{finding.topic:<12}"
        indent = " " * len(head)
        for first, text in ((head, finding.text), (indent, finding.advice and f"-> {finding.advice}")):
            if text:
                blocks.append(
                    textwrap.fill(text, width, initial_indent=first, subsequent_indent=indent, **_WHOLE_WORDS)
                )
    return "\n".join(blocks)
